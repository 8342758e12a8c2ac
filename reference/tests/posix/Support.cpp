#include "Support.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace pipects::testing {

const bool endIsFinal = false;

std::size_t CountThreads() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

bool IsOpen(std::intptr_t handle) {
    return ::fcntl(static_cast<int>(handle), F_GETFD) != -1;
}

bool IsInherited(std::intptr_t handle) {
    return (::fcntl(static_cast<int>(handle), F_GETFD) & FD_CLOEXEC) == 0;
}

std::vector<int> OpenDescriptors() {
    std::vector<int> open;
    for (int number = 0; number < 1024; ++number) {
        if (IsOpen(number)) {
            open.push_back(number);
        }
    }
    return open;
}

std::size_t Unread(std::intptr_t handle) {
    int count = 0;
    ::ioctl(static_cast<int>(handle), FIONREAD, &count);
    return static_cast<std::size_t>(count);
}

bool KnowsFlags(int flags) {
    Ends ends;
    Byte byte{};
    const iovec part{&byte, 1};
    const auto handle = static_cast<int>(ends.writer.SafePipeHandle()->DangerousGetHandle());
    return ::pwritev2(handle, &part, 1, -1, flags) == 1;
}

bool CanOpenAgain() {
    Ends ends;
    const auto number = ends.writer.SafePipeHandle()->DangerousGetHandle();
    const int again =
        ::open(("/proc/self/fd/" + std::to_string(number)).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    ::close(again);
    return again != -1;
}

ThreadId ThisThread() {
    return ::gettid();
}

bool IsAsleep(ThreadId thread) {
    std::string number;
    std::ifstream("/proc/self/task/" + std::to_string(thread) + "/syscall") >> number;
    return number == std::to_string(SYS_ppoll) || number == std::to_string(SYS_futex);
}

std::intptr_t UnusedHandle() {
    const int number = ::dup(STDERR_FILENO);
    ::close(number);
    return number;
}

HandleLimit::HandleLimit(std::intptr_t first) {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit lower{static_cast<rlim_t>(first), before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
}

HandleLimit::~HandleLimit() {
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0);
}

}  // namespace pipects::testing
