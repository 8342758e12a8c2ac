#pragma once

#include <utility>  // which Boost.Asio 1.74 forgets

#include <boost/asio.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

/// A thin class over Boost.Asio's descriptors, with the documentation's names: what one writes in an
/// afternoon.
namespace asio_pipes {

enum class PipeDirection { In = 1, Out = 2, InOut = 3 };
enum class PipeTransmissionMode { Byte = 0, Message = 1 };
enum class HandleInheritability { None = 0, Inheritable = 1 };
enum class SeekOrigin { Begin = 0, Current = 1, End = 2 };

class ArgumentException : public std::invalid_argument {
  public:
    ArgumentException(std::string parameter, const std::string& message)
        : invalid_argument(message), parameter_(std::move(parameter)) {}
    const std::string& ParamName() const noexcept { return parameter_; }

  private:
    std::string parameter_;
};
class ArgumentOutOfRangeException : public ArgumentException {
  public:
    explicit ArgumentOutOfRangeException(std::string parameter)
        : ArgumentException(std::move(parameter), "The value is out of range.") {}
};
struct NotSupportedException : std::logic_error {
    using logic_error::logic_error;
};
struct InvalidOperationException : std::logic_error {
    using logic_error::logic_error;
};
struct ObjectDisposedException : InvalidOperationException {
    using InvalidOperationException::InvalidOperationException;
};

/// What an asynchronous member returns.
template <typename T>
class Task {
  public:
    explicit Task(std::shared_future<T> future) : future_(std::move(future)) {}

    bool IsCompleted() const {
        return future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }
    bool IsCanceled() const { return IsCompleted() && Error() == boost::asio::error::operation_aborted; }
    bool IsFaulted() const { return IsCompleted() && Error().failed() && !IsCanceled(); }
    T Wait() const { return future_.get(); }

  private:
    boost::system::error_code Error() const {
        try {
            future_.get();
            return {};
        } catch (const boost::system::system_error& error) {
            return error.code();
        }
    }

    std::shared_future<T> future_;
};

/// One context for all, and one thread that runs it.
class Context {
  public:
    static boost::asio::io_context& Get() {
        static Context context;
        return context.context_;
    }

  private:
    Context() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
    ~Context() {
        context_.stop();
        thread_.join();
    }

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

class PipeStream {
  public:
    using Bytes = std::span<std::uint8_t>;
    using ConstBytes = std::span<const std::uint8_t>;

    PipeStream(const PipeStream&) = delete;
    PipeStream& operator=(const PipeStream&) = delete;
    virtual ~PipeStream() { Close(); }

    bool CanRead() const noexcept { return IsConnected() && direction_ == PipeDirection::In; }
    bool CanWrite() const noexcept { return IsConnected() && direction_ == PipeDirection::Out; }
    bool CanSeek() const noexcept { return false; }
    bool CanTimeout() const noexcept { return false; }
    bool IsConnected() const noexcept { return descriptor_->is_open(); }
    bool IsAsync() const noexcept { return false; }
    PipeTransmissionMode TransmissionMode() const noexcept { return PipeTransmissionMode::Byte; }
    PipeTransmissionMode ReadMode() const noexcept { return PipeTransmissionMode::Byte; }
    void SetReadMode(PipeTransmissionMode mode) {
        if (mode == PipeTransmissionMode::Message) {
            throw NotSupportedException("Anonymous pipes have no messages.");
        }
        if (mode != PipeTransmissionMode::Byte) {
            throw ArgumentOutOfRangeException("value");
        }
    }
    int InBufferSize() const { return BufferSize(PipeDirection::In); }
    int OutBufferSize() const { return BufferSize(PipeDirection::Out); }
    std::int64_t Length() const { return Unseekable(); }
    std::int64_t Position() const { return Unseekable(); }
    void SetPosition(std::int64_t /*value*/) { Unseekable(); }
    std::int64_t Seek(std::int64_t /*offset*/, SeekOrigin /*origin*/) { return Unseekable(); }
    void SetLength(std::int64_t /*value*/) { Unseekable(); }

    int Read(Bytes buffer) {
        Check(PipeDirection::In);
        boost::system::error_code error;
        return Count(error, descriptor_->read_some(Of(buffer), error));
    }
    int Read(Bytes buffer, int offset, int count) { return Read(Part(buffer, offset, count)); }
    int ReadByte() {
        std::uint8_t byte = 0;
        return Read(Bytes(&byte, 1)) == 0 ? -1 : byte;
    }

    void Write(ConstBytes buffer) {
        Check(PipeDirection::Out);
        boost::asio::write(*descriptor_, Of(buffer));
    }
    void Write(ConstBytes buffer, int offset, int count) { Write(Part(buffer, offset, count)); }
    void WriteByte(std::uint8_t value) { Write(ConstBytes(&value, 1)); }
    void Flush() { Check(PipeDirection::Out); }
    void WaitForPipeDrain() {
        Check(PipeDirection::Out);
        int left = 0;
        while (::ioctl(descriptor_->native_handle(), FIONREAD, &left) == 0 && left > 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    Task<int> ReadAsync(Bytes buffer, const std::stop_token& token = {}) {
        Check(PipeDirection::In);
        return Begin<int>(
            token, [&](auto handler) { descriptor_->async_read_some(Of(buffer), std::move(handler)); });
    }
    Task<int> ReadAsync(Bytes buffer, int offset, int count, const std::stop_token& token = {}) {
        return ReadAsync(Part(buffer, offset, count), token);
    }
    Task<void> WriteAsync(ConstBytes buffer, const std::stop_token& token = {}) {
        Check(PipeDirection::Out);
        return Begin<void>(token, [&](auto handler) {
            boost::asio::async_write(*descriptor_, Of(buffer), std::move(handler));
        });
    }
    Task<void> WriteAsync(ConstBytes buffer, int offset, int count, const std::stop_token& token = {}) {
        return WriteAsync(Part(buffer, offset, count), token);
    }
    Task<void> FlushAsync(const std::stop_token& token = {}) {
        Check(PipeDirection::Out);
        return Begin<void>(token, [](auto handler) { handler(boost::system::error_code(), 0); });
    }

    void Dispose() { Close(); }
    virtual void Close() {
        boost::system::error_code ignored;
        descriptor_->close(ignored);
    }

  protected:
    PipeStream(PipeDirection direction, int descriptor)
        : direction_(direction), descriptor_(std::make_shared<Descriptor>(Context::Get())) {
        descriptor_->assign(descriptor);
    }

    static void CheckDirection(PipeDirection direction) {
        if (direction == PipeDirection::InOut) {
            throw NotSupportedException("Anonymous pipes are one-way.");
        }
        if (direction != PipeDirection::In && direction != PipeDirection::Out) {
            throw ArgumentOutOfRangeException("direction");
        }
    }

  private:
    using Descriptor = boost::asio::posix::stream_descriptor;

    static boost::asio::mutable_buffer Of(Bytes bytes) { return {bytes.data(), bytes.size()}; }
    static boost::asio::const_buffer Of(ConstBytes bytes) { return {bytes.data(), bytes.size()}; }

    template <typename B>
    static std::span<B> Part(std::span<B> buffer, int offset, int count) {
        if (offset < 0) {
            throw ArgumentOutOfRangeException("offset");
        }
        if (count < 0) {
            throw ArgumentOutOfRangeException("count");
        }
        if (buffer.size() < static_cast<std::size_t>(offset) + static_cast<std::size_t>(count)) {
            throw ArgumentException("", "Offset and count reach beyond the buffer.");
        }
        return buffer.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(count));
    }

    /// The end of the pipe is a read of nothing.
    static int Count(boost::system::error_code error, std::size_t count) {
        if (error.failed() && error != boost::asio::error::eof) {
            throw boost::system::system_error(error);
        }
        return static_cast<int>(count);
    }

    void Check(PipeDirection wanted) const {
        if (!IsConnected()) {
            throw ObjectDisposedException("The stream is closed.");
        }
        if (direction_ != wanted) {
            throw NotSupportedException("The pipe goes the other way.");
        }
    }
    [[noreturn]] static std::int64_t Unseekable() { throw NotSupportedException("A pipe can't seek."); }

    int BufferSize(PipeDirection wanted) const {
        Check(wanted);
        return ::fcntl(descriptor_->native_handle(), F_GETPIPE_SZ);
    }

    /// Asio 1.74 can only cancel all operations of a descriptor at once.
    template <typename T, typename Start>
    Task<T> Begin(const std::stop_token& token, Start start) {
        const auto promise = std::make_shared<std::promise<T>>();
        Task<T> task(promise->get_future().share());
        if (token.stop_requested()) {
            promise->set_exception(
                std::make_exception_ptr(boost::system::system_error(boost::asio::error::operation_aborted)));
            return task;
        }
        using Stop = std::stop_callback<std::function<void()>>;
        const auto stop = std::make_shared<std::optional<Stop>>();
        start([promise, stop, descriptor = descriptor_](boost::system::error_code error, std::size_t count) {
            stop->reset();
            try {
                if constexpr (std::is_void_v<T>) {
                    Count(error, count);
                    promise->set_value();
                } else {
                    promise->set_value(Count(error, count));
                }
            } catch (...) {
                promise->set_exception(std::current_exception());
            }
        });
        if (!task.IsCompleted()) {
            stop->emplace(token, [descriptor = std::weak_ptr(descriptor_)] {
                if (const auto open = descriptor.lock()) {
                    open->cancel();
                }
            });
        }
        return task;
    }

    const PipeDirection direction_;
    const std::shared_ptr<Descriptor> descriptor_;
};

class AnonymousPipeServerStream : public PipeStream {
  public:
    explicit AnonymousPipeServerStream(PipeDirection direction = PipeDirection::Out,
                                       HandleInheritability inheritability = HandleInheritability::None,
                                       int bufferSize = 0)
        : AnonymousPipeServerStream(direction, Ends(direction, inheritability, bufferSize)) {}
    ~AnonymousPipeServerStream() override { DisposeLocalCopyOfClientHandle(); }

    std::string GetClientHandleAsString() const { return std::to_string(client_); }
    void DisposeLocalCopyOfClientHandle() {
        if (const int client = std::exchange(client_, -1); client >= 0) {
            ::close(client);
        }
    }
    void Close() override {
        DisposeLocalCopyOfClientHandle();
        PipeStream::Close();
    }

  private:
    struct Ends {
        Ends(PipeDirection direction, HandleInheritability inheritability, int bufferSize) {
            CheckDirection(direction);
            if (inheritability != HandleInheritability::None &&
                inheritability != HandleInheritability::Inheritable) {
                throw ArgumentOutOfRangeException("inheritability");
            }
            if (bufferSize < 0) {
                throw ArgumentOutOfRangeException("bufferSize");
            }
            int both[2];
            if (::pipe2(both, O_CLOEXEC) != 0) {
                throw boost::system::system_error(errno, boost::system::system_category());
            }
            server = both[direction == PipeDirection::In ? 0 : 1];
            client = both[direction == PipeDirection::In ? 1 : 0];
            if (inheritability == HandleInheritability::Inheritable) {
                ::fcntl(client, F_SETFD, 0);
            }
            if (bufferSize > 0) {
                ::fcntl(server, F_SETPIPE_SZ, bufferSize);
            }
        }
        int server;
        int client;
    };
    AnonymousPipeServerStream(PipeDirection direction, const Ends& ends)
        : PipeStream(direction, ends.server), client_(ends.client) {}

    int client_;
};

class AnonymousPipeClientStream : public PipeStream {
  public:
    explicit AnonymousPipeClientStream(std::string_view handle)
        : AnonymousPipeClientStream(PipeDirection::In, handle) {}
    AnonymousPipeClientStream(PipeDirection direction, std::string_view handle)
        : PipeStream((CheckDirection(direction), direction), Number(handle)) {}

  private:
    static int Number(std::string_view handle) {
        int number = -1;
        const auto [end, error] = std::from_chars(handle.data(), handle.data() + handle.size(), number);
        if (error != std::errc() || end != handle.data() + handle.size() || number < 0) {
            throw ArgumentException("pipeHandleAsString", "This is no handle.");
        }
        return number;
    }
};

}  // namespace asio_pipes
