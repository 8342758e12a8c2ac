#include "posix/Support.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Waiting: what it does not need, and what it must not be taken for.

namespace pipects::testing {
namespace {

TEST(Dispose, OfAServerThatGaveNothingOutIsNoEndOfTheStream) {
    for (int round = 0; round < 300; ++round) {
        AnonymousPipeServerStream server(PipeDirection::In);
        Bytes buffer(4);
        std::atomic<bool> started = false;
        Background read([&] {
            started = true;
            static_cast<void>(server.Read(std::span<Byte>(buffer)));
        });
        if (round % 2 == 0) {
            read.WaitUntilBlocked();
        } else {
            ASSERT_TRUE(Eventually([&] { return started.load(); }));
        }
        server.Dispose();
        EXPECT_THROW(read.Finish(), System::SystemException) << "round " << round;
    }
}

TEST(Destructor, OfAServerThatGaveNothingOutIsNoEndOfTheStreamForWhatIsPending) {
    for (int round = 0; round < 300; ++round) {
        Bytes buffer(4);
        auto server = std::make_unique<AnonymousPipeServerStream>(PipeDirection::In);
        const auto read = server->ReadAsync(std::span<Byte>(buffer));
        server.reset();
        EXPECT_THROW(static_cast<void>(read.Result()), IOException) << "round " << round;
    }
}

/// A call that begins when it is told to, and that can be seen to sleep in poll without a free handle.
class Held {
  public:
    explicit Held(std::function<void()> call)
        : background_([this, call = std::move(call)] {
              go_.get_future().wait();
              call();
          }),
          file_(::open(("/proc/self/task/" + std::to_string(background_.ThreadId()) + "/syscall").c_str(),
                       O_RDONLY | O_CLOEXEC)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Held(Held&&) = delete;
    Held& operator=(Held&&) = delete;
    ~Held() { ::close(file_); }

    void BeginAndSleep() {
        go_.set_value();
        EXPECT_TRUE(Eventually([&] {
            std::array<char, 16> text{};
            return ::pread(file_, text.data(), text.size() - 1, 0) > 0 && std::atoi(text.data()) == SYS_ppoll;
        }));
    }
    void Finish() { background_.Finish(); }

  private:
    std::promise<void> go_;
    Background background_;
    int file_;
};

/// All that waits without a free handle, in a process of its own.
void WaitWithoutHandles() {
    Ends ends;
    Ends others;
    ends.writer.WriteByte('w');
    static_cast<void>(ends.reader.ReadByte());  // each end has found out what its handle can do
    const Bytes sent = Pattern(3 * static_cast<std::size_t>(ends.writer.OutBufferSize()));
    Held read([&] { EXPECT_EQ(ReadText(ends.reader, 4), "here"); });
    Held write([&] { ends.writer.Write(std::span<const Byte>(sent)); });
    Held disposed([&] { static_cast<void>(others.reader.ReadByte()); });
    const HandleLimit none(UnusedHandle());
    read.BeginAndSleep();
    ends.writer.Write(BytesOf("here"), 0, 4);
    read.Finish();
    write.BeginAndSleep();
    Bytes received(sent.size());
    ends.reader.ReadExactly(received);
    write.Finish();
    EXPECT_TRUE(received == sent);
    disposed.BeginAndSleep();
    others.reader.Dispose();
    EXPECT_THROW(disposed.Finish(), IOException);
}

TEST(Waiting, NeedsNoFreeHandle) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            WaitWithoutHandles();
            std::exit(HasFailure() ? 1 : 0);
        },
        ::testing::ExitedWithCode(0), "");
}

TEST(Transfers, ThatNeedNotWaitTakeNoFurtherHandle) {
    Ends ends;
    const auto free = UnusedHandle();
    ends.writer.WriteByte('t');
    EXPECT_EQ(ends.reader.ReadByte(), 't');
    EXPECT_EQ(UnusedHandle(), free);
}

TEST(Write, FillsAPipeOfOnePageInSmallPieces) {
    AnonymousPipeServerStream server(PipeDirection::Out, HandleInheritability::None, 1);
    const Bytes piece(100);
    Background write([&] {
        for (int count = 0; count < 40; ++count) {  // 4000 of 4096
            server.Write(std::span<const Byte>(piece));
        }
    });
    if (KnowsFlags(dontWait) || CanOpenAgain()) {
        write.Finish();
        EXPECT_EQ(Unread(server.SafePipeHandle()->DangerousGetHandle()), 4000U);
    } else {
        server.Dispose();  // where the system tells of whole pages only
        EXPECT_THROW(write.Finish(), System::SystemException);
    }
}

/// A FIFO knows no flags, whatever pipes do.
class Fifo {
  public:
    Fifo() {
        std::string pattern = (std::filesystem::temp_directory_path() / "pipects-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        path_ = folder_ / "fifo";
        EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
        const int both = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);  // so that the next two do not wait
        read = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        write = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
        ::close(both);
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;
    Fifo(Fifo&&) = delete;
    Fifo& operator=(Fifo&&) = delete;
    ~Fifo() { std::filesystem::remove_all(folder_); }

    int read = -1;
    int write = -1;

  private:
    std::filesystem::path folder_;
    std::filesystem::path path_;
};

TEST(AFifosEnds, TransferAsAPipesDo) {
    const Fifo fifo;
    AnonymousPipeClientStream writer(PipeDirection::Out, std::make_shared<SafePipeHandle>(fifo.write, true));
    AnonymousPipeClientStream reader(PipeDirection::In, std::make_shared<SafePipeHandle>(fifo.read, true));
    std::string text;
    Background read([&] { text = ReadText(reader, 4); });
    read.WaitUntilBlocked();
    writer.Write(BytesOf("fifo"), 0, 4);
    read.Finish();
    EXPECT_EQ(text, "fifo");
    const Bytes sent = Pattern(300000);
    Background write([&] { writer.Write(std::span<const Byte>(sent)); });
    Bytes received(sent.size());
    reader.ReadExactly(received);
    write.Finish();
    EXPECT_EQ(received, sent);
    writer.Dispose();
    EXPECT_EQ(reader.ReadByte(), -1);
    EXPECT_EQ(::fcntl(fifo.write, F_GETFD), -1);
}

}  // namespace
}  // namespace pipects::testing
