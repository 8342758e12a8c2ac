#include <System/IO/Stream.hpp>

#include <System/Exceptions.hpp>

#include <mutex>
#include <utility>

namespace System::IO {

namespace {

/// One operation at a time. [stream.synchronized.whole-writes]
/// Its asynchronous members complete in the call, as those of Stream do.
class SynchronizedStream final : public Stream {
    template <typename Member, typename... Arguments>
    auto Locked(Member member, Arguments... arguments) const {
        const std::lock_guard lock(mutex_);
        return (stream_.get()->*member)(arguments...);
    }

  public:
    explicit SynchronizedStream(std::shared_ptr<Stream> stream) noexcept : stream_(std::move(stream)) {}

    [[nodiscard]] bool CanRead() const noexcept override { return stream_->CanRead(); }
    [[nodiscard]] bool CanWrite() const noexcept override { return stream_->CanWrite(); }
    [[nodiscard]] bool CanSeek() const noexcept override { return stream_->CanSeek(); }
    [[nodiscard]] bool CanTimeout() const noexcept override { return stream_->CanTimeout(); }
    [[nodiscard]] int ReadTimeout() const override { return Locked(&Stream::ReadTimeout); }
    void SetReadTimeout(int value) override { Locked(&Stream::SetReadTimeout, value); }
    [[nodiscard]] int WriteTimeout() const override { return Locked(&Stream::WriteTimeout); }
    void SetWriteTimeout(int value) override { Locked(&Stream::SetWriteTimeout, value); }
    [[nodiscard]] std::int64_t Length() const override { return Locked(&Stream::Length); }
    [[nodiscard]] std::int64_t Position() const override { return Locked(&Stream::Position); }
    void SetPosition(std::int64_t value) override { Locked(&Stream::SetPosition, value); }
    std::int64_t Seek(std::int64_t offset, SeekOrigin origin) override {
        return Locked(&Stream::Seek, offset, origin);
    }
    void SetLength(std::int64_t value) override { Locked(&Stream::SetLength, value); }
    using Stream::Read;
    int Read(std::span<Byte> buffer) override {
        return Locked(static_cast<int (Stream::*)(std::span<Byte>)>(&Stream::Read), buffer);
    }
    int ReadByte() override { return Locked(&Stream::ReadByte); }
    using Stream::Write;
    void Write(std::span<const Byte> buffer) override {
        Locked(static_cast<void (Stream::*)(std::span<const Byte>)>(&Stream::Write), buffer);
    }
    void WriteByte(Byte value) override { Locked(&Stream::WriteByte, value); }
    void Flush() override { Locked(&Stream::Flush); }
    void Close() override { stream_->Close(); }  // not behind a lock: it has to reach one who waits in there

  protected:
    void Dispose(bool /*disposing*/) override { stream_->Close(); }

  private:
    const std::shared_ptr<Stream> stream_;
    mutable std::mutex mutex_;
};

}  // namespace

std::shared_ptr<Stream> Stream::Synchronized(std::shared_ptr<Stream> stream) {
    if (!stream) {
        throw ArgumentNullException("stream");
    }
    return std::make_shared<SynchronizedStream>(std::move(stream));
}

}  // namespace System::IO
