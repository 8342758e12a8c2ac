"""Anonymous pipes with the members, names and rules of the .NET documentation, over os.pipe.

Members are written in PascalCase, and parameters in camelCase, on purpose: the public documentation
of AnonymousPipeServerStream and AnonymousPipeClientStream can be read beside this code, word for
word. A name that is a Python keyword carries an underscore (HandleInheritability.None_), and what
the documentation calls protected begins with one. Overloads are told apart by their parameters.
Where the documentation is silent the package does what current .NET does. It runs on Linux.
"""

from .cancellation import CancellationToken, CancellationTokenSource
from .client import AnonymousPipeClientStream
from .enumerations import HandleInheritability, PipeDirection, PipeTransmissionMode, SeekOrigin
from .exceptions import (
    ArgumentException,
    ArgumentNullException,
    ArgumentOutOfRangeException,
    EndOfStreamException,
    InvalidOperationException,
    IOException,
    NotSupportedException,
    ObjectDisposedException,
    OperationCanceledException,
    PlatformNotSupportedException,
    SystemException,
    UnauthorizedAccessException,
)
from .handles import SafeHandle, SafeHandleZeroOrMinusOneIsInvalid, SafePipeHandle
from .pipe_stream import PipeStream
from .server import AnonymousPipeServerStream
from .stream import Stream
from .tasks import IAsyncResult, Task

__version__ = "1.0"

__all__ = [
    "AnonymousPipeClientStream",
    "AnonymousPipeServerStream",
    "ArgumentException",
    "ArgumentNullException",
    "ArgumentOutOfRangeException",
    "CancellationToken",
    "CancellationTokenSource",
    "EndOfStreamException",
    "HandleInheritability",
    "IAsyncResult",
    "IOException",
    "InvalidOperationException",
    "NotSupportedException",
    "ObjectDisposedException",
    "OperationCanceledException",
    "PipeDirection",
    "PipeStream",
    "PipeTransmissionMode",
    "PlatformNotSupportedException",
    "SafeHandle",
    "SafeHandleZeroOrMinusOneIsInvalid",
    "SafePipeHandle",
    "SeekOrigin",
    "Stream",
    "SystemException",
    "Task",
    "UnauthorizedAccessException",
]
