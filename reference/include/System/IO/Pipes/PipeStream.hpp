#pragma once

#include <Microsoft/Win32/SafeHandles/SafePipeHandle.hpp>
#include <System/IO/Pipes/PipeDirection.hpp>
#include <System/IO/Pipes/PipeTransmissionMode.hpp>
#include <System/IO/Stream.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

namespace System::IO::Pipes {

namespace Detail {
class PipeCore;
}

/// One end of a pipe.
///
/// Owns: the SafePipeHandle that InitializeHandle was given, and disposes it.
/// Threads: Read, Write, their asynchronous forms, WaitForPipeDrain and Dispose may be called from several
/// threads at a time; reads, like writes, that have to wait are served in the order of their calls. Moving
/// and assigning may not overlap with any other call. After Dispose: whoever waits in this end is released
/// with IOException; later calls throw ObjectDisposedException, and CanRead, CanWrite and IsConnected are
/// false. A destroyed stream was disposed; a moved-from one counts as such. Which error wins: arguments,
/// direction, cancelled token, state.
/// [stream.type.base, stream.precedence.direction-before-closed, stream.precedence.direction-before-cancel,
/// stream.precedence.cancel-before-closed]
class PipeStream : public Stream {
  public:
    PipeStream(const PipeStream&) = delete;
    PipeStream& operator=(const PipeStream&) = delete;
    ~PipeStream() override;

    [[nodiscard]] bool CanRead() const noexcept override;   // [stream.can-read.closed]
    [[nodiscard]] bool CanWrite() const noexcept override;  // [stream.can-write.closed]
    [[nodiscard]] bool CanSeek() const noexcept override { return false; }

    /// These five always throw NotSupportedException. [stream.closed.seek-family-unchanged]
    [[nodiscard]] std::int64_t Length() const override;
    [[nodiscard]] std::int64_t Position() const override;
    void SetPosition(std::int64_t value) override;
    std::int64_t Seek(std::int64_t offset, SeekOrigin origin) override;
    void SetLength(std::int64_t value) override;

    [[nodiscard]] bool IsConnected() const noexcept;
    [[nodiscard]] bool IsAsync() const noexcept;
    /// Throws InvalidOperationException in Byte mode. [stream.is-message-complete.byte-mode]
    [[nodiscard]] bool IsMessageComplete() const;
    [[nodiscard]] virtual PipeTransmissionMode TransmissionMode() const;
    [[nodiscard]] virtual PipeTransmissionMode ReadMode() const;
    /// @throws ObjectDisposedException, IOException (broken), ArgumentOutOfRangeException("value"),
    /// NotSupportedException (Message) in this order [stream.precedence.property-closed-before-value]
    virtual void SetReadMode(PipeTransmissionMode value);
    /// Bytes that the pipe can hold, at the end that reads. @throws NotSupportedException at the other
    [[nodiscard]] virtual int InBufferSize() const;
    /// Bytes that the pipe can hold, at the end that writes. @throws NotSupportedException at the other
    [[nodiscard]] virtual int OutBufferSize() const;
    /// The handle of this end, the same object at each call, which thereby counts as exposed.
    /// [stream.safe-pipe-handle.value, stream.is-handle-exposed.true-after-access]
    [[nodiscard]] std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> SafePipeHandle();

    using Stream::Dispose;
    using Stream::Read;
    using Stream::ReadAsync;
    using Stream::Write;
    using Stream::WriteAsync;

    /// Returns what is there, which may be less than asked for.
    /// @throws NotSupportedException (this end writes), ObjectDisposedException, InvalidOperationException
    /// (not connected, no handle), IOException [stream.read-span.short]
    int Read(std::span<Byte> buffer) override;
    /// @throws NotSupportedException (this end reads), ObjectDisposedException, InvalidOperationException
    /// (not connected, no handle), IOException (no reader is left; SIGPIPE isn't raised)
    /// [stream.epipe.no-signal]
    void Write(std::span<const Byte> buffer) override;
    /// Does nothing but check the state. @throws NotSupportedException (this end reads)
    /// [stream.flush.not-writable]
    void Flush() override;
    /// Waits until the other end has read every byte. [stream.wait-for-pipe-drain.blocks]
    void WaitForPipeDrain();

    Threading::Tasks::Task<int> ReadAsync(std::span<Byte> buffer,
                                          std::stop_token cancellationToken = {}) override;
    Threading::Tasks::Task<> WriteAsync(std::span<const Byte> buffer,
                                        std::stop_token cancellationToken = {}) override;
    Threading::Tasks::Task<> FlushAsync(std::stop_token cancellationToken = {}) override;

  protected:
    /// @throws ArgumentOutOfRangeException("direction" or "bufferSize")
    PipeStream(PipeDirection direction, int bufferSize);
    /// @throws ArgumentOutOfRangeException("direction", "transmissionMode" or "outBufferSize")
    PipeStream(PipeDirection direction, PipeTransmissionMode transmissionMode, int outBufferSize);
    PipeStream(PipeStream&& other) noexcept;
    PipeStream& operator=(PipeStream&& other) noexcept;

    /// Makes the stream work on `handle`, and connected; null leaves it without a handle.
    /// @throws IOException if `handle` is no pipe's [stream.initialize-handle.cannot-bind]
    void InitializeHandle(std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> handle,
                          bool isExposed, bool isAsync);
    [[nodiscard]] bool IsHandleExposed() const noexcept;
    void SetIsConnected(bool value) noexcept;
    /// Throws InvalidOperationException, ObjectDisposedException or IOException if properties can't be asked
    /// for.
    virtual void CheckPipePropertyOperations() const;
    void CheckReadOperations() const;
    void CheckWriteOperations() const;

    void Dispose(bool disposing) override;
    [[nodiscard]] AsyncRead AsyncReader() override;
    [[nodiscard]] AsyncWrite AsyncWriter() override;
    [[nodiscard]] std::shared_ptr<const void> Identity() const override;

  private:
    [[nodiscard]] Detail::PipeCore& Core() const;

    std::shared_ptr<Detail::PipeCore> core_;  // null after a move
};

}  // namespace System::IO::Pipes
