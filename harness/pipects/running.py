"""A run: tests are handed to workers, and their results collected."""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipects import paths, verdicts
from pipects.cases import Test
from pipects.implementations import Implementation
from pipects.pairs import Introduction, Pair, Settings
from pipects.verdicts import KNOWN_DEVIATION, PASS, Result
from pipects.worker import Task, Worker
from pipects.worker_process import WorkerProcess

Lane = queue.SimpleQueue[Task | None]
"""Tests for those workers that take from it, and a None for each worker."""

FAREWELL = 10.0
"""Seconds in which workers whose processes have been killed come to their end."""
WAITING = 16
"""How many tests that are known to hang may wait beside the others at the same time."""


class Run:
    """Executes tests on a pair of implementations, several at a time.

    `each` is told of every result as it comes, from the caller's thread.
    """

    def __init__(
        self, pair: Pair, introductions: Mapping[str, Introduction], settings: Settings
    ) -> None:
        self._pair = pair
        self._introductions = introductions
        self._settings = settings
        self._done: queue.SimpleQueue[Result | BaseException | None] = queue.SimpleQueue()
        self._stop = threading.Event()

    def execute(self, tests: Sequence[Test], each: Callable[[Result], None]) -> None:
        """Runs every test `repeat` times. On an interrupt ends all processes, then raises it."""
        todo: Lane = queue.SimpleQueue()
        waiting: Lane = queue.SimpleQueue()
        apart = self._to_hang(tests) if self._settings.jobs > 1 else frozenset()
        for repetition in range(self._settings.repeat):
            for test in tests:
                (waiting if test.id in apart else todo).put((repetition + 1, test))
        workers: list[Worker | WorkerProcess] = []
        threads: list[threading.Thread] = []
        try:
            workers += self._busy(tests)
            busy = len(workers)
            workers += [self._worker() for _ in range(min(len(apart), WAITING))]
            for number, worker in enumerate(workers):
                lane = todo if number < busy else waiting
                lane.put(None)
                threads.append(
                    threading.Thread(
                        target=self._hand_out,
                        args=(lane, worker),
                        name=f"worker {number}",
                        daemon=True,
                    )
                )
            for thread in threads:
                thread.start()
            self._collect(len(workers), each)
        finally:
            self._stop.set()
            for worker in workers:
                worker.stop()
            until = time.monotonic() + FAREWELL
            for thread in threads:
                if thread.ident is not None:  # else the interrupt came before it was started
                    thread.join(max(0.0, until - time.monotonic()))
            for worker in workers:
                if isinstance(worker, WorkerProcess):
                    worker.join(max(0.0, until - time.monotonic()))

    def _worker(self) -> Worker:
        return Worker(self._pair, self._introductions, self._settings)

    def _busy(self, tests: Sequence[Test]) -> Iterator[Worker | WorkerProcess]:
        """Those that execute tests all the time: in processes of their own where there are several."""
        jobs = min(self._settings.jobs, max(1, len(tests) * self._settings.repeat))
        if jobs == 1:
            yield self._worker()
            return
        named = {test.id: test for test in tests}
        before: list[WorkerProcess] = []
        for number in range(jobs):
            before.append(WorkerProcess(number, self._worker(), named, before))
            yield before[-1]

    def _to_hang(self, tests: Sequence[Test]) -> frozenset[str]:
        """Tests that are known to hang: beside the others they cost no time, for they only wait."""
        known = [each for each in self._pair.deviations if each.verdict == verdicts.HANG]
        return frozenset(
            test.id for test in tests if any(deviation.names(test.id) for deviation in known)
        )

    def _collect(self, working: int, each: Callable[[Result], None]) -> None:
        """Tells of every result until so many workers have come to their end. Raises what one of them met."""
        while working:
            result = self._done.get()
            if result is None:
                working -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                each(result)

    def _hand_out(self, lane: Lane, worker: Worker | WorkerProcess) -> None:
        try:
            worker.work(self._tasks(lane), self._done.put)
        except BaseException as error:  # handed to the caller's thread, which raises it
            self._done.put(error)
        finally:
            self._done.put(None)

    def _tasks(self, lane: Lane) -> Iterator[Task]:
        while not self._stop.is_set() and (task := lane.get()) is not None:
            yield task


def differing(results: Sequence[Result]) -> tuple[list[str], list[str]]:
    """Tests whose verdict was not the same in every repetition; and those of a race, by the implementation's own list,
    that was lost in some of them."""
    seen: dict[tuple[str, str, str], set[str]] = {}
    races: set[tuple[str, str, str]] = set()
    for result in results:
        key = result.server, result.client, result.test
        seen.setdefault(key, set()).add(result.verdict)
        if result.deviation is not None and result.deviation.sometimes is not None:
            races.add(key)
    varied = {key for key, found in seen.items() if len(found) > 1}
    lost = {key for key in varied & races if seen[key] == {PASS, KNOWN_DEVIATION}}
    return sorted({test for _, _, test in varied - lost}), sorted({test for _, _, test in lost})


def whole_repetitions(results: Sequence[Result], tests: Collection[str]) -> int:
    """How many repetitions have a result of each test, on every pair that has any."""
    seen = Counter((result.server, result.client, result.test) for result in results)
    pairs = {(server, client) for server, client, _ in seen}
    return min((seen[*pair, test] for pair in pairs for test in tests), default=0)


def unused(
    implementation: Implementation, tests: Sequence[Test], folder: Path = paths.CASES
) -> list[str]:
    """Known deviations that name no test at all: an entry that matches nothing is a failure.

    The lists of the suite's own implementations are about its own cases: those of another folder say nothing of them.
    """
    if folder != paths.CASES and implementation.folder.is_relative_to(paths.ADAPTERS):
        return []
    return [
        f"{deviation.where}: '{pattern}' names no test"
        for deviation in implementation.deviations
        for pattern in deviation.tests
        if not any(
            dataclasses.replace(deviation, tests=(pattern,)).names(test.id) for test in tests
        )
    ]


__all__ = ["Run", "differing", "unused", "whole_repetitions"]
