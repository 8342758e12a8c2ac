#pragma once

#include <any>
#include <chrono>
#include <functional>
#include <memory>

namespace System {

/// What BeginRead and BeginWrite give back. Its members may be called from any thread.
class IAsyncResult {
  public:
    IAsyncResult(const IAsyncResult&) = delete;
    IAsyncResult& operator=(const IAsyncResult&) = delete;
    IAsyncResult(IAsyncResult&&) = delete;
    IAsyncResult& operator=(IAsyncResult&&) = delete;
    virtual ~IAsyncResult() = default;

    /// The object that the caller of Begin... gave. [stream.begin-read.state, stream.begin-write.state]
    [[nodiscard]] virtual const std::any& AsyncState() const noexcept = 0;
    [[nodiscard]] virtual bool IsCompleted() const noexcept = 0;
    /// Whether it was completed by the time Begin... returned, its callback having run on the caller's
    /// thread.
    [[nodiscard]] virtual bool CompletedSynchronously() const noexcept = 0;

    /// Stands for AsyncWaitHandle: waits until the operation is completed.
    virtual void Wait() const = 0;
    /// The same for at most `timeout`; says whether the operation is completed.
    [[nodiscard]] virtual bool Wait(std::chrono::milliseconds timeout) const = 0;

  protected:
    IAsyncResult() = default;
};

/// Called once when the operation is completed, on whichever thread completes it (the caller's, the
/// reactor's, one that disposes). An exception that leaves it ends the program.
using AsyncCallback = std::function<void(const std::shared_ptr<IAsyncResult>&)>;

}  // namespace System
