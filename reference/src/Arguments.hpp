#pragma once

#include <System/Exceptions.hpp>
#include <System/Types.hpp>

#include <cstddef>
#include <span>

namespace System::IO {

class Stream;

namespace Detail {

/// The part of `buffer` that offset and count name.
/// [stream.precedence.buffer-offset-count, stream.read.range-past-end]
template <typename T>
std::span<T> Range(ArrayView<T> buffer, int offset, int count) {
    if (buffer.IsNull()) {
        throw ArgumentNullException("buffer");
    }
    if (offset < 0) {
        throw ArgumentOutOfRangeException("offset", "Non-negative number required.");
    }
    const auto start = static_cast<std::size_t>(offset);
    if (count < 0 || start > buffer.Length() || static_cast<std::size_t>(count) > buffer.Length() - start) {
        throw ArgumentOutOfRangeException(
            "count", count < 0
                         ? "Non-negative number required."
                         : "Offset and count were out of bounds for the array, or count is greater than the "
                           "number of elements from offset to the end of the array.");
    }
    return buffer.Elements().subspan(start, static_cast<std::size_t>(count));
}

/// The minimum of ReadAtLeast as a count.
inline std::size_t Minimum(int minimumBytes, std::span<const Byte> buffer) {
    if (minimumBytes < 0 || static_cast<std::size_t>(minimumBytes) > buffer.size()) {
        throw ArgumentOutOfRangeException("minimumBytes", "Must be between 0 and the length of the buffer.");
    }
    return static_cast<std::size_t>(minimumBytes);
}

/// In the order of [stream.copy-to.order-destination-first].
void ValidateCopy(const Stream* destination, int bufferSize);

}  // namespace Detail
}  // namespace System::IO
