#pragma once

#include "Os.hpp"
#include "Reactor.hpp"

#include <System/Types.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace System::IO::Pipes::Detail {

class PendingTransfer;

/// An operating-system handle of a pipe end and whoever uses it.
///
/// Every call that uses the handle holds a Use; the handle is closed when its owner has let go and the last
/// Use has ended, so that its number is never reused under a call. Transfers that have to wait stand in one
/// queue in the order of their calls; only its first tries and waits for the handle. Nobody is called back
/// under the lock.
class PipePort final : public std::enable_shared_from_this<PipePort> {
  public:
    PipePort(Os::NativeHandle handle, bool ownsHandle, bool isInvalid) noexcept
        : handle_(handle), isInvalid_(isInvalid), ownsHandle_(ownsHandle) {}
    PipePort(const PipePort&) = delete;
    PipePort& operator=(const PipePort&) = delete;
    PipePort(PipePort&&) = delete;
    PipePort& operator=(PipePort&&) = delete;
    ~PipePort() = default;

    [[nodiscard]] Os::NativeHandle Handle() const noexcept { return handle_; }
    [[nodiscard]] bool IsInvalid() const noexcept { return isInvalid_; }
    [[nodiscard]] bool IsClosed() const noexcept {
        return (state_.load(std::memory_order_acquire) & closed) != 0;
    }

    /// Ends what waits, Aborted, and closes the handle if it is owned. Never waits.
    void Dispose() noexcept;
    void DisownHandle() noexcept { ownsHandle_ = false; }

    /// A call that uses the handle. Throws ObjectDisposedException if that is closed.
    class Use {
      public:
        explicit Use(PipePort& port);
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        Use(Use&&) = delete;
        Use& operator=(Use&&) = delete;
        ~Use() { port_->Release(); }

      private:
        PipePort* port_;
    };

    [[nodiscard]] Os::Transfer Read(std::span<Byte> buffer);
    [[nodiscard]] Os::Transfer Write(std::span<const Byte> buffer);
    /// Waits until nothing that was written is left unread. No event tells of that, so it looks again and
    /// again.
    [[nodiscard]] Os::Transfer Drain();

    using Completion = std::function<void(const Os::Transfer&)>;
    /// Calls `complete` once: before it returns or, when there is something to wait for, from another thread.
    void ReadAsync(std::span<Byte> buffer, const std::stop_token& token, Completion complete);
    void WriteAsync(std::span<const Byte> buffer, const std::stop_token& token, Completion complete);

  private:
    friend class PendingTransfer;
    using Queue = std::vector<std::shared_ptr<PendingTransfer>>;
    struct Finished {
        std::shared_ptr<PendingTransfer> transfer;
        Os::Transfer result;
    };
    using FinishedList = std::vector<Finished>;

    static constexpr std::uint32_t closed = 1;
    static constexpr std::uint32_t oneUse = 2;

    void Release() noexcept;
    [[nodiscard]] Os::Transfer TryRead(std::span<Byte> buffer) noexcept;
    [[nodiscard]] Os::Transfer TryWrite(std::span<const Byte> buffer) noexcept;
    /// @param wasTried whether it is known that the transfer has to wait, be it the first
    [[nodiscard]] Os::Transfer WaitForTurnAndEnd(const std::shared_ptr<PendingTransfer>& transfer,
                                                 bool wasTried);
    void StartAsync(const std::shared_ptr<PendingTransfer>& transfer, const std::stop_token& token);
    void Advance(PendingTransfer& transfer);
    void Cancel(PendingTransfer& transfer);

    // Under the lock:
    [[nodiscard]] Os::WakeHandle TakeWake();
    void KeepWake(Os::WakeHandle&& wake) noexcept;
    void Leave(Queue::iterator place, FinishedList& finished);
    void WakeFirst(FinishedList& finished);
    // Not under the lock:
    static void Complete(const FinishedList& finished) noexcept;

    const Os::NativeHandle handle_;
    const bool isInvalid_;
    std::atomic<bool> ownsHandle_;
    std::atomic<std::uint32_t> state_ = oneUse;  // the owner's
    std::atomic<std::size_t> waiting_ = 0;       // the queue's length, to pass an empty one without the lock
    std::mutex mutex_;
    Queue queue_;
    std::vector<const Os::WakeHandle*> sleepers_;  // of threads that wait outside the queue
    std::optional<Os::WakeHandle> spareWake_;
    std::mutex twoSteps_;
};

/// One transfer in the queue of its port: of a thread that waits itself, or asynchronous and then completed
/// by whoever finishes it.
class PendingTransfer final : public ReadinessListener, public std::enable_shared_from_this<PendingTransfer> {
  public:
    PendingTransfer(std::shared_ptr<PipePort> port, Os::End end) : port_(std::move(port)), end_(end) {}

    void OnReady() override;

  private:
    friend class PipePort;

    [[nodiscard]] bool IsAsynchronous() const noexcept { return !wake_.has_value(); }
    /// One try. Done only when nothing is left to do.
    [[nodiscard]] Os::Transfer Advance() noexcept;
    void Complete(const Os::Transfer& result) noexcept;
    void Watch();
    void Unwatch() noexcept;

    const std::shared_ptr<PipePort> port_;
    const Os::End end_;
    std::span<Byte> into_;                // of a read
    std::span<const Byte> from_;          // of a write, as much as is left
    std::optional<Os::WakeHandle> wake_;  // of a thread that waits
    PipePort::Completion complete_;       // of an asynchronous transfer
    std::optional<PipePort::Use> use_;    // of an asynchronous transfer
    std::shared_ptr<Reactor> reactor_;
    Reactor::Watch watch_;
    bool isWatched_ = false;
    bool canceled_ = false;
    std::optional<std::stop_callback<std::function<void()>>>
        onStop_;  // last: its end waits for a running callback
};

}  // namespace System::IO::Pipes::Detail
