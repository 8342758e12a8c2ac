#pragma once

#include <System/IO/StreamBuffer.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace System::IO {

/// Writes text, in UTF-8, to a stream.
///
///     System::IO::StreamWriter writer(&server);
///     writer.SetAutoFlush(true);
///     writer.WriteLine("SYNC");
///
/// What was written is held until there is a buffer full of it, or until Flush, Dispose or AutoFlush.
/// Owns: nothing, but Dispose and the destructor dispose the stream with the writer unless it is left open;
/// the stream must outlive the writer. What can't be written by the destructor is dropped: call Dispose where
/// it matters. Threads: one at a time, but Dispose may come from another one: a write that waits then ends as
/// the stream's Write does. After Dispose: writing throws ObjectDisposedException.
class StreamWriter final {
  public:
    /// @param leaveOpen whether the stream stays open when the writer is disposed
    /// @throws ArgumentNullException("stream"), ArgumentException (it can't be written)
    explicit StreamWriter(Stream* stream, bool leaveOpen = false);
    StreamWriter(const StreamWriter&) = delete;
    StreamWriter& operator=(const StreamWriter&) = delete;
    StreamWriter(StreamWriter&&) = delete;
    StreamWriter& operator=(StreamWriter&&) = delete;
    ~StreamWriter();

    [[nodiscard]] Stream* BaseStream() const noexcept { return stream_; }
    /// Whether each Write and WriteLine hands what it was given to the stream before it returns.
    [[nodiscard]] bool AutoFlush() const noexcept { return autoFlush_; }
    /// True flushes what is held. @throws what Flush throws
    void SetAutoFlush(bool value);
    /// What ends a line: "\n" on POSIX.
    [[nodiscard]] const std::string& NewLine() const noexcept { return newLine_; }
    void SetNewLine(std::string_view value) { newLine_ = value; }

    /// @throws ObjectDisposedException, and what the stream's Write throws
    void Write(std::string_view value);
    void Write(char value) { Write(std::string_view(&value, 1)); }
    /// The same, and the end of the line.
    void WriteLine(std::string_view value = {});
    /// Hands what is held to the stream, and flushes that. @throws as Write
    void Flush();

    /// Flushes, then disposes the stream unless it is left open. @throws as Write; the stream is disposed all
    /// the same
    void Dispose();
    void Close() { Dispose(); }

  private:
    [[nodiscard]] StreamBuffer& Buffer();
    void Put(std::string_view text);

    Stream* stream_;
    std::optional<StreamBuffer> buffer_;  // kept by Dispose: a write may be in it
    std::atomic<bool> disposed_ = false;
    std::string newLine_ = "\n";
    bool leaveOpen_;
    bool autoFlush_ = false;
};

}  // namespace System::IO
