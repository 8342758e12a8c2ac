#include <System/IO/StreamBuffer.hpp>

#include <algorithm>
#include <span>

namespace System::IO {

// What these members throw is caught by the std::istream or std::ostream that calls them, which turns bad();
// the exception is noted first, since iostreams lose it.

StreamBuffer::StreamBuffer(Stream& stream) : stream_(&stream), incoming_(), outgoing_() {
    setp(outgoing_.data(), outgoing_.data() + outgoing_.size());
}

StreamBuffer::~StreamBuffer() {
    try {
        SendHeld();
    } catch (...) {  // nobody is left to be told: the class comment says to flush where it matters
        error_ = std::current_exception();
    }
}

std::size_t StreamBuffer::Receive(char* to, std::size_t count) {
    try {
        return static_cast<std::size_t>(stream_->Read(std::span(reinterpret_cast<Byte*>(to), count)));
    } catch (...) {
        error_ = std::current_exception();
        throw;
    }
}

void StreamBuffer::Send(const char* from, std::size_t count) {
    try {
        stream_->Write(std::span(reinterpret_cast<const Byte*>(from), count));
    } catch (...) {
        error_ = std::current_exception();
        throw;
    }
}

void StreamBuffer::SendHeld() {
    const auto held = static_cast<std::size_t>(pptr() - pbase());
    setp(outgoing_.data(), outgoing_.data() + outgoing_.size());  // sent once, or given up
    if (held != 0) {
        Send(outgoing_.data(), held);
    }
}

StreamBuffer::int_type StreamBuffer::underflow() {
    const std::size_t count = Receive(incoming_.data(), incoming_.size());
    setg(incoming_.data(), incoming_.data(), incoming_.data() + count);
    return count == 0 ? traits_type::eof() : traits_type::to_int_type(incoming_.front());
}

std::streamsize StreamBuffer::xsgetn(char* to, std::streamsize count) {
    const auto wanted = static_cast<std::size_t>(count);
    std::size_t total = std::min(wanted, static_cast<std::size_t>(egptr() - gptr()));
    std::copy_n(gptr(), total, to);  // which may be nothing, from nowhere
    gbump(static_cast<int>(total));
    while (total < wanted) {  // past the buffer, straight to where it belongs
        const std::size_t received = Receive(to + total, wanted - total);
        if (received == 0) {
            break;
        }
        total += received;
    }
    return static_cast<std::streamsize>(total);
}

StreamBuffer::int_type StreamBuffer::overflow(int_type character) {
    SendHeld();
    return sputc(traits_type::to_char_type(character));  // always one: only sputc calls this
}

std::streamsize StreamBuffer::xsputn(const char* from, std::streamsize count) {
    const auto size = static_cast<std::size_t>(count);
    if (size > static_cast<std::size_t>(epptr() - pptr())) {
        SendHeld();
    }
    if (size >= outgoing_.size()) {
        Send(from, size);
    } else {
        std::copy_n(from, size, pptr());
        pbump(static_cast<int>(size));
    }
    return count;
}

int StreamBuffer::sync() {
    SendHeld();
    return 0;
}

}  // namespace System::IO
