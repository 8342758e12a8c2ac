#include "posix/Support.hpp"

#include <cstdlib>
#include <new>

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace pipects::testing {
namespace {

using Calls = std::vector<long>;

void Mark() {
    ::syscall(SYS_getppid);
}  // a call that the library never makes

/// Runs `body` in a traced child. @return the system calls between its first two marks, or nothing if tracing
/// isn't possible here
std::optional<Calls> SystemCallsOf(const std::function<void()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == -1) {
            ::_exit(2);
        }
        ::raise(SIGSTOP);
        body();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) {
        return std::nullopt;
    }
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    Calls calls;
    int marks = 0;
    for (;;) {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        ::waitpid(child, &status, 0);
        if (!WIFSTOPPED(status)) {
            break;
        }
        __ptrace_syscall_info info{};
        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) {
            continue;
        }
        if (info.entry.nr == SYS_getppid) {
            ++marks;
        } else if (marks == 1) {
            calls.push_back(static_cast<long>(info.entry.nr));
        }
    }
    EXPECT_EQ(marks, 2);
    return calls;
}

TEST(Cost, AReadWithDataAndAWriteWithRoomAllocateNothing) {
    Ends ends;
    Bytes buffer(100);
    const std::size_t before = allocations;
    for (int round = 0; round < 10; ++round) {
        ends.writer.Write(std::span<const Byte>(buffer));
        ends.reader.Read(std::span<Byte>(buffer));
        ends.writer.WriteByte(1);
        ends.reader.ReadByte();
    }
    EXPECT_EQ(allocations, before);
}

TEST(Cost, AReadThatWaitsAllocatesNothing) {
    Ends ends;
    Bytes buffer(100);
    const auto wait = [&] {
        Background write([&, reader = ::gettid()] {
            EXPECT_TRUE(Eventually([&] { return IsAsleep(reader); }));
            ends.writer.WriteByte(1);
        });
        const std::size_t before = allocations;
        ends.reader.Read(std::span<Byte>(buffer));
        const std::size_t after = allocations;
        write.Finish();
        return after - before;
    };
    wait();  // the process's first wait makes what later ones use again
    EXPECT_EQ(wait(), 0U);
}

TEST(Cost, AReadWithDataIsOneSystemCall) {
    Bytes buffer(100);
    const auto calls = SystemCallsOf([&] {
        Ends ends;
        ends.writer.WriteByte(1);
        ends.reader.ReadByte();  // finds out what the handle can do
        ends.writer.Write(std::span<const Byte>(buffer));
        Mark();
        ends.reader.Read(std::span<Byte>(buffer));
        Mark();
    });
    ASSERT_TRUE(calls) << "no right to trace";
    EXPECT_EQ(*calls, KnowsFlags(dontWait) ? Calls{SYS_preadv2} : Calls{SYS_vmsplice});
}

TEST(Cost, AWriteWithRoomIsOneSystemCallAndTheHoldingBackOfItsSignal) {
    Bytes buffer(100);
    const auto calls = SystemCallsOf([&] {
        Ends ends;
        ends.writer.WriteByte(1);
        Mark();
        ends.writer.Write(std::span<const Byte>(buffer));
        Mark();
    });
    ASSERT_TRUE(calls) << "no right to trace";
    if (KnowsFlags(dontWait | dontSignal)) {
        EXPECT_EQ(*calls, Calls{SYS_pwritev2});
    } else if (KnowsFlags(dontWait)) {
        EXPECT_EQ(*calls, (Calls{SYS_rt_sigprocmask, SYS_pwritev2, SYS_rt_sigprocmask}));
    } else {
        EXPECT_EQ(*calls, (Calls{SYS_poll, SYS_rt_sigprocmask, SYS_write, SYS_rt_sigprocmask}));
    }
}

}  // namespace
}  // namespace pipects::testing
