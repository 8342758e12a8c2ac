#include "windows/BlockingCall.hpp"

#include <algorithm>
#include <climits>
#include <memory>
#include <thread>

namespace System::IO::Pipes::Os {

namespace {

constexpr std::size_t largest = INT_MAX;  // so that a count of bytes is an int

/// What a thread needs for each of its calls.
struct Means {
    OwnedHandle thread{Number(::OpenThread(THREAD_TERMINATE, FALSE, ::GetCurrentThreadId()))};
    OwnedHandle done{Number(::CreateEventW(nullptr, TRUE, FALSE, nullptr))};
};

void WINAPI GiveBack(void* means) noexcept {
    const std::unique_ptr<Means> owned(static_cast<Means*>(means));
}

/// Not thread_local: MinGW-w64's runtime has freed such memory by the time that it destroys what is in it.
const Means& MeansOfThisThread() noexcept {
    static const DWORD slot = ::FlsAlloc(&GiveBack);
    auto* means = static_cast<Means*>(::FlsGetValue(slot));
    if (means == nullptr) {
        means = std::make_unique<Means>().release();
        ::FlsSetValue(slot, means);
    }
    return *means;
}

}  // namespace

Transfer Failure(Interest interest, DWORD error) noexcept {
    switch (error) {
        case ERROR_BROKEN_PIPE:
        case ERROR_HANDLE_EOF:
        case ERROR_NO_DATA:  // the reader has gone
        case ERROR_PIPE_NOT_CONNECTED:
            return {interest == Interest::Readable ? Status::Done : Status::Broken};
        default:
            return {Status::Failed, 0, static_cast<int>(error)};
    }
}

void BlockingCall::Run(Request& request) noexcept {
    if (Enter(request)) {
        if (request.interest == Interest::Drained) {  // which may wait beside a transfer
            CarryOut(request);
        } else {
            const std::lock_guard turn(request.channel->Turn());
            CarryOut(request);
        }
        Leave();
    }
}

void BlockingCall::RunNow(Request& request) noexcept {
    if (Enter(request)) {
        CarryOut(request);
        Leave();
    }
}

bool BlockingCall::Enter(const Request& request) noexcept {
    const std::lock_guard lock(mutex_);
    if (isEnded_) {
        return false;  // the request may be gone
    }
    handle_ = Native(request.channel->Handle());
    thread_ = Native(MeansOfThisThread().thread.Get());
    isRunning_ = true;
    return true;
}

void BlockingCall::Leave() noexcept {
    isRunning_ = false;
    const std::lock_guard lock(mutex_);  // no interruption may hit what this thread does next
}

void BlockingCall::CarryOut(Request& request) noexcept {
    switch (request.interest) {
        case Interest::Readable:
            request.outcome = Read(request.into.first(std::min(request.into.size(), largest)));
            break;
        case Interest::Writable:
            request.outcome = Write(request.from);
            break;
        case Interest::Drained:
            request.outcome = Flush();
            break;
    }
}

void BlockingCall::End() noexcept {
    const std::lock_guard lock(mutex_);
    isEnded_ = true;
    while (isRunning_) {  // it may be just before or after the call that is to be interrupted
        if (isPending_) {
            ::CancelIoEx(handle_, &overlapped_);
        } else {
            ::CancelSynchronousIo(thread_);
        }
        std::this_thread::yield();
    }
}

/// @param start begins a transfer, which a synchronous handle ends before it returns
/// @return the system's error, 0 for none
template <typename Start>
DWORD BlockingCall::Await(DWORD& count, Start&& start) noexcept {
    overlapped_ = {};
    overlapped_.hEvent = Native(MeansOfThisThread().done.Get());
    if (start() == FALSE) {
        if (const DWORD error = ::GetLastError(); error != ERROR_IO_PENDING) {
            count = static_cast<DWORD>(overlapped_.InternalHigh);  // of a write that was ended halfway
            return error;
        }
    }
    isPending_ = true;
    const bool isDone = ::GetOverlappedResult(handle_, &overlapped_, &count, TRUE) != FALSE;
    const DWORD error = isDone ? 0 : ::GetLastError();
    isPending_ = false;
    return error;
}

Transfer BlockingCall::Read(std::span<Byte> buffer) noexcept {
    while (!isEnded_) {
        DWORD count = 0;
        const DWORD error = Await(count, [&] {
            return ::ReadFile(handle_, buffer.data(), static_cast<DWORD>(buffer.size()), nullptr,
                              &overlapped_);
        });
        if (count > 0) {
            return {Status::Done, count};
        }
        if (error != 0 && error != ERROR_OPERATION_ABORTED) {
            return Failure(Interest::Readable, error);
        }
        // Else somebody wrote nothing, which is not the end, or interrupted this thread.
    }
    return {Status::WouldBlock};
}

Transfer BlockingCall::Write(std::span<const Byte> buffer) noexcept {
    std::size_t written = 0;
    while (!isEnded_) {
        const auto part = buffer.subspan(written, std::min(buffer.size() - written, largest));
        DWORD count = 0;
        const DWORD error = Await(count, [&] {
            return ::WriteFile(handle_, part.data(), static_cast<DWORD>(part.size()), nullptr, &overlapped_);
        });
        written += count;
        if (written == buffer.size()) {
            return {Status::Done, written};
        }
        if (error != 0 && error != ERROR_OPERATION_ABORTED) {
            return Failure(Interest::Writable, error);
        }
    }
    return {Status::WouldBlock};
}

Transfer BlockingCall::Flush() noexcept {
    while (!isEnded_) {
        if (::FlushFileBuffers(handle_) != FALSE) {
            return {Status::Done};
        }
        if (const DWORD error = ::GetLastError(); error != ERROR_OPERATION_ABORTED) {
            return Failure(Interest::Drained, error);
        }
    }
    return {Status::WouldBlock};
}

}  // namespace System::IO::Pipes::Os
