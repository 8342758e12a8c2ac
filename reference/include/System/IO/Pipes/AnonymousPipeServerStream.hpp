#pragma once

#include <System/IO/HandleInheritability.hpp>
#include <System/IO/Pipes/PipeStream.hpp>

#include <memory>
#include <string>

namespace System::IO::Pipes {

/// The end of an anonymous pipe that the process which makes the pipe keeps, together with the client's
/// handle until that is given away.
///
/// Owns: its own handle; the client's handle as long as nobody was given it (see the rules at Dispose).
/// Threads: as PipeStream; the members of this class itself may not overlap.
/// After Dispose: as PipeStream; ClientSafePipeHandle, GetClientHandleAsString and
/// DisposeLocalCopyOfClientHandle go on working. [server.type.base, server.pipe.one-way]
class AnonymousPipeServerStream final : public PipeStream {
  public:
    AnonymousPipeServerStream();  ///< Out, None, default size [server.ctor.no-args.direction-out]
    explicit AnonymousPipeServerStream(PipeDirection direction);
    AnonymousPipeServerStream(PipeDirection direction, HandleInheritability inheritability);
    /// @param bufferSize bytes that the pipe is to hold: advice that the system rounds up, 0 for its own
    /// default
    /// @throws ArgumentOutOfRangeException("direction"), ArgumentOutOfRangeException("bufferSize"),
    /// NotSupportedException (InOut), ArgumentOutOfRangeException("inheritability"), in this order;
    /// IOException
    AnonymousPipeServerStream(PipeDirection direction, HandleInheritability inheritability, int bufferSize);
    /// Works on the two ends of a pipe that is there already. Refused handles are left as they were.
    /// @throws ArgumentOutOfRangeException("direction"), NotSupportedException (InOut), ArgumentNullException
    /// and then ArgumentException (invalid) naming "serverSafePipeHandle" or "clientSafePipeHandle";
    /// IOException (closed, not a pipe); ArgumentException (a handle whose access doesn't fit the direction)
    AnonymousPipeServerStream(
        PipeDirection direction,
        std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> serverSafePipeHandle,
        std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> clientSafePipeHandle);
    AnonymousPipeServerStream(const AnonymousPipeServerStream&) = delete;
    AnonymousPipeServerStream& operator=(const AnonymousPipeServerStream&) = delete;
    AnonymousPipeServerStream(AnonymousPipeServerStream&& other) noexcept;
    AnonymousPipeServerStream& operator=(AnonymousPipeServerStream&& other) noexcept;
    ~AnonymousPipeServerStream() override;

    /// The client's handle, the same object at each call. Giving it out leaves its closing to the caller.
    [[nodiscard]] std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> ClientSafePipeHandle();
    /// The client's handle as the text that a client process takes: plain decimal digits.
    /// [server.client-handle-string.decimal, server.client-handle-string.stable]
    [[nodiscard]] std::string GetClientHandleAsString();
    /// Closes this process's copy of the client's handle; without that the end of the client goes unnoticed.
    /// [server.dispose-local-copy.notifies-exit-in, server.dispose-local-copy.repeatable]
    void DisposeLocalCopyOfClientHandle();

    /// Always Byte.
    /// @throws ObjectDisposedException, IOException (broken)
    /// [server.transmission-mode.byte, stream.transmission-mode.disposed]
    [[nodiscard]] PipeTransmissionMode TransmissionMode() const override;
    /// @throws as PipeStream, NotSupportedException for Message [server.read-mode.message-rejected]
    void SetReadMode(PipeTransmissionMode value) override;

    using Stream::Dispose;

  protected:
    void Dispose(bool disposing) override;

  private:
    void DisposeClientHandleUnlessHandedOut() noexcept;

    std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> clientHandle_;
    HandleInheritability inheritability_ = HandleInheritability::None;
    bool stringExposed_ = false;
    bool handleExposed_ = false;
};

}  // namespace System::IO::Pipes
