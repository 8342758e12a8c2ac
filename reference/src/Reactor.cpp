#include "Reactor.hpp"

#include <array>
#include <span>
#include <utility>

namespace System::IO::Pipes::Detail {

/// Ends the thread when the process exits. Streams that live longer keep the reactor's memory by their own
/// pointers.
struct Reactor::Holder {
    Holder() : reactor(std::make_shared<Reactor>()) {
        reactor->thread_ = Os::StartThread([running = reactor.get()] { running->Run(); });
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    Holder(Holder&&) = delete;
    Holder& operator=(Holder&&) = delete;
    ~Holder() { reactor->Stop(); }

    std::shared_ptr<Reactor> reactor;
};

Reactor::Reactor() = default;

std::shared_ptr<Reactor> Reactor::Instance() {
    static const Holder holder;
    return holder.reactor;
}

Reactor::Watch Reactor::Add(Os::NativeHandle handle, Os::End end,
                            std::shared_ptr<ReadinessListener> listener) {
    const std::lock_guard lock(mutex_);
    Watch watch{++lastId_, handle, {}};
    const auto entry = listeners_.emplace(watch.id, std::move(listener)).first;
    try {
        watch.duplicate = poller_.Add(handle, end, watch.id);
    } catch (...) {
        listeners_.erase(entry);
        throw;
    }
    if (watch.duplicate) {
        watch.handle = watch.duplicate.Get();
    }
    return watch;
}

void Reactor::Remove(Watch& watch) noexcept {
    poller_.Remove(watch.handle);
    std::shared_ptr<ReadinessListener>
        dropped;  // not under the lock: its end may wait for somebody's callback
    {
        const std::lock_guard lock(mutex_);
        if (const auto entry = listeners_.find(watch.id); entry != listeners_.end()) {
            dropped = std::move(entry->second);
            listeners_.erase(entry);
        }
    }
    watch = {};
}

void Reactor::Post(std::function<void()> work) {
    {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(work));
    }
    poller_.Wake();
}

void Reactor::Run() {
    std::array<std::uint64_t, 64> ids{};
    for (;;) {
        for (const std::uint64_t id : std::span(ids).first(poller_.Wait(ids))) {
            std::shared_ptr<ReadinessListener> listener;
            {
                const std::lock_guard lock(mutex_);
                if (const auto entry = listeners_.find(id); entry != listeners_.end()) {
                    listener = entry->second;
                }
            }
            if (listener) {
                listener->OnReady();
            }
        }
        std::vector<std::function<void()>> posted;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) {
                return;
            }
            posted.swap(posted_);
        }
        for (const auto& work : posted) {
            work();
        }
    }
}

void Reactor::Stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    poller_.Wake();
    if (thread_.get_id() == std::this_thread::get_id()) {
        thread_.detach();  // a continuation has called exit
    } else {
        thread_.join();
    }
    std::unordered_map<std::uint64_t, std::shared_ptr<ReadinessListener>> dropped;
    std::vector<std::function<void()>> droppedToo;
    const std::lock_guard lock(mutex_);
    dropped.swap(listeners_);
    droppedToo.swap(posted_);
}

}  // namespace System::IO::Pipes::Detail
