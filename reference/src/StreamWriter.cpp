#include <System/IO/StreamWriter.hpp>

#include <System/Exceptions.hpp>

namespace System::IO {

StreamWriter::StreamWriter(Stream* stream, bool leaveOpen) : stream_(stream), leaveOpen_(leaveOpen) {
    if (stream == nullptr) {
        throw ArgumentNullException("stream");
    }
    if (!stream->CanWrite()) {
        throw ArgumentException("Stream was not writable.");
    }
    buffer_.emplace(*stream);
}

StreamWriter::~StreamWriter() {
    try {
        Dispose();
    } catch (const std::exception&) {  // nobody is left to be told: the class comment says to call Dispose
        return;
    }
}

StreamBuffer& StreamWriter::Buffer() {
    if (disposed_) {
        throw ObjectDisposedException("Cannot write to a closed StreamWriter.");
    }
    return *buffer_;
}

void StreamWriter::Put(std::string_view text) {
    Buffer().sputn(text.data(), static_cast<std::streamsize>(text.size()));
}

void StreamWriter::SetAutoFlush(bool value) {
    autoFlush_ = value;
    if (value) {
        Flush();
    }
}

void StreamWriter::Write(std::string_view value) {
    Put(value);
    if (autoFlush_) {
        Flush();
    }
}

void StreamWriter::WriteLine(std::string_view value) {
    Put(value);
    Write(newLine_);
}

void StreamWriter::Flush() {
    Buffer().pubsync();
    stream_->Flush();
}

void StreamWriter::Dispose() {
    if (disposed_) {
        return;
    }
    std::exception_ptr error;
    try {
        Flush();
    } catch (const Exception&) {
        error = std::current_exception();
    }
    if (!disposed_.exchange(true) && !leaveOpen_) {
        stream_->Dispose();
    }
    if (error) {
        std::rethrow_exception(error);
    }
}

}  // namespace System::IO
