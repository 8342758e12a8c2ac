#include <System/IO/Stream.hpp>

#include "Arguments.hpp"

#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

namespace System::IO {

using Threading::Tasks::Task;

// --- What a stream without asynchronous operations of its own does: completes in the call.

namespace {

/// What `operation` gives, or the error of the pipe that it fails with; usage errors leave the call itself.
template <typename T, typename Operation>
Task<T> InCall(std::stop_token token, Operation operation) {
    if (token.stop_requested()) {
        return Task<T>::FromCanceled(std::move(token));  // [stream.flush-async.cancelled-token]
    }
    try {
        if constexpr (std::is_void_v<T>) {
            operation();
            return Task<>::FromResult();
        } else {
            return Task<T>::FromResult(operation());
        }
    } catch (const IOException&) {  // [stream.write-async.errors-in-task, stream.flush-async.errors-in-task]
        return Task<T>::FromException(std::current_exception());
    }
}

}  // namespace

Task<int> Stream::ReadAsync(std::span<Byte> buffer, std::stop_token cancellationToken) {
    return InCall<int>(std::move(cancellationToken), [&] { return Read(buffer); });
}

Task<> Stream::WriteAsync(std::span<const Byte> buffer, std::stop_token cancellationToken) {
    return InCall<void>(std::move(cancellationToken), [&] { Write(buffer); });
}

Task<> Stream::FlushAsync(std::stop_token cancellationToken) {
    return InCall<void>(std::move(cancellationToken), [&] { Flush(); });
}

Task<> Stream::DisposeAsync() {
    Dispose();
    return Task<>::FromResult();
}

Stream::AsyncRead Stream::AsyncReader() {
    return
        [this](std::span<Byte> buffer, std::stop_token token) { return ReadAsync(buffer, std::move(token)); };
}

Stream::AsyncWrite Stream::AsyncWriter() {
    return [this](std::span<const Byte> buffer, std::stop_token token) {
        return WriteAsync(buffer, std::move(token));
    };
}

// --- What is made of them. Arguments are checked, and the first read is started, before the coroutine
// begins, so that usage errors leave the call itself. The coroutines use what they are given by value and
// never the stream.

Task<int> Stream::ReadAsync(ArrayView<Byte> buffer, int offset, int count,
                            std::stop_token cancellationToken) {
    return ReadAsync(Detail::Range(buffer, offset, count), std::move(cancellationToken));
}

Task<> Stream::WriteAsync(ArrayView<const Byte> buffer, int offset, int count,
                          std::stop_token cancellationToken) {
    return WriteAsync(Detail::Range(buffer, offset, count), std::move(cancellationToken));
}

namespace {

using ReadFunction = std::function<Task<int>(std::span<Byte>, std::stop_token)>;
using WriteFunction = std::function<Task<>(std::span<const Byte>, std::stop_token)>;

Task<int> FinishReading(ReadFunction read, Task<int> first, std::span<Byte> buffer, std::size_t minimum,
                        bool throwOnEndOfStream, std::stop_token token) {
    auto count = static_cast<std::size_t>(co_await first);
    std::size_t total = count;
    while (count != 0 && total < minimum) {
        count = static_cast<std::size_t>(co_await read(buffer.subspan(total), token));
        total += count;
    }
    if (total < minimum && throwOnEndOfStream) {
        throw EndOfStreamException();
    }
    co_return static_cast<int>(total);
}

Task<> WithoutCount(Task<int> read) {
    co_await read;
}

Task<> Copy(ReadFunction read, WriteFunction write, std::size_t bufferSize, std::stop_token token) {
    std::vector<Byte> buffer(bufferSize);
    for (;;) {
        const int count = co_await read(buffer, token);
        if (count == 0) {
            co_return;
        }
        co_await write(std::span<const Byte>(buffer).first(static_cast<std::size_t>(count)), token);
    }
}

}  // namespace

Task<int> Stream::ReadAtLeastAsync(std::span<Byte> buffer, int minimumBytes, bool throwOnEndOfStream,
                                   std::stop_token cancellationToken) {
    const std::size_t minimum = Detail::Minimum(minimumBytes, buffer);
    if (minimum == 0) {  // [stream.read-at-least-async.minimum-zero-no-wait]
        return cancellationToken.stop_requested() ? Task<int>::FromCanceled(cancellationToken)
                                                  : Task<int>::FromResult(0);
    }
    AsyncRead read = AsyncReader();
    Task<int> first = read(buffer, cancellationToken);
    return FinishReading(std::move(read), std::move(first), buffer, minimum, throwOnEndOfStream,
                         std::move(cancellationToken));
}

Task<> Stream::ReadExactlyAsync(std::span<Byte> buffer, std::stop_token cancellationToken) {
    return WithoutCount(
        ReadAtLeastAsync(buffer, static_cast<int>(buffer.size()), true, std::move(cancellationToken)));
}

Task<> Stream::ReadExactlyAsync(ArrayView<Byte> buffer, int offset, int count,
                                std::stop_token cancellationToken) {
    return ReadExactlyAsync(Detail::Range(buffer, offset, count), std::move(cancellationToken));
}

Task<> Stream::CopyToAsync(Stream* destination, int bufferSize, std::stop_token cancellationToken) {
    Detail::ValidateCopy(destination, bufferSize);
    AsyncRead read = AsyncReader();  // [stream.copy-to-async.source-unreadable]
    return Copy(std::move(read), destination->AsyncWriter(), static_cast<std::size_t>(bufferSize),
                std::move(cancellationToken));  // a disposed source fails the task
                                                // [stream.copy-to-async.source-disposed]
}

Task<> Stream::CopyToAsync(Stream* destination, std::stop_token cancellationToken) {
    return CopyToAsync(destination, DefaultCopyBufferSize, std::move(cancellationToken));
}

}  // namespace System::IO
