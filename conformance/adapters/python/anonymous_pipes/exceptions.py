"""The documented exceptions, in their documented hierarchy, each with a Message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cancellation import CancellationToken


class SystemException(Exception):
    """Base of all that this package throws."""

    _text = "The operation failed."

    def __init__(self, message: str | None = None) -> None:
        self.Message = message or self._text
        super().__init__(self.Message)


class ArgumentException(SystemException):
    """An argument is not acceptable; ParamName says which one."""

    _text = "The argument is not valid."

    def __init__(self, message: str | None = None, paramName: str | None = None) -> None:
        self.ParamName = paramName
        text = message or self._text
        super().__init__(text if paramName is None else f"{text} (Parameter '{paramName}')")


class ArgumentNullException(ArgumentException):
    """A null came where the documentation has a reference."""

    _text = "The value cannot be null."

    def __init__(self, paramName: str | None = None, message: str | None = None) -> None:
        super().__init__(message, paramName)


class ArgumentOutOfRangeException(ArgumentException):
    """A value lies outside what the documentation allows."""

    _text = "The value is out of range."

    def __init__(self, paramName: str | None = None, message: str | None = None) -> None:
        super().__init__(message, paramName)


class InvalidOperationException(SystemException):
    """The object's state does not allow the call."""

    _text = "The state of the object does not allow this."


class ObjectDisposedException(InvalidOperationException):
    """The object was disposed before the call."""

    def __init__(self, objectName: str | None = None, message: str | None = None) -> None:
        self.ObjectName = objectName or ""
        super().__init__(message or f"Cannot use a closed {objectName or 'object'}.")


class NotSupportedException(SystemException):
    """The object never supports this call."""

    _text = "The operation is not supported."


class PlatformNotSupportedException(NotSupportedException):
    """The operating system does not support this call."""

    _text = "The operation is not supported on this platform."


class IOException(SystemException):
    """Reading or writing failed."""

    _text = "Input or output failed."


class EndOfStreamException(IOException):
    """The data ended before as much came as was asked for."""

    _text = "The stream ended before enough bytes came."


class UnauthorizedAccessException(SystemException):
    """The operating system refused access."""

    _text = "Access is denied."


class OperationCanceledException(SystemException):
    """A token cancelled the operation; CancellationToken is that very token."""

    _text = "The operation was cancelled."

    def __init__(
        self, message: str | None = None, cancellationToken: CancellationToken | None = None
    ) -> None:
        self.CancellationToken = cancellationToken
        super().__init__(message)


def io_error(error: OSError) -> IOException:
    """The documented exception for an error of the operating system."""
    return IOException(f"{error.strerror or error} (errno {error.errno}).")
