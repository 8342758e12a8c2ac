#include "posix/Descriptor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif
#include <unistd.h>

namespace System::IO::Pipes::Os {

namespace {

[[nodiscard]] int NewEvent() noexcept {
    return ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/// Whether this process has had one thread ever since it began, which only a signal can wake.
[[nodiscard]] bool IsAlone() noexcept {
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded != 0;
#else
    return false;
#endif
}

[[nodiscard]] OwnedHandle ToWaitWith(int descriptor) {
    if (descriptor == -1) {
        ThrowLastError("There is no handle left to wait with");
    }
    return OwnedHandle(descriptor);
}

}  // namespace

WakeHandle::WakeHandle() : handle_(ToWaitWith(NewEvent())) {}

std::optional<WakeHandle> WakeHandle::TryMake() noexcept {
    const int event = NewEvent();
    return event == -1 ? std::nullopt : std::optional(WakeHandle(OwnedHandle(event)));
}

void WakeHandle::Signal() const noexcept {
    static_cast<void>(::eventfd_write(Descriptor(Get()), 1));
}

void WakeHandle::Reset() const noexcept {
    eventfd_t count = 0;
    static_cast<void>(
        ::eventfd_read(Descriptor(Get()), &count));  // nothing to read is fine: it was never signalled
}

Transfer Channel::TryDrain() noexcept {
    int unread = 0;
    if (Resume([&] { return ::ioctl(Descriptor(handle_), FIONREAD, &unread); }) == -1) {
        return {Status::Failed, 0, errno};
    }
    return {unread == 0 ? Status::Done : Status::WouldBlock};
}

bool Channel::Wait(Request& request, const WakeHandle* wake, Timeout timeout) noexcept {
    if (!timeout && request.interest != Interest::Drained && IsAlone()) {  // the call that moves may wait
        request.interest == Interest::Readable ? WaitAndRead(request) : WaitAndWrite(request);
        if (request.IsOver()) {
            return request.outcome.status == Status::Broken;
        }  // else the handle is in O_NONBLOCK mode, which somebody who shares it has set
    }
    const auto events = static_cast<short>(request.interest == Interest::Readable   ? POLLIN
                                           : request.interest == Interest::Writable ? POLLOUT
                                                                                    : 0);
    std::array<pollfd, 2> entries{{{Descriptor(handle_), events, 0}, {-1, POLLIN, 0}}};
    if (wake != nullptr) {
        entries[1].fd = Descriptor(wake->Get());
    }
    timespec limit{};
    if (timeout) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*timeout);
        limit.tv_sec = seconds.count();
        limit.tv_nsec = std::chrono::nanoseconds(*timeout - seconds).count();
    }
    const nfds_t count = wake != nullptr ? 2 : 1;
    const int result = ::ppoll(entries.data(), count, timeout ? &limit : nullptr, nullptr);
    if (result == -1 && errno == EINVAL) {  // a process whose limit of handles is below `count` may not poll
        constexpr timespec pause{0, 1'000'000};
        static_cast<void>(::nanosleep(&pause, nullptr));
    }
    // Interrupted counts as "for no reason": every caller looks again.
    return result > 0 && (entries[0].revents & POLLERR) != 0;
}

namespace {

constexpr std::uint64_t wakeId = 0;

}  // namespace

struct Poller::State {
    OwnedHandle epoll{ToWaitWith(::epoll_create1(EPOLL_CLOEXEC))};
    WakeHandle wake;

    [[nodiscard]] bool Watch(NativeHandle handle, std::uint32_t events, std::uint64_t id) const noexcept {
        epoll_event event{};
        event.events = events;
        event.data.u64 = id;
        return ::epoll_ctl(Descriptor(epoll.Get()), EPOLL_CTL_ADD, Descriptor(handle), &event) == 0;
    }
};

Poller::Poller() : state_(std::make_unique<State>()) {
    if (!state_->Watch(state_->wake.Get(), EPOLLIN, wakeId)) {
        ThrowLastError("Operations could not be waited for");
    }
}

Poller::~Poller() = default;

void Poller::Wake() const noexcept {
    state_->wake.Signal();
}

OwnedHandle Poller::Add(Request& request, std::uint64_t id) {
    const std::uint32_t events = request.interest == Interest::Readable ? EPOLLIN : EPOLLOUT;
    const NativeHandle handle = request.channel->Handle();
    if (state_->Watch(handle, events, id)) {
        return OwnedHandle();
    }
    if (errno == EEXIST) {  // two owners of one number: epoll knows a number once only
        OwnedHandle duplicate(::fcntl(Descriptor(handle), F_DUPFD_CLOEXEC, 0));
        if (duplicate && state_->Watch(duplicate.Get(), events, id)) {
            return duplicate;
        }
    }
    ThrowLastError("The operation could not be waited for");
}

void Poller::Remove(NativeHandle handle, std::uint64_t /*id*/) noexcept {
    static_cast<void>(
        ::epoll_ctl(Descriptor(state_->epoll.Get()), EPOLL_CTL_DEL, Descriptor(handle), nullptr));
}

std::size_t Poller::Wait(std::span<std::uint64_t> ready) noexcept {
    std::array<epoll_event, 64> events{};
    const int most = static_cast<int>(std::min(ready.size(), events.size()));
    const int count = ::epoll_wait(Descriptor(state_->epoll.Get()), events.data(), most, -1);
    std::size_t filled = 0;
    for (int index = 0; index < count; ++index) {
        const std::uint64_t id = events.at(static_cast<std::size_t>(index)).data.u64;
        if (id == wakeId) {
            state_->wake.Reset();
        } else {
            ready[filled++] = id;
        }
    }
    return filled;
}

}  // namespace System::IO::Pipes::Os
