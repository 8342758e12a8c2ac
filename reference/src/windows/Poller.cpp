#include "Workers.hpp"
#include "windows/BlockingCall.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

namespace System::IO::Pipes::Os {

/// A synchronous end, which those of anonymous pipes are, takes no request that it does not block a thread
/// for: each of them, at most one for each end, is some worker's.
struct Poller::State {
    std::mutex mutex;
    std::condition_variable happened;
    std::deque<std::uint64_t> ready;
    bool isWoken = false;
    std::map<std::uint64_t, std::shared_ptr<BlockingCall>> calls;
    Detail::Workers workers;
};

Poller::Poller() : state_(std::make_unique<State>()) {}

Poller::~Poller() = default;

OwnedHandle Poller::Add(Request& request, std::uint64_t id) {
    const auto call = std::make_shared<BlockingCall>();
    {
        const std::lock_guard lock(state_->mutex);
        state_->calls[id] = call;
    }
    try {
        state_->workers.Run([call, id, &request, &state = *state_] {
            call->Run(request);
            const std::lock_guard lock(state.mutex);
            if (state.calls.contains(id)) {
                state.ready.push_back(id);
                state.happened.notify_one();
            }
        });
    } catch (...) {
        Remove(NoHandle, id);
        throw;
    }
    return OwnedHandle();
}

void Poller::Remove(NativeHandle /*handle*/, std::uint64_t id) noexcept {
    std::shared_ptr<BlockingCall> call;
    {
        const std::lock_guard lock(state_->mutex);
        const auto entry = state_->calls.find(id);
        if (entry == state_->calls.end()) {
            return;
        }
        call = std::move(entry->second);
        state_->calls.erase(entry);
    }
    call->End();
}

std::size_t Poller::Wait(std::span<std::uint64_t> ready) noexcept {
    std::unique_lock lock(state_->mutex);
    state_->happened.wait(lock, [&] { return state_->isWoken || !state_->ready.empty(); });
    state_->isWoken = false;
    const std::size_t count = std::min(ready.size(), state_->ready.size());
    std::copy_n(state_->ready.begin(), count, ready.begin());
    state_->ready.erase(state_->ready.begin(), state_->ready.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
}

void Poller::Wake() const noexcept {
    const std::lock_guard lock(state_->mutex);
    state_->isWoken = true;
    state_->happened.notify_one();
}

}  // namespace System::IO::Pipes::Os
