#include <System/IO/Pipes/PipeStream.hpp>

#include "PipeCore.hpp"

#include <System/Exceptions.hpp>

#include <utility>

namespace System::IO::Pipes {

using Threading::Tasks::Task;

namespace {

bool IsDirection(PipeDirection value) noexcept {
    return value == PipeDirection::In || value == PipeDirection::Out || value == PipeDirection::InOut;
}

bool IsMode(PipeTransmissionMode value) noexcept {
    return value == PipeTransmissionMode::Byte || value == PipeTransmissionMode::Message;
}

std::shared_ptr<Detail::PipeCore> MakeCore(PipeDirection direction, PipeTransmissionMode mode, int bufferSize,
                                           const char* bufferSizeName) {
    if (!IsDirection(direction)) {
        throw ArgumentOutOfRangeException("direction", "Not a value of PipeDirection.");
    }
    if (!IsMode(mode)) {
        throw ArgumentOutOfRangeException("transmissionMode", "Not a value of PipeTransmissionMode.");
    }
    if (bufferSize < 0) {
        throw ArgumentOutOfRangeException(bufferSizeName, "Non-negative number required.");
    }
    return std::make_shared<Detail::PipeCore>(direction, mode);
}

[[noreturn]] void RefuseSeeking() {
    throw NotSupportedException("Stream does not support seeking.");
}

}  // namespace

PipeStream::PipeStream(PipeDirection direction, int bufferSize)
    : core_(MakeCore(direction, PipeTransmissionMode::Byte, bufferSize, "bufferSize")) {}

PipeStream::PipeStream(PipeDirection direction, PipeTransmissionMode transmissionMode, int outBufferSize)
    : core_(MakeCore(direction, transmissionMode, outBufferSize, "outBufferSize")) {}

PipeStream::PipeStream(PipeStream&& other) noexcept = default;

PipeStream& PipeStream::operator=(PipeStream&& other) noexcept {
    if (this != &other) {
        if (core_) {
            core_->Close();
        }
        core_ = std::move(other.core_);
    }
    return *this;
}

PipeStream::~PipeStream() {
    if (core_) {
        core_->Close();
    }
}

void PipeStream::Dispose(bool /*disposing*/) {
    if (core_) {
        core_->Close();
    }
}

Detail::PipeCore& PipeStream::Core() const {
    if (!core_) {
        throw ObjectDisposedException("Cannot access a closed pipe.");
    }
    return *core_;
}

bool PipeStream::CanRead() const noexcept {
    return core_ && core_->CanRead();
}
bool PipeStream::CanWrite() const noexcept {
    return core_ && core_->CanWrite();
}
bool PipeStream::IsConnected() const noexcept {
    return core_ && core_->IsConnected();
}
bool PipeStream::IsAsync() const noexcept {
    return core_ && core_->IsAsync();
}
bool PipeStream::IsHandleExposed() const noexcept {
    return core_ && core_->IsHandleExposed();
}

std::int64_t PipeStream::Length() const {
    RefuseSeeking();
}
std::int64_t PipeStream::Position() const {
    RefuseSeeking();
}
void PipeStream::SetPosition(std::int64_t /*value*/) {
    RefuseSeeking();
}
std::int64_t PipeStream::Seek(std::int64_t /*offset*/, SeekOrigin /*origin*/) {
    RefuseSeeking();
}
void PipeStream::SetLength(std::int64_t /*value*/) {
    RefuseSeeking();
}

bool PipeStream::IsMessageComplete() const {
    CheckReadOperations();
    if (Core().ReadMode() != PipeTransmissionMode::Message) {
        throw InvalidOperationException("The read mode is not Message.");
    }
    return true;
}

PipeTransmissionMode PipeStream::TransmissionMode() const {
    CheckPipePropertyOperations();
    return Core().TransmissionMode();
}

PipeTransmissionMode PipeStream::ReadMode() const {
    return Core().ReadMode();
}

void PipeStream::SetReadMode(PipeTransmissionMode value) {
    CheckPipePropertyOperations();
    Core().SetReadMode(value);
}

int PipeStream::InBufferSize() const {
    CheckPipePropertyOperations();  // [stream.buffer-size.closed-before-direction]
    Core().RequireReads();
    return Core().BufferSize();
}

int PipeStream::OutBufferSize() const {
    CheckPipePropertyOperations();
    Core().RequireWrites();
    return Core().BufferSize();
}

std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> PipeStream::SafePipeHandle() {
    return Core().ExposeHandle();
}

// Flat: a call of the system leaves the processor without its predictions of returns, so that each return on
// the way back costs as much as a tenth of that call of a few bytes would.

[[gnu::flatten]] int PipeStream::Read(std::span<Byte> buffer) {
    return Core().Read(buffer);
}

[[gnu::flatten]] void PipeStream::Write(std::span<const Byte> buffer) {
    Core().Write(buffer);
}

void PipeStream::Flush() {
    CheckWriteOperations();  // the state first [stream.flush.closed-read-end]
    Core().RequireWrites();
}

void PipeStream::WaitForPipeDrain() {
    Core().Drain();
}

Task<int> PipeStream::ReadAsync(std::span<Byte> buffer, std::stop_token cancellationToken) {
    return Core().ReadAsync(buffer, cancellationToken);
}

Task<> PipeStream::WriteAsync(std::span<const Byte> buffer, std::stop_token cancellationToken) {
    return Core().WriteAsync(buffer, cancellationToken);
}

Task<> PipeStream::FlushAsync(std::stop_token cancellationToken) {
    return Stream::FlushAsync(std::move(cancellationToken));
}

void PipeStream::InitializeHandle(std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> handle,
                                  bool isExposed, bool isAsync) {
    Core().InitializeHandle(std::move(handle), isExposed, isAsync);
}

void PipeStream::SetIsConnected(bool value) noexcept {
    if (core_) {
        core_->SetIsConnected(value);
    }
}

void PipeStream::CheckPipePropertyOperations() const {
    Core().CheckProperty();
}
void PipeStream::CheckReadOperations() const {
    Core().CheckRead();
}
void PipeStream::CheckWriteOperations() const {
    Core().CheckWrite();
}

Stream::AsyncRead PipeStream::AsyncReader() {
    Core().RequireReads();
    return [core = core_](std::span<Byte> buffer, const std::stop_token& token) {
        return core->ReadAsync(buffer, token);
    };
}

Stream::AsyncWrite PipeStream::AsyncWriter() {
    Core().RequireWrites();
    return [core = core_](std::span<const Byte> buffer, const std::stop_token& token) {
        return core->WriteAsync(buffer, token);
    };
}

std::shared_ptr<const void> PipeStream::Identity() const {
    return core_;
}

}  // namespace System::IO::Pipes
