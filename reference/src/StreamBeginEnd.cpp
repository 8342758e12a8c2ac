#include <System/IO/Stream.hpp>

#include "Arguments.hpp"
#include "PerProcess.hpp"
#include "Workers.hpp"

#include <atomic>
#include <system_error>
#include <utility>

namespace System::IO {

using Pipes::Detail::PerProcess;
using Pipes::Detail::Workers;
using Threading::Tasks::Task;

namespace {

/// The result of BeginRead (T is int) or BeginWrite (T is void).
template <typename T>
class AsyncResult final : public IAsyncResult, public std::enable_shared_from_this<AsyncResult<T>> {
  public:
    AsyncResult(std::shared_ptr<const void> owner, Task<T> task, std::any state)
        : owner_(std::move(owner)),
          task_(std::move(task)),
          state_(std::move(state)),
          completedSynchronously_(task_.IsCompleted()) {}

    [[nodiscard]] const std::any& AsyncState() const noexcept override { return state_; }
    [[nodiscard]] bool IsCompleted() const noexcept override { return task_.IsCompleted(); }
    [[nodiscard]] bool CompletedSynchronously() const noexcept override { return completedSynchronously_; }

    void Wait() const override {
        try {
            task_.Wait();
        } catch (const Exception&) {  // it belongs to End...
            return;
        }
    }

    [[nodiscard]] bool Wait(std::chrono::milliseconds timeout) const override {
        try {
            return task_.Wait(timeout);
        } catch (const Exception&) {
            return true;
        }
    }

    /// On a thread that began no operation and completes none; on the one that completes this where the
    /// system has no thread left. [stream.begin-read.pool-thread, stream.begin-write.pool-thread]
    void CallWhenCompleted(AsyncCallback callback) {
        if (callback) {
            auto call = [self = this->shared_from_this(), callback = std::move(callback)] { callback(self); };
            task_.ContinueWith([call = std::move(call)](const Task<T>&) {
                try {
                    PerProcess<Workers>::Instance().Run(call);
                } catch (const std::system_error&) {
                    call();
                }
            });
        }
    }

    [[nodiscard]] bool BelongsTo(const void* owner) const noexcept { return owner_.get() == owner; }

    T End() {
        if (ended_.exchange(true)) {  // [stream.end-read.once, stream.end-write.once]
            throw InvalidOperationException(
                "The operation was ended already: each Begin takes exactly one End.");
        }
        return task_.Result();
    }

  private:
    const std::shared_ptr<const void> owner_;  // kept, so that no later stream can be taken for it
    const Task<T> task_;
    const std::any state_;
    const bool completedSynchronously_;
    std::atomic<bool> ended_ = false;
};

template <typename T>
std::shared_ptr<IAsyncResult> Begin(std::shared_ptr<const void> owner, Task<T> task, AsyncCallback callback,
                                    std::any state) {
    const auto result = std::make_shared<AsyncResult<T>>(std::move(owner), std::move(task), std::move(state));
    result->CallWhenCompleted(std::move(callback));
    return result;
}

template <typename T>
T End(const void* owner, const std::shared_ptr<IAsyncResult>& asyncResult) {
    if (!asyncResult) {
        throw ArgumentNullException("asyncResult");
    }
    auto* const result = dynamic_cast<AsyncResult<T>*>(asyncResult.get());
    if (result == nullptr || !result->BelongsTo(owner)) {
        // [stream.end-read.other-stream-result, stream.end-read.foreign-result]
        throw ArgumentException("The result is not one of this operation on this stream.", "asyncResult");
    }
    return result->End();
}

}  // namespace

std::shared_ptr<const void> Stream::Identity() const {
    return {std::shared_ptr<const void>(), this};
}

std::shared_ptr<IAsyncResult> Stream::BeginRead(ArrayView<Byte> buffer, int offset, int count,
                                                AsyncCallback callback, std::any state) {
    return Begin(Identity(), ReadAsync(buffer, offset, count), std::move(callback), std::move(state));
}

int Stream::EndRead(const std::shared_ptr<IAsyncResult>& asyncResult) {
    return End<int>(Identity().get(), asyncResult);
}

std::shared_ptr<IAsyncResult> Stream::BeginWrite(ArrayView<const Byte> buffer, int offset, int count,
                                                 AsyncCallback callback, std::any state) {
    return Begin(Identity(), WriteAsync(buffer, offset, count), std::move(callback), std::move(state));
}

void Stream::EndWrite(const std::shared_ptr<IAsyncResult>& asyncResult) {
    End<void>(Identity().get(), asyncResult);
}

}  // namespace System::IO
