#pragma once

#include <System/Types.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

/// All that the library asks of an operating system. A platform is one folder that defines what is declared
/// here, and nothing outside such a folder includes a system header.
namespace System::IO::Pipes::Os {

using NativeHandle = std::intptr_t;
constexpr NativeHandle NoHandle = -1;

void Close(NativeHandle handle) noexcept;

/// Closes what it holds.
class OwnedHandle {
  public:
    OwnedHandle() = default;
    explicit OwnedHandle(NativeHandle handle) noexcept : handle_(handle) {}
    OwnedHandle(OwnedHandle&& other) noexcept : handle_(other.Release()) {}
    OwnedHandle& operator=(OwnedHandle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    OwnedHandle(const OwnedHandle&) = delete;
    OwnedHandle& operator=(const OwnedHandle&) = delete;
    ~OwnedHandle() {
        if (handle_ != NoHandle) {
            Close(handle_);
        }
    }

    [[nodiscard]] NativeHandle Get() const noexcept { return handle_; }
    [[nodiscard]] explicit operator bool() const noexcept { return handle_ != NoHandle; }
    NativeHandle Release() noexcept { return std::exchange(handle_, NoHandle); }

  private:
    NativeHandle handle_ = NoHandle;
};

enum class End { Read, Write };

struct PipeEnds {
    OwnedHandle read;
    OwnedHandle write;
};

/// Both ends are kept from child processes from birth. Throws IOException.
[[nodiscard]] PipeEnds CreatePipe();
/// Throws IOException.
void LetChildrenInherit(NativeHandle handle);

enum class HandleKind { NotOpen, NotAPipe, ReadEnd, WriteEnd, BothEnds };
[[nodiscard]] HandleKind Inspect(NativeHandle handle) noexcept;
/// Values that no handle can have.
[[nodiscard]] bool IsInvalid(NativeHandle handle) noexcept;

/// Bytes that the pipe can hold. Throws IOException.
[[nodiscard]] int BufferSize(NativeHandle handle);
/// Advice: what the system refuses is dropped without a word. [server.buffer-size.over-limit-ignored]
void AdviseBufferSize(NativeHandle handle, int bytes) noexcept;

enum class Status { Done, WouldBlock, Broken, Aborted, Canceled, Failed };

struct Transfer {
    Status status = Status::Done;
    std::size_t count = 0;  // of bytes; a read that is Done with 0 met the end
    int error = 0;          // of the system, when Failed
};

[[nodiscard]] std::string Describe(int error);

/// Transfers on one handle that move what can be moved and never wait. How the system can be told so is found
/// out with each handle for itself: what one knows, another, a FIFO's or a filtered one, may not.
/// Never raises SIGPIPE, never changes the handle's flags, which other processes may share.
class Channel {
  public:
    explicit Channel(NativeHandle handle) noexcept : handle_(handle) {}

    [[nodiscard]] Transfer TryRead(std::span<Byte> buffer) noexcept;
    [[nodiscard]] Transfer TryWrite(std::span<const Byte> buffer) noexcept;
    /// Closes what it has opened for itself, not the handle. No other call may overlap or follow.
    void Close() noexcept { own_ = {}; }

  private:
    /// From the best to the one that every system has; which platform has which is its own affair.
    enum class Means : std::uint8_t { FlagsAndNoSignal, Flags, Splice, LookFirst };

    void GiveUp(Means means) noexcept;
    [[nodiscard]] Transfer LookThenRead(std::span<Byte> buffer) noexcept;
    [[nodiscard]] Transfer LookThenWrite(std::span<const Byte> buffer) noexcept;

    const NativeHandle handle_;
    std::atomic<Means> means_ = Means::FlagsAndNoSignal;
    std::mutex mutex_;  // with LookFirst
    OwnedHandle own_;   // a second handle of the pipe's end, once a write had to wait with LookFirst
};

/// Bytes written that nobody has read, or nothing if the system can't tell.
[[nodiscard]] std::optional<std::size_t> Unread(NativeHandle handle) noexcept;

/// Ends the wait of one thread.
class WakeHandle {
  public:
    WakeHandle();  // throws IOException
    /// @return nothing if the system has no handle left
    [[nodiscard]] static std::optional<WakeHandle> TryMake() noexcept;
    void Signal() const noexcept;
    void Reset() const noexcept;
    [[nodiscard]] NativeHandle Get() const noexcept { return handle_.Get(); }

  private:
    explicit WakeHandle(OwnedHandle handle) noexcept : handle_(std::move(handle)) {}

    OwnedHandle handle_;
};

enum class Interest { Readable, Writable, BreakOnly };
/// No timeout: for as long as it takes.
using Timeout = std::optional<std::chrono::microseconds>;

/// Waits until `handle` is as `interest` says or broken, `wake` was signalled, the time is over, or for no
/// reason.
/// @param wake null to wait for `handle` alone
/// @return whether the pipe has lost its other end
bool Wait(NativeHandle handle, Interest interest, const WakeHandle* wake, Timeout timeout) noexcept;

/// Watches many handles from one thread. Add and Remove may be called while another thread is in Wait.
class Poller {
  public:
    Poller();  // throws IOException
    /// @return a duplicate to be watched, removed and closed in the handle's place, should the system need
    /// one Throws IOException.
    [[nodiscard]] OwnedHandle Add(NativeHandle handle, End end, std::uint64_t id);
    void Remove(NativeHandle handle) noexcept;
    /// Waits until something happens. @return how many of `ready` were filled with ids
    [[nodiscard]] std::size_t Wait(std::span<std::uint64_t> ready) noexcept;
    void Wake() const noexcept { wake_.Signal(); }

  private:
    OwnedHandle handle_;
    WakeHandle wake_;
};

/// A thread that no signal of the host process is delivered to.
[[nodiscard]] std::thread StartThread(std::function<void()> body);

/// From now on `call` runs first of all in each child process that is forked, not in one that is started.
void InForkedChildren(void (*call)()) noexcept;

}  // namespace System::IO::Pipes::Os
