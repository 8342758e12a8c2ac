"""Reading and writing, in every documented form, over two members that each stream implements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, overload

from .arguments import ReadableBuffer, WritableBuffer, region, writable_region
from .cancellation import CancellationToken
from .exceptions import ArgumentException, ArgumentNullException, ArgumentOutOfRangeException
from .tasks import AsyncCallback, IAsyncResult, Task, cancelled, complete, run

Then = Callable[[], None] | None


class ReadWriteStream(ABC):
    """Arguments are checked here, direction and state by each kind of stream."""

    @overload
    def Read(self, buffer: WritableBuffer | None, offset: int, count: int) -> int:
        ...

    @overload
    def Read(self, buffer: WritableBuffer | None) -> int:
        ...

    def Read(
        self, buffer: WritableBuffer | None, offset: int | None = None, count: int | None = None
    ) -> int:
        """Waits for bytes and reads some; 0 at the end. A buffer alone stands for a span."""
        return self._Read(writable_region(buffer, offset, count))

    @overload
    def Write(self, buffer: ReadableBuffer | None, offset: int, count: int) -> None:
        ...

    @overload
    def Write(self, buffer: ReadableBuffer | None) -> None:
        ...

    def Write(
        self, buffer: ReadableBuffer | None, offset: int | None = None, count: int | None = None
    ) -> None:
        """Writes all of the bytes. A buffer alone stands for a span."""
        self._Write(region(buffer, offset, count))

    def ReadByte(self) -> int:
        """The next byte, or -1 at the end."""
        byte = bytearray(1)
        return byte[0] if self._Read(memoryview(byte)) else -1

    def WriteByte(self, value: int) -> None:
        if not 0 <= value <= 255:
            raise ArgumentOutOfRangeException("value", "The value is no byte.")
        self._Write(memoryview(bytes([value])))

    @abstractmethod
    def Flush(self) -> None:
        ...

    # Asynchronous members

    @overload
    def ReadAsync(
        self,
        buffer: WritableBuffer | None,
        offset: int,
        count: int,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[int]:
        ...

    @overload
    def ReadAsync(
        self, buffer: WritableBuffer | None, *, cancellationToken: CancellationToken | None = None
    ) -> Task[int]:
        ...

    def ReadAsync(
        self,
        buffer: WritableBuffer | None,
        offset: int | None = None,
        count: int | None = None,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[int]:
        return self._ReadAsync(writable_region(buffer, offset, count), cancellationToken)

    @overload
    def WriteAsync(
        self,
        buffer: ReadableBuffer | None,
        offset: int,
        count: int,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[None]:
        ...

    @overload
    def WriteAsync(
        self, buffer: ReadableBuffer | None, *, cancellationToken: CancellationToken | None = None
    ) -> Task[None]:
        ...

    def WriteAsync(
        self,
        buffer: ReadableBuffer | None,
        offset: int | None = None,
        count: int | None = None,
        cancellationToken: CancellationToken | None = None,
    ) -> Task[None]:
        return self._WriteAsync(region(buffer, offset, count), cancellationToken)

    def FlushAsync(self, cancellationToken: CancellationToken | None = None) -> Task[None]:
        """Flush, whose errors are those of the task."""

        def flush() -> None:
            if cancellationToken is not None:
                cancellationToken.ThrowIfCancellationRequested()
            self.Flush()

        return complete(flush)

    def BeginRead(
        self,
        buffer: WritableBuffer | None,
        offset: int,
        count: int,
        callback: AsyncCallback | None = None,
        state: object = None,
    ) -> IAsyncResult:
        """Has another thread read, and call callback after that; EndRead gives the count."""
        view = writable_region(buffer, offset, count)
        result = IAsyncResult(self, "Read", state)
        return self._begin(result, callback, lambda then: self._BeginRead(view, then))

    def EndRead(self, asyncResult: IAsyncResult | None) -> int:
        return int(self._end(asyncResult, "Read"))

    def BeginWrite(
        self,
        buffer: ReadableBuffer | None,
        offset: int,
        count: int,
        callback: AsyncCallback | None = None,
        state: object = None,
    ) -> IAsyncResult:
        """Has another thread write, and call callback after that; EndWrite tells of errors."""
        view = region(buffer, offset, count)
        result = IAsyncResult(self, "Write", state)
        return self._begin(result, callback, lambda then: self._BeginWrite(view, then))

    def EndWrite(self, asyncResult: IAsyncResult | None) -> None:
        self._end(asyncResult, "Write")

    # What each kind implements; the asynchronous forms may be left to a thread

    @abstractmethod
    def _Read(self, view: memoryview) -> int:
        ...

    @abstractmethod
    def _Write(self, view: memoryview) -> None:
        ...

    def _ReadAsync(self, view: memoryview, token: CancellationToken | None) -> Task[int]:
        if token is not None and token.IsCancellationRequested:
            return cancelled(token)
        return run(lambda: self._Read(view))

    def _WriteAsync(self, view: memoryview, token: CancellationToken | None) -> Task[None]:
        if token is not None and token.IsCancellationRequested:
            return cancelled(token)
        return run(lambda: self._Write(view))

    def _BeginRead(self, view: memoryview, then: Then) -> Task[int]:
        return run(lambda: self._Read(view), then)

    def _BeginWrite(self, view: memoryview, then: Then) -> Task[Any]:
        return run(lambda: self._Write(view), then)

    def _begin(
        self,
        result: IAsyncResult,
        callback: AsyncCallback | None,
        start: Callable[[Then], Task[Any]],
    ) -> IAsyncResult:
        then = None if callback is None else lambda: result._call(callback)
        result._attach(start(then))
        return result

    def _end(self, asyncResult: IAsyncResult | None, member: str) -> Any:
        if asyncResult is None:
            raise ArgumentNullException("asyncResult")
        if not (
            isinstance(asyncResult, IAsyncResult)
            and asyncResult._owner is self
            and asyncResult._member == member
        ):
            raise ArgumentException(f"Begin{member} of this stream made another.", "asyncResult")
        return asyncResult._wait()
