"""The stream that Stream.Synchronized gives: one call at a time."""

from __future__ import annotations

import threading

from .cancellation import CancellationToken
from .stream import Stream
from .tasks import Task, run


class SynchronizedStream(Stream):
    """Passes calls on, each whole before the next. Dispose may end a call that waits."""

    def __init__(self, inner: Stream) -> None:
        self._inner = inner
        self._turn = threading.RLock()

    @property
    def CanRead(self) -> bool:
        return self._inner.CanRead

    @property
    def CanWrite(self) -> bool:
        return self._inner.CanWrite

    @property
    def CanSeek(self) -> bool:
        return self._inner.CanSeek

    @property
    def Length(self) -> int:
        return self._inner.Length

    @property
    def Position(self) -> int:
        return self._inner.Position

    @Position.setter
    def Position(self, value: int) -> None:
        self._inner.Position = value

    def Seek(self, offset: int, origin: int) -> int:
        with self._turn:
            return self._inner.Seek(offset, origin)

    def SetLength(self, value: int) -> None:
        with self._turn:
            self._inner.SetLength(value)

    def Flush(self) -> None:
        with self._turn:
            self._inner.Flush()

    def _Dispose(self, disposing: bool) -> None:
        self._inner.Dispose()

    def _CheckReadable(self) -> None:
        self._inner._CheckReadable()

    def _Read(self, view: memoryview) -> int:
        with self._turn:
            return self._inner._Read(view)

    def _Write(self, view: memoryview) -> None:
        with self._turn:
            self._inner._Write(view)

    def _ReadAsync(self, view: memoryview, token: CancellationToken | None) -> Task[int]:
        def read() -> int:
            with self._turn:
                return self._inner._ReadAsync(view, token).Wait()

        return run(read)

    def _WriteAsync(self, view: memoryview, token: CancellationToken | None) -> Task[None]:
        def write() -> None:
            with self._turn:
                self._inner._WriteAsync(view, token).Wait()

        return run(write)
