"""A worker in a process of its own: of the threads of one process Python executes one at a time."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from multiprocessing.connection import Connection

from pipects import interrupts
from pipects.cases import Test
from pipects.errors import FaultElsewhere, UserError, said
from pipects.observe import NotObservable, linux, platforms
from pipects.verdicts import Result
from pipects.worker import Task, Worker

AHEAD = 1
"""How many tasks a worker is given beside the one that it executes: it need not wait for the next."""


class WorkerProcess:
    """Executes tasks as a Worker does. It is a copy of this process, and has the tests from it.

    It ends when the thread that hands out the tasks has no more, when it is stopped, or when this
    process ends, however that comes. `before` are those that were started before it.
    """

    def __init__(
        self,
        number: int,
        worker: Worker,
        tests: Mapping[str, Test],
        before: Sequence[WorkerProcess],
    ) -> None:
        self._number = number
        copied = multiprocessing.get_context("fork")
        self._link, theirs = copied.Pipe()
        held, self._leash = os.pipe()
        self._stopped = False
        ends = [end for each in (*before, self) for end in (each._link.fileno(), each._leash)]
        self._process = copied.Process(
            target=_serve, args=(worker, tests, theirs, held, ends), daemon=True
        )
        with interrupts.held():  # none takes the copy before it has ceased to mind them
            self._process.start()
        theirs.close()
        os.close(held)

    def work(self, tasks: Iterable[Task], done: Callable[[Result], None]) -> None:
        """Has the tasks executed until there are no more; `done` is told of each result.

        Raises what the process has met: UserError, or FaultElsewhere.
        """
        given: deque[Test] = deque()
        try:
            for repetition, test in tasks:
                given.append(test)
                self._link.send((repetition, test.id))
                if len(given) > AHEAD:
                    done(self._answer())
                    given.popleft()
            while given:
                done(self._answer())
                given.popleft()
        except (EOFError, OSError):
            if self._stopped:
                return
            self._process.join()
            raise FaultElsewhere(
                f"worker {self._number} of pipects (process {self._process.pid}) ended with"
                f" {self._status()} in the middle of the test {given[0].id}"
            ) from None
        with contextlib.suppress(EOFError, OSError):  # its end
            self._link.send(None)
            self._answer()

    def stop(self) -> None:
        """Ends it, with all the processes of its tests. May be called from any thread, and again."""
        if not self._stopped:
            self._stopped = True
            os.close(self._leash)

    def join(self, seconds: float) -> None:
        """Waits for its end, for so many seconds; then it is killed."""
        self._process.join(seconds)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._link.close()

    def _answer(self) -> Result:
        answer = self._link.recv()
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Result)
        return answer

    def _status(self) -> str:
        status = self._process.exitcode or 0
        return f"signal {linux.signal_name(-status)}" if status < 0 else f"status {status}"


def _serve(
    worker: Worker, tests: Mapping[str, Test], link: Connection, leash: int, foreign: Sequence[int]
) -> None:
    """What the process does. A signal that ends the command reaches it by the command's hand alone."""
    interrupts.ignore()
    for descriptor in foreign:
        os.close(descriptor)
    with contextlib.suppress(NotObservable):  # as for the command itself
        linux.adopt_orphans()
    platforms.leave()

    def stop_with_the_leash() -> None:
        os.read(leash, 1)
        worker.stop()

    threading.Thread(target=stop_with_the_leash, daemon=True, name="leash").start()
    tasks = ((repetition, tests[name]) for repetition, name in iter(lambda: _asked(link), None))
    with contextlib.suppress(OSError):  # nobody is left who would listen
        try:
            worker.work(tasks, link.send)
        except Exception as error:
            link.send(error if isinstance(error, UserError) else FaultElsewhere(said(error)))
        finally:
            platforms.end()


def _asked(link: Connection) -> tuple[int, str] | None:
    """The next task: a repetition, and the id of a test. None at their end, and at that of who gives them."""
    try:
        task: tuple[int, str] | None = link.recv()
    except (EOFError, OSError):
        return None
    return task
