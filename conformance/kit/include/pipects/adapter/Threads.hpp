#pragma once

#include <pipects/adapter/Platform.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace pipects::adapter {

/// A thread that does what it is given, one after the other. Work must not throw.
///
/// Work gives back what is to be done about its outcome. The thread counts as idle before it does that:
/// whoever has got an answer can rely on the thread that gave it being free.
class Worker {
  public:
    using Reply = std::function<void()>;
    using Work = std::function<Reply()>;

    explicit Worker(const std::string& name) : thread_([this, name] { Run(name); }) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    /// Does what is still to do, then ends.
    ~Worker() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
            changed_.notify_one();
        }
        thread_.join();
    }

    void Post(Work work) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
        changed_.notify_one();
    }

    [[nodiscard]] bool IsIdle() const {
        const std::lock_guard lock(mutex_);
        return queue_.empty() && !busy_;
    }

  private:
    void Run(const std::string& name) {
        platform::NameThisThread(name);
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            if (queue_.empty()) {
                return;
            }
            busy_ = true;
            auto work = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            const Reply reply = work();
            work = nullptr;  // it may hold the last reference to an object
            lock.lock();
            busy_ = false;
            lock.unlock();
            reply();
            lock.lock();
        }
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> queue_;
    bool busy_ = false;
    bool ending_ = false;
    std::thread thread_;  // last: it uses the others
};

/// The named threads of a session; each is made when it is first named. Threads: any.
class Threads {
  public:
    void Post(const std::string& name, Worker::Work work) {
        const std::lock_guard lock(mutex_);
        auto& worker = workers_[name];
        if (worker == nullptr) {
            worker = std::make_unique<Worker>(name);
        }
        worker->Post(std::move(work));
    }

    /// Ends the threads that have nothing to do, except `main`, which every case uses.
    void EndIdle() {
        const std::lock_guard lock(mutex_);
        std::erase_if(workers_, [](const auto& it) { return it.first != "main" && it.second->IsIdle(); });
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<Worker>> workers_;
};

}  // namespace pipects::adapter
