#include <System/IO/StreamReader.hpp>

#include "Utf8.hpp"

#include <System/Exceptions.hpp>

namespace System::IO {

namespace {

constexpr int endOfFile = std::streambuf::traits_type::eof();
constexpr std::string_view mark = "\xEF\xBB\xBF";

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

void StreamReader::PassMark() {
    while (marked_ < mark.size()) {
        if (buffer_->sgetc() != std::streambuf::traits_type::to_int_type(mark[marked_])) {
            unmarked_ = mark.substr(0, marked_);
            break;
        }
        buffer_->sbumpc();
        ++marked_;
    }
    isAtStart_ = false;
}

int StreamReader::Peek() {
    StreamBuffer& buffer = Buffer();
    if (isAtStart_) {
        PassMark();  // [text.reader.byte-order-mark]
    }
    const int next =
        unmarked_.empty() ? buffer.sgetc() : std::streambuf::traits_type::to_int_type(unmarked_.front());
    if (skipsLineFeed_ && next != endOfFile) {
        skipsLineFeed_ = false;
        return next == '\n' ? Take() : next;
    }
    return next;
}

int StreamReader::Take() {
    if (unmarked_.empty()) {
        return buffer_->snextc();
    }
    unmarked_.remove_prefix(1);
    return Peek();
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
        next = Take();
    }
    if (next != endOfFile) {
        skipsLineFeed_ = next == '\r';
        buffer_->sbumpc();
    }
    return Detail::WithReplacements(std::move(line));
}

std::string StreamReader::ReadToEnd() {
    std::string text;
    for (int next = Peek(); next != endOfFile; next = Take()) {
        text.push_back(std::streambuf::traits_type::to_char_type(next));
    }
    return Detail::WithReplacements(std::move(text));
}

void StreamReader::Dispose() {
    if (!disposed_.exchange(true) && !leaveOpen_) {
        stream_->Dispose();
    }
}

}  // namespace System::IO
