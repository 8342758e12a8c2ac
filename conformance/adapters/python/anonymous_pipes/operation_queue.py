"""The asynchronous operations of one pipe end: one after the other, in the order of their calls."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from .operations import Operation
from .tasks import Task, complete


class _Entry:
    """An operation with the task that it ends, and what is called after that."""

    def __init__(self, operation: Operation, then: Callable[[], None] | None) -> None:
        self.operation = operation
        self.task = Task[Any]()
        self.then = then

    def run(self) -> None:
        self.task._complete(self.operation.run)
        if self.then is not None:
            self.then()


class OperationQueue:
    """A thread works on the queue while there is something in it, and ends after that."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[_Entry] = deque()
        self._working = False

    def submit(self, operation: Operation) -> Task[Any]:
        """Starts the operation; what can be done at once is done before this returns."""
        if not self._working:
            done = Task[bool]()._complete(operation.attempt)
            if done.IsFaulted or done.IsCanceled or done.Wait():
                operation.end()
                return complete(lambda: done.Wait() and operation.result)
        return self.submit_to_thread(operation, None)

    def submit_to_thread(self, operation: Operation, then: Callable[[], None] | None) -> Task[Any]:
        """Has another thread do the operation, and call then after that."""
        entry = _Entry(operation, then)
        with self._lock:
            self._entries.append(entry)
            if not self._working:
                self._start()
        operation.set_withdrawal(lambda: self._withdraw(entry))
        return entry.task

    def _start(self) -> None:
        self._working = True
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._entries:
                    self._working = False
                    return
                entry = self._entries.popleft()
            if entry.then is None:
                entry.run()
                del entry
                continue
            entry.task._complete(entry.operation.run)
            with self._lock:  # the callback may take its time: others work on meanwhile
                self._working = False
                if self._entries:
                    self._start()
            entry.then()
            return

    def _withdraw(self, entry: _Entry) -> None:
        """Ends an operation that was interrupted before its turn came."""
        with self._lock:
            if entry not in self._entries:
                return
            self._entries.remove(entry)
        if entry.then is None:
            entry.run()
        else:
            threading.Thread(target=entry.run, daemon=True).start()
