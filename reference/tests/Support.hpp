#pragma once

#include <System/IO/Pipes.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <numeric>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace pipects::testing {

using namespace System::IO;
using namespace System::IO::Pipes;
using Microsoft::Win32::SafeHandles::SafePipeHandle;
using System::Byte;
using Bytes = std::vector<Byte>;

constexpr std::chrono::seconds patience{20};

/// Whether the read that meets the end of a pipe turns IsConnected false.
extern const bool endIsFinal;

/// Looks until `predicate` holds; false if it never does.
[[nodiscard]] bool Eventually(const std::function<bool()>& predicate);

/// A server that writes and a client that reads, in one process.
struct Ends {
    AnonymousPipeServerStream writer{PipeDirection::Out};
    AnonymousPipeClientStream reader{PipeDirection::In, writer.ClientSafePipeHandle()};
};

[[nodiscard]] inline Bytes BytesOf(std::string_view text) {
    return {text.begin(), text.end()};
}
[[nodiscard]] Bytes Pattern(std::size_t count);
[[nodiscard]] std::string ReadText(Stream& stream, std::size_t count);
/// Writes until nothing more goes in. @return how many bytes went in
std::size_t Fill(PipeStream& writer);
[[nodiscard]] std::size_t CountThreads();
[[nodiscard]] bool IsOpen(std::intptr_t handle);
[[nodiscard]] bool IsInherited(std::intptr_t handle);
/// Of pipes at the least.
[[nodiscard]] std::vector<int> OpenDescriptors();
[[nodiscard]] std::size_t Unread(std::intptr_t handle);

/// As the system has it.
using ThreadId = long;
[[nodiscard]] ThreadId ThisThread();
/// Whether a thread of this process sleeps: for its pipe, for its turn or for a lock.
[[nodiscard]] bool IsAsleep(ThreadId thread);

/// A number that no handle has.
[[nodiscard]] std::intptr_t UnusedHandle();

/// A call in a thread of its own, which can be seen to be blocked.
class Background {
  public:
    explicit Background(std::function<void()> call);

    [[nodiscard]] testing::ThreadId ThreadId() const noexcept { return id_; }
    /// Waits until the thread sleeps.
    void WaitUntilBlocked() const;
    /// Waits for the end of the call; throws what it threw.
    void Finish();

  private:
    std::promise<testing::ThreadId> announced_;
    testing::ThreadId id_ = 0;
    std::promise<void> done_;
    std::future<void> ended_ = done_.get_future();
    std::jthread thread_;
};

/// Whether a thread's read of an empty pipe ends with an IOException when its end is disposed.
[[nodiscard]] bool DisposalEndsARead(Ends& ends);

/// The parameter that an ArgumentException names.
template <typename E>
std::string ParamOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const E& error) {
        return error.ParamName();
    }
    return "(nothing was thrown)";
}

/// A stream with the documentation's defaults, over a vector.
class MemoryStream : public Stream {
  public:
    [[nodiscard]] bool CanRead() const noexcept override { return !closed; }
    [[nodiscard]] bool CanWrite() const noexcept override { return !closed; }
    [[nodiscard]] bool CanSeek() const noexcept override { return !closed; }
    [[nodiscard]] std::int64_t Length() const override { return static_cast<std::int64_t>(content.size()); }
    [[nodiscard]] std::int64_t Position() const override { return static_cast<std::int64_t>(position); }
    void SetPosition(std::int64_t value) override { position = static_cast<std::size_t>(value); }
    std::int64_t Seek(std::int64_t offset, SeekOrigin /*origin*/) override { return offset; }
    void SetLength(std::int64_t value) override { content.resize(static_cast<std::size_t>(value)); }
    using Stream::Read;
    int Read(std::span<Byte> buffer) override {
        const std::size_t count = std::min(buffer.size(), content.size() - position);
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(position), count, buffer.begin());
        position += count;
        return static_cast<int>(count);
    }
    using Stream::Write;
    void Write(std::span<const Byte> buffer) override {
        content.insert(content.end(), buffer.begin(), buffer.end());
        position = content.size();
    }
    void Flush() override {}

    Bytes content;
    std::size_t position = 0;
    bool closed = false;

  protected:
    void Dispose(bool /*disposing*/) override { closed = true; }
};

}  // namespace pipects::testing
