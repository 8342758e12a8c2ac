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
// - where they don't, a read is a splice into memory, which every kernel can be told not to wait in;
// - else a transfer is looked for first, then made; a read, and a write that finds no room, opens the pipe's
// end once more, as a description of our own which is O_NONBLOCK, and all later ones go there.

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

/// A part of a write has gone in: the rest has no room now, which need not be asked again.
Transfer FullIfShort(Transfer answer, std::size_t wanted) noexcept {
    if (answer.status == Status::Done && answer.count < wanted) {
        answer.status = Status::WouldBlock;
    }
    return answer;
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

    /// What `write` answers, which is the system's -1 and errno if it failed. One that waits and breaks when
    /// a part is in raises the signal, too, and answers with less than `wanted`.
    template <typename Write>
    ssize_t Around(std::size_t wanted, Write&& write) noexcept {
        const ssize_t result = Resume(write);
        raised_ = result == -1 ? errno == EPIPE : static_cast<std::size_t>(result) < wanted;
        return result;
    }

  private:
    sigset_t sigPipe_;
    sigset_t before_;
    bool wasBlocked_;
    bool wasPending_ = false;
    bool raised_ = false;  // or may be
};

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

}  // namespace

void Channel::GiveUp(Means means) noexcept {
    const int accessMode = ::fcntl(Descriptor(handle_), F_GETFL) & O_ACCMODE;
    Means next = Means::LookFirst;
    if (means == Means::FlagsAndNoSignal && accessMode != O_RDONLY) {
        next = Means::Flags;
    } else if (means < Means::Splice && accessMode == O_RDONLY) {  // with both ends, it would write
        next = Means::Splice;
    }
    means_.compare_exchange_strong(means, next);  // else another thread has found out
}

bool Channel::LooksFirst() noexcept {
    return true;
}

bool Channel::TellsOfRoomFor(std::size_t count) noexcept {
    static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return count >= page;
}

Transfer Channel::TryRead(std::span<Byte> buffer) noexcept {
    const int descriptor = Descriptor(handle_);
    buffer = buffer.first(std::min(buffer.size(), largest));
    const iovec part{buffer.data(), buffer.size()};
    for (;;) {
        const Means means = means_.load(std::memory_order_relaxed);
        if (means == Means::LookFirst) {
            return LookThenRead(buffer);
        }
        const ssize_t result = Resume([&] {
            return means == Means::Splice ? ::vmsplice(descriptor, &part, 1, SPLICE_F_NONBLOCK)
                                          : ::preadv2(descriptor, &part, 1, noPosition, dontWait);
        });
        if (result >= 0 || !IsUnknown(errno)) {
            return Answer(result);
        }
        GiveUp(means);
    }
}

Transfer Channel::TryWrite(std::span<const Byte> buffer) noexcept {
    const int descriptor = Descriptor(handle_);
    buffer = buffer.first(std::min(buffer.size(), largest));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): iovec has no form for what is only read
    const iovec part{const_cast<Byte*>(buffer.data()), buffer.size()};
    for (;;) {
        const Means means = means_.load(std::memory_order_relaxed);
        ssize_t result = -1;
        if (means == Means::FlagsAndNoSignal) {
            result =
                Resume([&] { return ::pwritev2(descriptor, &part, 1, noPosition, dontWait | dontSignal); });
        } else if (means == Means::Flags) {
            SigPipeGuard guard;
            result = guard.Around(buffer.size(),
                                  [&] { return ::pwritev2(descriptor, &part, 1, noPosition, dontWait); });
        } else {
            return LookThenWrite(buffer);
        }
        if (result >= 0 || !IsUnknown(errno)) {
            return FullIfShort(Answer(result), buffer.size());
        }
        GiveUp(means);
    }
}

// The second call takes the data, or the room, that the first has seen: only one thread of the process at a
// time.

Transfer Channel::LookThenRead(std::span<Byte> buffer) noexcept {
    int descriptor = Descriptor(handle_);
    const std::lock_guard lock(mutex_);
    if (!IsReady(descriptor, POLLIN)) {
        return {Status::WouldBlock};
    }
    if (!own_) {
        own_ = OpenAgain(descriptor);
    }
    if (own_) {
        descriptor = Descriptor(own_.Get());  // which does not wait if another process takes what was seen
    }
    return Answer(Resume([&] { return ::read(descriptor, buffer.data(), buffer.size()); }));
}

Transfer Channel::LookThenWrite(std::span<const Byte> buffer) noexcept {
    int descriptor = Descriptor(handle_);
    const std::lock_guard lock(mutex_);
    if (!own_) {
        if (IsReady(descriptor, POLLOUT)) {  // a page is free for certain
            buffer = buffer.first(std::min<std::size_t>(buffer.size(), PIPE_BUF));
        } else if (!(own_ = OpenAgain(descriptor))) {
            return {Status::WouldBlock};
        }
    }
    if (own_) {
        descriptor = Descriptor(own_.Get());  // where less than a page may fit, too
    }
    SigPipeGuard guard;
    return Answer(
        guard.Around(buffer.size(), [&] { return ::write(descriptor, buffer.data(), buffer.size()); }));
}

void Channel::WaitAndRead(Request& request) noexcept {
    const std::span<Byte> buffer = request.into;
    request.outcome =
        Answer(Resume([&] { return ::read(Descriptor(handle_), buffer.data(), buffer.size()); }));
}

void Channel::WaitAndWrite(Request& request) noexcept {
    std::size_t moved = 0;
    do {  // a signal may come when a part has gone in
        request.outcome = WaitAndWrite(request.from);
        request.from = request.from.subspan(request.outcome.count);
        moved += request.outcome.count;
    } while (request.outcome.status == Status::Done && !request.from.empty());
    request.outcome.count = moved;
}

Transfer Channel::WaitAndWrite(std::span<const Byte> buffer) noexcept {
    const int descriptor = Descriptor(handle_);
    const Means means = means_.load(std::memory_order_relaxed);
    if (means == Means::FlagsAndNoSignal) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): iovec has no form for what is only read
        const iovec part{const_cast<Byte*>(buffer.data()), buffer.size()};
        const ssize_t result =
            Resume([&] { return ::pwritev2(descriptor, &part, 1, noPosition, dontSignal); });
        if (result >= 0 || !IsUnknown(errno)) {
            return Answer(result);
        }
        GiveUp(means);
    }
    SigPipeGuard guard;
    return Answer(
        guard.Around(buffer.size(), [&] { return ::write(descriptor, buffer.data(), buffer.size()); }));
}

}  // namespace System::IO::Pipes::Os
