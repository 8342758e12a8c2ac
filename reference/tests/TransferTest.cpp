#include "Support.hpp"

#include <array>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <csignal>

namespace pipects::testing {
namespace {

TEST(Read, ReturnsWhatIsThereAndTouchesOnlyItsRange) {
    Ends ends;
    ends.writer.Write(BytesOf("abc"), 0, 3);
    Bytes buffer(8, '.');
    EXPECT_EQ(ends.reader.Read(buffer, 2, 5), 3);
    EXPECT_EQ(std::string(buffer.begin(), buffer.end()), "..abc...");
}

TEST(Read, OfNothingReturnsAtOnceAndTakesNothing) {
    Ends ends;
    EXPECT_EQ(ends.reader.Read(std::span<Byte>()), 0);
    ends.writer.WriteByte('x');
    EXPECT_EQ(ends.reader.Read(std::span<Byte>()), 0);
    EXPECT_EQ(ends.reader.ReadByte(), 'x');
}

TEST(Read, WaitsInPollUntilAByteArrives) {
    Ends ends;
    int value = 0;
    Background read([&] { value = ends.reader.ReadByte(); });
    read.WaitUntilBlocked();
    ends.writer.WriteByte('y');
    read.Finish();
    EXPECT_EQ(value, 'y');
}

TEST(Read, EndsWhenTheWriterIsDisposedWhileItWaits) {
    Ends ends;
    int value = 0;
    Background read([&] { value = ends.reader.ReadByte(); });
    read.WaitUntilBlocked();
    ends.writer.Dispose();
    read.Finish();
    EXPECT_EQ(value, -1);
}

TEST(Reads, ThatWaitTogetherAreAllReleasedByTheEnd) {
    Ends ends;
    std::vector<std::unique_ptr<Background>> reads;
    for (int count = 0; count < 10; ++count) {
        reads.push_back(std::make_unique<Background>([&] { EXPECT_EQ(ends.reader.ReadByte(), -1); }));
        reads.back()->WaitUntilBlocked();
    }
    ends.writer.Dispose();
    for (const auto& read : reads) {
        read->Finish();
    }
}

TEST(Reads, ThatWaitAreServedInTheOrderOfTheirCalls) {
    Ends ends;
    std::array<std::atomic<int>, 3> got{};
    std::vector<std::unique_ptr<Background>> reads;
    for (std::size_t index = 0; index < got.size(); ++index) {
        reads.push_back(std::make_unique<Background>([&, index] { got.at(index) = ends.reader.ReadByte(); }));
        reads.back()->WaitUntilBlocked();
    }
    for (std::size_t index = 0; index < got.size(); ++index) {
        ends.writer.WriteByte(static_cast<Byte>('a' + index));
        reads[index]->Finish();
        EXPECT_EQ(got.at(index), static_cast<int>('a' + index));
    }
}

TEST(Write, SendsEveryByteInOrderThroughAPipeMuchSmaller) {
    Ends ends;
    const Bytes sent = Pattern((std::size_t{1} << 20) + 17);
    Background write([&] {
        ends.writer.Write(std::span<const Byte>(sent));
        ends.writer.Dispose();
    });
    Bytes received(sent.size());
    ends.reader.ReadExactly(received);
    EXPECT_EQ(ends.reader.ReadByte(), -1);
    write.Finish();
    EXPECT_TRUE(received == sent);
}

TEST(Write, IsCompletedThoughSignalsInterruptIt) {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) {};  // no SA_RESTART: system calls end with EINTR
    ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
    {
        Ends ends;
        const Bytes sent = Pattern(std::size_t{1} << 20);
        Background write([&] { ends.writer.Write(std::span<const Byte>(sent)); });
        Bytes received(sent.size());
        std::atomic<bool> over = false;
        Background read([&] {
            ends.reader.ReadExactly(received);
            over = true;
        });
        while (!over) {
            ::syscall(SYS_tgkill, ::getpid(), write.ThreadId(), SIGUSR1);
            ::syscall(SYS_tgkill, ::getpid(), read.ThreadId(), SIGUSR1);
            std::this_thread::yield();
        }
        write.Finish();
        read.Finish();
        EXPECT_TRUE(received == sent);
    }
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(Write, ToAPipeWithoutReaderThrowsAndRaisesNoSignal) {
    struct sigaction before {};
    ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &before), 0);
    ASSERT_EQ(before.sa_handler, SIG_DFL) << "the signal would end this process";
    Ends ends;
    ends.reader.Dispose();
    EXPECT_THROW(ends.writer.WriteByte(1), IOException);
    struct sigaction after {};
    ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &after), 0);
    EXPECT_EQ(after.sa_handler, SIG_DFL);
    sigset_t mask;
    sigset_t pending;
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, nullptr, &mask), 0);
    EXPECT_EQ(sigismember(&mask, SIGPIPE), 0);
    ASSERT_EQ(::sigpending(&pending), 0);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(Write, LeavesAlonePendingSigpipeThatIsNotItsOwn) {
    sigset_t sigPipe;
    sigemptyset(&sigPipe);
    sigaddset(&sigPipe, SIGPIPE);
    sigset_t before;
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &sigPipe, &before), 0);
    ASSERT_EQ(::pthread_kill(::pthread_self(), SIGPIPE), 0);
    Ends ends;
    ends.reader.Dispose();
    EXPECT_THROW(ends.writer.WriteByte(1), IOException);
    sigset_t pending;
    ASSERT_EQ(::sigpending(&pending), 0);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 1);
    constexpr timespec now{0, 0};
    EXPECT_EQ(::sigtimedwait(&sigPipe, nullptr, &now), SIGPIPE);
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
}

TEST(Write, ThatWaitsForRoomFailsWhenTheReaderGoes) {
    Ends ends;
    Fill(ends.writer);
    Background write([&] { ends.writer.WriteByte(1); });
    write.WaitUntilBlocked();
    ends.reader.Dispose();
    EXPECT_THROW(write.Finish(), IOException);
    EXPECT_FALSE(ends.writer.IsConnected());
}

TEST(Writes, OfWholeRecordsUpToTheAtomicSizeDoNotMix) {
    Ends ends;
    constexpr std::size_t record = 4096;
    constexpr int rounds = 64;
    std::vector<std::unique_ptr<Background>> writers;
    for (const Byte letter : {Byte{'a'}, Byte{'b'}, Byte{'c'}}) {
        writers.push_back(std::make_unique<Background>([&ends, letter] {
            for (int round = 0; round < rounds; ++round) {
                ends.writer.Write(std::span<const Byte>(Bytes(record, letter)));
            }
        }));
    }
    Bytes received(record);
    for (int count = 0; count < 3 * rounds; ++count) {
        ends.reader.ReadExactly(received);
        EXPECT_EQ(received, Bytes(record, received.front()));
    }
    for (const auto& writer : writers) {
        writer->Finish();
    }
}

TEST(WaitForPipeDrain, ReturnsOnceEverythingIsRead) {
    Ends ends;
    EXPECT_NO_THROW(ends.writer.WaitForPipeDrain());
    ends.writer.Write(BytesOf("ab"), 0, 2);
    std::atomic<bool> drained = false;
    Background drain([&] {
        ends.writer.WaitForPipeDrain();
        drained = true;
    });
    drain.WaitUntilBlocked();
    EXPECT_EQ(ends.reader.ReadByte(), 'a');
    EXPECT_FALSE(drained);
    EXPECT_EQ(ends.reader.ReadByte(), 'b');
    drain.Finish();
}

TEST(WaitForPipeDrain, FailsWhenTheReaderGoesWithoutHavingRead) {
    Ends ends;
    ends.writer.WriteByte(1);
    Background drain([&] { ends.writer.WaitForPipeDrain(); });
    drain.WaitUntilBlocked();
    ends.reader.Dispose();
    EXPECT_THROW(drain.Finish(), IOException);
}

TEST(Handles, StayInBlockingMode) {
    Ends ends;
    Bytes byte(1);
    ends.writer.WriteByte(1);
    EXPECT_EQ(ends.reader.ReadAsync(std::span<Byte>(byte)).Result(), 1);
    const auto pending = ends.reader.ReadAsync(std::span<Byte>(byte));
    for (const auto& handle : {ends.writer.SafePipeHandle(), ends.reader.SafePipeHandle()}) {
        EXPECT_EQ(::fcntl(static_cast<int>(handle->DangerousGetHandle()), F_GETFL) & O_NONBLOCK, 0);
    }
}

}  // namespace
}  // namespace pipects::testing
