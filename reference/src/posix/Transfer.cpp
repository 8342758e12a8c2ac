#include "posix/Descriptor.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>
#include <csignal>

// O_NONBLOCK is never set: it belongs to the open file description, which a child or a parent may share.
// Newer kernels take "don't wait" with the call itself (one system call); on older ones a transfer is looked
// for first, then made.

namespace System::IO::Pipes::Os {

namespace {

constexpr int dontWait = 0x8;             // RWF_NOWAIT; pipes accept it from Linux 6.4 on
constexpr int dontSignal = 0x100;         // RWF_NOSIGNAL: no SIGPIPE, from Linux 6.18 on
constexpr off_t noPosition = -1;          // as read and write have it
constexpr std::size_t largest = INT_MAX;  // so that a count of bytes is an int

// Settled for the whole process by the first handle that does not know the flags, be it a FIFO's.
std::atomic<bool> readsTakeFlags = true;
std::atomic<bool> writesTakeFlags = true;

bool FlagsAreUnknown(int error) noexcept {
    return error == EOPNOTSUPP || error == EINVAL || error == ENOSYS;
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
    return Resume([&] { return ::poll(&entry, 1, 0); }) != 0;
}

/// Keeps SIGPIPE from this thread for one write, and takes back the one that the write has raised, not one
/// that was waiting before. The process's own disposition stays untouched.
class SigPipeGuard {
  public:
    SigPipeGuard() noexcept {
        sigemptyset(&sigPipe_);
        sigaddset(&sigPipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        wasPending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &sigPipe_, &before_);
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
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = kept;
    }

    void WasRaised() noexcept { raised_ = true; }

  private:
    sigset_t sigPipe_;
    sigset_t before_;
    bool wasPending_;
    bool raised_ = false;
};

Transfer LookThenRead(int descriptor, std::span<Byte> buffer) noexcept {
    if (!IsReady(descriptor, POLLIN)) {
        return {Status::WouldBlock, 0, 0};
    }
    return Answer(Resume([&] { return ::read(descriptor, buffer.data(), buffer.size()); }));
}

Transfer LookThenWrite(int descriptor, std::span<const Byte> buffer) noexcept {
    if (!IsReady(descriptor, POLLOUT)) {
        return {Status::WouldBlock, 0, 0};
    }
    SigPipeGuard guard;
    const std::size_t count = std::min<std::size_t>(buffer.size(), PIPE_BUF);  // room for as much is certain
    const ssize_t result = Resume([&] { return ::write(descriptor, buffer.data(), count); });
    if (result == -1 && errno == EPIPE) {
        guard.WasRaised();
    }
    return Answer(result);
}

}  // namespace

Transfer TryRead(NativeHandle handle, std::span<Byte> buffer) noexcept {
    buffer = buffer.first(std::min(buffer.size(), largest));
    if (readsTakeFlags.load(std::memory_order_relaxed)) {
        const iovec part{buffer.data(), buffer.size()};
        const ssize_t result =
            Resume([&] { return ::preadv2(Descriptor(handle), &part, 1, noPosition, dontWait); });
        if (result >= 0 || !FlagsAreUnknown(errno)) {
            return Answer(result);
        }
        readsTakeFlags = false;
    }
    return LookThenRead(Descriptor(handle), buffer);
}

Transfer TryWrite(NativeHandle handle, std::span<const Byte> buffer) noexcept {
    buffer = buffer.first(std::min(buffer.size(), largest));
    if (writesTakeFlags.load(std::memory_order_relaxed)) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): iovec has no form for what is only read
        const iovec part{const_cast<Byte*>(buffer.data()), buffer.size()};
        const ssize_t result = Resume(
            [&] { return ::pwritev2(Descriptor(handle), &part, 1, noPosition, dontWait | dontSignal); });
        if (result >= 0 || !FlagsAreUnknown(errno)) {
            return Answer(result);
        }
        writesTakeFlags = false;
    }
    return LookThenWrite(Descriptor(handle), buffer);
}

bool TransfersAreTwoSteps() noexcept {
    return !readsTakeFlags.load(std::memory_order_relaxed) ||
           !writesTakeFlags.load(std::memory_order_relaxed);
}

void ForceTwoStepTransfers() noexcept {
    readsTakeFlags = false;
    writesTakeFlags = false;
}

}  // namespace System::IO::Pipes::Os
