#include "posix/Descriptor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>
#include <csignal>

// O_NONBLOCK is never set on a handle: it belongs to the open file description, which a child or a parent may
// share. Instead:
// - newer kernels take "don't wait" (pipes, from 6.4 on) and "no SIGPIPE" (from 6.18 on) with the call
// itself;
// - where they don't, the pipe's end is opened once more, as a description of our own which is O_NONBLOCK;
// - where that is not possible (no handle left, no right, no /proc), a transfer is looked for first, then
// made.

namespace System::IO::Pipes::Os {

namespace {

constexpr int dontWait = 0x8;             // RWF_NOWAIT
constexpr int dontSignal = 0x100;         // RWF_NOSIGNAL
constexpr off_t noPosition = -1;          // as read and write have it
constexpr std::size_t largest = INT_MAX;  // so that a count of bytes is an int

/// What a kernel answers that does not know a flag or the call, and what filters answer in its place; none of
/// them is an error of a transfer itself.
bool IsUnknown(int error) noexcept {
    return error == EOPNOTSUPP || error == EINVAL || error == ENOSYS || error == EPERM || error == EACCES;
}

Transfer Answer(ssize_t result) noexcept {
    if (result >= 0) {
        return {Status::Done, static_cast<std::size_t>(result), 0};
    }
    if (errno == EAGAIN) {
        return {Status::WouldBlock, 0, 0};
    }
    if (errno == EPIPE) {
        return {Status::Broken, 0, 0};
    }
    return {Status::Failed, 0, errno};
}

bool IsReady(int descriptor, short events) noexcept {
    pollfd entry{descriptor, events, 0};
    return Resume([&] { return ::poll(&entry, 1, 0); }) > 0;
}

/// Keeps SIGPIPE from this thread for one write, and takes back the one that the write has raised, not one
/// that was waiting before. The process's own disposition stays untouched.
class SigPipeGuard {
  public:
    SigPipeGuard() noexcept {
        sigemptyset(&sigPipe_);
        sigaddset(&sigPipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigPipe_, &before_);
        wasBlocked_ = sigismember(&before_, SIGPIPE) == 1;
        if (wasBlocked_) {  // else none can be pending
            sigset_t pending;
            sigpending(&pending);
            wasPending_ = sigismember(&pending, SIGPIPE) == 1;
        }
    }
    SigPipeGuard(const SigPipeGuard&) = delete;
    SigPipeGuard& operator=(const SigPipeGuard&) = delete;
    SigPipeGuard(SigPipeGuard&&) = delete;
    SigPipeGuard& operator=(SigPipeGuard&&) = delete;
    ~SigPipeGuard() {
        const int kept = errno;
        if (raised_ && !wasPending_) {
            constexpr timespec now{0, 0};
            static_cast<void>(Resume([&] { return ::sigtimedwait(&sigPipe_, nullptr, &now); }));
        }
        if (!wasBlocked_) {
            pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        }
        errno = kept;
    }

    /// What `write` answers, which is the system's -1 and errno if it failed.
    template <typename Write>
    ssize_t Around(Write&& write) noexcept {
        const ssize_t result = Resume(write);
        raised_ = result == -1 && errno == EPIPE;
        return result;
    }

  private:
    sigset_t sigPipe_;
    sigset_t before_;
    bool wasBlocked_;
    bool wasPending_ = false;
    bool raised_ = false;
};

/// Two calls that take the room or the data that the first has seen: only one thread of the process at a
/// time.
ssize_t LookThenRead(int descriptor, std::span<Byte> buffer) noexcept {
    if (!IsReady(descriptor, POLLIN)) {
        errno = EAGAIN;
        return -1;
    }
    return ::read(descriptor, buffer.data(), buffer.size());
}

ssize_t LookThenWrite(int descriptor, std::span<const Byte> buffer) noexcept {
    if (!IsReady(descriptor, POLLOUT)) {
        errno = EAGAIN;
        return -1;
    }
    // There is room for as much for certain.
    return ::write(descriptor, buffer.data(), std::min<std::size_t>(buffer.size(), PIPE_BUF));
}

/// A handle of the same pipe's end that shares no flags with anybody; none if the system can't.
OwnedHandle OpenAgain(int descriptor) noexcept {
    constexpr int noAccess = -1;
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags == noAccess) {
        return OwnedHandle();
    }
    std::array<char, 32> path{};
    static_cast<void>(std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", descriptor));
    return OwnedHandle(Resume([&] {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): how the system has it
        return ::open(path.data(), (flags & O_ACCMODE) | O_NONBLOCK | O_CLOEXEC);
    }));
}

ssize_t ReadWithFlags(int descriptor, std::span<Byte> buffer) noexcept {
    const iovec part{buffer.data(), buffer.size()};
    return ::preadv2(descriptor, &part, 1, noPosition, dontWait);
}

ssize_t WriteWithFlags(int descriptor, std::span<const Byte> buffer, int flags) noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): iovec has no form for what is only read
    const iovec part{const_cast<Byte*>(buffer.data()), buffer.size()};
    return ::pwritev2(descriptor, &part, 1, noPosition, flags);
}

}  // namespace

void Channel::GiveUp(Means means) noexcept {
    const std::lock_guard lock(mutex_);
    if (means_ != means) {
        return;  // another thread has found out
    }
    if (means == Means::FlagsAndNoSignal) {
        own_ = OpenAgain(Descriptor(handle_));  // a plain call costs less than one with flags
        means_ = own_ ? Means::OwnDescription : Means::Flags;
    } else {
        means_ = Means::LookFirst;
    }
}

Transfer Channel::TryRead(std::span<Byte> buffer) noexcept {
    const int descriptor = Descriptor(handle_);
    buffer = buffer.first(std::min(buffer.size(), largest));
    for (;;) {
        const Means means = means_.load(std::memory_order_acquire);
        switch (means) {
            case Means::FlagsAndNoSignal:
            case Means::Flags: {
                const ssize_t result = Resume([&] { return ReadWithFlags(descriptor, buffer); });
                if (result >= 0 || !IsUnknown(errno)) {
                    return Answer(result);
                }
                GiveUp(means);
                break;
            }
            case Means::OwnDescription:
                return Answer(
                    Resume([&] { return ::read(Descriptor(own_.Get()), buffer.data(), buffer.size()); }));
            case Means::LookFirst: {
                const std::lock_guard lock(mutex_);
                return Answer(Resume([&] { return LookThenRead(descriptor, buffer); }));
            }
        }
    }
}

Transfer Channel::TryWrite(std::span<const Byte> buffer) noexcept {
    const int descriptor = Descriptor(handle_);
    buffer = buffer.first(std::min(buffer.size(), largest));
    for (;;) {
        const Means means = means_.load(std::memory_order_acquire);
        switch (means) {
            case Means::FlagsAndNoSignal: {
                const ssize_t result =
                    Resume([&] { return WriteWithFlags(descriptor, buffer, dontWait | dontSignal); });
                if (result >= 0 || !IsUnknown(errno)) {
                    return Answer(result);
                }
                GiveUp(means);
                break;
            }
            case Means::Flags: {
                SigPipeGuard guard;
                const ssize_t result =
                    guard.Around([&] { return WriteWithFlags(descriptor, buffer, dontWait); });
                if (result >= 0 || !IsUnknown(errno)) {
                    return Answer(result);
                }
                GiveUp(means);
                break;
            }
            case Means::OwnDescription: {
                SigPipeGuard guard;
                return Answer(guard.Around(
                    [&] { return ::write(Descriptor(own_.Get()), buffer.data(), buffer.size()); }));
            }
            case Means::LookFirst: {
                const std::lock_guard lock(mutex_);
                SigPipeGuard guard;
                return Answer(guard.Around([&] { return LookThenWrite(descriptor, buffer); }));
            }
        }
    }
}

}  // namespace System::IO::Pipes::Os
