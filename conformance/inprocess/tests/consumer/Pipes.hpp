#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

/// What a user may have: a small class of his own, a part of the documented ones, with mistakes in it that he
/// knows (own.deviations.yaml).
namespace own {

enum class PipeDirection { In = 1, Out = 2, InOut = 3 };
enum class HandleInheritability { None = 0, Inheritable = 1 };

struct ArgumentException : std::invalid_argument {
    ArgumentException(std::string name, const char* message)
        : invalid_argument(message), name_(std::move(name)) {}
    const std::string& ParamName() const { return name_; }

  private:
    std::string name_;
};
struct ArgumentOutOfRangeException : ArgumentException {
    using ArgumentException::ArgumentException;
};
struct NotSupportedException : std::logic_error {
    using logic_error::logic_error;
};
struct ObjectDisposedException : std::logic_error {
    using logic_error::logic_error;
};
struct IOException : std::system_error {
    using system_error::system_error;
};

/// A descriptor, closed once.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { Close(); }

    int Number() const { return number_; }
    void Close() {
        if (number_ >= 0) {
            ::close(number_);
        }
        number_ = -1;
    }

  private:
    int number_;
};

class Pipe {
  public:
    using Bytes = std::span<unsigned char>;
    using ConstBytes = std::span<const unsigned char>;

    bool CanRead() const { return IsOpen() && direction_ == PipeDirection::In; }
    bool CanWrite() const { return IsOpen() && direction_ == PipeDirection::Out; }
    bool CanSeek() const { return false; }

    int Read(Bytes buffer, int offset, int count) {
        const auto part = Part(buffer, offset, count);
        Check(PipeDirection::In);
        return static_cast<int>(Checked([&] { return ::read(end_.Number(), part.data(), part.size()); }));
    }
    void Write(ConstBytes buffer, int offset, int count) {
        auto part = Part(buffer, offset, count);
        Check(PipeDirection::Out);
        CheckWhole();
        while (!part.empty()) {
            const auto written = Checked([&] { return ::write(end_.Number(), part.data(), part.size()); });
            part = part.subspan(static_cast<std::size_t>(written));
        }
    }
    void Flush() {
        Check(PipeDirection::Out);
        CheckWhole();
    }
    /// Two mistakes: a call that waits on another thread is not ended by this, and may take it for the end of
    /// the stream.
    void Dispose() { end_.Close(); }

  protected:
    Pipe(PipeDirection direction, int end) : direction_(direction), end_(end) {}

    static void CheckKnown(PipeDirection direction) {
        if (direction < PipeDirection::In || direction > PipeDirection::InOut) {
            throw ArgumentOutOfRangeException("direction", "This is no direction.");
        }
    }
    static PipeDirection OneWay(PipeDirection direction) {
        CheckKnown(direction);
        if (direction == PipeDirection::InOut) {
            throw NotSupportedException("A pipe goes one way.");
        }
        return direction;
    }
    bool IsOpen() const { return end_.Number() >= 0; }

    template <typename Call>
    long Checked(Call call) {
        long result = 0;
        do {
            result = call();
        } while (result < 0 && errno == EINTR);
        if (result < 0) {
            broken_ = broken_ || errno == EPIPE;
            throw IOException(errno, std::generic_category());
        }
        return result;
    }

  private:
    template <typename Byte>
    static std::span<Byte> Part(std::span<Byte> buffer, int offset, int count) {
        if (offset < 0) {
            throw ArgumentOutOfRangeException("offset", "The offset is below 0.");
        }
        if (count < 0) {
            throw ArgumentOutOfRangeException("count", "The count is below 0.");
        }
        const auto first = static_cast<std::size_t>(offset);
        const auto size = static_cast<std::size_t>(count);
        if (first > buffer.size() || size > buffer.size() - first) {
            throw ArgumentException("", "The part is not within the array.");
        }
        return buffer.subspan(first, size);
    }
    void Check(PipeDirection wanted) const {
        if (direction_ != wanted) {
            throw NotSupportedException("The pipe goes the other way.");
        }
        if (!IsOpen()) {
            throw ObjectDisposedException("The pipe is closed.");
        }
    }
    void CheckWhole() const {
        if (broken_) {
            throw IOException(EPIPE, std::generic_category());
        }
    }

    PipeDirection direction_;
    Descriptor end_;
    bool broken_ = false;
};

class Server final : public Pipe {
  public:
    explicit Server(PipeDirection direction = PipeDirection::Out,
                    HandleInheritability inheritability = HandleInheritability::None, int bufferSize = 0)
        : Server(direction, inheritability, Ends(direction, inheritability, bufferSize)) {}

    std::string GetClientHandleAsString() {
        givenOut_ = true;
        return std::to_string(client_.Number());
    }
    void DisposeLocalCopyOfClientHandle() { client_.Close(); }
    void Dispose() {
        if (!givenOut_ || inheritability_ == HandleInheritability::Inheritable) {
            client_.Close();
        }
        Pipe::Dispose();
    }

  private:
    struct Ends {
        Ends(PipeDirection direction, HandleInheritability inheritability, int bufferSize) {
            CheckKnown(direction);
            if (bufferSize < 0) {
                throw ArgumentOutOfRangeException("bufferSize", "The size is below 0.");
            }
            OneWay(direction);
            if (inheritability != HandleInheritability::None &&
                inheritability != HandleInheritability::Inheritable) {
                throw ArgumentOutOfRangeException("inheritability", "This is no inheritability.");
            }
            int both[2];
            if (::pipe2(both, O_CLOEXEC) != 0) {
                throw IOException(errno, std::generic_category());
            }
            own = both[direction == PipeDirection::In ? 0 : 1];
            client = both[direction == PipeDirection::In ? 1 : 0];
            if (inheritability == HandleInheritability::Inheritable) {
                ::fcntl(client, F_SETFD, 0);
            }
            if (bufferSize > 0) {
                ::fcntl(own, F_SETPIPE_SZ, bufferSize);  // no more than a wish
            }
        }
        int own;
        int client;
    };
    Server(PipeDirection direction, HandleInheritability inheritability, const Ends& ends)
        : Pipe(direction, ends.own), client_(ends.client), inheritability_(inheritability) {}

    Descriptor client_;
    HandleInheritability inheritability_;
    bool givenOut_ = false;
};

class Client final : public Pipe {
  public:
    explicit Client(std::string_view handle) : Client(PipeDirection::In, handle) {}
    Client(PipeDirection direction, std::string_view handle) : Pipe(OneWay(direction), Number(handle)) {}

  private:
    static int Number(std::string_view handle) {
        int number = -1;
        const auto [end, error] = std::from_chars(handle.data(), handle.data() + handle.size(), number);
        struct stat found {};
        if (error != std::errc() || end != handle.data() + handle.size() || ::fstat(number, &found) != 0) {
            throw ArgumentException("pipeHandleAsString", "This is no handle.");
        }
        return number;  // A mistake: anything that is open will do, also what is no pipe.
    }
};

}  // namespace own
