#pragma once

#include <pipects/adapter/Arguments.hpp>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace pipects::adapter {

/// What an asynchronous member returned, together with the arrays and objects that must outlive the operation
/// behind it.
///
/// @tparam Future the implementation's task, or a shared_ptr to its IAsyncResult
template <typename Future>
class Operation {
  public:
    Operation(Future future, const Arguments& arguments)
        : Operation(std::move(future), arguments.InPlaceArrays(), arguments.GivenObjects(),
                    arguments.Named()) {}
    Operation(Future future, Arrays arrays, std::vector<std::shared_ptr<Object>> objects, Objects& session)
        : future_(std::move(future)),
          arrays_(std::move(arrays)),
          objects_(std::move(objects)),
          session_(&session) {}
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    /// A case may forget an operation that is under way: its arrays stay until it has ended.
    ~Operation() {
        if (IsPending()) {
            session_->KeepUntil([future = future_, arrays = std::move(arrays_),
                                 objects = std::move(objects_)] { return IsCompleted(future); });
        }
    }

    [[nodiscard]] const Future& Get() const noexcept { return future_; }

    [[nodiscard]] bool IsSameAs(const Operation& other) const {
        if constexpr (requires { future_ == other.future_; }) {
            return future_ == other.future_;
        } else {
            return this == &other;
        }
    }

    [[nodiscard]] bool IsPending() const { return !IsCompleted(future_); }

    void Settle(Arguments& arguments) {
        if (!IsPending()) {
            arguments.Borrow(arrays_);
            ReleaseObjects();
        }
    }

  private:
    static bool IsCompleted(const Future& future) {
        if constexpr (requires { future.IsCompleted(); }) {
            return future.IsCompleted();
        } else {
            return future->IsCompleted();
        }
    }

    void ReleaseObjects() {
        std::vector<std::shared_ptr<Object>> released;  // destroyed without the lock
        const std::lock_guard lock(mutex_);
        released.swap(objects_);
    }

    Future future_;
    Arrays arrays_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<Object>> objects_;
    Objects* session_;
};

}  // namespace pipects::adapter
