#pragma once

#include <System/IO/Stream.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <streambuf>

namespace System::IO {

/// A `std::streambuf` over a Stream, so that `std::ostream <<` and `std::getline` work over a pipe.
///
///     System::IO::StreamBuffer buffer(server);
///     std::ostream out(&buffer);
///     out << "SYNC" << std::endl;
///
/// Errors follow the convention of iostreams: the exception is kept in Error(), and the std::istream or
/// std::ostream turns bad(), or throws the exception itself if `exceptions(std::ios::badbit)` asks for that.
/// A failed flush does the same. The end of the pipe is end-of-file. Owns: nothing; the stream must outlive
/// it and isn't disposed with it. The destructor writes out what is still held, and drops it if that fails:
/// flush where it matters. Threads: one at a time. After the stream's Dispose: every transfer fails as the
/// stream's does.
class StreamBuffer final : public std::streambuf {
  public:
    static constexpr std::size_t Capacity = 4096;  // bytes held each way: one atomic write to a POSIX pipe

    explicit StreamBuffer(Stream& stream);
    StreamBuffer(const StreamBuffer&) = delete;
    StreamBuffer& operator=(const StreamBuffer&) = delete;
    StreamBuffer(StreamBuffer&&) = delete;
    StreamBuffer& operator=(StreamBuffer&&) = delete;
    ~StreamBuffer() override;

    /// What the stream failed with last, or null.
    [[nodiscard]] const std::exception_ptr& Error() const noexcept { return error_; }

  protected:
    int_type underflow() override;
    std::streamsize xsgetn(char* to, std::streamsize count) override;
    int_type overflow(int_type character) override;
    std::streamsize xsputn(const char* from, std::streamsize count) override;
    int sync() override;

  private:
    std::size_t Receive(char* to, std::size_t count);
    void Send(const char* from, std::size_t count);
    void SendHeld();

    Stream* stream_;
    std::exception_ptr error_;
    std::array<char, Capacity> incoming_;
    std::array<char, Capacity> outgoing_;
};

}  // namespace System::IO
