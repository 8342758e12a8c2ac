#pragma once

#include "Os.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace System::IO::Pipes::Detail {

/// Threads for work that may block, as many as there is such work at a time: none of it holds up another. A
/// thread without work stays for a moment; none is waited for at exit.
class Workers {
  public:
    /// Throws std::system_error if there is no thread left.
    void Run(std::function<void()> work) {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->idle <= shared_->work.size()) {
            Os::StartThread([shared = shared_] {
                Serve(*shared);
            }).detach();  // it needs nothing but `shared`
            ++shared_->idle;
        }
        shared_->work.push_back(std::move(work));
        shared_->arrived.notify_one();
    }

  private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable arrived;
        std::deque<std::function<void()>> work;
        std::size_t idle = 0;  // threads that wait, or are about to
    };

    static void Serve(Shared& shared) {
        constexpr std::chrono::milliseconds stay{20};
        std::unique_lock lock(shared.mutex);
        while (shared.arrived.wait_for(lock, stay, [&] { return !shared.work.empty(); })) {
            auto work = std::move(shared.work.front());
            shared.work.pop_front();
            --shared.idle;
            lock.unlock();
            work();
            work = nullptr;  // not under the lock: its end may be that of whatever a user keeps in it
            lock.lock();
            ++shared.idle;
        }
        --shared.idle;
    }

    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace System::IO::Pipes::Detail
