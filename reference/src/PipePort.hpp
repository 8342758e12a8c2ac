#pragma once

#include "Chain.hpp"
#include "Lookout.hpp"
#include "Os.hpp"
#include "Reactor.hpp"

#include <System/Types.hpp>

#include <atomic>
#include <condition_variable>
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

class AsyncTransfer;
class PipePort;

/// One transfer and, if it has to wait, its place in the queue of its port.
class PendingTransfer : public Chained<PendingTransfer> {
  public:
    PendingTransfer(PipePort& port, std::span<Byte> into) noexcept;
    PendingTransfer(PipePort& port, std::span<const Byte> from) noexcept;

    /// One try. Done only when nothing is left to do; a write that would block has moved `count` bytes.
    [[nodiscard]] Os::Transfer Try() noexcept;
    /// Whether the system tells as soon as a try would move something.
    [[nodiscard]] bool IsToldOf() const noexcept;
    /// To be waited for.
    [[nodiscard]] Os::Request& Request() noexcept { return request_; }
    /// What has become of it while somebody waited; `otherwise` if nothing has.
    [[nodiscard]] Os::Transfer OutcomeOr(const Os::Transfer& otherwise) const noexcept;
    /// This transfer if no thread waits for it.
    [[nodiscard]] virtual AsyncTransfer* Asynchronous() noexcept { return nullptr; }

    PendingTransfer(const PendingTransfer&) = delete;
    PendingTransfer& operator=(const PendingTransfer&) = delete;
    PendingTransfer(PendingTransfer&&) = delete;
    PendingTransfer& operator=(PendingTransfer&&) = delete;
    virtual ~PendingTransfer() = default;

  protected:
    PipePort* const port_;

  private:
    Os::Request request_;
};

/// An operating-system handle of a pipe end and whoever uses it.
///
/// Every call that uses the handle holds a Use; the handle is closed when its owner has let go and the last
/// Use has ended, so that its number is never reused under a call. Transfers that have to wait stand in one
/// queue in the order of their calls; only its first tries and waits for the handle. Nobody is called back
/// under the lock.
class PipePort final : public std::enable_shared_from_this<PipePort> {
  public:
    PipePort(Os::NativeHandle handle, bool ownsHandle, bool isInvalid) noexcept
        : handle_(handle), isInvalid_(isInvalid), ownsHandle_(ownsHandle), channel_(handle) {}
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

    [[nodiscard]] bool OwnsHandle() const noexcept { return ownsHandle_; }

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
    friend class AsyncTransfer;
    friend class PendingTransfer;
    class Sleeper;
    struct Alarm {
        Os::WakeHandle handle;
        unsigned generation;
    };
    struct Finished {
        std::shared_ptr<AsyncTransfer> transfer;
        Os::Transfer result;
    };
    using FinishedList = std::vector<Finished>;

    static constexpr std::uint32_t closed = 1;
    static constexpr std::uint32_t oneUse = 2;

    void Release() noexcept;
    [[nodiscard]] Os::Transfer TryRead(std::span<Byte> buffer) noexcept;
    [[nodiscard]] Os::Transfer TryWrite(std::span<const Byte> buffer) noexcept;
    /// Bytes to write with one call of the system, at most.
    [[nodiscard]] std::size_t PieceSize() const noexcept;
    /// @param wasTried whether it is known that the transfer has to wait, be it the first
    [[nodiscard, gnu::noinline]] Os::Transfer WaitForTurnAndEnd(PendingTransfer& transfer, bool wasTried);
    void StartAsync(const std::shared_ptr<AsyncTransfer>& transfer, const std::stop_token& token);
    void Advance(AsyncTransfer& transfer);
    void Cancel(AsyncTransfer& transfer);

    // Under the lock:
    void Enter(PendingTransfer& transfer) noexcept;
    void Leave(PendingTransfer& transfer, FinishedList& finished);
    void Remove(PendingTransfer& transfer) noexcept;
    void ServeFirst(FinishedList& finished);
    // Not under the lock:
    static void Complete(const FinishedList& finished) noexcept;

    const Os::NativeHandle handle_;
    const bool isInvalid_;
    std::atomic<bool> ownsHandle_;
    std::atomic<std::uint32_t> state_ = oneUse;  // the owner's
    std::atomic<std::size_t> waiting_ = 0;       // the queue's length, to pass an empty one without the lock
    Os::Channel channel_;
    Lookout lookout_;
    std::mutex mutex_;
    Chain<PendingTransfer> queue_;
    std::condition_variable turn_;  // of threads that are not the queue's first
    Chain<Sleeper> sleepers_;       // threads that wait for the handle
    std::optional<Alarm> spareAlarm_;
};

inline PendingTransfer::PendingTransfer(PipePort& port, std::span<Byte> into) noexcept
    : port_(&port), request_{&port.channel_, Os::Interest::Readable, into} {}
inline PendingTransfer::PendingTransfer(PipePort& port, std::span<const Byte> from) noexcept
    : port_(&port), request_{&port.channel_, Os::Interest::Writable, {}, from} {}

/// A transfer that no thread waits for: whoever finishes it completes it.
class AsyncTransfer final : public PendingTransfer,
                            public ReadinessListener,
                            public std::enable_shared_from_this<AsyncTransfer> {
  public:
    template <typename Bytes>
    AsyncTransfer(std::shared_ptr<PipePort> port, Bytes bytes, PipePort::Completion complete)
        : PendingTransfer(*port, bytes),
          keepPort_(std::move(port)),
          complete_(std::move(complete)),
          use_(std::in_place, *port_) {}

    void OnReady() override { port_->Advance(*this); }
    [[nodiscard]] AsyncTransfer* Asynchronous() noexcept override { return this; }

  private:
    friend class PipePort;

    void Complete(const Os::Transfer& result) noexcept;
    void Watch();
    void Unwatch() noexcept;

    const std::shared_ptr<PipePort> keepPort_;
    PipePort::Completion complete_;
    std::optional<PipePort::Use> use_;
    std::shared_ptr<AsyncTransfer> keepQueued_;  // the queue's own
    std::optional<Reactor::Watch> watch_;
    bool canceled_ = false;
    std::optional<std::stop_callback<std::function<void()>>>
        onStop_;  // last: its end waits for a running callback
};

}  // namespace System::IO::Pipes::Detail
