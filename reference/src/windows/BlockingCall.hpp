#pragma once

#include "windows/Handle.hpp"

#include <atomic>
#include <mutex>
#include <span>

namespace System::IO::Pipes::Os {

/// A request that blocks one thread in the system until it is carried out, and that other threads can end.
class BlockingCall {
  public:
    BlockingCall() = default;
    BlockingCall(const BlockingCall&) = delete;
    BlockingCall& operator=(const BlockingCall&) = delete;
    BlockingCall(BlockingCall&&) = delete;
    BlockingCall& operator=(BlockingCall&&) = delete;
    ~BlockingCall() = default;

    /// Carries `request` out on this thread, which takes until it has its outcome or is ended. Once at most.
    /// Of the transfers of one handle only one runs at a time.
    void Run(Request& request) noexcept;
    /// The same for who has the handle's turn already.
    void RunNow(Request& request) noexcept;
    /// When this returns the request is left alone for good, with its outcome if it was carried out.
    void End() noexcept;

  private:
    [[nodiscard]] bool Enter(const Request& request) noexcept;
    void Leave() noexcept;
    void CarryOut(Request& request) noexcept;
    [[nodiscard]] Transfer Read(std::span<Byte> buffer) noexcept;
    [[nodiscard]] Transfer Write(std::span<const Byte> buffer) noexcept;
    [[nodiscard]] Transfer Flush() noexcept;
    template <typename Start>
    [[nodiscard]] DWORD Await(DWORD& count, Start&& start) noexcept;

    std::mutex mutex_;  // held while the thread is being interrupted: it leaves after that only
    std::atomic<bool> isEnded_ = false;
    std::atomic<bool> isRunning_ = false;
    std::atomic<bool> isPending_ = false;  // as an overlapped handle has it
    HANDLE thread_ = nullptr;
    HANDLE handle_ = nullptr;
    OVERLAPPED overlapped_{};
};

/// What a call that failed with `error` means for a request.
[[nodiscard]] Transfer Failure(Interest interest, DWORD error) noexcept;

}  // namespace System::IO::Pipes::Os
