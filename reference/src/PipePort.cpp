#include "PipePort.hpp"

#include "PerProcess.hpp"

#include <System/Exceptions.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace System::IO::Pipes::Detail {

using namespace std::chrono_literals;

PipePort::Use::Use(PipePort& port) : port_(&port) {
    std::uint32_t state = port.state_.load(std::memory_order_relaxed);
    do {
        if ((state & closed) != 0) {
            throw ObjectDisposedException(
                "Cannot access a closed pipe.");  // [stream.closed.handle-closed-outside]
        }
    } while (!port.state_.compare_exchange_weak(state, state + oneUse, std::memory_order_acquire));
}

void PipePort::Release() noexcept {
    if (state_.fetch_sub(oneUse, std::memory_order_acq_rel) == (oneUse | closed)) {
        channel_.Close();
        if (ownsHandle_) {
            Os::Close(handle_);
        }
    }
}

/// A thread while it waits for the handle, where Dispose wakes it. It comes and goes under the port's lock.
class PipePort::Sleeper : public Chained<Sleeper> {
  public:
    explicit Sleeper(PipePort& port) noexcept
        : port_(&port), alarm_(std::exchange(port.spareAlarm_, std::nullopt)) {
        if (!alarm_ || alarm_->generation != ForkGeneration()) {
            auto made = Os::WakeHandle::TryMake();
            alarm_ = made ? std::optional(Alarm{std::move(*made), ForkGeneration()}) : std::nullopt;
        }
        port_->sleepers_.Append(*this);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    Sleeper(Sleeper&&) = delete;
    Sleeper& operator=(Sleeper&&) = delete;
    ~Sleeper() {
        port_->sleepers_.Remove(*this);
        if (!port_->IsClosed()) {
            port_->spareAlarm_ = std::move(alarm_);
        }
    }

    void Wake() const noexcept {
        if (alarm_) {
            alarm_->handle.Signal();
        }
    }

    /// Here, in poll on this very handle, a thread that waits can be seen. Not under the lock.
    /// @return whether the pipe has lost its other end
    bool Sleep(Os::Request& request, Os::Timeout timeout = std::nullopt) const noexcept {
        constexpr std::chrono::microseconds unheard = 10ms;  // until it sees that the port was disposed
        return alarm_ ? port_->channel_.Wait(request, &alarm_->handle, timeout)
                      : port_->channel_.Wait(request, nullptr, std::min(timeout.value_or(unheard), unheard));
    }

  private:
    PipePort* const port_;
    std::optional<Alarm> alarm_;  // none where the process has no handle left: waiting needs none
};

void PipePort::Dispose() noexcept {
    Chain<PendingTransfer> ended;  // the asynchronous ones, which this thread completes
    {
        const std::lock_guard lock(mutex_);
        if ((state_.fetch_or(closed, std::memory_order_acq_rel) & closed) != 0) {
            return;
        }
        while (PendingTransfer* const transfer = queue_.First()) {
            Remove(*transfer);
            if (AsyncTransfer* const asynchronous = transfer->Asynchronous()) {
                asynchronous->Unwatch();
                ended.Append(*asynchronous);
            }
        }
        turn_.notify_all();  // they find the port closed
        spareAlarm_.reset();
        for (const Sleeper* sleeper = sleepers_.First(); sleeper != nullptr; sleeper = sleeper->next) {
            sleeper->Wake();
        }
    }
    for (PendingTransfer* transfer = ended.First(); transfer != nullptr; transfer = transfer->next) {
        transfer->Asynchronous()->use_.reset();
    }
    Release();  // the handle is closed by the time that anybody is told
    while (PendingTransfer* const transfer = ended.First()) {
        ended.Remove(*transfer);
        const auto kept = std::exchange(transfer->Asynchronous()->keepQueued_, nullptr);
        kept->Complete(kept->OutcomeOr({Os::Status::Aborted}));
    }
}

namespace {

/// An end or a break that comes when this end is disposed is that disposal's doing: it closes the pipe's
/// other end, too, if nobody was given that. [stream.dispose-pending.sync-read]
Os::Transfer AbortedIf(bool isClosed, const Os::Transfer& result) noexcept {
    const bool isTheEnd =
        result.status == Os::Status::Broken || (result.status == Os::Status::Done && result.count == 0);
    return isTheEnd && isClosed ? Os::Transfer{Os::Status::Aborted} : result;
}

}  // namespace

Os::Transfer PipePort::TryRead(std::span<Byte> buffer) noexcept {
    const Os::Transfer result = channel_.TryRead(buffer);
    lookout_.Moved(result.count);
    return AbortedIf(IsClosed(), result);
}

Os::Transfer PipePort::TryWrite(std::span<const Byte> buffer) noexcept {
    const Os::Transfer result = channel_.TryWrite(buffer);
    lookout_.Moved(result.count);
    return AbortedIf(IsClosed(), result);
}

std::size_t PipePort::PieceSize() const noexcept {
    constexpr std::size_t whileTheReaderTakes = 8192;
    return lookout_.Looks() ? whileTheReaderTakes : std::numeric_limits<std::size_t>::max();
}

Os::Transfer PipePort::Read(std::span<Byte> buffer) {
    const Use use(*this);
    const bool isAlone = waiting_ == 0;  // else those that called earlier are served first
    if (isAlone && Os::Channel::LooksFirst() && !lookout_.ExpectsNothing()) {
        const Os::Transfer result = TryRead(buffer);
        lookout_.Tried(result.status == Os::Status::WouldBlock);
        if (result.status != Os::Status::WouldBlock) {
            return result;
        }
    }
    PendingTransfer transfer(*this, buffer);
    return WaitForTurnAndEnd(transfer, isAlone);
}

Os::Transfer PipePort::Write(std::span<const Byte> buffer) {
    const Use use(*this);
    PendingTransfer transfer(*this, buffer);
    const bool isAlone = waiting_ == 0;
    if (isAlone && !(lookout_.ExpectsNothing() && Os::Channel::TellsOfRoomFor(buffer.size()))) {
        const Os::Transfer result = transfer.Try();
        lookout_.Tried(result.status == Os::Status::WouldBlock && result.count == 0);
        if (result.status != Os::Status::WouldBlock) {
            return result;
        }
    }
    return WaitForTurnAndEnd(transfer, isAlone);
}

Os::Transfer PipePort::WaitForTurnAndEnd(PendingTransfer& transfer, bool wasTried) {
    Os::Transfer result{Os::Status::WouldBlock};
    FinishedList finished;
    {
        std::unique_lock lock(mutex_);
        if (!IsClosed()) {
            Enter(transfer);
        }
        turn_.wait(lock, [&] { return IsClosed() || queue_.First() == &transfer; });
        std::optional<Sleeper> sleeper;
        const Lookout::Way way = lookout_.Choice();
        while (!IsClosed()) {
            lock.unlock();
            if (!std::exchange(wasTried, false)) {
                result = transfer.Try();
            }
            const auto look = [&] {
                result = transfer.Try();
                return result.status != Os::Status::WouldBlock || result.count != 0 || IsClosed();
            };
            while (result.status == Os::Status::WouldBlock && !IsClosed() && Os::Channel::LooksFirst() &&
                   lookout_.Find(way, look)) {
            }
            lock.lock();
            if (result.status != Os::Status::WouldBlock || IsClosed()) {
                break;
            }
            if (!sleeper) {
                sleeper.emplace(*this);
            }
            lock.unlock();
            sleeper->Sleep(transfer.Request());
            lookout_.Moved(transfer.Request().outcome.count);
            lock.lock();
        }
        sleeper.reset();
        lookout_.Learn();
        if (transfer.isChained) {
            Leave(transfer, finished);
        }
    }
    Complete(finished);
    return result.status == Os::Status::WouldBlock ? Os::Transfer{Os::Status::Aborted} : result;
}

Os::Transfer PipePort::Drain() {
    constexpr std::chrono::microseconds longest = 5ms;
    std::chrono::microseconds pause = 50us;

    const Use use(*this);
    std::unique_lock lock(mutex_, std::defer_lock);
    std::optional<Sleeper> sleeper;  // goes before the lock
    Os::Request request{&channel_, Os::Interest::Drained};
    bool isBroken = false;
    for (;;) {
        const Os::Transfer result = request.IsOver() ? request.outcome : channel_.TryDrain();
        if (!lock.owns_lock()) {
            lock.lock();
        }
        if (IsClosed()) {
            return {Os::Status::Aborted};
        }
        if (result.status != Os::Status::WouldBlock) {
            return result;
        }
        if (isBroken) {
            return {Os::Status::Broken};
        }
        if (!sleeper) {
            sleeper.emplace(*this);
        }
        lock.unlock();
        isBroken = sleeper->Sleep(request, pause);
        pause = std::min(2 * pause, longest);
    }
}

void PipePort::ReadAsync(std::span<Byte> buffer, const std::stop_token& token, Completion complete) {
    StartAsync(std::make_shared<AsyncTransfer>(shared_from_this(), buffer, std::move(complete)), token);
}

void PipePort::WriteAsync(std::span<const Byte> buffer, const std::stop_token& token, Completion complete) {
    StartAsync(std::make_shared<AsyncTransfer>(shared_from_this(), buffer, std::move(complete)), token);
}

void PipePort::StartAsync(const std::shared_ptr<AsyncTransfer>& transfer, const std::stop_token& token) {
    if (waiting_ == 0) {
        const Os::Transfer result = transfer->Try();
        if (result.status != Os::Status::WouldBlock) {
            transfer->Complete(result);
            return;
        }
    }
    if (token.stop_possible()) {
        // Known before anybody else can complete, and so destroy, the transfer; it may fire here and now.
        transfer->onStop_.emplace(token, [waiting = transfer.get()] { waiting->port_->Cancel(*waiting); });
    }
    FinishedList finished;
    {
        const std::lock_guard lock(mutex_);
        if (transfer->canceled_) {
            finished.push_back({transfer, {Os::Status::Canceled}});
        } else if (IsClosed()) {
            finished.push_back({transfer, {Os::Status::Aborted}});
        } else {
            transfer->keepQueued_ = transfer;
            Enter(*transfer);
            if (queue_.First() == transfer.get()) {
                ServeFirst(finished);
            }
        }
    }
    Complete(finished);
}

void PipePort::Advance(AsyncTransfer& transfer) {
    FinishedList finished;
    {
        const std::lock_guard lock(mutex_);
        if (queue_.First() != &transfer) {
            return;  // cancelled or disposed meanwhile
        }
        const Os::Transfer result = transfer.Try();
        if (result.status == Os::Status::WouldBlock) {
            return;  // somebody else was faster
        }
        finished.push_back({transfer.shared_from_this(), result});
        Leave(transfer, finished);
    }
    Complete(finished);
}

void PipePort::Cancel(AsyncTransfer& transfer) {
    FinishedList finished;
    {
        const std::lock_guard lock(mutex_);
        transfer.canceled_ = true;
        if (IsClosed() || !transfer.isChained) {
            return;  // disposed, not there yet, or done already
        }
        const auto kept = transfer.shared_from_this();
        Leave(transfer, finished);
        finished.push_back({kept, kept->OutcomeOr({Os::Status::Canceled})});
    }
    Complete(finished);
}

void PipePort::Enter(PendingTransfer& transfer) noexcept {
    queue_.Append(transfer);
    ++waiting_;
}

void PipePort::Remove(PendingTransfer& transfer) noexcept {
    queue_.Remove(transfer);
    --waiting_;
}

void PipePort::Leave(PendingTransfer& transfer, FinishedList& finished) {
    const bool wasFirst = queue_.First() == &transfer;
    Remove(transfer);
    if (AsyncTransfer* const asynchronous = transfer.Asynchronous()) {
        asynchronous->Unwatch();
        asynchronous->keepQueued_.reset();  // `finished` has it
    }
    if (wasFirst) {
        ServeFirst(finished);
    }
}

void PipePort::ServeFirst(FinishedList& finished) {
    while (PendingTransfer* const first = queue_.First()) {
        AsyncTransfer* const asynchronous = first->Asynchronous();
        if (asynchronous == nullptr) {
            turn_.notify_all();
            return;
        }
        Os::Transfer result =
            asynchronous->IsToldOf() ? Os::Transfer{Os::Status::WouldBlock} : asynchronous->Try();
        if (result.status == Os::Status::WouldBlock) {
            try {
                asynchronous->Watch();
                return;
            } catch (const std::exception&) {  // out of handles, threads or memory: this one fails, the next
                                               // one may not
                result = {Os::Status::Failed};
            }
        }
        finished.push_back({std::exchange(asynchronous->keepQueued_, nullptr), result});
        Remove(*first);
    }
}

void PipePort::Complete(const FinishedList& finished) noexcept {
    for (const auto& [transfer, result] : finished) {
        transfer->Complete(result);
    }
}

Os::Transfer PendingTransfer::Try() noexcept {
    if (request_.IsOver()) {
        return OutcomeOr({});
    }
    if (request_.interest == Os::Interest::Readable) {
        return port_->TryRead(request_.into);
    }
    std::span<const Byte>& left = request_.from;
    std::size_t moved = 0;
    while (!left.empty()) {
        Os::Transfer result = port_->TryWrite(left.first(std::min(left.size(), port_->PieceSize())));
        left = left.subspan(result.count);
        moved += result.count;
        if (result.status != Os::Status::Done) {
            result.count = moved;
            return result;
        }
        if (!left.empty()) {  // a reader that takes each piece at once leaves nothing to wait for
            port_->lookout_.Learn();
        }
    }
    return {Os::Status::Done, moved};
}

bool PendingTransfer::IsToldOf() const noexcept {
    return request_.interest != Os::Interest::Writable || Os::Channel::TellsOfRoomFor(request_.from.size());
}

Os::Transfer PendingTransfer::OutcomeOr(const Os::Transfer& otherwise) const noexcept {
    return request_.IsOver() ? AbortedIf(port_->IsClosed(), request_.outcome) : otherwise;
}

void AsyncTransfer::Complete(const Os::Transfer& result) noexcept {
    onStop_.reset();  // waits if the callback is running in another thread, which no lock of ours can hold up
    use_.reset();
    const auto complete = std::move(complete_);
    complete(result);
}

void AsyncTransfer::Watch() {
    watch_ = Reactor::Instance()->Add(Request(), shared_from_this());
}

void AsyncTransfer::Unwatch() noexcept {
    if (const auto watch = std::exchange(watch_, std::nullopt)) {
        Reactor::Remove(*watch);
    }
}

}  // namespace System::IO::Pipes::Detail
