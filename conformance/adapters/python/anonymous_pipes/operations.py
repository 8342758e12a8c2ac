"""One read or write on a pipe: done piece by piece, so that it waits in poll and nowhere else.

A wait holds the pipe and an event of its own, by which Dispose or a token ends it. The descriptor
stays in blocking mode, since the mode would be shared with other processes: it is read or written
only when poll says that this returns at once, and by at most PIPE_BUF bytes when writing.
"""

from __future__ import annotations

import errno
import os
import select
import threading
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable
from fcntl import ioctl
from termios import FIONREAD
from typing import Any

from .cancellation import CancellationToken
from .exceptions import IOException, OperationCanceledException, SystemException, io_error
from .handles import SafePipeHandle


class Operation(ABC):
    """A use of the handle: it gets as far as it can, and waits, until it is done."""

    events: int

    def __init__(
        self,
        handle: SafePipeHandle,
        turn: threading.Lock,
        view: memoryview,
        token: CancellationToken | None = None,
    ) -> None:
        self._handle = handle
        self._turn = turn
        self._view = view
        self._token = token
        self._count = 0
        self._lock = threading.Lock()
        self._wake = -1
        self._cause: SystemException | None = None
        self._withdraw: Callable[[], None] | None = None
        self._descriptor = handle._enter(self)
        self._registration = token.Register(self._cancelled) if token is not None else None

    @abstractmethod
    def _advance(self) -> bool:
        """Moves what can be moved without waiting; says whether the operation is done."""

    @property
    def result(self) -> Any:
        """What the operation answers once it is done."""
        return None

    def attempt(self) -> bool:
        """Gets as far as it can without waiting; says whether the operation is done."""
        with self._lock:
            if self._cause is not None:
                raise self._cause
        try:
            with self._turn:
                return self._advance()
        except OSError as error:
            raise io_error(error) from error

    def run(self) -> Any:
        """Does the operation in this thread, waiting as long as it takes."""
        try:
            while not self.attempt():
                self._wait()
            return self.result
        finally:
            self.end()

    def end(self) -> None:
        """Gives the handle back. Every operation that was made is ended, once."""
        if self._registration is not None:
            self._registration.Dispose()
        with self._lock:
            if self._wake >= 0:
                os.close(self._wake)
                self._wake = -1
        self._handle._leave(self)

    def _ready(self) -> int:
        """What poll says of the pipe at this moment; 0 if it would have to wait."""
        poller = select.poll()
        poller.register(self._descriptor, self.events)
        states = poller.poll(0)
        return states[0][1] if states else 0

    def _wait(self, milliseconds: int | None = None) -> None:
        """Waits until the pipe is ready, or a closed handle or a token ends the wait."""
        with self._lock:
            if self._cause is not None:
                return
            if self._wake < 0:
                try:
                    self._wake = os.eventfd(0)
                except OSError as error:
                    raise io_error(error) from error
        poller = select.poll()
        poller.register(self._descriptor, self.events)
        poller.register(self._wake, select.POLLIN)
        poller.poll(milliseconds)

    # Interruption, from any thread

    def set_withdrawal(self, withdraw: Callable[[], None]) -> None:
        """Has withdraw called when the operation is interrupted: now, if it has been."""
        with self._lock:
            self._withdraw = withdraw
            late = self._cause is not None
        if late:
            withdraw()

    def handle_closed(self) -> None:
        self._interrupt(IOException("The pipe end was closed while the operation waited."))

    def _cancelled(self) -> None:
        self._interrupt(OperationCanceledException(cancellationToken=self._token))

    def _interrupt(self, cause: SystemException) -> None:
        with self._lock:
            if self._cause is None:
                self._cause = cause
            if self._wake >= 0:
                os.eventfd_write(self._wake, 1)
            withdraw = self._withdraw
        if withdraw is not None:
            withdraw()


class ReadOperation(Operation):
    """One system read: what is there, as soon as there is something; nothing at the end."""

    events = select.POLLIN

    @property
    def result(self) -> int:
        return self._count

    def _advance(self) -> bool:
        if len(self._view):
            if not self._ready():
                return False
            self._count = os.readv(self._descriptor, [self._view])
        return True


class WriteOperation(Operation):
    """Writes all of the bytes; tells broken once nobody can read them."""

    events = select.POLLOUT

    def __init__(
        self,
        handle: SafePipeHandle,
        turn: threading.Lock,
        view: memoryview,
        broken: Callable[[], None],
        token: CancellationToken | None = None,
    ) -> None:
        self._broken = broken
        super().__init__(handle, turn, view, token)

    def _advance(self) -> bool:
        while self._count < len(self._view):
            if not self._writable():
                return False
            piece = self._view[self._count : self._count + select.PIPE_BUF]
            try:
                self._count += os.write(self._descriptor, piece)
            except BrokenPipeError:
                self._broken()
                raise
        return True

    def _writable(self) -> bool:
        state = self._ready()
        if state & select.POLLERR:
            self._broken()
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        return state != 0


class DrainOperation(WriteOperation):
    """Waits until nothing is unread. No event tells of that: it looks, ever less often."""

    events = 0  # only that the reader has gone
    _pause = 1

    def _advance(self) -> bool:
        unread = array("i", [0])
        ioctl(self._descriptor, FIONREAD, unread)
        return unread[0] == 0 or self._writable() and False

    def _wait(self, milliseconds: int | None = None) -> None:
        super()._wait(self._pause)
        self._pause = min(2 * self._pause, 32)
