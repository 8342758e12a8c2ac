#include "windows/BlockingCall.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace System::IO::Pipes::Os {

namespace {

/// The calls that signals end, each under the event that it came with, and the events that are signalled.
/// That is known here alone: to set an event and to ask for it takes the system longer than a transfer.
struct Sleepers {
    std::mutex mutex;
    std::map<NativeHandle, BlockingCall*> calls;
    std::set<NativeHandle> signalled;
};

/// Never destroyed: a static stream may outlive every other static object.
Sleepers& TheSleepers() {
    static auto* const instance = std::make_unique<Sleepers>().release();
    return *instance;
}

/// Lets signals of `wake` end `call` as long as it lives.
class Registration {
  public:
    Registration(const WakeHandle& wake, BlockingCall& call) : event_(wake.Get()) {
        const std::lock_guard lock(TheSleepers().mutex);
        TheSleepers().calls[event_] = &call;
        if (TheSleepers().signalled.contains(event_)) {
            call.End();
        }
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    Registration(Registration&&) = delete;
    Registration& operator=(Registration&&) = delete;
    ~Registration() {
        const std::lock_guard lock(TheSleepers().mutex);
        TheSleepers().calls.erase(event_);
    }

  private:
    NativeHandle event_;
};

[[nodiscard]] HANDLE NewEvent() noexcept {
    const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const std::lock_guard lock(TheSleepers().mutex);
    TheSleepers().signalled.erase(Number(event));  // of one that is closed and had the same number
    return event;
}

[[nodiscard]] OwnedHandle ToWaitWith(HANDLE event) {
    if (event == nullptr) {
        ThrowLastError("There is no handle left to wait with");
    }
    return OwnedHandle(Number(event));
}

}  // namespace

WakeHandle::WakeHandle() : handle_(ToWaitWith(NewEvent())) {}

std::optional<WakeHandle> WakeHandle::TryMake() noexcept {
    const HANDLE event = NewEvent();
    return event == nullptr ? std::nullopt : std::optional(WakeHandle(OwnedHandle(Number(event))));
}

void WakeHandle::Signal() const noexcept {
    const std::lock_guard lock(TheSleepers().mutex);
    TheSleepers().signalled.insert(Get());
    if (const auto entry = TheSleepers().calls.find(Get()); entry != TheSleepers().calls.end()) {
        entry->second->End();
    }
}

void WakeHandle::Reset() const noexcept {
    const std::lock_guard lock(TheSleepers().mutex);
    TheSleepers().signalled.erase(Get());
}

// The system has no way to look whether there is room, nor to wait for data and leave it where it is: what
// can't be had at once is carried out by a thread that blocks.

bool Channel::LooksFirst() noexcept {
    return false;
}

bool Channel::TellsOfRoomFor(std::size_t /*count*/) noexcept {
    return true;
}

Transfer Channel::TryRead(std::span<Byte> buffer) noexcept {
    const std::unique_lock turn(mutex_, std::try_to_lock);
    if (!turn) {
        return {Status::WouldBlock};  // a call is under way, behind which even a look would wait
    }
    DWORD available = 0;
    if (::PeekNamedPipe(Native(handle_), nullptr, 0, nullptr, &available, nullptr) == FALSE) {
        return Failure(Interest::Readable, ::GetLastError());
    }
    if (available == 0) {
        return {Status::WouldBlock};
    }
    Request request{this, Interest::Readable, buffer};
    BlockingCall().RunNow(request);
    return request.outcome;
}

Transfer Channel::TryWrite(std::span<const Byte> /*buffer*/) noexcept {
    return {Status::WouldBlock};
}

Transfer Channel::TryDrain() noexcept {
    return {Status::WouldBlock};
}

bool Channel::Wait(Request& request, const WakeHandle* wake, Timeout /*timeout*/) noexcept {
    BlockingCall call;
    std::optional<Registration> registration;
    if (wake != nullptr) {
        registration.emplace(*wake, call);
    }
    call.Run(request);
    return request.outcome.status == Status::Broken;
}

}  // namespace System::IO::Pipes::Os
