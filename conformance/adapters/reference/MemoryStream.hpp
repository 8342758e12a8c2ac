#pragma once

#include <System/IO/Pipes.hpp>
#include <pipects/adapter/Bytes.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <string>

namespace pipects::reference {

/// A stream over bytes in memory, for cases that copy from a pipe or to one. Threads: any.
class MemoryStream final : public System::IO::Stream {
  public:
    /// @param writable false makes one that refuses to be written
    explicit MemoryStream(bool writable = true) : writable_(writable) {}

    using Stream::Dispose;

    [[nodiscard]] std::string Hex() const {
        const std::lock_guard lock(mutex_);
        return adapter::ToHex(content_);
    }

    [[nodiscard]] bool CanRead() const noexcept override { return !disposed_; }
    [[nodiscard]] bool CanWrite() const noexcept override { return writable_ && !disposed_; }
    [[nodiscard]] bool CanSeek() const noexcept override { return !disposed_; }
    [[nodiscard]] std::int64_t Length() const override {
        const std::lock_guard lock(mutex_);
        return Size();
    }
    [[nodiscard]] std::int64_t Position() const override {
        const std::lock_guard lock(mutex_);
        return position_;
    }
    void SetPosition(std::int64_t value) override {
        const std::lock_guard lock(mutex_);
        CheckOpen();
        if (value < 0 || value > std::numeric_limits<std::int32_t>::max()) {
            throw System::ArgumentOutOfRangeException("value");
        }
        position_ = value;
    }
    std::int64_t Seek(std::int64_t offset, System::IO::SeekOrigin origin) override {
        const std::int64_t base = origin == System::IO::SeekOrigin::Begin     ? 0
                                  : origin == System::IO::SeekOrigin::Current ? Position()
                                                                              : Length();
        SetPosition(base + offset);
        return Position();
    }
    void SetLength(std::int64_t value) override {
        const std::lock_guard lock(mutex_);
        CheckWritable();
        if (value < 0 || value > std::numeric_limits<std::int32_t>::max()) {
            throw System::ArgumentOutOfRangeException("value");
        }
        content_.resize(static_cast<std::size_t>(value));
    }

    using Stream::Read;
    int Read(std::span<System::Byte> buffer) override {
        const std::lock_guard lock(mutex_);
        CheckOpen();
        const auto start = std::min(position_, Size());
        const auto count = std::min(static_cast<std::int64_t>(buffer.size()), Size() - start);
        std::copy_n(content_.begin() + start, count, buffer.begin());
        position_ = start + count;
        return static_cast<int>(count);
    }
    using Stream::Write;
    void Write(std::span<const System::Byte> buffer) override {
        const std::lock_guard lock(mutex_);
        CheckWritable();
        const auto end = position_ + static_cast<std::int64_t>(buffer.size());
        content_.resize(static_cast<std::size_t>(std::max(end, Size())));
        std::copy(buffer.begin(), buffer.end(), content_.begin() + position_);
        position_ = end;
    }
    void Flush() override {}

  protected:
    void Dispose(bool /*disposing*/) override { disposed_ = true; }

  private:
    [[nodiscard]] std::int64_t Size() const noexcept { return static_cast<std::int64_t>(content_.size()); }
    void CheckOpen() const {
        if (disposed_) {
            throw System::ObjectDisposedException("The memory stream is closed.");
        }
    }
    void CheckWritable() const {
        CheckOpen();
        if (!writable_) {
            throw System::NotSupportedException("The memory stream does not support writing.");
        }
    }

    const bool writable_;
    std::atomic<bool> disposed_ = false;
    mutable std::mutex mutex_;
    adapter::Array content_;
    std::int64_t position_ = 0;
};

}  // namespace pipects::reference
