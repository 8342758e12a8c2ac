#pragma once

#include <cstdint>
#include <memory>

namespace System::IO::Pipes::Detail {
class PipePort;
}

namespace Microsoft::Win32::SafeHandles {

/// Stands for one operating-system handle of a pipe end. [safe-handle.type.shape]
///
/// Owns: the operating-system handle when made with `ownsHandle`, else nothing.
/// Threads: every member may be called from any thread at any time.
/// After Dispose: IsClosed() is true and operations that use the handle are refused; those that wait on it
/// end at once. The operating-system handle itself is closed when the last call that uses it has left, so its
/// number is never somebody else's under a running call.
class SafePipeHandle final {
  public:
    /// An invalid handle. [safe-handle.ctor.no-args]
    SafePipeHandle();
    /// Wraps `preexistingHandle` as it is. [safe-handle.ctor.preexisting-used]
    /// @param ownsHandle whether this object is to close it. [safe-handle.ctor.owns-handle-true,
    /// safe-handle.ctor.owns-handle-false]
    SafePipeHandle(std::intptr_t preexistingHandle, bool ownsHandle);
    SafePipeHandle(const SafePipeHandle&) = delete;
    SafePipeHandle& operator=(const SafePipeHandle&) = delete;
    SafePipeHandle(SafePipeHandle&&) = delete;
    SafePipeHandle& operator=(SafePipeHandle&&) = delete;
    ~SafePipeHandle();

    /// True for -1 [safe-handle.is-invalid.minus-one]; on Windows for 0 [safe-handle.is-invalid.zero], on
    /// POSIX for every negative value.
    [[nodiscard]] bool IsInvalid() const noexcept;
    [[nodiscard]] bool IsClosed() const noexcept;
    /// The value that was wrapped, also after Dispose.
    [[nodiscard]] std::intptr_t DangerousGetHandle() const noexcept;

    /// Gives the handle back; again and again is harmless. [safe-handle.dispose.releases]
    void Dispose() noexcept;
    void Close() noexcept { Dispose(); }
    /// Marks the handle closed without closing what it wraps.
    void SetHandleAsInvalid() noexcept;

    // For the library's own use: the operations on the wrapped handle.
    explicit SafePipeHandle(std::shared_ptr<System::IO::Pipes::Detail::PipePort> port) noexcept;
    [[nodiscard]] const std::shared_ptr<System::IO::Pipes::Detail::PipePort>& Port() const noexcept {
        return port_;
    }

  private:
    std::shared_ptr<System::IO::Pipes::Detail::PipePort> port_;
};

}  // namespace Microsoft::Win32::SafeHandles
