#include "posix/Support.hpp"

#include <array>
#include <type_traits>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pipects::testing {
namespace {

using System::ArgumentException;
using System::ArgumentNullException;
using System::ArgumentOutOfRangeException;
using System::NotSupportedException;

constexpr auto noDirection = static_cast<PipeDirection>(0);
constexpr auto noInheritability = static_cast<HandleInheritability>(2);
using HandlePtr = std::shared_ptr<SafePipeHandle>;

static_assert(!std::is_copy_constructible_v<AnonymousPipeServerStream>);
static_assert(!std::is_copy_assignable_v<AnonymousPipeClientStream>);
static_assert(std::is_nothrow_move_constructible_v<AnonymousPipeServerStream>);
static_assert(std::is_nothrow_move_assignable_v<AnonymousPipeClientStream>);
static_assert(std::is_abstract_v<PipeStream> || !std::is_constructible_v<PipeStream, PipeDirection, int>);
static_assert(std::is_final_v<AnonymousPipeServerStream> && std::is_final_v<AnonymousPipeClientStream>);
static_assert(std::is_base_of_v<System::InvalidOperationException, System::ObjectDisposedException>);
static_assert(std::is_base_of_v<IOException, EndOfStreamException>);

TEST(ServerConstructor, OpensOneWayAsItsDirectionSays) {
    const AnonymousPipeServerStream out;
    EXPECT_TRUE(out.CanWrite());
    EXPECT_FALSE(out.CanRead());
    const AnonymousPipeServerStream in(PipeDirection::In);
    EXPECT_FALSE(in.CanWrite());
    EXPECT_TRUE(in.CanRead());
    EXPECT_TRUE(in.IsConnected());
    EXPECT_FALSE(in.IsAsync());
}

TEST(ServerConstructor, ReportsBadArgumentsInTheDocumentedOrder) {
    const auto make = [](PipeDirection direction, HandleInheritability inheritability, int size) {
        return [=] { AnonymousPipeServerStream(direction, inheritability, size); };
    };
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(make(noDirection, noInheritability, -1)), "direction");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(make(PipeDirection::InOut, noInheritability, -1)),
              "bufferSize");
    EXPECT_THROW(make(PipeDirection::InOut, noInheritability, 0)(), NotSupportedException);
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(make(PipeDirection::In, noInheritability, 0)),
              "inheritability");
}

TEST(ServerConstructor, KeepsBothEndsFromChildrenUnlessTheClientsIsInheritable) {
    for (const auto direction : {PipeDirection::In, PipeDirection::Out}) {
        AnonymousPipeServerStream none(direction);
        EXPECT_FALSE(IsInherited(none.SafePipeHandle()->DangerousGetHandle()));
        EXPECT_FALSE(IsInherited(none.ClientSafePipeHandle()->DangerousGetHandle()));
        AnonymousPipeServerStream inheritable(direction, HandleInheritability::Inheritable);
        EXPECT_FALSE(IsInherited(inheritable.SafePipeHandle()->DangerousGetHandle()));
        EXPECT_TRUE(IsInherited(inheritable.ClientSafePipeHandle()->DangerousGetHandle()));
    }
}

TEST(ServerConstructor, TakesTheBufferSizeAsAdvice) {
    EXPECT_EQ(AnonymousPipeServerStream(PipeDirection::Out, HandleInheritability::None, 1).OutBufferSize(),
              4096);
    EXPECT_EQ(AnonymousPipeServerStream(PipeDirection::In, HandleInheritability::None, 4097).InBufferSize(),
              8192);
    const int usual = AnonymousPipeServerStream().OutBufferSize();
    EXPECT_EQ(AnonymousPipeServerStream(PipeDirection::Out, HandleInheritability::None, 0).OutBufferSize(),
              usual);
    EXPECT_NO_THROW(AnonymousPipeServerStream(PipeDirection::Out, HandleInheritability::None, 0x7fffffff));
}

TEST(ServerConstructor, TakesTwoHandlesAndReportsWhatIsWrongWithThemInOrder) {
    AnonymousPipeServerStream donor;
    const HandlePtr write = donor.SafePipeHandle();
    const HandlePtr read = donor.ClientSafePipeHandle();
    const auto invalid = std::make_shared<SafePipeHandle>(-1, true);
    const auto make = [](PipeDirection direction, const HandlePtr& server, const HandlePtr& client) {
        return [=] { AnonymousPipeServerStream(direction, server, client); };
    };
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(make(noDirection, nullptr, nullptr)), "direction");
    EXPECT_THROW(make(PipeDirection::InOut, nullptr, nullptr)(), NotSupportedException);
    EXPECT_EQ(ParamOf<ArgumentNullException>(make(PipeDirection::Out, nullptr, nullptr)),
              "serverSafePipeHandle");
    EXPECT_EQ(ParamOf<ArgumentNullException>(make(PipeDirection::Out, invalid, nullptr)),
              "clientSafePipeHandle");
    EXPECT_EQ(ParamOf<ArgumentException>(make(PipeDirection::Out, invalid, invalid)), "serverSafePipeHandle");
    EXPECT_EQ(ParamOf<ArgumentException>(make(PipeDirection::Out, write, invalid)), "clientSafePipeHandle");
    EXPECT_EQ(ParamOf<ArgumentException>(make(PipeDirection::In, write, read)), "serverSafePipeHandle");
    EXPECT_EQ(ParamOf<ArgumentException>(make(PipeDirection::Out, write, write)), "clientSafePipeHandle");
    const auto closed = std::make_shared<SafePipeHandle>(::dup(0), true);
    closed->Dispose();
    EXPECT_THROW(make(PipeDirection::Out, closed, read)(), IOException);
    EXPECT_FALSE(write->IsClosed());
    EXPECT_FALSE(read->IsClosed());
    {
        const AnonymousPipeServerStream second(PipeDirection::Out, write, read);
        EXPECT_TRUE(second.IsConnected());
    }
    EXPECT_TRUE(write->IsClosed());
    EXPECT_FALSE(read->IsClosed()) << "[server.ctor-handles.client-handle-left-open]";
}

TEST(ServerConstructor, LeavesNothingOpenWhenHandlesRunOut) {
    const auto open = OpenDescriptors();
    const int first = open.back() + 1;
    for (int room = 0; room < 2; ++room) {  // no handle, then one of the two
        const HandleLimit tight(first + room);
        std::vector<int> fillers;  // gaps below the limit
        for (int filler = ::dup(0); filler != -1 && filler < first; filler = ::dup(0)) {
            fillers.push_back(filler);
        }
        const auto full = OpenDescriptors();
        EXPECT_THROW(AnonymousPipeServerStream(), IOException);
        EXPECT_EQ(OpenDescriptors(), full);
        for (const int filler : fillers) {
            ::close(filler);
        }
        for (const int number : OpenDescriptors()) {
            if (std::find(open.begin(), open.end(), number) == open.end()) {
                ::close(number);
            }
        }
    }
    EXPECT_EQ(OpenDescriptors(), open);
}

TEST(ServerConstructor, KeepsItsHandlesClearOfTheStandardStreams) {
    const int kept = ::fcntl(0, F_DUPFD_CLOEXEC, 3);
    ::close(0);
    {
        AnonymousPipeServerStream server;
        EXPECT_GT(server.SafePipeHandle()->DangerousGetHandle(), 2);
        EXPECT_GT(server.ClientSafePipeHandle()->DangerousGetHandle(), 2);
        EXPECT_FALSE(IsOpen(0));
    }
    ::dup2(kept, 0);
    ::close(kept);
}

TEST(ClientConstructor, RefusesTextThatIsNoHandle) {
    for (const char* const text : {"", " ", "abc", "0x10", "1.5", "-1", "-7", "--1", "+-1", "++1",
                                   "4294967299", "99999999999999999999", "1 2", "123456"}) {
        const auto make = [text] { AnonymousPipeClientStream{text}; };
        EXPECT_EQ(ParamOf<ArgumentException>(make), "pipeHandleAsString") << '"' << text << '"';
    }
    EXPECT_EQ(ParamOf<ArgumentNullException>([] { AnonymousPipeClientStream{std::nullopt}; }),
              "pipeHandleAsString");
    const auto make = [](PipeDirection direction) {
        return [=] { AnonymousPipeClientStream(direction, std::optional<std::string_view>()); };
    };
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(make(noDirection)), "direction");
    EXPECT_THROW(make(PipeDirection::InOut)(), NotSupportedException);
}

TEST(ClientConstructor, ToleratesBlanksAndAPlusSign) {
    AnonymousPipeServerStream server;
    AnonymousPipeClientStream client(" \t+" + server.GetClientHandleAsString() + "\n");
    server.WriteByte(255);
    EXPECT_EQ(client.ReadByte(), 255);
}

TEST(ClientConstructor, LeavesARefusedHandleAsItWas) {
    std::array<int, 2> sockets{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()), 0);
    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int directory = ::open("/", O_RDONLY | O_CLOEXEC);
    for (const int number : {sockets[0], file, directory}) {
        EXPECT_THROW(AnonymousPipeClientStream{std::to_string(number)}, IOException);
        EXPECT_TRUE(IsOpen(number));
        const auto handle = std::make_shared<SafePipeHandle>(number, false);
        EXPECT_THROW(AnonymousPipeClientStream(PipeDirection::In, handle), IOException);
        EXPECT_FALSE(handle->IsClosed());
    }
    for (const int number : {sockets[0], sockets[1], file, directory}) {
        ::close(number);
    }
    AnonymousPipeServerStream server(PipeDirection::In);  // its client writes
    const std::string text = server.GetClientHandleAsString();
    EXPECT_EQ(ParamOf<ArgumentException>([&] { AnonymousPipeClientStream{text}; }), "pipeHandleAsString");
    EXPECT_EQ(ParamOf<ArgumentException>(
                  [&] { AnonymousPipeClientStream(PipeDirection::In, server.ClientSafePipeHandle()); }),
              "safePipeHandle");
    EXPECT_TRUE(IsOpen(server.ClientSafePipeHandle()->DangerousGetHandle()));
}

TEST(ClientConstructor, TakesHandleZero) {
    const int kept = ::fcntl(0, F_DUPFD_CLOEXEC, 3);
    AnonymousPipeServerStream server;
    ASSERT_EQ(::dup2(static_cast<int>(server.ClientSafePipeHandle()->DangerousGetHandle()), 0), 0);
    {
        AnonymousPipeClientStream client("0");
        server.WriteByte(7);
        EXPECT_EQ(client.ReadByte(), 7);
    }
    EXPECT_FALSE(IsOpen(0));
    ::dup2(kept, 0);
    ::close(kept);
}

TEST(ClientConstructor, TakesAHandleAndRefusesNullInvalidAndClosed) {
    const auto make = [](const HandlePtr& handle) {
        return [=] { AnonymousPipeClientStream(PipeDirection::In, handle); };
    };
    EXPECT_EQ(ParamOf<ArgumentNullException>(make(nullptr)), "safePipeHandle");
    EXPECT_EQ(ParamOf<ArgumentException>(make(std::make_shared<SafePipeHandle>())), "safePipeHandle");
    AnonymousPipeServerStream server;
    const HandlePtr handle = server.ClientSafePipeHandle();
    {
        AnonymousPipeClientStream client(PipeDirection::In, handle);
        EXPECT_EQ(client.SafePipeHandle(), handle);
    }
    EXPECT_TRUE(handle->IsClosed()) << "[client.ctor-handle.dispose-closes-given]";
    EXPECT_EQ(server.ClientSafePipeHandle(), handle);
    EXPECT_THROW(make(handle)(), IOException);
}

TEST(SafeHandle, CountsNegativeValuesAsInvalidAndNeverClosesThem) {
    for (const std::intptr_t value : {-1, -2}) {
        const SafePipeHandle handle(value, true);
        EXPECT_TRUE(handle.IsInvalid());
    }
    EXPECT_TRUE(SafePipeHandle().IsInvalid());
}

TEST(SafeHandle, CountsZeroAsADescriptorLikeAnyOther) {
    const SafePipeHandle handle(0, false);
    EXPECT_FALSE(handle.IsInvalid()) << "[client.ctor-string.zero-is-a-handle]";
}

TEST(SafeHandle, ClosesWhatItOwnsAndNothingElse) {
    const int number = ::dup(0);
    { const SafePipeHandle borrowed(number, false); }
    EXPECT_TRUE(IsOpen(number));
    SafePipeHandle owned(number, true);
    EXPECT_FALSE(owned.IsClosed());
    owned.Dispose();
    owned.Dispose();
    EXPECT_TRUE(owned.IsClosed());
    EXPECT_FALSE(IsOpen(number));
    EXPECT_EQ(owned.DangerousGetHandle(), number);
}

}  // namespace
}  // namespace pipects::testing
