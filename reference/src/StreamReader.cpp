#include <System/IO/StreamReader.hpp>

#include <System/Exceptions.hpp>

namespace System::IO {

namespace {

constexpr int endOfFile = std::streambuf::traits_type::eof();

}  // namespace

StreamReader::StreamReader(Stream* stream, bool leaveOpen) : stream_(stream), leaveOpen_(leaveOpen) {
    if (stream == nullptr) {
        throw ArgumentNullException("stream");
    }
    if (!stream->CanRead()) {
        throw ArgumentException("Stream was not readable.");
    }
    buffer_.emplace(*stream);
}

StreamReader::~StreamReader() {
    try {
        Dispose();
    } catch (const std::exception&) {  // of a stream that can't be disposed
        return;
    }
}

StreamBuffer& StreamReader::Buffer() {
    if (disposed_) {
        throw ObjectDisposedException("Cannot read from a closed StreamReader.");
    }
    return *buffer_;
}

int StreamReader::Peek() {
    const int next = Buffer().sgetc();
    if (skipsLineFeed_ && next != endOfFile) {
        skipsLineFeed_ = false;
        return next == '\n' ? buffer_->snextc() : next;
    }
    return next;
}

bool StreamReader::EndOfStream() {
    return Peek() == endOfFile;
}

std::optional<std::string> StreamReader::ReadLine() {
    int next = Peek();
    if (next == endOfFile) {
        return std::nullopt;
    }
    std::string line;
    while (next != endOfFile && next != '\n' && next != '\r') {
        line.push_back(std::streambuf::traits_type::to_char_type(next));
        next = buffer_->snextc();
    }
    if (next != endOfFile) {
        skipsLineFeed_ = next == '\r';
        buffer_->sbumpc();
    }
    return line;
}

std::string StreamReader::ReadToEnd() {
    std::string text;
    for (int next = Peek(); next != endOfFile; next = buffer_->snextc()) {
        text.push_back(std::streambuf::traits_type::to_char_type(next));
    }
    return text;
}

void StreamReader::Dispose() {
    if (!disposed_.exchange(true) && !leaveOpen_) {
        stream_->Dispose();
    }
}

}  // namespace System::IO
