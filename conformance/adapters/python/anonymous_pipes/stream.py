"""Stream: what every stream offers, over the few members that each kind implements."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar, overload

from .arguments import WritableBuffer, check_minimum, writable_region
from .cancellation import CancellationToken
from .exceptions import (
    ArgumentNullException,
    ArgumentOutOfRangeException,
    EndOfStreamException,
    InvalidOperationException,
    NotSupportedException,
    ObjectDisposedException,
)
from .reading_writing import ReadWriteStream
from .tasks import Task, complete, run

_COPY_SIZE = 81920
_Self = TypeVar("_Self", bound="Stream")


class Stream(ReadWriteStream):
    """A sequence of bytes that are read, written, or both."""

    @property
    @abstractmethod
    def CanRead(self) -> bool:
        ...

    @property
    @abstractmethod
    def CanWrite(self) -> bool:
        ...

    @property
    def CanSeek(self) -> bool:
        return False

    @property
    def CanTimeout(self) -> bool:
        return False

    @property
    def ReadTimeout(self) -> int:
        raise InvalidOperationException("The stream has no timeouts.")

    @ReadTimeout.setter
    def ReadTimeout(self, value: int) -> None:
        raise InvalidOperationException("The stream has no timeouts.")

    @property
    def WriteTimeout(self) -> int:
        raise InvalidOperationException("The stream has no timeouts.")

    @WriteTimeout.setter
    def WriteTimeout(self, value: int) -> None:
        raise InvalidOperationException("The stream has no timeouts.")

    @property
    def Length(self) -> int:
        raise NotSupportedException("The stream cannot seek.")

    @property
    def Position(self) -> int:
        raise NotSupportedException("The stream cannot seek.")

    @Position.setter
    def Position(self, value: int) -> None:
        raise NotSupportedException("The stream cannot seek.")

    def Seek(self, offset: int, origin: int) -> int:
        raise NotSupportedException("The stream cannot seek.")

    def SetLength(self, value: int) -> None:
        raise NotSupportedException("The stream cannot seek.")

    @staticmethod
    def Synchronized(stream: Stream | None) -> Stream:
        """A stream whose members may be called by several threads at once."""
        if stream is None:
            raise ArgumentNullException("stream")
        from .synchronized import SynchronizedStream

        return stream if isinstance(stream, SynchronizedStream) else SynchronizedStream(stream)

    # Copying

    def CopyTo(self, destination: Stream | None, bufferSize: int = _COPY_SIZE) -> None:
        """Copies all that comes until the end."""
        target = self._copy_target(destination, bufferSize)
        buffer = memoryview(bytearray(bufferSize))
        while count := self._Read(buffer):
            target._Write(buffer[:count])

    def CopyToAsync(
        self,
        destination: Stream | None,
        bufferSize: int = _COPY_SIZE,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[None]:
        target = self._copy_target(destination, bufferSize)

        def copy() -> None:
            buffer = memoryview(bytearray(bufferSize))
            while count := self._ReadAsync(buffer, cancellationToken).Wait():
                target._WriteAsync(buffer[:count], cancellationToken).Wait()

        return run(copy)

    def _copy_target(self, destination: Stream | None, bufferSize: int) -> Stream:
        if destination is None:
            raise ArgumentNullException("destination")
        if bufferSize <= 0:
            raise ArgumentOutOfRangeException("bufferSize", "The buffer size is not positive.")
        if not destination.CanWrite:
            if destination.CanRead:
                raise NotSupportedException("The destination cannot be written.")
            raise ObjectDisposedException(type(destination).__name__)
        self._CheckReadable()
        return destination

    def _CheckReadable(self) -> None:
        """Refuses a stream that never reads."""
        if not self.CanRead:
            raise NotSupportedException("The stream cannot be read.")

    # Reading as much as is asked for

    @overload
    def ReadExactly(self, buffer: WritableBuffer | None, offset: int, count: int) -> None:
        ...

    @overload
    def ReadExactly(self, buffer: WritableBuffer | None) -> None:
        ...

    def ReadExactly(
        self, buffer: WritableBuffer | None, offset: int | None = None, count: int | None = None
    ) -> None:
        """Waits until all of the buffer is filled; the end before that is an error."""
        view = writable_region(buffer, offset, count)
        self._gather(view, len(view), True)

    @overload
    def ReadExactlyAsync(
        self,
        buffer: WritableBuffer | None,
        offset: int,
        count: int,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[None]:
        ...

    @overload
    def ReadExactlyAsync(
        self, buffer: WritableBuffer | None, *, cancellationToken: CancellationToken | None = None
    ) -> Task[None]:
        ...

    def ReadExactlyAsync(
        self,
        buffer: WritableBuffer | None,
        offset: int | None = None,
        count: int | None = None,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[None]:
        view = writable_region(buffer, offset, count)

        def read() -> None:
            self._gather(view, len(view), True, cancellationToken)

        return run(read) if len(view) else complete(lambda: None)

    def ReadAtLeast(
        self,
        buffer: WritableBuffer | None,
        minimumBytes: int,
        throwOnEndOfStream: bool = True,
    ) -> int:
        """Waits until a minimum of bytes has come, and gives the count that did."""
        view = writable_region(buffer, None, None)
        check_minimum(minimumBytes, view)
        return self._gather(view, minimumBytes, throwOnEndOfStream)

    def ReadAtLeastAsync(
        self,
        buffer: WritableBuffer | None,
        minimumBytes: int,
        throwOnEndOfStream: bool = True,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[int]:
        view = writable_region(buffer, None, None)
        check_minimum(minimumBytes, view)
        if not minimumBytes:
            return complete(lambda: 0)
        return run(lambda: self._gather(view, minimumBytes, throwOnEndOfStream, cancellationToken))

    def _gather(
        self,
        view: memoryview,
        minimum: int,
        throw: bool,
        token: CancellationToken | None = None,
    ) -> int:
        total = 0
        while total < minimum:
            if token is None:
                count = self._Read(view[total:])
            else:
                count = self._ReadAsync(view[total:], token).Wait()
            if not count:
                if throw:
                    raise EndOfStreamException()
                break
            total += count
        return total

    # Lifetime

    def Close(self) -> None:
        self.Dispose()

    def Dispose(self) -> None:
        """Ends the stream's use, once. What then still waits on it ends with an IOException."""
        self._Dispose(True)

    @abstractmethod
    def _Dispose(self, disposing: bool) -> None:
        ...

    def DisposeAsync(self) -> Task[None]:
        return complete(self.Dispose)

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.Dispose()
