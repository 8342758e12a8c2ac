#include "Support.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace pipects::testing {

bool Eventually(const std::function<bool()>& predicate) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!predicate()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

Bytes Pattern(std::size_t count) {
    Bytes bytes(count);
    for (std::size_t index = 0; index < count; ++index) {
        bytes[index] = static_cast<Byte>((index * 131 + (index >> 8)) & 0xFF);
    }
    return bytes;
}

std::string ReadText(Stream& stream, std::size_t count) {
    Bytes bytes(count);
    stream.ReadExactly(bytes);
    return {bytes.begin(), bytes.end()};
}

std::size_t Fill(PipeStream& writer) {
    const Bytes block(static_cast<std::size_t>(writer.OutBufferSize()));
    writer.Write(std::span<const Byte>(block));
    return block.size();
}

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

bool IsAsleep(pid_t thread) {
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

Background::Background(std::function<void()> call)
    : thread_([this, call = std::move(call)] {
          announced_.set_value(::gettid());
          try {
              call();
              done_.set_value();
          } catch (...) {
              done_.set_exception(std::current_exception());
          }
      }) {
    id_ = announced_.get_future().get();
}

void Background::WaitUntilBlocked() const {
    ASSERT_TRUE(Eventually([&] { return IsAsleep(id_); }));
}

void Background::Finish() {
    ASSERT_EQ(ended_.wait_for(patience), std::future_status::ready) << "still blocked";
    ended_.get();
}

}  // namespace pipects::testing

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
