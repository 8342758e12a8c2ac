"""What an asynchronous member returns: a task, or a result to be ended."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from .cancellation import CancellationToken
from .exceptions import OperationCanceledException

Outcome = TypeVar("Outcome")


class Task(Generic[Outcome]):
    """An operation under way. It ends once: with a result, an exception, or as cancelled."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None

    @property
    def IsCompleted(self) -> bool:
        return self._done.is_set()

    @property
    def IsCanceled(self) -> bool:
        return self.IsCompleted and isinstance(self._error, OperationCanceledException)

    @property
    def IsFaulted(self) -> bool:
        return self.IsCompleted and self._error is not None and not self.IsCanceled

    @property
    def Exception(self) -> BaseException | None:
        """What the operation threw, if it faulted."""
        return self._error if self.IsFaulted else None

    @property
    def Result(self) -> Outcome:
        return self.Wait()

    def Wait(self) -> Outcome:
        """Waits for the end, and answers as the operation itself: its result or its exception."""
        self._done.wait()
        if self._error is not None:
            raise self._error.with_traceback(None)
        outcome: Outcome = self._result
        return outcome

    def _end(self, result: Any, error: BaseException | None) -> None:
        self._result = result
        # its frames would hold the stream as long as the task is held
        self._error = error and error.with_traceback(None)
        self._done.set()

    def _complete(self, work: Callable[[], Outcome]) -> Task[Outcome]:
        """Does the work here and now, and ends the task with what comes of it."""
        try:
            self._end(work(), None)
        except Exception as error:
            self._end(None, error)
        return self


def cancelled(token: CancellationToken) -> Task[Any]:
    """A task that a token cancelled before it began."""
    return complete(token.ThrowIfCancellationRequested)


def complete(work: Callable[[], Outcome]) -> Task[Outcome]:
    """A task that is completed when it is returned."""
    return Task[Outcome]()._complete(work)


def run(work: Callable[[], Outcome], then: Callable[[], None] | None = None) -> Task[Outcome]:
    """A task whose work another thread does, followed by then."""
    task = Task[Outcome]()

    def body() -> None:
        task._complete(work)
        if then is not None:
            then()

    threading.Thread(target=body, daemon=True).start()
    return task


class IAsyncResult:
    """A begun operation: what BeginRead and BeginWrite return, and EndRead and EndWrite take."""

    def __init__(self, owner: object, member: str, state: object) -> None:
        self._owner = owner
        self._member = member
        self._state = state
        self._task: Task[Any]
        self._begun = threading.Event()

    @property
    def IsCompleted(self) -> bool:
        return self._begun.is_set() and self._task.IsCompleted

    @property
    def CompletedSynchronously(self) -> bool:
        """Never: the work is always done by another thread."""
        return False

    @property
    def AsyncState(self) -> object:
        return self._state

    def WaitOne(self) -> None:
        """Waits until the operation has ended, and leaves what came of it to its End."""
        self._begun.wait()
        with contextlib.suppress(Exception):
            self._task.Wait()

    def _attach(self, task: Task[Any]) -> None:
        self._task = task
        self._begun.set()

    def _call(self, callback: AsyncCallback) -> None:
        self._begun.wait()
        callback(self)

    def _wait(self) -> Any:
        return self._task.Wait()


AsyncCallback = Callable[[IAsyncResult], None]
