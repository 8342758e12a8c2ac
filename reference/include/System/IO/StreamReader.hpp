#pragma once

#include <System/IO/StreamBuffer.hpp>

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace System::IO {

/// Reads text, in UTF-8, from a stream. A byte-order mark at its beginning is passed over; what is no
/// character, such as half of one at the end, is read as U+FFFD.
///
///     System::IO::StreamReader reader(&client);
///     while (const auto line = reader.ReadLine()) {
///         ...
///     }
///
/// It takes from the stream what is there, up to a buffer full, so that some of it may be held here. Owns:
/// nothing, but Dispose and the destructor dispose the stream with the reader unless it is left open; the
/// stream must outlive the reader. Threads: one at a time, but Dispose may come from another one: a read that
/// waits then ends as the stream's Read does. After Dispose: reading throws ObjectDisposedException.
class StreamReader final {
  public:
    /// @param leaveOpen whether the stream stays open when the reader is disposed
    /// @throws ArgumentNullException("stream"), ArgumentException (it can't be read)
    explicit StreamReader(Stream* stream, bool leaveOpen = false);
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;
    StreamReader(StreamReader&&) = delete;
    StreamReader& operator=(StreamReader&&) = delete;
    ~StreamReader();

    [[nodiscard]] Stream* BaseStream() const noexcept { return stream_; }
    /// Whether nothing is left to read; waits for a byte or the end.
    /// @throws ObjectDisposedException, and what the stream's Read throws
    [[nodiscard]] bool EndOfStream();
    /// The next line without its end, which is "\n", "\r" or "\r\n", or the rest of the stream; nothing at
    /// the end of the stream. Waits for no byte beyond the line's end. @throws as EndOfStream
    [[nodiscard]] std::optional<std::string> ReadLine();
    /// All that is left, waiting for the end of the stream. @throws as EndOfStream
    [[nodiscard]] std::string ReadToEnd();

    /// Disposes the stream unless it is left open.
    void Dispose();
    void Close() { Dispose(); }

  private:
    /// The next byte, or the traits' end-of-file, without taking it.
    [[nodiscard]] int Peek();
    /// Takes the byte that Peek has shown. @return as Peek, of the one behind it
    int Take();
    /// Takes the mark that the stream begins with, if it does.
    void PassMark();
    [[nodiscard]] StreamBuffer& Buffer();

    Stream* stream_;
    std::optional<StreamBuffer> buffer_;  // kept by Dispose: a read may be in it
    std::atomic<bool> disposed_ = false;
    bool leaveOpen_;
    bool isAtStart_ = true;
    std::size_t marked_ = 0;      // bytes of a mark that were taken there
    std::string_view unmarked_;   // what looked like the beginning of a mark, and was none
    bool skipsLineFeed_ = false;  // the last line ended with "\r", which "\n" may follow
};

}  // namespace System::IO
