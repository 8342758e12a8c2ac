#pragma once

#include <exception>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

// The documentation's exceptions. Copying one never throws, as std::exception demands.

namespace System {

class Exception : public std::exception {
  public:
    explicit Exception(const std::string& message) : message_(std::make_shared<const std::string>(message)) {}
    [[nodiscard]] const char* what() const noexcept override { return message_->c_str(); }
    [[nodiscard]] const std::string& Message() const noexcept { return *message_; }

  private:
    std::shared_ptr<const std::string> message_;
};

class SystemException : public Exception {
  public:
    using Exception::Exception;
};

class ArgumentException : public SystemException {
  public:
    explicit ArgumentException(const std::string& message, const std::string& paramName = {})
        : SystemException(Naming(message, paramName)),
          paramName_(std::make_shared<const std::string>(paramName)) {}

    /// The parameter at fault, as the documentation names it; empty when no single one is.
    [[nodiscard]] const std::string& ParamName() const noexcept { return *paramName_; }

  private:
    [[nodiscard]] static std::string Naming(std::string message, const std::string& paramName) {
        if (!paramName.empty()) {
            message += " (Parameter '" + paramName + "')";
        }
        return message;
    }

    std::shared_ptr<const std::string> paramName_;
};

class ArgumentNullException : public ArgumentException {
  public:
    explicit ArgumentNullException(const std::string& paramName)
        : ArgumentException("Value cannot be null.", paramName) {}
};

class ArgumentOutOfRangeException : public ArgumentException {
  public:
    explicit ArgumentOutOfRangeException(
        const std::string& paramName,
        const std::string& message = "Specified argument was out of the range of valid values.")
        : ArgumentException(message, paramName) {}
};

class NotSupportedException : public SystemException {
  public:
    using SystemException::SystemException;
};

class PlatformNotSupportedException : public NotSupportedException {
  public:
    using NotSupportedException::NotSupportedException;
};

class InvalidOperationException : public SystemException {
  public:
    using SystemException::SystemException;
};

class ObjectDisposedException : public InvalidOperationException {
  public:
    using InvalidOperationException::InvalidOperationException;
};

class UnauthorizedAccessException : public SystemException {
  public:
    using SystemException::SystemException;
};

class OperationCanceledException : public SystemException {
  public:
    explicit OperationCanceledException(std::stop_token token = {},
                                        const std::string& message = "The operation was canceled.")
        : SystemException(message), token_(std::move(token)) {}

    /// The very token that the caller gave. [stream.cancel.carries-token]
    [[nodiscard]] const std::stop_token& CancellationToken() const noexcept { return token_; }

  private:
    std::stop_token token_;
};

namespace IO {

class IOException : public SystemException {
  public:
    using SystemException::SystemException;
};

class EndOfStreamException : public IOException {
  public:
    explicit EndOfStreamException(const std::string& message = "Unable to read beyond the end of the stream.")
        : IOException(message) {}
};

}  // namespace IO

namespace Threading::Tasks {

class TaskCanceledException : public OperationCanceledException {
  public:
    explicit TaskCanceledException(std::stop_token token = {})
        : OperationCanceledException(std::move(token), "A task was canceled.") {}
};

}  // namespace Threading::Tasks

}  // namespace System
