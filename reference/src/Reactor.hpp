#pragma once

#include "Os.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace System::IO::Pipes::Detail {

/// Told, on the reactor's thread, that a request can go on or has its outcome.
class ReadinessListener {
  public:
    ReadinessListener() = default;
    ReadinessListener(const ReadinessListener&) = delete;
    ReadinessListener& operator=(const ReadinessListener&) = delete;
    ReadinessListener(ReadinessListener&&) = delete;
    ReadinessListener& operator=(ReadinessListener&&) = delete;
    virtual ~ReadinessListener() = default;

    virtual void OnReady() = 0;
};

/// The one thread on which all pending operations of the process wait. It starts with the first of them and
/// is joined at exit, unless it is in somebody's continuation then. A child that was forked without exec gets
/// one of its own; what was pending in its parent stays the parent's.
class Reactor {
  public:
    /// A request that is watched; closed with it, in the rare case that the system needs one, is a duplicate.
    struct Watch {
        Reactor* reactor = nullptr;
        std::uint64_t id = 0;
        Os::NativeHandle handle = Os::NoHandle;
        Os::OwnedHandle duplicate;
    };

    /// Throws IOException or std::system_error if the thread can't be started.
    static Reactor* Instance();

    Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;
    Reactor(Reactor&&) = delete;
    Reactor& operator=(Reactor&&) = delete;
    ~Reactor() { Stop(); }

    /// `listener` is told again and again, as long as `request` can go on, or once that it has its outcome.
    /// Throws IOException.
    [[nodiscard]] Watch Add(Os::Request& request, std::shared_ptr<ReadinessListener> listener);
    static void Remove(const Watch& watch) noexcept;

  private:
    friend struct AtExit;

    void Run();
    void Stop();

    Os::Poller poller_;
    std::mutex mutex_;
    std::uint64_t lastId_ = 0;
    bool stopping_ = false;
    std::atomic<bool> isCalling_ = false;  // what may wait, in somebody's continuation, for whatever it likes
    std::unordered_map<std::uint64_t, std::shared_ptr<ReadinessListener>> listeners_;
    std::thread thread_;
};

}  // namespace System::IO::Pipes::Detail
