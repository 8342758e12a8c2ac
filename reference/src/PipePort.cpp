#include "PipePort.hpp"

#include <System/Exceptions.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace System::IO::Pipes::Detail {

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
    if (state_.fetch_sub(oneUse, std::memory_order_acq_rel) == (oneUse | closed) && ownsHandle_) {
        Os::Close(handle_);
    }
}

void PipePort::Dispose() noexcept {
    Queue ended;
    {
        const std::lock_guard lock(mutex_);
        if ((state_.fetch_or(closed, std::memory_order_acq_rel) & closed) != 0) {
            return;
        }
        ended.swap(queue_);
        waiting_ = 0;
        spareWake_.reset();
        for (const auto& transfer : ended) {
            transfer->Unwatch();
            if (!transfer->IsAsynchronous()) {
                transfer->wake_->Signal();  // it finds the port closed
            }
        }
        for (const Os::WakeHandle* const sleeper : sleepers_) {
            sleeper->Signal();
        }
    }
    std::erase_if(ended, [](const auto& transfer) { return !transfer->IsAsynchronous(); });
    for (const auto& transfer : ended) {
        transfer->use_.reset();
    }
    Release();  // the handle is closed by the time that anybody is told
    for (const auto& transfer : ended) {
        transfer->Complete({Os::Status::Aborted});
    }
}

Os::Transfer PipePort::TryRead(std::span<Byte> buffer) noexcept {
    std::unique_lock lock(twoSteps_, std::defer_lock);
    if (Os::TransfersAreTwoSteps()) {
        lock.lock();
    }
    return Os::TryRead(handle_, buffer);
}

Os::Transfer PipePort::TryWrite(std::span<const Byte> buffer) noexcept {
    std::unique_lock lock(twoSteps_, std::defer_lock);
    if (Os::TransfersAreTwoSteps()) {
        lock.lock();
    }
    return Os::TryWrite(handle_, buffer);
}

Os::Transfer PipePort::Read(std::span<Byte> buffer) {
    const Use use(*this);
    const bool isAlone = waiting_ == 0;
    if (isAlone) {  // else those that called earlier are served first
        const Os::Transfer result = TryRead(buffer);
        if (result.status != Os::Status::WouldBlock) {
            return result;
        }
    }
    const auto transfer = std::make_shared<PendingTransfer>(shared_from_this(), Os::End::Read);
    transfer->into_ = buffer;
    return WaitForTurnAndEnd(transfer, isAlone);
}

Os::Transfer PipePort::Write(std::span<const Byte> buffer) {
    const Use use(*this);
    if (waiting_ == 0) {
        const Os::Transfer result = TryWrite(buffer);
        if (result.status != Os::Status::WouldBlock &&
            (result.status != Os::Status::Done || result.count == buffer.size())) {
            return result;
        }
        buffer = buffer.subspan(result.count);
    }
    const auto transfer = std::make_shared<PendingTransfer>(shared_from_this(), Os::End::Write);
    transfer->from_ = buffer;
    return WaitForTurnAndEnd(transfer, false);
}

Os::Transfer PipePort::WaitForTurnAndEnd(const std::shared_ptr<PendingTransfer>& transfer, bool wasTried) {
    {
        const std::lock_guard lock(mutex_);
        transfer->wake_ = TakeWake();
        if (!IsClosed()) {
            queue_.push_back(transfer);
            ++waiting_;
        }
    }
    const auto interest = transfer->end_ == Os::End::Read ? Os::Interest::Readable : Os::Interest::Writable;
    Os::Transfer result{Os::Status::WouldBlock};
    for (;;) {
        bool isFirst = false;
        {
            const std::lock_guard lock(mutex_);
            if (IsClosed()) {
                result = {Os::Status::Aborted};
                break;
            }
            isFirst = queue_.front() == transfer;
        }
        if (isFirst && !std::exchange(wasTried, false)) {
            result = transfer->Advance();
            if (result.status != Os::Status::WouldBlock) {
                break;
            }
        }
        // Here, in poll on this very handle, a thread that waits can be seen, and be woken by Dispose.
        Os::Wait(isFirst ? handle_ : Os::NoHandle, interest, *transfer->wake_, std::nullopt);
    }
    FinishedList finished;
    {
        const std::lock_guard lock(mutex_);
        KeepWake(std::move(*transfer->wake_));
        if (const auto place = std::find(queue_.begin(), queue_.end(), transfer); place != queue_.end()) {
            Leave(place, finished);
        }
    }
    Complete(finished);
    return result;
}

Os::Transfer PipePort::Drain() {
    using namespace std::chrono_literals;
    constexpr std::chrono::microseconds longest = 5ms;
    std::chrono::microseconds pause = 50us;

    const Use use(*this);
    std::optional<Os::WakeHandle> wake;
    Os::Transfer result;
    bool isBroken = false;
    for (;;) {
        const auto unread = Os::Unread(handle_);
        if (IsClosed()) {
            result = {Os::Status::Aborted};
            break;
        }
        if (!unread || *unread == 0) {
            result = {unread ? Os::Status::Done : Os::Status::Failed};
            break;
        }
        if (isBroken) {
            result = {Os::Status::Broken};
            break;
        }
        if (!wake) {
            const std::lock_guard lock(mutex_);
            wake = TakeWake();
            sleepers_.push_back(&*wake);
            continue;  // it may have been closed before the wake was known
        }
        isBroken = Os::Wait(handle_, Os::Interest::BreakOnly, *wake, pause);
        pause = std::min(2 * pause, longest);
    }
    if (wake) {
        const std::lock_guard lock(mutex_);
        std::erase(sleepers_, &*wake);
        KeepWake(std::move(*wake));
    }
    return result;
}

void PipePort::ReadAsync(std::span<Byte> buffer, const std::stop_token& token, Completion complete) {
    const auto transfer = std::make_shared<PendingTransfer>(shared_from_this(), Os::End::Read);
    transfer->into_ = buffer;
    transfer->complete_ = std::move(complete);
    StartAsync(transfer, token);
}

void PipePort::WriteAsync(std::span<const Byte> buffer, const std::stop_token& token, Completion complete) {
    const auto transfer = std::make_shared<PendingTransfer>(shared_from_this(), Os::End::Write);
    transfer->from_ = buffer;
    transfer->complete_ = std::move(complete);
    StartAsync(transfer, token);
}

void PipePort::StartAsync(const std::shared_ptr<PendingTransfer>& transfer, const std::stop_token& token) {
    transfer->use_.emplace(*this);
    if (waiting_ == 0) {
        const Os::Transfer result = transfer->Advance();
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
            queue_.push_back(transfer);
            ++waiting_;
            if (queue_.front() == transfer) {
                WakeFirst(finished);
            }
        }
    }
    Complete(finished);
}

void PipePort::Advance(PendingTransfer& transfer) {
    FinishedList finished;
    {
        const std::lock_guard lock(mutex_);
        if (queue_.empty() || queue_.front().get() != &transfer) {
            return;  // cancelled or disposed meanwhile
        }
        const Os::Transfer result = transfer.Advance();
        if (result.status == Os::Status::WouldBlock) {
            return;  // somebody else was faster
        }
        finished.push_back({queue_.front(), result});
        Leave(queue_.begin(), finished);
    }
    Complete(finished);
}

void PipePort::Cancel(PendingTransfer& transfer) {
    FinishedList finished;
    {
        const std::lock_guard lock(mutex_);
        transfer.canceled_ = true;
        const auto place = std::find_if(queue_.begin(), queue_.end(),
                                        [&](const auto& candidate) { return candidate.get() == &transfer; });
        if (place == queue_.end()) {
            return;  // not there yet, or done already
        }
        finished.push_back({*place, {Os::Status::Canceled}});
        Leave(place, finished);
    }
    Complete(finished);
}

Os::WakeHandle PipePort::TakeWake() {
    if (!spareWake_) {
        return {};
    }
    Os::WakeHandle wake = std::move(*spareWake_);
    spareWake_.reset();
    return wake;
}

void PipePort::KeepWake(Os::WakeHandle&& wake) noexcept {
    if (!IsClosed()) {
        spareWake_ = std::move(wake);
    }
}

void PipePort::Leave(Queue::iterator place, FinishedList& finished) {
    const bool wasFirst = place == queue_.begin();
    (*place)->Unwatch();
    queue_.erase(place);
    --waiting_;
    if (wasFirst) {
        WakeFirst(finished);
    }
}

void PipePort::WakeFirst(FinishedList& finished) {
    while (!queue_.empty()) {
        const auto first = queue_.front();
        if (!first->IsAsynchronous()) {
            first->wake_->Signal();
            return;
        }
        try {
            first->Watch();
            return;
        } catch (const std::exception&) {  // out of handles, threads or memory: this one fails, the next one
                                           // may not
            finished.push_back({first, {Os::Status::Failed}});
            queue_.erase(queue_.begin());
            --waiting_;
        }
    }
}

void PipePort::Complete(const FinishedList& finished) noexcept {
    for (const auto& [transfer, result] : finished) {
        transfer->Complete(result);
    }
}

Os::Transfer PendingTransfer::Advance() noexcept {
    if (end_ == Os::End::Read) {
        return port_->TryRead(into_);
    }
    while (!from_.empty()) {
        const Os::Transfer result = port_->TryWrite(from_);
        if (result.status != Os::Status::Done) {
            return result;
        }
        from_ = from_.subspan(result.count);
    }
    return {};
}

void PendingTransfer::Complete(const Os::Transfer& result) noexcept {
    onStop_.reset();  // waits if the callback is running in another thread, which no lock of ours can hold up
    use_.reset();
    const auto complete = std::move(complete_);
    complete(result);
}

void PendingTransfer::Watch() {
    reactor_ = Reactor::Instance();
    watch_ = reactor_->Add(port_->Handle(), end_, shared_from_this());
    isWatched_ = true;
}

void PendingTransfer::Unwatch() noexcept {
    if (std::exchange(isWatched_, false)) {
        reactor_->Remove(watch_);
    }
}

void PendingTransfer::OnReady() {
    port_->Advance(*this);
}

}  // namespace System::IO::Pipes::Detail
