#pragma once

#include <pipects/adapter/Arguments.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>

namespace pipects::adapter {

/// The number of the calling thread, which no other ever has: an id of the system's is given again once a
/// thread has ended.
[[nodiscard]] inline std::uint64_t ThisThread() {
    static std::atomic<std::uint64_t> last = 0;
    thread_local const std::uint64_t number = ++last;
    return number;
}

/// A callback that a case gave to a member: it counts its calls and keeps the outcome of what the case wants
/// done in it.
///
/// Threads: any.
class Callback {
  public:
    /// Made on the thread that begins the call; `arrays` are those of that call.
    explicit Callback(Arrays arrays) : arrays_(std::move(arrays)) {}

    /// Runs `work`, whose outcome becomes that of Wait.
    void Run(const std::function<Value()>& work) {
        Value value;
        std::exception_ptr thrown;
        try {
            value = work();
        } catch (...) {
            thrown = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        ++count_;
        sameThread_ = ThisThread() == beginner_;
        value_ = std::move(value);
        thrown_ = std::move(thrown);
        called_.notify_all();
    }

    [[nodiscard]] std::int64_t Count() const {
        const std::lock_guard lock(mutex_);
        return count_;
    }
    [[nodiscard]] bool SameThread() const {
        const std::lock_guard lock(mutex_);
        return sameThread_;
    }
    [[nodiscard]] Value Wait() const {
        std::unique_lock lock(mutex_);
        called_.wait(lock, [this] { return count_ > 0; });
        if (thrown_ != nullptr) {
            std::rethrow_exception(thrown_);
        }
        return value_;
    }

    [[nodiscard]] const Arrays& GivenArrays() const noexcept { return arrays_; }
    [[nodiscard]] bool IsPending() const { return Count() == 0; }
    void Settle(Arguments& arguments) const {
        if (!IsPending()) {
            arguments.Borrow(arrays_);
        }
    }

  private:
    const std::uint64_t beginner_ = ThisThread();
    const Arrays arrays_;
    mutable std::mutex mutex_;
    mutable std::condition_variable called_;
    std::int64_t count_ = 0;
    bool sameThread_ = false;
    Value value_;
    std::exception_ptr thrown_;
};

}  // namespace pipects::adapter
