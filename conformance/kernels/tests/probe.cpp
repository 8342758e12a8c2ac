#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

// Says what this machine's pipes do, a line for each question.

namespace {

constexpr int dontWait = 0x8;
constexpr int dontSignal = 0x100;
constexpr std::size_t much = 10'000;

void Tell(const char* question, ssize_t result) {
    std::cout << question << ": " << (result < 0 ? strerrorname_np(errno) : std::to_string(result)) << '\n';
}

}  // namespace

int main() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return EXIT_FAILURE;
    }
    std::array<char, much> buffer{};
    iovec part{buffer.data(), buffer.size()};
    Tell("read", ::preadv2(ends[0], &part, 1, -1, dontWait));
    Tell("write", ::pwritev2(ends[1], &part, 1, -1, dontWait));
    Tell("plain write", ::write(ends[1], buffer.data(), 5'000));
    Tell("plain read", ::read(ends[0], buffer.data(), 5'000));
    Tell("write without signal", ::pwritev2(ends[1], &part, 1, -1, dontWait | dontSignal));
    const timespec noTime{0, 0};
    Tell("first wait", ::ppoll(nullptr, 0, &noTime, nullptr));
    Tell("second wait", ::ppoll(nullptr, 0, &noTime, nullptr));
    // The last: behind a splice a kernel no longer knows "don't wait" on that end.
    Tell("spliced read", ::vmsplice(ends[0], &part, 1, SPLICE_F_NONBLOCK));
}
