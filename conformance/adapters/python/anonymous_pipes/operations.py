"""One read or write on a pipe: it gets as far as it can without waiting, again and again.

The descriptor stays in blocking mode, since that mode would be shared with other processes: the
system is asked to try. One that can't is read only when poll says that there is something, by a
description of our own which does not wait, and written by PIPE_BUF at most.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import threading
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterator
from termios import FIONREAD
from typing import Any

from .cancellation import CancellationToken
from .exceptions import IOException, OperationCanceledException, SystemException, io_error
from .handles import SafePipeHandle
from .tasks import Task


# Before Linux 6.4 no pipe knows RWF_NOWAIT; a filter may not know the call, and says so in its own way.
_UNKNOWN = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.EACCES)


@contextlib.contextmanager
def _opened_again(descriptor: int) -> Iterator[int]:
    """The pipe's end as a description of its own, which does not wait; itself where that can't be had."""
    mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    try:
        own = os.open(f"/proc/self/fd/{descriptor}", mode | os.O_NONBLOCK)
    except OSError:
        yield descriptor
        return
    try:
        yield own
    finally:
        os.close(own)


class Line(ABC):
    """What operations stand in line for, first come, first served: an end of a pipe."""

    _turn: threading.Lock  # what poll says must hold until the read or write has been done

    @abstractmethod
    def _break(self) -> None:
        """Called when a write finds that nobody can read any more."""


class Operation(ABC):
    """A use of the handle, with the task that it ends."""

    events = 0
    pause: int | None = None  # milliseconds after which it looks again without an event

    def __init__(
        self,
        line: Line,
        handle: SafePipeHandle,
        view: memoryview,
        token: CancellationToken | None = None,
    ) -> None:
        self.line = line
        self.task = Task[Any]()
        self.then: Callable[[], None] | None = None
        self._handle = handle
        self._view = view
        self._token = token
        self._count = 0
        self._lock = threading.Lock()
        self._wake: Callable[[], None] | None = None
        self._cause: SystemException | None = None
        self._error: SystemException | None = None
        self.descriptor = handle._enter(self)
        self._registration = token.Register(self._cancelled) if token is not None else None

    @property
    def is_empty(self) -> bool:
        """Whether it is to move no byte, and so has nothing to stand in line for."""
        return not len(self._view)

    @property
    def interrupted(self) -> bool:
        return self._cause is not None

    def attempt(self) -> bool:
        """Gets as far as it can without waiting; says whether the operation is to be finished."""
        # Who stands in line behind one that was told of the closing is not told yet.
        if self._handle.IsClosed:
            self.handle_closed()
        try:
            if self._cause is not None:
                raise self._cause
            with self.line._turn:
                return self._advance()
        except OSError as error:
            self._error = io_error(error)
        except SystemException as error:
            self._error = error
        return True

    def finish(self) -> Task[Any]:
        """Gives the handle back and ends the task. Every operation is finished once."""
        if self._registration is not None:
            self._registration.Dispose()
        self._handle._leave(self)
        self.task._end(None if self._error else self._result(), self._error)
        if self.then is not None:
            threading.Thread(target=self.then, daemon=True).start()
        return self.task

    def wake_by(self, wake: Callable[[], None] | None) -> None:
        """Says what is called, by any thread, when the operation is interrupted."""
        with self._lock:
            self._wake = wake

    def interrupt(self, cause: SystemException) -> None:
        """Has the operation end with an exception, unless it ends by itself before that."""
        with self._lock:
            if self._cause is None:
                self._cause = cause
            if self._wake is not None:
                self._wake()

    def handle_closed(self) -> None:
        self.interrupt(IOException("The pipe end was closed while the operation waited."))

    def _cancelled(self) -> None:
        self.interrupt(OperationCanceledException(cancellationToken=self._token))

    @abstractmethod
    def _advance(self) -> bool:
        """Moves what can be moved without waiting; says whether the operation is done."""

    def _result(self) -> Any:
        return None

    def _ready(self) -> int:
        """What poll says of the pipe at this moment; 0 if it would have to wait."""
        poller = select.poll()
        poller.register(self.descriptor, self.events)
        states = poller.poll(0)
        return states[0][1] if states else 0


class ReadOperation(Operation):
    """One system read: what is there, as soon as there is something; nothing at the end."""

    events = select.POLLIN

    def _advance(self) -> bool:
        if not len(self._view):
            return True
        try:  # another owner of the number, or process, may take what poll has told of
            self._count = os.preadv(self.descriptor, [self._view], -1, os.RWF_NOWAIT)
            return True
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _UNKNOWN:
                raise
        if not self._ready():
            os.read(self.descriptor, 0)  # refuses a writing end, of which poll never tells
            return False
        with _opened_again(self.descriptor) as descriptor:
            try:  # another process may have taken what poll has told of
                self._count = os.readv(descriptor, [self._view])
            except BlockingIOError:
                return False
        return True

    def _result(self) -> int:
        return self._count


class WriteOperation(Operation):
    """Writes all of the bytes, or finds that nobody can read them any more."""

    events = select.POLLOUT

    def _advance(self) -> bool:
        while self._count < len(self._view):
            piece = self._view[self._count : self._count + select.PIPE_BUF]
            try:
                written = self._write_at_once(piece)
            except BrokenPipeError:
                self.line._break()
                raise
            if not written:
                os.write(self.descriptor, b"")  # refuses a reading end, of which poll never tells
                return False
            self._count += written
        return True

    def _write_at_once(self, piece: memoryview) -> int:
        """How many bytes were written without waiting. The system is asked to try, since poll
        tells of whole free pages only, not of the room that the last one has left."""
        try:
            return os.pwritev(self.descriptor, [piece], -1, os.RWF_NOWAIT)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno not in _UNKNOWN:
                raise
        return os.write(self.descriptor, piece) if self._writable() else 0

    def _writable(self) -> bool:
        state = self._ready()
        if state & select.POLLERR:
            self.line._break()
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        return state != 0


class DrainOperation(WriteOperation):
    """Waits until nothing is unread. No event tells of that, so it looks now and then."""

    events = 0  # only that the reader has gone
    pause = 5

    def _advance(self) -> bool:
        unread = array("i", [0])
        fcntl.ioctl(self.descriptor, FIONREAD, unread)
        return unread[0] == 0 or self._writable()
