#pragma once

#include <System/IAsyncResult.hpp>
#include <System/Threading/Tasks/Task.hpp>
#include <System/Types.hpp>

#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

namespace System::IO {

/// Where Seek counts from.
enum class SeekOrigin : std::int32_t { Begin = 0, Current = 1, End = 2 };

/// A sequence of bytes that can be read, written, or both.
///
/// A derived class says how by its pure members; the others come from those. Argument checks stand here,
/// once, ahead of everything else, in the order buffer, offset, count.
/// Owns: nothing by itself. Threads: what the derived class says. Streams move and are never copied.
/// [stream.precedence.arguments-first, stream.precedence.buffer-offset-count]
class Stream {
  public:
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;

    [[nodiscard]] virtual bool CanRead() const noexcept = 0;
    [[nodiscard]] virtual bool CanWrite() const noexcept = 0;
    [[nodiscard]] virtual bool CanSeek() const noexcept = 0;
    [[nodiscard]] virtual bool CanTimeout() const noexcept { return false; }

    /// The four throw InvalidOperationException where CanTimeout() is false. Milliseconds.
    [[nodiscard]] virtual int ReadTimeout() const;
    virtual void SetReadTimeout(int value);
    [[nodiscard]] virtual int WriteTimeout() const;
    virtual void SetWriteTimeout(int value);

    [[nodiscard]] virtual std::int64_t Length() const = 0;
    [[nodiscard]] virtual std::int64_t Position() const = 0;
    virtual void SetPosition(std::int64_t value) = 0;
    virtual std::int64_t Seek(std::int64_t offset, SeekOrigin origin) = 0;
    virtual void SetLength(std::int64_t value) = 0;

    /// Reads at least one byte, waiting for it, and at most `buffer.size()`; 0 means the end (or an empty
    /// buffer).
    /// @return how many bytes stand at the start of `buffer`
    virtual int Read(std::span<Byte> buffer) = 0;
    /// The same into `buffer` from `offset` on, at most `count` bytes.
    /// @throws ArgumentNullException("buffer"), ArgumentOutOfRangeException("offset" or "count")
    int Read(ArrayView<Byte> buffer, int offset, int count);
    /// @return the next byte, 0 to 255, or -1 at the end
    virtual int ReadByte();
    /// Reads until `buffer` is full. @throws EndOfStreamException, what arrived being in `buffer`
    void ReadExactly(std::span<Byte> buffer);
    void ReadExactly(ArrayView<Byte> buffer, int offset, int count);
    /// Reads until at least `minimumBytes` have arrived.
    /// @throws ArgumentOutOfRangeException("minimumBytes"), EndOfStreamException unless `throwOnEndOfStream`
    /// is false
    /// @return how many bytes stand at the start of `buffer`
    int ReadAtLeast(std::span<Byte> buffer, int minimumBytes, bool throwOnEndOfStream = true);

    /// Writes all of `buffer`, waiting for room.
    virtual void Write(std::span<const Byte> buffer) = 0;
    /// The same for `count` bytes of `buffer` from `offset` on; throws for arguments as Read does.
    void Write(ArrayView<const Byte> buffer, int offset, int count);
    virtual void WriteByte(Byte value);
    virtual void Flush() = 0;

    static constexpr int DefaultCopyBufferSize = 81920;  // [stream.copy-to.default-buffer-size]

    /// Writes all that is left of this stream to `destination`.
    /// @param bufferSize bytes to carry at a time
    /// @throws ArgumentNullException("destination"), ArgumentOutOfRangeException("bufferSize"), then
    /// ObjectDisposedException or NotSupportedException for a destination that can't be written, then what
    /// Read and Write throw [stream.copy-to.order-destination-first]
    void CopyTo(Stream* destination, int bufferSize = DefaultCopyBufferSize);

    // The asynchronous forms. Usage errors (arguments, the wrong direction, a disposed stream) leave the call
    // itself, all others come through the task. A token cancelled beforehand gives a cancelled task and takes
    // no data. Buffers, and the destination of a copy, must outlive the operation.

    virtual Threading::Tasks::Task<int> ReadAsync(std::span<Byte> buffer,
                                                  std::stop_token cancellationToken = {});
    Threading::Tasks::Task<int> ReadAsync(ArrayView<Byte> buffer, int offset, int count,
                                          std::stop_token cancellationToken = {});
    Threading::Tasks::Task<> ReadExactlyAsync(std::span<Byte> buffer, std::stop_token cancellationToken = {});
    Threading::Tasks::Task<> ReadExactlyAsync(ArrayView<Byte> buffer, int offset, int count,
                                              std::stop_token cancellationToken = {});
    Threading::Tasks::Task<int> ReadAtLeastAsync(std::span<Byte> buffer, int minimumBytes,
                                                 bool throwOnEndOfStream = true,
                                                 std::stop_token cancellationToken = {});
    virtual Threading::Tasks::Task<> WriteAsync(std::span<const Byte> buffer,
                                                std::stop_token cancellationToken = {});
    Threading::Tasks::Task<> WriteAsync(ArrayView<const Byte> buffer, int offset, int count,
                                        std::stop_token cancellationToken = {});
    virtual Threading::Tasks::Task<> FlushAsync(std::stop_token cancellationToken = {});
    Threading::Tasks::Task<> CopyToAsync(Stream* destination, int bufferSize = DefaultCopyBufferSize,
                                         std::stop_token cancellationToken = {});
    Threading::Tasks::Task<> CopyToAsync(Stream* destination, std::stop_token cancellationToken);

    /// The older form of ReadAsync. What fails after the start is thrown by EndRead.
    /// [stream.begin-read.errors-at-end]
    std::shared_ptr<IAsyncResult> BeginRead(ArrayView<Byte> buffer, int offset, int count,
                                            AsyncCallback callback = {}, std::any state = {});
    /// Waits for the read. @return its count of bytes
    /// @throws ArgumentNullException or ArgumentException("asyncResult") if it is null or no BeginRead of
    /// this stream made it, InvalidOperationException if it was ended before, and what the read failed with
    int EndRead(const std::shared_ptr<IAsyncResult>& asyncResult);
    std::shared_ptr<IAsyncResult> BeginWrite(ArrayView<const Byte> buffer, int offset, int count,
                                             AsyncCallback callback = {}, std::any state = {});
    void EndWrite(const std::shared_ptr<IAsyncResult>& asyncResult);

    void Dispose() { Close(); }
    virtual void Close() { Dispose(true); }  // [stream.close.same-as-dispose]
    virtual Threading::Tasks::Task<> DisposeAsync();

    /// A stream over `stream` whose operations, called from several threads, run one after the other.
    /// @throws ArgumentNullException("stream")
    static std::shared_ptr<Stream> Synchronized(std::shared_ptr<Stream> stream);

  protected:
    using AsyncRead = std::function<Threading::Tasks::Task<int>(std::span<Byte>, std::stop_token)>;
    using AsyncWrite = std::function<Threading::Tasks::Task<>(std::span<const Byte>, std::stop_token)>;

    Stream() = default;
    Stream(Stream&&) = default;
    Stream& operator=(Stream&&) = default;

    /// Releases what the stream holds. @param disposing whether managed objects are to be disposed too
    virtual void Dispose(bool disposing) = 0;

    /// What the composed asynchronous members read and write with. A stream that may be destroyed while they
    /// run gives functions that don't need it. May throw what ReadAsync throws at once.
    [[nodiscard]] virtual AsyncRead AsyncReader();
    [[nodiscard]] virtual AsyncWrite AsyncWriter();
    /// What tells this stream's IAsyncResults from another's, also after this stream was moved.
    [[nodiscard]] virtual std::shared_ptr<const void> Identity() const;
};

}  // namespace System::IO
