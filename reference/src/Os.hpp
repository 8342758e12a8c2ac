#pragma once

#include <System/Types.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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
/// @param bufferSize bytes that the pipe is to hold, 0 for the system's default. Advice: what the system
/// refuses is dropped without a word. [server.buffer-size.over-limit-ignored]
[[nodiscard]] PipeEnds CreatePipe(int bufferSize);
/// Throws IOException.
void LetChildrenInherit(NativeHandle handle);

enum class HandleKind { NotOpen, NotAPipe, ReadEnd, WriteEnd, BothEnds };
[[nodiscard]] HandleKind Inspect(NativeHandle handle) noexcept;
/// Values that no handle can have.
[[nodiscard]] bool IsInvalid(NativeHandle handle) noexcept;

/// Whether a pipe whose end was met is one without a connection, and not one that a writer may still open.
[[nodiscard]] bool EndIsFinal() noexcept;

/// Bytes that the pipe can hold. Throws IOException.
[[nodiscard]] int BufferSize(NativeHandle handle);

enum class Status { Done, WouldBlock, Broken, Aborted, Canceled, Failed };

struct Transfer {
    Status status = Status::Done;
    std::size_t count = 0;  // of bytes; a read that is Done with 0 met the end
    int error = 0;          // of the system, when Failed
};

[[nodiscard]] std::string Describe(int error);

class Channel;
class WakeHandle;

enum class Interest { Readable, Writable, Drained };
/// No timeout: for as long as it takes.
using Timeout = std::optional<std::chrono::microseconds>;

/// What somebody waits for: a transfer, or the drain of what was written.
struct Request {
    Channel* channel = nullptr;
    Interest interest = Interest::Drained;
    std::span<Byte> into = {};        // of a read
    std::span<const Byte> from = {};  // of a write, as much as is left
    /// Where the system tells not when a handle is ready but when a transfer is over, or nobody could wake
    /// who waits, it carries the request out while somebody waits: what became of it, once that is known.
    Transfer outcome = {Status::WouldBlock};

    [[nodiscard]] bool IsOver() const noexcept { return outcome.status != Status::WouldBlock; }
};

/// Transfers on one handle that move what can be moved and never wait. How the system can be told so is found
/// out with each handle for itself: what one knows, another, a FIFO's or a filtered one, may not.
/// Never raises SIGPIPE, never changes the handle's flags, which other processes may share.
class Channel {
  public:
    explicit Channel(NativeHandle handle) noexcept : handle_(handle) {}

    [[nodiscard]] NativeHandle Handle() const noexcept { return handle_; }
    /// Held during calls of the system that another one on the handle must not get ahead of.
    [[nodiscard]] std::mutex& Turn() noexcept { return mutex_; }
    /// Whether a thread that may wait tries first, and again before it sleeps: where the call that waits is
    /// the one that transfers, a look is one more, or shows nothing.
    [[nodiscard]] static bool LooksFirst() noexcept;
    /// Whether a pipe that has room for so much is told to be writable: where whole pages count, less may fit
    /// into one that is told to be full.
    [[nodiscard]] static bool TellsOfRoomFor(std::size_t count) noexcept;
    [[nodiscard]] Transfer TryRead(std::span<Byte> buffer) noexcept;
    [[nodiscard]] Transfer TryWrite(std::span<const Byte> buffer) noexcept;
    /// Done if nothing that was written is left unread, as far as the system can tell.
    [[nodiscard]] Transfer TryDrain() noexcept;
    /// Waits until `request`, which is this channel's, may go on or has its outcome, the pipe has lost its
    /// other end, `wake` was signalled, the time is over, or for no reason.
    /// @param wake null to wait for the handle alone
    /// @param timeout kept to only where the system tells of readiness
    /// @return whether the pipe has lost its other end
    bool Wait(Request& request, const WakeHandle* wake, Timeout timeout) noexcept;
    /// Closes what it has opened for itself, not the handle. No other call may overlap or follow.
    void Close() noexcept { own_ = {}; }

  private:
    /// From the best to the one that every system has; which platform has which is its own affair.
    enum class Means : std::uint8_t { FlagsAndNoSignal, Flags, Splice, LookFirst };

    void GiveUp(Means means) noexcept;
    [[nodiscard]] Transfer LookThenRead(std::span<Byte> buffer) noexcept;
    [[nodiscard]] Transfer LookThenWrite(std::span<const Byte> buffer) noexcept;
    void WaitAndRead(Request& request) noexcept;
    void WaitAndWrite(Request& request) noexcept;
    [[nodiscard]] Transfer WaitAndWrite(std::span<const Byte> buffer) noexcept;

    const NativeHandle handle_;
    std::atomic<Means> means_ = Means::FlagsAndNoSignal;
    std::mutex mutex_;
    OwnedHandle own_;  // a second handle of the pipe's end, once LookFirst had to read, or to wait for room
};

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

/// Watches many requests from one thread. Add and Remove may be called while another thread is in Wait.
class Poller {
  public:
    Poller();  // throws IOException
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    Poller(Poller&&) = delete;
    Poller& operator=(Poller&&) = delete;
    ~Poller();

    /// `request` and its buffer must stay until it is removed.
    /// @return a duplicate to be watched, removed and closed in the handle's place, should the system need
    /// one Throws IOException.
    [[nodiscard]] OwnedHandle Add(Request& request, std::uint64_t id);
    /// From now on nobody touches the request; if it was carried out by then, it has its outcome.
    void Remove(NativeHandle handle, std::uint64_t id) noexcept;
    /// Waits until something happens. @return how many of `ready` were filled with ids
    [[nodiscard]] std::size_t Wait(std::span<std::uint64_t> ready) noexcept;
    void Wake() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A thread that no signal of the host process is delivered to.
[[nodiscard]] std::thread StartThread(std::function<void()> body);

/// From now on `call` runs first of all in each child process that is forked, not in one that is started.
void InForkedChildren(void (*call)()) noexcept;

}  // namespace System::IO::Pipes::Os
