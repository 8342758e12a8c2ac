#include "posix/Support.hpp"

#include "HandedOut.hpp"
#include "Os.hpp"

#include <climits>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

// Handles: what is made of them, and what the system has to say when there are none left.

namespace pipects::testing {
namespace {

/// Another descriptor of the pipe that `handle` stands for, open both ways, as only Linux can give it.
[[nodiscard]] std::intptr_t OpenBothWays(std::intptr_t handle) {
    return ::open(("/proc/self/fd/" + std::to_string(handle)).c_str(), O_RDWR | O_CLOEXEC);
}

[[nodiscard]] bool FailsWithIOException(const std::function<void()>& call) {
    try {
        call();
    } catch (const IOException&) {
        return true;
    }
    return false;
}

TEST(SafePipeHandle, ThatIsSetInvalidLeavesItsHandleOpen) {
    AnonymousPipeServerStream server(PipeDirection::In);
    const int copy =
        ::fcntl(static_cast<int>(server.SafePipeHandle()->DangerousGetHandle()), F_DUPFD_CLOEXEC, 3);
    {
        SafePipeHandle handle(copy, true);
        handle.SetHandleAsInvalid();
        EXPECT_TRUE(handle.IsClosed());
    }
    EXPECT_TRUE(IsOpen(copy));
    SafePipeHandle handle(copy, true);
    handle.Close();
    EXPECT_TRUE(handle.IsClosed());
    EXPECT_FALSE(IsOpen(copy));
}

TEST(ClientConstructor, TakesAHandleThatIsOpenBothWays) {
    AnonymousPipeServerStream server(PipeDirection::Out);
    const std::intptr_t both = OpenBothWays(server.ClientSafePipeHandle()->DangerousGetHandle());
    ASSERT_GT(both, 0);
    AnonymousPipeClientStream client(PipeDirection::In, std::make_shared<SafePipeHandle>(both, true));
    server.WriteByte('b');
    EXPECT_EQ(client.ReadByte(), 'b');
}

TEST(ClientConstructor, RefusesAHandleThatIsNotOpen) {
    const auto handle = std::make_shared<SafePipeHandle>(UnusedHandle(), false);
    EXPECT_THROW(AnonymousPipeClientStream(PipeDirection::In, handle), IOException);
}

TEST(HandedOut, ForgetsAHandleThatIsClosed) {
    AnonymousPipeServerStream server(PipeDirection::Out);
    const auto number = server.ClientSafePipeHandle()->DangerousGetHandle();
    static_cast<void>(server.GetClientHandleAsString());
    EXPECT_EQ(Detail::HandedOut(number), server.ClientSafePipeHandle());
    server.DisposeLocalCopyOfClientHandle();
    EXPECT_EQ(Detail::HandedOut(number), nullptr);
    EXPECT_EQ(Detail::HandedOut(INT_MAX), nullptr);
}

TEST(System, SaysWhatIsWrongWithANumber) {
    const std::intptr_t number = UnusedHandle();
    EXPECT_EQ(Os::Inspect(number), Os::HandleKind::NotOpen);
    EXPECT_EQ(Os::Inspect(std::intptr_t{INT_MAX} + 1), Os::HandleKind::NotOpen);
    EXPECT_EQ(Os::Channel(number).TryDrain().status, Os::Status::Failed);
    EXPECT_THROW(static_cast<void>(Os::BufferSize(number)), IOException);
    EXPECT_THROW(Os::LetChildrenInherit(number), IOException);
}

TEST(WaitForPipeDrain, FailsIfTheHandleIsClosedByAStranger) {
    AnonymousPipeServerStream server(PipeDirection::Out);
    const auto handle = server.SafePipeHandle();
    const auto keep = ::fcntl(static_cast<int>(handle->DangerousGetHandle()), F_DUPFD_CLOEXEC, 3);
    server.WriteByte('x');
    ::close(static_cast<int>(handle->DangerousGetHandle()));
    EXPECT_THROW(server.WaitForPipeDrain(), IOException);
    ::dup2(keep, static_cast<int>(handle->DangerousGetHandle()));
    ::close(keep);
}

// What needs the process's first asynchronous operation, or takes its standard streams away: each in a
// process of its own.

[[nodiscard]] bool AsynchronousReadFails() {
    Ends ends;
    Bytes buffer(1);
    return FailsWithIOException([&] { ends.reader.ReadAsync(std::span<Byte>(buffer)).Wait(); });
}

[[nodiscard]] bool AsynchronousReadWithoutHandlesFails() {
    Ends ends;
    Bytes buffer(1);
    const HandleLimit none(UnusedHandle());
    return FailsWithIOException([&] { ends.reader.ReadAsync(std::span<Byte>(buffer)).Wait(); });
}

[[nodiscard]] bool AsynchronousReadOfASecondOwnerFails() {
    AnonymousPipeServerStream server(PipeDirection::Out);
    const auto number = server.ClientSafePipeHandle()->DangerousGetHandle();
    AnonymousPipeClientStream first(PipeDirection::In, server.ClientSafePipeHandle());
    AnonymousPipeClientStream second(PipeDirection::In, std::make_shared<SafePipeHandle>(number, false));
    Bytes buffer(2);
    const auto waiting = first.ReadAsync(std::span(buffer).first(1));
    {
        const HandleLimit none(UnusedHandle());
        const auto refused = second.ReadAsync(std::span(buffer).last(1));
        if (!FailsWithIOException([&] { refused.Wait(); })) {
            return false;
        }
    }
    server.WriteByte('x');
    return waiting.Result() == 1;
}

[[nodiscard]] bool ServerWithoutRoomAboveTheStandardStreamsFails() {
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    const HandleLimit two(2);
    return FailsWithIOException([] { const AnonymousPipeServerStream server; }) && !IsOpen(STDIN_FILENO) &&
           !IsOpen(STDOUT_FILENO);
}

[[nodiscard]] bool AsynchronousReadWithoutAThreadFails() {
    pthread_attr_t enormous;
    pthread_attr_init(&enormous);
    pthread_attr_setstacksize(&enormous, std::size_t{1} << 47);
    pthread_setattr_default_np(&enormous);
    return AsynchronousReadFails();
}

struct Scarcity {
    std::string name;
    bool (*fails)();

    friend void PrintTo(const Scarcity& scarcity, std::ostream* out) { *out << scarcity.name; }
};

class OutOfResources : public ::testing::TestWithParam<Scarcity> {};

TEST_P(OutOfResources, FailsWithIOException) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(std::exit(GetParam().fails() ? 0 : 1), ::testing::ExitedWithCode(0), "");
}

INSTANTIATE_TEST_SUITE_P(In, OutOfResources,
                         ::testing::Values(Scarcity{"AnAsynchronousRead",
                                                    AsynchronousReadWithoutHandlesFails},
                                           Scarcity{"ASecondOwnersRead", AsynchronousReadOfASecondOwnerFails},
                                           Scarcity{"AServerInPlaceOfStandardStreams",
                                                    ServerWithoutRoomAboveTheStandardStreamsFails},
                                           Scarcity{"AThread", AsynchronousReadWithoutAThreadFails}),
                         [](const auto& each) { return each.param.name; });

/// A continuation may end the process: it runs on the thread that the end of the process waits for.
TEST(Exit, IsPossibleInAContinuation) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            Ends ends;
            Bytes buffer(1);
            const auto read = ends.reader.ReadAsync(std::span<Byte>(buffer));
            read.ContinueWith([](const auto&) { std::exit(7); });
            ends.writer.WriteByte('x');
            std::promise<void>().get_future().wait();
        },
        ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace pipects::testing
