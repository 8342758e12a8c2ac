#pragma once

#include <System/IO/Pipes/PipeStream.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace System::IO::Pipes {

/// The end of an anonymous pipe that is made from the handle which a server gives.
///
/// Owns: the handle that it was made from, from the moment that the constructor has succeeded; a handle that
/// a constructor refuses is left as it was. Threads and after Dispose: as PipeStream.
/// [client.type.base, client.ctor-string.refused-leaves-handle]
class AnonymousPipeClientStream final : public PipeStream {
  public:
    /// An end that reads. [client.ctor.string.default-in]
    explicit AnonymousPipeClientStream(std::optional<std::string_view> pipeHandleAsString);
    /// @param pipeHandleAsString what GetClientHandleAsString gave, nullopt for null
    /// @throws ArgumentOutOfRangeException("direction"), NotSupportedException (InOut),
    /// ArgumentNullException("pipeHandleAsString"), ArgumentException("pipeHandleAsString") (no number,
    /// negative, no open handle, of the wrong direction), IOException (not a pipe), in this order
    AnonymousPipeClientStream(PipeDirection direction, std::optional<std::string_view> pipeHandleAsString);
    /// @throws ArgumentOutOfRangeException("direction"), NotSupportedException (InOut),
    /// ArgumentNullException("safePipeHandle"), ArgumentException("safePipeHandle") (invalid), IOException
    /// (closed, not a pipe), ArgumentException("safePipeHandle") (of the wrong direction), in this order
    AnonymousPipeClientStream(PipeDirection direction,
                              std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> safePipeHandle);
    AnonymousPipeClientStream(const AnonymousPipeClientStream&) = delete;
    AnonymousPipeClientStream& operator=(const AnonymousPipeClientStream&) = delete;
    AnonymousPipeClientStream(AnonymousPipeClientStream&&) noexcept = default;
    AnonymousPipeClientStream& operator=(AnonymousPipeClientStream&&) noexcept = default;
    ~AnonymousPipeClientStream() override = default;

    /// Always Byte. [client.transmission-mode.byte]
    /// @throws ObjectDisposedException, IOException (broken)
    [[nodiscard]] PipeTransmissionMode TransmissionMode() const override;
    /// @throws as PipeStream, NotSupportedException for Message [client.read-mode.message-rejected]
    void SetReadMode(PipeTransmissionMode value) override;
};

}  // namespace System::IO::Pipes
