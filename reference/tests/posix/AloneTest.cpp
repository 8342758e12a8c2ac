#include "Support.hpp"

#include <cstdio>
#include <fstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

// A process that has never had a second thread, which nothing but a signal could wake: it waits in the call
// that moves the bytes. Nothing here starts a thread.

namespace pipects::testing {
namespace {

/// A process that does something to its parent, and ends with it.
class Peer {
  public:
    explicit Peer(const std::function<bool(pid_t)>& does) {
        const pid_t parent = ::getpid();
        ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // it looks at what its parent waits in
        id_ = ::fork();
        if (id_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::alarm(static_cast<unsigned>(patience.count()));
            try {
                ::_exit(does(parent) ? 0 : 1);
            } catch (const std::exception& error) {
                static_cast<void>(std::fprintf(stderr, "%s\n", error.what()));
            }
            ::_exit(2);
        }
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    Peer(Peer&&) = delete;
    Peer& operator=(Peer&&) = delete;
    ~Peer() {
        int status = 0;
        ::waitpid(id_, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the other process";
    }

  private:
    pid_t id_ = 0;
};

/// The system call that a process sleeps in, or -1.
[[nodiscard]] long CallOf(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/syscall");
    long number = -1;
    file >> number;
    return file ? number : -1;
}

[[nodiscard]] bool SleepsIn(pid_t process, long call) {
    return Eventually([&] { return CallOf(process) == call; });
}

/// In which a read, or a write, of this process waits.
[[nodiscard]] long Waits(long alone) {
    return __libc_single_threaded != 0 ? alone : SYS_ppoll;  // a sanitizer may have a thread of its own
}

[[nodiscard]] long WaitsToRead() {
    return Waits(SYS_read);
}

[[nodiscard]] long WaitsToWrite() {
    return Waits(KnowsFlags(dontSignal) ? SYS_pwritev2 : SYS_write);
}

constexpr std::size_t moreThanItHolds = 300'000;

/// What reads all of `sent` once its parent sleeps in a system call.
[[nodiscard]] std::function<bool(pid_t)> TakesAll(Ends& ends, const Bytes& sent, long call) {
    return [&ends, &sent, call](pid_t parent) {
        const bool waits = SleepsIn(parent, call);
        Bytes received(sent.size());
        ends.reader.ReadExactly(received);
        return waits && received == sent;
    };
}

TEST(Alone, AReadWaitsInTheCallThatReads) {
    const long reads = WaitsToRead();
    Ends ends;
    const Peer peer([&](pid_t parent) {
        const bool waits = SleepsIn(parent, reads);
        ends.writer.Write(BytesOf("abc"), 0, 3);
        return waits;
    });
    Bytes buffer(8);
    EXPECT_EQ(ends.reader.Read(std::span<Byte>(buffer)), 3);
    EXPECT_EQ(buffer[2], 'c');
}

TEST(Alone, AReadWaitsForTheEndOfTheStream) {
    const long reads = WaitsToRead();
    Ends ends;
    const Peer peer([&](pid_t parent) {
        const bool waits = SleepsIn(parent, reads);
        ends.writer.Dispose();
        return waits;
    });
    ends.writer.Dispose();
    EXPECT_EQ(ends.reader.ReadByte(), -1);
}

TEST(Alone, AWriteWaitsInTheCallThatWritesUntilAllIsIn) {
    Ends ends;
    const Bytes sent = Pattern(moreThanItHolds);
    const Peer peer(TakesAll(ends, sent, WaitsToWrite()));
    ends.writer.Write(std::span<const Byte>(sent));
}

TEST(Alone, AWriteThatWaitsMeetsTheBreakWithoutASignal) {
    const long writes = WaitsToWrite();
    Ends ends;
    const Peer peer([&](pid_t parent) {
        const bool waits = SleepsIn(parent, writes);
        ends.reader.Dispose();
        return waits;
    });
    ends.reader.Dispose();
    EXPECT_THROW(ends.writer.Write(std::span<const Byte>(Pattern(moreThanItHolds))), IOException);
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

void Nothing(int /*signal*/) {}

TEST(Alone, ASignalEndsNoWait) {
    const long reads = WaitsToRead();
    const long writes = WaitsToWrite();
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = Nothing;
    ::sigaction(SIGUSR1, &action, &before);
    Ends ends;
    const Bytes sent = Pattern(moreThanItHolds);
    {
        const Peer peer([&](pid_t parent) {
            const std::intptr_t handle = ends.reader.SafePipeHandle()->DangerousGetHandle();
            Bytes received(sent.size());
            std::span<Byte> left(received);
            bool waits = SleepsIn(parent, writes);
            const std::size_t full = Unread(handle);
            for (int signals = 0; signals < 3; ++signals) {
                ends.reader.ReadExactly(left.first(full / 2));
                left = left.subspan(full / 2);
                waits = Eventually([&] { return Unread(handle) == full; }) && waits;  // a part has gone in
                waits = SleepsIn(parent, writes) && waits;
                ::kill(parent, SIGUSR1);
            }
            ends.reader.ReadExactly(left);
            return waits && received == sent;
        });
        ends.writer.Write(std::span<const Byte>(sent));
    }
    const Peer peer([&](pid_t parent) {
        const bool waits = SleepsIn(parent, reads);
        ::kill(parent, SIGUSR1);
        const bool waitsOn = SleepsIn(parent, reads);
        ends.writer.WriteByte(7);
        return waits && waitsOn;
    });
    EXPECT_EQ(ends.reader.ReadByte(), 7);
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(Alone, WhoSharesAHandleInNonblockingModeIsWaitedForAllTheSame) {
    Ends ends;
    for (const auto& handle : {ends.reader.SafePipeHandle(), ends.writer.SafePipeHandle()}) {
        const int number = static_cast<int>(handle->DangerousGetHandle());
        ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
    }
    const Bytes sent = Pattern(moreThanItHolds);
    {
        const Peer peer(TakesAll(ends, sent, SYS_ppoll));
        ends.writer.Write(std::span<const Byte>(sent));
    }
    const Peer peer([&](pid_t parent) {
        const bool waits = SleepsIn(parent, SYS_ppoll);
        ends.writer.WriteByte(9);
        return waits;
    });
    EXPECT_EQ(ends.reader.ReadByte(), 9);
}

TEST(Alone, AProcessIsNotOnceItHasAThread) {
    const Peer process([](pid_t /*parent*/) {  // in a process of its own, so that others here stay alone
        Ends ends;
        Bytes byte(1);
        const auto starts = ends.reader.ReadAsync(std::span<Byte>(byte));
        ends.writer.WriteByte(1);
        if (starts.Result() != 1) {
            return false;
        }
        return DisposalEndsARead(ends);
    });
}

}  // namespace
}  // namespace pipects::testing
