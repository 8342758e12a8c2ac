#include <Microsoft/Win32/SafeHandles/SafePipeHandle.hpp>

#include "PipePort.hpp"

#include <utility>

namespace Microsoft::Win32::SafeHandles {

namespace Os = System::IO::Pipes::Os;
using System::IO::Pipes::Detail::PipePort;

SafePipeHandle::SafePipeHandle() : SafePipeHandle(Os::NoHandle, false) {}

SafePipeHandle::SafePipeHandle(std::intptr_t preexistingHandle, bool ownsHandle)
    : port_(std::make_shared<PipePort>(preexistingHandle, ownsHandle && !Os::IsInvalid(preexistingHandle),
                                       Os::IsInvalid(preexistingHandle))) {}

SafePipeHandle::SafePipeHandle(std::shared_ptr<PipePort> port) noexcept : port_(std::move(port)) {}

SafePipeHandle::~SafePipeHandle() {
    port_->Dispose();
}

bool SafePipeHandle::IsInvalid() const noexcept {
    return port_->IsInvalid();
}

bool SafePipeHandle::IsClosed() const noexcept {
    return port_->IsClosed();
}

std::intptr_t SafePipeHandle::DangerousGetHandle() const noexcept {
    return port_->Handle();
}

void SafePipeHandle::Dispose() noexcept {
    port_->Dispose();
}

void SafePipeHandle::SetHandleAsInvalid() noexcept {
    port_->DisownHandle();
    port_->Dispose();
}

}  // namespace Microsoft::Win32::SafeHandles
