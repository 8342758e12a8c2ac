// A machine that is slow, writes a page at a time, and wakes those that wait for no reason: the linker has
// these in the place of the C library's functions (see CMakeLists.txt), so that a library that knows nothing
// of it meets what it has to cope with. What a pipe promises holds: as many bytes fit as its capacity says,
// no more than a page is atomic, and a read gives all that is there, up to what a pipe holds by default.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <ctime>

#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

extern "C" {

// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
ssize_t __real_read(int descriptor, void* buffer, std::size_t count);
ssize_t __real_write(int descriptor, const void* buffer, std::size_t count);
ssize_t __real_preadv2(int descriptor, const iovec* parts, int count, off_t offset, int flags);
ssize_t __real_pwritev2(int descriptor, const iovec* parts, int count, off_t offset, int flags);
int __real_ppoll(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask);
int __real_epoll_wait(int poller, epoll_event* events, int most, int timeout);

namespace {

constexpr std::size_t mostRead = 65'536;
constexpr std::size_t mostWritten = 4'096;

/// Lets others run first, and now and then for a while.
void BeSlow() {
    static std::atomic<unsigned> calls = 0;
    constexpr unsigned now = 16;
    constexpr timespec aWhile{0, 200'000};
    if (calls.fetch_add(1) % now == 0) {
        ::clock_nanosleep(CLOCK_MONOTONIC, 0, &aWhile, nullptr);
    }
    ::sched_yield();
}

iovec UpTo(std::size_t most, const iovec& part) {
    return {part.iov_base, std::min(part.iov_len, most)};
}

/// Whether this wait ends for no reason, as when a signal comes: every other one does.
bool IsInterrupted() {
    static thread_local bool wasInterrupted = false;
    wasInterrupted = !wasInterrupted;
    if (wasInterrupted) {
        errno = EINTR;
    }
    return wasInterrupted;
}

}  // namespace

ssize_t __wrap_read(int descriptor, void* buffer, std::size_t count) {
    BeSlow();
    return __real_read(descriptor, buffer, std::min(count, mostRead));
}

ssize_t __wrap_write(int descriptor, const void* buffer, std::size_t count) {
    BeSlow();
    return __real_write(descriptor, buffer, std::min(count, mostWritten));
}

ssize_t __wrap_preadv2(int descriptor, const iovec* parts, int count, off_t offset, int flags) {
    BeSlow();
    if (count < 1) {
        return __real_preadv2(descriptor, parts, count, offset, flags);
    }
    const iovec part = UpTo(mostRead, *parts);
    return __real_preadv2(descriptor, &part, 1, offset, flags);
}

ssize_t __wrap_pwritev2(int descriptor, const iovec* parts, int count, off_t offset, int flags) {
    BeSlow();
    if (count < 1) {
        return __real_pwritev2(descriptor, parts, count, offset, flags);
    }
    const iovec part = UpTo(mostWritten, *parts);
    return __real_pwritev2(descriptor, &part, 1, offset, flags);
}

int __wrap_ppoll(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    return IsInterrupted() ? -1 : __real_ppoll(entries, count, timeout, mask);
}

int __wrap_epoll_wait(int poller, epoll_event* events, int most, int timeout) {
    return IsInterrupted() ? -1 : __real_epoll_wait(poller, events, most, timeout);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
}
