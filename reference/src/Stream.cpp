#include <System/IO/Stream.hpp>

#include "Arguments.hpp"

#include <array>
#include <vector>

namespace System::IO {

namespace {

[[noreturn]] void RefuseTimeouts() {
    throw InvalidOperationException("Timeouts are not supported on this stream.");
}

}  // namespace

void Detail::ValidateCopy(const Stream* destination, int bufferSize) {
    if (destination == nullptr) {
        throw ArgumentNullException("destination");
    }
    if (bufferSize <= 0) {
        throw ArgumentOutOfRangeException("bufferSize", "Positive number required.");
    }
    if (!destination->CanWrite()) {
        if (destination->CanRead()) {
            throw NotSupportedException(
                "Stream does not support writing.");  // [stream.copy-to.destination-unwritable]
        }
        throw ObjectDisposedException(
            "Cannot access a closed stream.");  // [stream.copy-to.destination-disposed]
    }
}

int Stream::ReadTimeout() const {
    RefuseTimeouts();
}  // [stream.read-timeout.get]
void Stream::SetReadTimeout(int /*value*/) {
    RefuseTimeouts();
}  // [stream.read-timeout.set]
int Stream::WriteTimeout() const {
    RefuseTimeouts();
}  // [stream.write-timeout.get]
void Stream::SetWriteTimeout(int /*value*/) {
    RefuseTimeouts();
}  // [stream.write-timeout.set]

int Stream::Read(ArrayView<Byte> buffer, int offset, int count) {
    return Read(Detail::Range(buffer, offset, count));
}

int Stream::ReadByte() {
    std::array<Byte, 1> byte{};
    return Read(std::span<Byte>(byte)) == 0 ? -1 : byte[0];
}

void Stream::ReadExactly(std::span<Byte> buffer) {
    while (!buffer.empty()) {  // nothing asked for, nothing checked [stream.read-exactly.zero-skips-checks]
        const int count = Read(buffer);
        if (count == 0) {
            throw EndOfStreamException();  // [stream.read-exactly.end-before-full-span]
        }
        buffer = buffer.subspan(static_cast<std::size_t>(count));
    }
}

void Stream::ReadExactly(ArrayView<Byte> buffer, int offset, int count) {
    ReadExactly(Detail::Range(buffer, offset, count));
}

int Stream::ReadAtLeast(std::span<Byte> buffer, int minimumBytes, bool throwOnEndOfStream) {
    const std::size_t minimum = Detail::Minimum(minimumBytes, buffer);
    std::size_t total = 0;
    while (total < minimum) {
        const int count = Read(buffer.subspan(total));
        if (count == 0) {
            if (throwOnEndOfStream) {
                throw EndOfStreamException();  // [stream.read-at-least.end-throws-by-default]
            }
            break;
        }
        total += static_cast<std::size_t>(count);
    }
    return static_cast<int>(total);
}

void Stream::Write(ArrayView<const Byte> buffer, int offset, int count) {
    Write(Detail::Range(buffer, offset, count));
}

void Stream::WriteByte(Byte value) {
    Write(std::span<const Byte>(&value, 1));
}

void Stream::CopyTo(Stream* destination, int bufferSize) {
    Detail::ValidateCopy(destination, bufferSize);
    Read(std::span<Byte>());  // checks this stream and takes nothing
    std::vector<Byte> buffer(static_cast<std::size_t>(bufferSize));
    while (const int count = Read(std::span<Byte>(buffer))) {
        destination->Write(std::span<const Byte>(buffer).first(static_cast<std::size_t>(count)));
    }
}

}  // namespace System::IO
