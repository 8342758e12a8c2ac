"""Tasks handed to workers, here or on a Dask cluster; a worker that dies loses nothing but its time."""

from __future__ import annotations

import concurrent.futures
import importlib
import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Protocol

from pipects import interrupts
from pipects.errors import UserError
from pipects.mutation.trial import SESSION
from pipects.observe import descent, linux

Task = tuple[Any, ...]
"""The arguments of a function that can be called in any process."""
ATTEMPTS = 3
"""How often a task may end its worker before the run is broken off."""


class Workers(Protocol):
    """Who does the work."""

    count: int

    def map(
        self, function: Callable[..., Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Any]]:
        """Calls the function for each task; yields as they end. Takes a task only when a worker is free."""

    def close(self) -> None:
        """Ends the workers."""


class LocalWorkers:
    """Processes of this machine. Those that a killed one leaves behind are ended, its task is given again."""

    def __init__(self, count: int, session: str) -> None:
        self.count = count
        self._session = session
        self._pool = self._new()

    def _new(self) -> concurrent.futures.ProcessPoolExecutor:
        return concurrent.futures.ProcessPoolExecutor(
            self.count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
        )

    def map(
        self, function: Callable[..., Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Any]]:
        """See Workers."""
        waiting = iter(tasks)
        again: list[Task] = []
        attempts: dict[int, int] = {}
        running: dict[concurrent.futures.Future[Any], Task] = {}
        while True:
            while len(running) < self.count:
                found = [again.pop()] if again else list(itertools.islice(waiting, 1))
                if not found:
                    break
                (task,) = found
                running[self._pool.submit(function, *task)] = task
            if not running:
                return
            done, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            broken = [
                future for future in done if isinstance(future.exception(), BrokenProcessPool)
            ]
            for future in done.difference(broken):
                yield running.pop(future), future.result()
            if broken:
                again += running.values()
                for task in running.values():
                    attempts[id(task)] = attempts.get(id(task), 0) + 1
                    if attempts[id(task)] > ATTEMPTS:
                        raise UserError(f"a worker was ended {ATTEMPTS + 1} times by the same task")
                running.clear()
                self._pool.shutdown(wait=True)
                self._end_left_behind()
                self._pool = self._new()

    def _end_left_behind(self) -> None:
        """Ends the adapters that came of workers which are gone."""
        mark = f"{SESSION}={self._session}".encode()

        def living() -> list[descent.Process]:
            return [
                each
                for each in descent.descendants(os.getpid(), descent.table())
                if not each.zombie and mark in _environment(each.pid)
            ]

        descent.end(living)

    def close(self) -> None:
        """See Workers."""
        for process in list((self._pool._processes or {}).values()):
            process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._end_left_behind()


class DaskWorkers:
    """Workers of a Dask cluster that see this very folder; the cluster gives a lost one's task to another."""

    def __init__(self, address: str, *, workers: int = 1, patience: float = 30) -> None:
        """Waits until the scheduler has so many workers, for at most `patience` seconds each time.

        Raises UserError if it does not answer, or has too few.
        """
        try:
            self._dask: Any = importlib.import_module("distributed")
        except ImportError:
            raise UserError("Dask is missing", "install Debian's python3-distributed") from None
        try:
            self._client = self._dask.Client(address, timeout=patience)
        except (OSError, ValueError) as error:
            raise UserError(f"no Dask scheduler answers at {address}: {error}") from None
        try:
            self._client.wait_for_workers(workers, timeout=patience)
        except OSError:
            self._client.close()
            raise UserError(f"the Dask cluster at {address} has too few workers") from None
        self.count = sum(self._client.nthreads().values())

    def map(
        self, function: Callable[..., Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Any]]:
        """See Workers."""
        waiting = iter(tasks)
        running: dict[Any, Task] = {}
        ended = self._dask.as_completed([])

        def more() -> None:
            while len(running) < self.count and (task := next(waiting, None)) is not None:
                future = self._client.submit(function, *task, pure=False, retries=ATTEMPTS)
                running[future.key] = task
                ended.add(future)

        more()
        for future in ended:
            task = running.pop(future.key)
            yield task, future.result()
            more()

    def close(self) -> None:
        """See Workers."""
        self._client.close()


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _prepare() -> None:
    """An interrupt is for the first process, which ends the others; and if it is killed they end, too."""
    interrupts.ignore()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    linux.end_with_parent()
