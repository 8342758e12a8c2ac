"""Where operations wait: a call in its own thread, and all that is asynchronous in one other.

However many asynchronous operations wait, they hold no thread and no descriptor of their own. The
ones of one pipe end get their turn in the order of their calls.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .exceptions import IOException, io_error
from .operations import Operation
from .tasks import Task

_eventfd: Callable[[int], int] = getattr(os, "eventfd")
_eventfd_read: Callable[[int], int] = getattr(os, "eventfd_read")
_eventfd_write: Callable[[int, int], None] = getattr(os, "eventfd_write")


def run(operation: Operation) -> Any:
    """Does an operation in this thread, waiting as long as it takes."""
    if waiting.is_behind(operation):
        return waiting.submit(operation).Wait()
    if not operation.attempt():
        try:
            _wait(operation)
        except OSError as error:
            operation.interrupt(io_error(error))
            operation.attempt()
        except BaseException:  # such as the user's interruption of the whole program
            operation.interrupt(IOException("The wait was interrupted."))
            operation.attempt()
            operation.finish()
            raise
    return operation.finish().Wait()


_UNHEARD_MILLISECONDS = 10  # until a wait that nobody can wake sees that it was interrupted


def _wait(operation: Operation) -> None:
    try:
        bell = _eventfd(0)
    except OSError:  # no descriptor is left, and waiting must not need one
        _wait_unheard(operation)
        return
    try:
        operation.wake_by(lambda: _eventfd_write(bell, 1))
        poller = select.poll()
        poller.register(operation.descriptor, operation.events)
        poller.register(bell, select.POLLIN)
        while not operation.attempt():
            poller.poll(operation.pause)
    finally:
        operation.wake_by(None)
        os.close(bell)


def _wait_unheard(operation: Operation) -> None:
    poller = select.poll()
    poller.register(operation.descriptor, operation.events)
    while not operation.attempt():
        poller.poll(operation.pause or _UNHEARD_MILLISECONDS)


class Waiting:
    """The asynchronous operations that wait, and the thread that goes on with them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._operations: list[Operation] = []
        self._polled: dict[int, int] = {}
        self._bell = -1

    def submit(
        self,
        operation: Operation,
        elsewhere: bool = False,
        then: Callable[[], None] | None = None,
    ) -> Task[Any]:
        """Starts an operation; then is called when it has ended, in a thread of its own.
        What can be done at once is done at once, unless it is to be done elsewhere."""
        operation.then = then
        if not elsewhere and not self.is_behind(operation) and operation.attempt():
            return operation.finish()
        try:
            self._add(operation)
        except OSError as error:
            operation.interrupt(io_error(error))
            operation.attempt()
            operation.finish()
        return operation.task

    def is_behind(self, operation: Operation) -> bool:
        """Whether it has to let others of its line have their turn first."""
        return not operation.is_empty and any(
            other.line is operation.line for other in list(self._operations)
        )

    def _add(self, operation: Operation) -> None:
        with self._lock:
            if self._bell < 0:
                self._epoll = select.epoll()
                self._bell = _eventfd(0)
                self._epoll.register(self._bell, select.EPOLLIN)
                threading.Thread(target=self._work, name="pipes", daemon=True).start()
            self._operations.append(operation)
        operation.wake_by(self._ring)
        self._ring()

    def _ring(self) -> None:
        _eventfd_write(self._bell, 1)

    def _work(self) -> None:
        while True:
            self._wait()
            while any([self._go_on(operation) for operation in self._heads()]):
                pass  # whose turn has come may be ready, too

    def _wait(self) -> None:
        """Waits until a pipe is ready, or the bell was rung."""
        wanted: dict[int, int] = {}
        for operation in self._heads():
            events = wanted.get(operation.descriptor, 0) | operation.events
            wanted[operation.descriptor] = events
            try:
                self._poll_for(operation.descriptor, events)
            except OSError as error:  # somebody closed the descriptor behind its owner's back
                operation.interrupt(io_error(error))
        if any(descriptor == self._bell for descriptor, _ in self._epoll.poll()):
            _eventfd_read(self._bell)

    def _heads(self) -> list[Operation]:
        """The first of every line, and whatever is to end before its turn."""
        lines = set()
        heads = []
        with self._lock:
            for operation in self._operations:
                if operation.line not in lines or operation.interrupted or operation.is_empty:
                    heads.append(operation)
                lines.add(operation.line)
        return heads

    def _go_on(self, operation: Operation) -> bool:
        """Tries an operation again; says whether it has ended."""
        if not operation.attempt():
            return False
        self._forget(operation.descriptor)
        with self._lock:
            self._operations.remove(operation)
        operation.finish()
        return True

    def _poll_for(self, descriptor: int, events: int) -> None:
        if self._polled.get(descriptor) != events:
            self._forget(descriptor)
            self._epoll.register(descriptor, events)
            self._polled[descriptor] = events

    def _forget(self, descriptor: int) -> None:
        if self._polled.pop(descriptor, None) is not None:
            with suppress(OSError):
                self._epoll.unregister(descriptor)

    def _leave_to_parent(self) -> None:
        """In a forked child: its parent's thread is not there, nor are the calls that wait."""
        if self._bell >= 0:
            self._epoll.close()
            os.close(self._bell)
        self.__init__()  # type: ignore[misc]


waiting = Waiting()
os.register_at_fork(after_in_child=waiting._leave_to_parent)
