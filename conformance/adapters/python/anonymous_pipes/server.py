"""AnonymousPipeServerStream: the end that makes the pipe, and gives out the other."""

from __future__ import annotations

import fcntl
import os
from typing import Any, final, overload

from .enumerations import HandleInheritability, PipeDirection, PipeTransmissionMode, member_of
from .exceptions import io_error
from .handles import SafePipeHandle
from .pipe_stream import PipeStream, check_direction, check_handles

_ABSENT: Any = object()
_FIRST_FREE = 3
"""0, 1 and 2 are a child's standard streams: it would not get an end that has one of these numbers."""


def _pipe() -> tuple[int, int]:
    """The two ends of a new pipe."""
    ends = [*os.pipe()]
    try:
        for at, end in enumerate(ends):
            if end < _FIRST_FREE:
                ends[at] = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE)
                os.close(end)
    except OSError:
        for end in ends:
            os.close(end)
        raise
    return ends[0], ends[1]


@final
class AnonymousPipeServerStream(PipeStream):
    """The server's end of an anonymous pipe."""

    _clientHandle: SafePipeHandle | None = None

    @overload
    def __init__(
        self,
        direction: int = PipeDirection.Out,
        inheritability: int = HandleInheritability.None_,
        bufferSize: int = 0,
    ) -> None:
        ...

    @overload
    def __init__(
        self,
        direction: int,
        *,
        serverSafePipeHandle: SafePipeHandle | None,
        clientSafePipeHandle: SafePipeHandle | None,
    ) -> None:
        ...

    def __init__(
        self,
        direction: int = PipeDirection.Out,
        inheritability: int = HandleInheritability.None_,
        bufferSize: int = 0,
        serverSafePipeHandle: SafePipeHandle | None = _ABSENT,
        clientSafePipeHandle: SafePipeHandle | None = _ABSENT,
    ) -> None:
        super().__init__(direction, bufferSize)
        check_direction(self)
        self._inheritable = False
        self._givenAsText = False
        self._givenAsHandle = False
        if serverSafePipeHandle is _ABSENT:
            inherited = member_of(HandleInheritability, inheritability, "inheritability")
            self._inheritable = inherited is HandleInheritability.Inheritable
            self._make_pipe(bufferSize)
        else:
            own, self._clientHandle = check_handles(
                {
                    "serverSafePipeHandle": serverSafePipeHandle,
                    "clientSafePipeHandle": clientSafePipeHandle,
                }
            )
            self._givenAsHandle = True
            self._InitializeHandle(own, True, False)

    def _make_pipe(self, bufferSize: int) -> None:
        try:
            reader, writer = (SafePipeHandle(end, True) for end in _pipe())
            reads = self._direction is PipeDirection.In
            own, self._clientHandle = (reader, writer) if reads else (writer, reader)
            if self._inheritable:
                os.set_inheritable(self._clientHandle.DangerousGetHandle(), True)
        except OSError as error:
            raise io_error(error) from error
        if bufferSize:
            try:
                fcntl.fcntl(own.DangerousGetHandle(), fcntl.F_SETPIPE_SZ, bufferSize)
            except (OSError, OverflowError):
                pass  # the size is advice: the system's own size will do
        self._InitializeHandle(own, False, False)

    @property
    def TransmissionMode(self) -> PipeTransmissionMode:
        return super().TransmissionMode

    @property
    def ReadMode(self) -> PipeTransmissionMode:
        return super().ReadMode

    @ReadMode.setter
    def ReadMode(self, value: int) -> None:
        self._SetReadMode(value)

    @property
    def ClientSafePipeHandle(self) -> SafePipeHandle:
        """The handle of the client's end. Who asks for it closes it."""
        assert self._clientHandle is not None
        self._givenAsHandle = True
        return self._clientHandle

    def GetClientHandleAsString(self) -> str:
        """The number of the client's handle, for a client of this process or of a child."""
        assert self._clientHandle is not None
        self._givenAsText = True
        return self._clientHandle.give_out()

    def DisposeLocalCopyOfClientHandle(self) -> None:
        """Closes this process's copy of the client's end, so that the client's going is seen."""
        if self._clientHandle is not None:
            self._clientHandle.Dispose()

    def _Dispose(self, disposing: bool) -> None:
        """Closes this end, and the client's unless somebody was given the handle to close.
        The client's goes last: a read that waits here is to end by the closing, not with 0."""
        isOpen = self.CanRead or self.CanWrite
        super()._Dispose(disposing)
        if (
            isOpen and self._clientHandle is not None
        ):  # what a closed server hands out is its user's
            if not self._givenAsHandle or (self._givenAsText and self._inheritable):
                self._clientHandle.Dispose()
