#pragma once

#include "Os.hpp"

#include <Microsoft/Win32/SafeHandles/SafePipeHandle.hpp>
#include <System/IO/Pipes/PipeDirection.hpp>
#include <System/IO/Pipes/PipeTransmissionMode.hpp>
#include <System/Threading/Tasks/Task.hpp>
#include <System/Types.hpp>

#include <atomic>
#include <memory>
#include <span>
#include <stop_token>

namespace System::IO::Pipes::Detail {

using SafePipeHandlePtr = std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle>;

/// Which handle of a constructor, and the end of a pipe that it has to be.
struct HandleArgument {
    const char* paramName;
    Os::End end;
};

/// The end that a stream of this direction works on.
[[nodiscard]] inline Os::End EndOf(PipeDirection direction) noexcept {
    return direction == PipeDirection::In ? Os::End::Read : Os::End::Write;
}
[[nodiscard]] inline Os::End Other(Os::End end) noexcept {
    return end == Os::End::Read ? Os::End::Write : Os::End::Read;
}

/// Throws NotSupportedException. [server.ctor.direction.inout-rejected,
/// client.ctor.direction-string.inout-rejected]
void RefuseInOut(PipeDirection direction);
/// Throws ArgumentNullException or ArgumentException naming the parameter.
void RequireValid(const SafePipeHandlePtr& handle, const char* paramName);
/// Throws IOException for a closed handle.
void RequireOpen(const SafePipeHandlePtr& handle);
/// Throws IOException for what is no pipe, ArgumentException for the pipe's wrong end.
void RequireEnd(Os::HandleKind kind, const HandleArgument& argument);

/// The state of one end and the operations on it. It outlives its stream as long as operations are under way.
class PipeCore final : public std::enable_shared_from_this<PipeCore> {
  public:
    PipeCore(PipeDirection direction, PipeTransmissionMode transmissionMode) noexcept
        : direction_(direction), transmissionMode_(transmissionMode), readMode_(transmissionMode) {}

    [[nodiscard]] bool CanRead() const noexcept { return Reads() && !IsClosed(); }
    [[nodiscard]] bool CanWrite() const noexcept { return Writes() && !IsClosed(); }
    [[nodiscard]] bool IsConnected() const noexcept { return state_ == State::Connected; }
    [[nodiscard]] bool IsAsync() const noexcept { return isAsync_; }
    [[nodiscard]] bool IsHandleExposed() const noexcept { return isExposed_; }
    [[nodiscard]] PipeTransmissionMode TransmissionMode() const noexcept { return transmissionMode_; }
    [[nodiscard]] PipeTransmissionMode ReadMode() const;
    void SetReadMode(PipeTransmissionMode value);
    [[nodiscard]] int BufferSize() const;
    [[nodiscard]] SafePipeHandlePtr ExposeHandle();

    void InitializeHandle(SafePipeHandlePtr handle, bool isExposed, bool isAsync);
    void SetIsConnected(bool value) noexcept { state_ = value ? State::Connected : State::Disconnected; }

    void RequireReads() const;
    void RequireWrites() const;
    void CheckProperty() const;
    void CheckRead() const;
    void CheckWrite() const;

    [[nodiscard]] int Read(std::span<Byte> buffer);
    void Write(std::span<const Byte> buffer);
    void Drain();
    [[nodiscard]] Threading::Tasks::Task<int> ReadAsync(std::span<Byte> buffer, const std::stop_token& token);
    [[nodiscard]] Threading::Tasks::Task<> WriteAsync(std::span<const Byte> buffer,
                                                      const std::stop_token& token);

    void Close() noexcept;

  private:
    enum class State { WaitingToConnect, Connected, Ended, Broken, Disconnected, Closed };

    [[nodiscard]] bool Reads() const noexcept { return direction_ != PipeDirection::Out; }
    [[nodiscard]] bool Writes() const noexcept { return direction_ != PipeDirection::In; }
    [[nodiscard]] bool IsClosed() const noexcept { return state_ == State::Closed; }
    void CheckHandle() const;
    void CheckConnected() const;
    void ThrowIfFailed(const Os::Transfer& result);
    /// The bytes of a read that asked for some. None is the end of the pipe.
    int CountOf(const Os::Transfer& read) noexcept;

    /// What an asynchronous transfer does when it has ended: it completes the task with `resultOf` it, or its
    /// error.
    template <typename TaskState, typename ResultOf>
    [[nodiscard]] auto Completing(std::shared_ptr<TaskState> state, std::stop_token token, ResultOf resultOf);

    const PipeDirection direction_;
    const PipeTransmissionMode transmissionMode_;
    std::atomic<PipeTransmissionMode> readMode_;
    std::atomic<State> state_ = State::WaitingToConnect;
    std::atomic<bool> isExposed_ = false;
    bool isAsync_ = false;
    SafePipeHandlePtr handle_;  // stays after Close, closed
};

}  // namespace System::IO::Pipes::Detail
