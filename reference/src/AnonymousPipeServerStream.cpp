#include <System/IO/Pipes/AnonymousPipeServerStream.hpp>

#include "HandedOut.hpp"
#include "PipeCore.hpp"
#include "PipePort.hpp"

#include <System/Exceptions.hpp>

#include <utility>

namespace System::IO::Pipes {

using Detail::SafePipeHandlePtr;

namespace {

SafePipeHandlePtr Own(Os::OwnedHandle& handle) {
    auto safeHandle = std::make_shared<Microsoft::Win32::SafeHandles::SafePipeHandle>(
        std::make_shared<Detail::PipePort>(handle.Get(), true, false));
    handle.Release();
    return safeHandle;
}

}  // namespace

AnonymousPipeServerStream::AnonymousPipeServerStream() : AnonymousPipeServerStream(PipeDirection::Out) {}

AnonymousPipeServerStream::AnonymousPipeServerStream(PipeDirection direction)
    : AnonymousPipeServerStream(direction, HandleInheritability::None) {}

AnonymousPipeServerStream::AnonymousPipeServerStream(PipeDirection direction,
                                                     HandleInheritability inheritability)
    : AnonymousPipeServerStream(direction, inheritability, 0) {}

AnonymousPipeServerStream::AnonymousPipeServerStream(PipeDirection direction,
                                                     HandleInheritability inheritability, int bufferSize)
    : PipeStream(direction, bufferSize), inheritability_(inheritability) {
    Detail::RefuseInOut(direction);  // [server.ctor-order.inout-before-inheritability]
    if (inheritability != HandleInheritability::None && inheritability != HandleInheritability::Inheritable) {
        throw ArgumentOutOfRangeException("inheritability", "Not a value of HandleInheritability.");
    }
    auto [readEnd, writeEnd] = Os::CreatePipe(bufferSize);  // [server.handles.cloexec-by-default]
    auto& serverEnd = direction == PipeDirection::In ? readEnd : writeEnd;
    auto& clientEnd = direction == PipeDirection::In ? writeEnd : readEnd;
    if (inheritability == HandleInheritability::Inheritable) {
        Os::LetChildrenInherit(clientEnd.Get());  // [server.handles.inheritable-client-only]
    }
    clientHandle_ = Own(clientEnd);
    InitializeHandle(Own(serverEnd), false, false);  // [stream.is-async.anonymous-false]
}

AnonymousPipeServerStream::AnonymousPipeServerStream(PipeDirection direction,
                                                     SafePipeHandlePtr serverSafePipeHandle,
                                                     SafePipeHandlePtr clientSafePipeHandle)
    : PipeStream(direction, 0), handleExposed_(true) {  // [server.ctor-handles.client-handle-left-open]
    Detail::RefuseInOut(direction);
    const Detail::HandleArgument server{"serverSafePipeHandle", Detail::EndOf(direction)};
    const Detail::HandleArgument client{"clientSafePipeHandle", Detail::Other(Detail::EndOf(direction))};
    if (!serverSafePipeHandle) {
        throw ArgumentNullException(server.paramName);  // [server.ctor-order.server-null-before-client-null]
    }
    if (!clientSafePipeHandle) {
        throw ArgumentNullException(
            client.paramName);  // [server.ctor-order.client-null-before-server-invalid]
    }
    Detail::RequireValid(serverSafePipeHandle, server.paramName);
    Detail::RequireValid(clientSafePipeHandle, client.paramName);
    Detail::RequireOpen(serverSafePipeHandle);  // [server.ctor.handles.closed]
    Detail::RequireOpen(clientSafePipeHandle);
    Detail::RequireEnd(Os::Inspect(serverSafePipeHandle->DangerousGetHandle()), server);
    Detail::RequireEnd(Os::Inspect(clientSafePipeHandle->DangerousGetHandle()), client);
    InitializeHandle(std::move(serverSafePipeHandle), true, false);
    clientHandle_ = std::move(clientSafePipeHandle);
}

AnonymousPipeServerStream::AnonymousPipeServerStream(AnonymousPipeServerStream&& other) noexcept = default;

AnonymousPipeServerStream& AnonymousPipeServerStream::operator=(AnonymousPipeServerStream&& other) noexcept {
    if (this != &other) {
        AnonymousPipeServerStream::Dispose(true);
        clientHandle_ = std::move(other.clientHandle_);
        inheritability_ = other.inheritability_;
        stringExposed_ = other.stringExposed_;
        handleExposed_ = other.handleExposed_;
        PipeStream::operator=(std::move(other));
    }
    return *this;
}

AnonymousPipeServerStream::~AnonymousPipeServerStream() {
    AnonymousPipeServerStream::Dispose(true);
}

SafePipeHandlePtr AnonymousPipeServerStream::ClientSafePipeHandle() {
    handleExposed_ = true;
    return clientHandle_;
}

std::string AnonymousPipeServerStream::GetClientHandleAsString() {
    if (!clientHandle_) {
        throw ObjectDisposedException("Cannot access a closed pipe.");  // moved from
    }
    stringExposed_ = true;
    Detail::HandOut(clientHandle_);
    return std::to_string(clientHandle_->DangerousGetHandle());
}

void AnonymousPipeServerStream::DisposeLocalCopyOfClientHandle() {
    if (clientHandle_) {
        clientHandle_->Dispose();
    }
}

void AnonymousPipeServerStream::DisposeClientHandleUnlessHandedOut() noexcept {
    // [server.dispose.unexposed-client-closed]
    const bool unexposed = !stringExposed_ && !handleExposed_;
    // The string went to a child, which has a handle of its own.
    // [server.dispose.string-inheritable-client-closed]
    const bool childHasItsOwn = stringExposed_ && inheritability_ == HandleInheritability::Inheritable;
    // Else whoever was given it has to close it, a client of this process perhaps.
    // [server.dispose.safe-handle-exposed-client-kept]
    if (clientHandle_ && (unexposed || childHasItsOwn)) {
        clientHandle_->Dispose();
    }
}

void AnonymousPipeServerStream::Dispose(bool disposing) {
    const bool isOpen = PipeStream::CanRead() || PipeStream::CanWrite();
    // In this order: whoever waits in this end must not take the other's closing for the end of the stream.
    PipeStream::Dispose(disposing);  // [stream.dispose-pending.sync-read]
    // What is handed out of a closed server is its user's. [stream.dispose.any-route-repeatable]
    if (isOpen) {
        DisposeClientHandleUnlessHandedOut();
    }
}

PipeTransmissionMode AnonymousPipeServerStream::TransmissionMode() const {
    CheckPipePropertyOperations();
    return PipeTransmissionMode::Byte;
}

void AnonymousPipeServerStream::SetReadMode(PipeTransmissionMode value) {
    CheckPipePropertyOperations();
    if (value == PipeTransmissionMode::Message) {
        throw NotSupportedException("Anonymous pipes do not support PipeTransmissionMode.Message ReadMode.");
    }
    PipeStream::SetReadMode(value);
}

}  // namespace System::IO::Pipes
