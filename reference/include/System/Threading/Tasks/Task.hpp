#pragma once

#include <System/Exceptions.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace System::Threading::Tasks {

namespace Detail {

enum class TaskStatus { Running, RanToCompletion, Faulted, Canceled };

/// What a task and the operation behind it share: it outlives whichever of the two goes first.
template <typename T>
class TaskState : public std::enable_shared_from_this<TaskState<T>> {
  public:
    using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    [[nodiscard]] TaskStatus Status() const noexcept { return status_.load(std::memory_order_acquire); }

    void SetResult(Value value) {
        value_.emplace(std::move(value));
        Complete(TaskStatus::RanToCompletion);
    }

    void SetException(std::exception_ptr error) { Complete(TaskStatus::Faulted, std::move(error)); }
    void SetCanceled(std::exception_ptr error) { Complete(TaskStatus::Canceled, std::move(error)); }

    /// Completes with the exception that is being handled.
    void SetCurrentException() {
        try {
            throw;
        } catch (const OperationCanceledException&) {
            SetCanceled(std::current_exception());
        } catch (...) {
            SetException(std::current_exception());
        }
    }

    /// Runs `continuation` on completion; false, without running it, if that has been already.
    [[nodiscard]] bool TryContinueWith(std::function<void()>&& continuation) {
        const std::lock_guard lock(mutex_);
        if (Status() != TaskStatus::Running) {
            return false;
        }
        continuations_.push_back(std::move(continuation));
        return true;
    }

    void Wait() const {
        std::unique_lock lock(mutex_);
        completed_.wait(lock, [this] { return Status() != TaskStatus::Running; });
    }

    [[nodiscard]] bool Wait(std::chrono::milliseconds timeout) const {
        std::unique_lock lock(mutex_);
        return completed_.wait_for(lock, timeout, [this] { return Status() != TaskStatus::Running; });
    }

    /// The value of a completed task; throws what it failed with.
    const Value& Get() const {
        if (error_) {
            std::rethrow_exception(error_);
        }
        return *value_;
    }

  private:
    void Complete(TaskStatus status, std::exception_ptr error = nullptr) noexcept {
        std::vector<std::function<void()>> continuations;
        {
            const std::lock_guard lock(mutex_);
            error_ = std::move(error);
            status_.store(status, std::memory_order_release);
            continuations.swap(continuations_);
            completed_.notify_all();
        }
        for (const auto& continuation : continuations) {
            continuation();  // no lock is held: it may block, dispose or start operations
        }
    }

    mutable std::mutex mutex_;
    mutable std::condition_variable completed_;
    std::atomic<TaskStatus> status_ = TaskStatus::Running;
    std::optional<Value> value_;
    std::exception_ptr error_;
    std::vector<std::function<void()>> continuations_;
};

template <typename T>
struct TaskPromise;

}  // namespace Detail

/// An operation that is under way or completed: it can be awaited by a coroutine and waited for by a thread.
///
/// It starts at once ("hot"). Copies stand for the same operation. A task may be dropped, and may outlive the
/// stream that it came from: the operation goes on, or ends when its stream is disposed; the buffer must
/// outlive the operation. Threads: every member may be called from any thread. Whoever awaits is resumed on
/// the thread that completes the operation: the starter's own, the library's reactor thread, or the one that
/// disposes or cancels. Such a thread is lent: what blocks it delays other operations, and waiting there for
/// another pending operation waits for good.
template <typename T = void>
class [[nodiscard]] Task {
  public:
    using promise_type = Detail::TaskPromise<T>;
    using State = Detail::TaskState<T>;

    explicit Task(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    static Task FromResult(typename State::Value value = {}) {
        auto state = std::make_shared<State>();
        state->SetResult(std::move(value));
        return Task(std::move(state));
    }

    static Task FromException(std::exception_ptr error) {
        auto state = std::make_shared<State>();
        state->SetException(std::move(error));
        return Task(std::move(state));
    }

    static Task FromCanceled(std::stop_token token) {
        auto state = std::make_shared<State>();
        state->SetCanceled(std::make_exception_ptr(TaskCanceledException(std::move(token))));
        return Task(std::move(state));
    }

    [[nodiscard]] bool IsCompleted() const noexcept {
        return state_->Status() != Detail::TaskStatus::Running;
    }
    [[nodiscard]] bool IsCompletedSuccessfully() const noexcept {
        return state_->Status() == Detail::TaskStatus::RanToCompletion;
    }
    [[nodiscard]] bool IsFaulted() const noexcept { return state_->Status() == Detail::TaskStatus::Faulted; }
    [[nodiscard]] bool IsCanceled() const noexcept {
        return state_->Status() == Detail::TaskStatus::Canceled;
    }

    /// Waits for the end of the operation, then throws what it failed with.
    void Wait() const {
        state_->Wait();
        static_cast<void>(state_->Get());
    }

    /// The same for at most `timeout`; false if the operation is still under way.
    [[nodiscard]] bool Wait(std::chrono::milliseconds timeout) const {
        const bool completed = state_->Wait(timeout);
        if (completed) {
            static_cast<void>(state_->Get());
        }
        return completed;
    }

    /// Waits, then gives what the operation gave or throws what it failed with.
    T Result() const {
        state_->Wait();
        if constexpr (std::is_void_v<T>) {
            state_->Get();
        } else {
            return state_->Get();
        }
    }

    /// Calls `continuation` once the operation has ended, however it ended; at once if it has.
    void ContinueWith(std::function<void(const Task&)> continuation) const {
        auto run = [self = *this, continuation] { continuation(self); };
        if (!state_->TryContinueWith(run)) {
            run();
        }
    }

    auto operator co_await() const noexcept {
        struct Awaiter {
            State* state;  // the awaited task, which lives as long as the await expression, keeps it
            [[nodiscard]] bool await_ready() const noexcept {
                return state->Status() != Detail::TaskStatus::Running;
            }
            [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiter) const {
                // The coroutine may be resumed, and the task gone with it, before TryContinueWith returns.
                const auto kept = state->shared_from_this();
                return kept->TryContinueWith([waiter] { waiter.resume(); });
            }
            T await_resume() const {
                if constexpr (std::is_void_v<T>) {
                    state->Get();
                } else {
                    return state->Get();
                }
            }
        };
        return Awaiter{state_.get()};
    }

  private:
    std::shared_ptr<State> state_;
};

namespace Detail {

template <typename T>
struct TaskPromiseBase {
    std::shared_ptr<TaskState<T>> state = std::make_shared<TaskState<T>>();

    Task<T> get_return_object() { return Task<T>(state); }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void unhandled_exception() { state->SetCurrentException(); }
};

template <typename T>
struct TaskPromise : TaskPromiseBase<T> {
    void return_value(T value) { this->state->SetResult(std::move(value)); }
};

template <>
struct TaskPromise<void> : TaskPromiseBase<void> {
    void return_void() { state->SetResult({}); }
};

}  // namespace Detail

}  // namespace System::Threading::Tasks
