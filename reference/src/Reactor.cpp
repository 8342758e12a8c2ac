#include "Reactor.hpp"

#include "PerProcess.hpp"

#include <array>
#include <span>
#include <utility>

namespace System::IO::Pipes::Detail {

Reactor::Reactor() : thread_(Os::StartThread([this] { Run(); })) {}

/// Ends the thread, if there is one, when the process exits; the reactor's memory stays for streams that live
/// longer.
struct AtExit {
    AtExit() = default;
    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;
    AtExit(AtExit&&) = delete;
    AtExit& operator=(AtExit&&) = delete;
    ~AtExit() {
        if (Reactor* const running = PerProcess<Reactor>::Known()) {
            running->Stop();
        }
    }
};

Reactor* Reactor::Instance() {
    Reactor& instance = PerProcess<Reactor>::Instance();
    static const AtExit atExit;
    return &instance;
}

Reactor::Watch Reactor::Add(Os::Request& request, std::shared_ptr<ReadinessListener> listener) {
    const std::lock_guard lock(mutex_);
    Watch watch{this, ++lastId_, request.channel->Handle(), {}};
    const auto entry = listeners_.emplace(watch.id, std::move(listener)).first;
    try {
        watch.duplicate = poller_.Add(request, watch.id);
    } catch (...) {
        listeners_.erase(entry);
        throw;
    }
    if (watch.duplicate) {
        watch.handle = watch.duplicate.Get();
    }
    return watch;
}

void Reactor::Remove(const Watch& watch) noexcept {
    Reactor* const reactor = watch.reactor;
    if (reactor != PerProcess<Reactor>::Known()) {
        return;  // of the process that this one was forked from, which shares the system's list with us
    }
    reactor->poller_.Remove(watch.handle, watch.id);
    std::shared_ptr<ReadinessListener>
        dropped;  // not under the lock: its end may wait for somebody's continuation
    const std::lock_guard lock(reactor->mutex_);
    if (const auto entry = reactor->listeners_.find(watch.id); entry != reactor->listeners_.end()) {
        dropped = std::move(entry->second);
        reactor->listeners_.erase(entry);
    }
}

void Reactor::Run() {
    std::array<std::uint64_t, 64> ids{};
    for (;;) {
        for (const std::uint64_t id : std::span(ids).first(poller_.Wait(ids))) {
            std::shared_ptr<ReadinessListener> listener;
            {
                const std::lock_guard lock(mutex_);
                if (const auto entry = listeners_.find(id); entry != listeners_.end() && !stopping_) {
                    listener = entry->second;
                    isCalling_ = true;
                }
            }
            if (listener) {
                listener->OnReady();
                isCalling_ = false;
            }
        }
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            return;
        }
    }
}

void Reactor::Stop() {
    bool isCalling = false;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        isCalling = isCalling_;
    }
    poller_.Wake();
    if (isCalling) {
        thread_.detach();  // it has called exit itself, or may wait for good
    } else if (thread_.joinable()) {
        thread_.join();
    }
    std::unordered_map<std::uint64_t, std::shared_ptr<ReadinessListener>> dropped;
    const std::lock_guard lock(mutex_);
    dropped.swap(listeners_);
}

}  // namespace System::IO::Pipes::Detail
