#include "PipeCore.hpp"

#include "PipePort.hpp"

#include <System/Exceptions.hpp>

#include <string>
#include <utility>
#include <variant>

namespace System::IO::Pipes::Detail {

using Threading::Tasks::Task;

void RefuseInOut(PipeDirection direction) {
    if (direction == PipeDirection::InOut) {
        throw NotSupportedException("Anonymous pipes can only be in one direction.");
    }
}

void RequireValid(const SafePipeHandlePtr& handle, const char* paramName) {
    if (!handle) {
        throw ArgumentNullException(paramName);
    }
    if (handle->IsInvalid()) {
        throw ArgumentException("Invalid handle.", paramName);
    }
}

void RequireOpen(const SafePipeHandlePtr& handle) {
    if (handle->IsClosed()) {
        throw IOException("The pipe's handle is closed.");  // [client.ctor.direction-handle.closed]
    }
}

void RequireEnd(Os::HandleKind kind, const HandleArgument& argument) {
    switch (kind) {
        case Os::HandleKind::NotOpen:
            throw IOException("The pipe's handle is not open.");
        case Os::HandleKind::NotAPipe:
            throw IOException("The handle is not a pipe's.");  // [client.ctor-string.not-a-pipe]
        case Os::HandleKind::ReadEnd:
        case Os::HandleKind::WriteEnd:
            if ((kind == Os::HandleKind::ReadEnd) != (argument.end == Os::End::Read)) {
                throw ArgumentException("The handle is that of the pipe's other end.", argument.paramName);
            }
            break;
        case Os::HandleKind::BothEnds:
            break;
    }
}

// --- State. Which error wins: not connected, closed, no handle, broken.

void PipeCore::CheckConnected() const {
    const State state = state_;
    if (state == State::WaitingToConnect) {
        throw InvalidOperationException("Pipe hasn't been connected yet.");
    }
    if (state == State::Disconnected) {
        throw InvalidOperationException("Pipe is in a disconnected state.");
    }
}

void PipeCore::CheckHandle() const {
    if (IsClosed() || (handle_ && handle_->IsClosed())) {
        throw ObjectDisposedException("Cannot access a closed pipe.");
    }
    if (!handle_) {
        throw InvalidOperationException("Pipe handle has not been set.");
    }
}

void PipeCore::CheckProperty() const {
    if (state_ == State::WaitingToConnect) {
        CheckConnected();  // [stream.transmission-mode.waiting-to-connect]
    }
    CheckHandle();
    if (const State state = state_; state == State::Broken || state == State::Ended) {
        throw IOException("Pipe is broken.");  // [stream.in-buffer-size.io-error]
    }
}

void PipeCore::CheckRead() const {  // a broken pipe may still be read to its end
    CheckConnected();
    CheckHandle();
}

void PipeCore::CheckWrite() const {
    CheckConnected();
    CheckHandle();
    if (state_ == State::Broken) {
        throw IOException("Pipe is broken.");  // [stream.zero.write-after-break-detected]
    }
}

void PipeCore::RequireReads() const {
    if (!Reads()) {
        throw NotSupportedException("Stream does not support reading.");
    }
}

void PipeCore::RequireWrites() const {
    if (!Writes()) {
        throw NotSupportedException("Stream does not support writing.");
    }
}

void PipeCore::InitializeHandle(SafePipeHandlePtr handle, bool isExposed, bool isAsync) {
    if (handle) {
        RequireOpen(handle);
        const auto kind = Os::Inspect(handle->DangerousGetHandle());
        if (kind == Os::HandleKind::NotOpen || kind == Os::HandleKind::NotAPipe) {
            RequireEnd(kind, {});  // [stream.initialize-handle.cannot-bind]
        }
        state_ = State::Connected;  // [stream.initialize-handle.connected]
    }
    handle_ = std::move(handle);
    isExposed_ = isExposed;
    isAsync_ = isAsync;
}

SafePipeHandlePtr PipeCore::ExposeHandle() {
    CheckHandle();
    isExposed_ = true;
    return handle_;
}

PipeTransmissionMode PipeCore::ReadMode() const {
    CheckHandle();  // a broken pipe still tells
    return readMode_;
}

void PipeCore::SetReadMode(PipeTransmissionMode value) {
    if (value != PipeTransmissionMode::Byte && value != PipeTransmissionMode::Message) {
        throw ArgumentOutOfRangeException("value", "Not a value of PipeTransmissionMode.");
    }
    if (value == PipeTransmissionMode::Message && transmissionMode_ != PipeTransmissionMode::Message) {
        throw NotSupportedException("Message read mode needs a pipe whose transmission mode is Message.");
    }
    readMode_ = value;
}

int PipeCore::BufferSize() const {
    const PipePort::Use use(*handle_->Port());
    return Os::BufferSize(handle_->DangerousGetHandle());
}

void PipeCore::Close() noexcept {
    state_ = State::Closed;
    if (handle_) {
        handle_->Dispose();
    }
}

// --- Transfers

void PipeCore::ThrowIfFailed(const Os::Transfer& result) {
    switch (result.status) {
        case Os::Status::Broken: {
            State connected = State::Connected;
            state_.compare_exchange_strong(
                connected, State::Broken);  // a disposal stays one [stream.broken.dispose-overrides]
            throw IOException("Pipe is broken.");
        }
        case Os::Status::Aborted:  // [stream.dispose-pending.async-read, stream.end-read.closed]
            throw IOException("The operation was aborted because this end of the pipe was disposed.");
        case Os::Status::Failed:
            if (result.error == 0) {
                throw IOException("The system had no means left to wait for the operation.");
            }
            throw IOException("The operation on the pipe failed: " + Os::Describe(result.error) + ".");
        default:
            break;
    }
}

int PipeCore::CountOf(const Os::Transfer& read) noexcept {
    if (read.count == 0 && Os::EndIsFinal()) {
        State connected = State::Connected;
        state_.compare_exchange_strong(connected, State::Ended);  // [stream.eof.windows-becomes-broken]
    }
    return static_cast<int>(read.count);
}

int PipeCore::Read(std::span<Byte> buffer) {
    RequireReads();  // [stream.precedence.direction-before-closed]
    CheckRead();
    if (buffer.empty()) {
        return 0;  // [stream.zero.read-returns-at-once, stream.zero.read-takes-nothing]
    }
    const Os::Transfer result = handle_->Port()->Read(buffer);
    ThrowIfFailed(result);
    return CountOf(result);
}

void PipeCore::Write(std::span<const Byte> buffer) {
    RequireWrites();
    CheckWrite();
    if (!buffer.empty()) {  // [stream.zero.write-does-not-detect-break]
        ThrowIfFailed(handle_->Port()->Write(buffer));
    }
}

void PipeCore::Drain() {
    CheckWrite();  // [stream.drain.state-before-direction]
    RequireWrites();
    ThrowIfFailed(handle_->Port()->Drain());
}

template <typename TaskState, typename ResultOf>
auto PipeCore::Completing(std::shared_ptr<TaskState> state, std::stop_token token, ResultOf resultOf) {
    return [self = shared_from_this(), state = std::move(state), token = std::move(token),
            resultOf](const Os::Transfer& transfer) {
        try {
            if (transfer.status == Os::Status::Canceled) {
                throw Threading::Tasks::TaskCanceledException(token);
            }
            self->ThrowIfFailed(transfer);
        } catch (...) {
            state->SetCurrentException();
            return;
        }
        state->SetResult(resultOf(transfer));
    };
}

Task<int> PipeCore::ReadAsync(std::span<Byte> buffer, const std::stop_token& token) {
    RequireReads();  // [stream.precedence.direction-before-cancel]
    if (token.stop_requested()) {
        return Task<int>::FromCanceled(token);  // [stream.cancel.beforehand-takes-nothing]
    }
    CheckRead();
    if (buffer.empty()) {
        return Task<int>::FromResult(0);
    }
    const auto state = std::make_shared<Task<int>::State>();
    handle_->Port()->ReadAsync(buffer, token, Completing(state, token, [this](const Os::Transfer& result) {
                                   return CountOf(result);  // the transfer keeps this
                               }));
    return Task<int>(state);
}

Task<> PipeCore::WriteAsync(std::span<const Byte> buffer, const std::stop_token& token) {
    RequireWrites();
    if (token.stop_requested()) {
        return Task<>::FromCanceled(token);
    }
    CheckWrite();
    if (buffer.empty()) {
        return Task<>::FromResult();
    }
    const auto state = std::make_shared<Task<>::State>();
    handle_->Port()->WriteAsync(
        buffer, token, Completing(state, token, [](const Os::Transfer&) { return std::monostate(); }));
    return Task<>(state);
}

}  // namespace System::IO::Pipes::Detail
