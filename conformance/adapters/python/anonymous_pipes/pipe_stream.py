"""PipeStream: one end of a pipe, its state, and its reads and writes."""

from __future__ import annotations

import fcntl
import os
import stat
import threading
from abc import abstractmethod
from enum import Enum
from typing import final

from .cancellation import CancellationToken
from .enumerations import PipeDirection, PipeTransmissionMode, member_of
from .exceptions import (
    ArgumentException,
    ArgumentNullException,
    ArgumentOutOfRangeException,
    InvalidOperationException,
    IOException,
    NotSupportedException,
    ObjectDisposedException,
    io_error,
)
from .handles import SafePipeHandle
from .handles import SafePipeHandle as _Handle
from .operations import DrainOperation, Line, Operation, ReadOperation, WriteOperation
from .reading_writing import Then
from .stream import Stream
from .tasks import Task, cancelled
from .waiting import run, waiting


class _State(Enum):
    WAITING = "waiting to connect"
    CONNECTED = "connected"
    BROKEN = "broken"
    CLOSED = "closed"


class PipeStream(Stream, Line):
    """Errors are reported in this order: arguments, direction, cancellation, state of the end."""

    _state = _State.CLOSED  # until __init__ has run, there is nothing to finalize

    @abstractmethod
    def __init__(
        self,
        direction: int,
        bufferSize: int = 0,
        *,
        transmissionMode: int = PipeTransmissionMode.Byte,
        outBufferSize: int = 0,
    ) -> None:
        self._direction = member_of(PipeDirection, direction, "direction")
        self._mode = member_of(PipeTransmissionMode, transmissionMode, "transmissionMode")
        for parameter, size in (("bufferSize", bufferSize), ("outBufferSize", outBufferSize)):
            if size < 0:
                raise ArgumentOutOfRangeException(parameter, "The buffer size is negative.")
        self._handle: _Handle | None = None
        self._exposed = False
        self._isAsync = False
        self._turn = threading.Lock()
        self._state = _State.WAITING

    # State

    @property
    def IsConnected(self) -> bool:
        return self._state is _State.CONNECTED

    @property
    def IsAsync(self) -> bool:
        """False for anonymous pipes, though they can be used asynchronously."""
        return self._isAsync

    @property
    def CanRead(self) -> bool:
        return self._state is not _State.CLOSED and bool(self._direction & PipeDirection.In)

    @property
    def CanWrite(self) -> bool:
        return self._state is not _State.CLOSED and bool(self._direction & PipeDirection.Out)

    @property
    def IsMessageComplete(self) -> bool:
        self._check_unless_broken()
        raise InvalidOperationException("The pipe's read mode is not Message.")

    @property
    def SafePipeHandle(self) -> _Handle:
        """The handle of this end, which stays the end's own."""
        if self._state is _State.CLOSED:
            raise ObjectDisposedException(type(self).__name__)
        handle = self._open_handle()
        if handle.IsClosed:
            raise ObjectDisposedException(type(self).__name__)
        self._exposed = True
        return handle

    @property
    def _IsHandleExposed(self) -> bool:
        return self._exposed

    @property
    def TransmissionMode(self) -> PipeTransmissionMode:
        self._CheckPipePropertyOperations()
        return self._mode

    @property
    def ReadMode(self) -> PipeTransmissionMode:
        self._check_unless_broken()
        return self._mode

    @ReadMode.setter
    def ReadMode(self, value: int) -> None:
        self._SetReadMode(value)

    def _SetReadMode(self, value: int) -> None:
        """Anonymous pipes carry bytes: that is the one mode that can be set."""
        self._CheckPipePropertyOperations()
        if member_of(PipeTransmissionMode, value, "value") is PipeTransmissionMode.Message:
            raise NotSupportedException("Anonymous pipes carry bytes, not messages.")

    @property
    def InBufferSize(self) -> int:
        self._CheckPipePropertyOperations()
        self._CheckReadable()
        return self._capacity()

    @property
    def OutBufferSize(self) -> int:
        self._CheckPipePropertyOperations()
        self._CheckWritable()
        return self._capacity()

    def _capacity(self) -> int:
        try:
            return fcntl.fcntl(self._open_handle().DangerousGetHandle(), fcntl.F_GETPIPE_SZ)
        except OSError as error:
            raise io_error(error) from error

    # Reading and writing

    def Flush(self) -> None:
        """Nothing waits to be written: the system has it all. Says if that cannot be true."""
        self._CheckWriteOperations()

    def WaitForPipeDrain(self) -> None:
        """Waits until the other end has read every byte."""
        self._CheckWriteOperations()
        self._CheckWritable()
        drain = DrainOperation(self, self._open_handle(), memoryview(b""))
        run(drain)

    def _Read(self, view: memoryview) -> int:
        return int(run(self._reading(view)))

    def _Write(self, view: memoryview) -> None:
        run(self._writing(view))

    def _ReadAsync(self, view: memoryview, token: CancellationToken | None) -> Task[int]:
        self._CheckReadable()
        if token is not None and token.IsCancellationRequested:
            return cancelled(token)
        return waiting.submit(self._reading(view, token))

    def _WriteAsync(self, view: memoryview, token: CancellationToken | None) -> Task[None]:
        self._CheckWritable()
        if token is not None and token.IsCancellationRequested:
            return cancelled(token)
        return waiting.submit(self._writing(view, token))

    def _BeginRead(self, view: memoryview, then: Then) -> Task[int]:
        return waiting.submit(self._reading(view), elsewhere=True, then=then)

    def _BeginWrite(self, view: memoryview, then: Then) -> Task[None]:
        return waiting.submit(self._writing(view), elsewhere=True, then=then)

    def _reading(self, view: memoryview, token: CancellationToken | None = None) -> Operation:
        self._CheckReadable()
        self._CheckReadOperations()
        return ReadOperation(self, self._open_handle(), view, token)

    def _writing(self, view: memoryview, token: CancellationToken | None = None) -> Operation:
        self._CheckWritable()
        self._CheckWriteOperations()
        return WriteOperation(self, self._open_handle(), view, token)

    def _break(self) -> None:
        if self._state is _State.CONNECTED:
            self._state = _State.BROKEN

    # Checks

    def _CheckReadable(self) -> None:
        if not self._direction & PipeDirection.In:
            raise NotSupportedException("This end of the pipe only writes.")

    def _CheckWritable(self) -> None:
        if not self._direction & PipeDirection.Out:
            raise NotSupportedException("This end of the pipe only reads.")

    def _CheckPipePropertyOperations(self) -> None:
        if self._state is _State.CLOSED:
            raise ObjectDisposedException(type(self).__name__)
        if self._open_handle().IsClosed:
            raise ObjectDisposedException(type(self).__name__)
        if self._state is _State.BROKEN:
            raise IOException("The pipe is broken.")
        if self._state is _State.WAITING:
            raise InvalidOperationException("The pipe is not connected.")

    def _check_unless_broken(self) -> None:
        if self._state is not _State.BROKEN:
            self._CheckPipePropertyOperations()

    @final
    def _CheckReadOperations(self) -> None:
        self._CheckPipePropertyOperations()

    @final
    def _CheckWriteOperations(self) -> None:
        self._CheckPipePropertyOperations()

    def _open_handle(self) -> _Handle:
        if self._handle is None:
            raise InvalidOperationException("The pipe has no handle yet.")
        return self._handle

    # Handle and lifetime

    @final
    def _InitializeHandle(self, handle: _Handle | None, isExposed: bool, isAsync: bool) -> None:
        """Makes this the end that handle stands for."""
        self._handle = handle
        self._exposed = isExposed
        self._isAsync = isAsync
        if handle is not None:
            self._state = _State.CONNECTED

    def _Dispose(self, disposing: bool) -> None:
        if self._state is not _State.CLOSED:
            self._state = _State.CLOSED
            if self._handle is not None:
                self._handle.Dispose()

    def __del__(self) -> None:
        self._Dispose(False)


def check_direction(stream: PipeStream) -> None:
    """An anonymous pipe carries data one way only."""
    if stream._direction is PipeDirection.InOut:
        raise NotSupportedException("Anonymous pipes are one-way.")


def check_handles(handles: dict[str, SafePipeHandle | None]) -> list[SafePipeHandle]:
    """Handles by parameter: each given, then each valid, then each that of a pipe."""
    given = []
    for parameter, handle in handles.items():
        if handle is None:
            raise ArgumentNullException(parameter)
        given.append(handle)
    for parameter, handle in zip(handles, given):
        if handle.IsInvalid:
            raise ArgumentException("The handle is invalid.", parameter)
    for handle in given:
        if handle.IsClosed:
            raise IOException("The handle was closed before.")
        check_pipe(handle.DangerousGetHandle())
    return given


def check_pipe(descriptor: int) -> None:
    """Refuses a descriptor that is closed, or of something other than a pipe."""
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except (OSError, OverflowError):
        raise IOException("The handle is not open in this process.") from None
    if not is_pipe:
        raise IOException("The handle is not that of a pipe.")
