"""A run: tests are handed to workers, each with processes of its own, and results collected."""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from pipects import building, missing, outcomes, smoke, verdicts
from pipects.cases import Test
from pipects.director.process import Director
from pipects.errors import NotStarted
from pipects.execution import Execution
from pipects.implementations import Deviation, Implementation
from pipects.judging import Record
from pipects.observe import NotObservable, descent, platforms
from pipects.processes import Family, Greeting
from pipects.protocol import Listener
from pipects.verdicts import Failure, Result


@dataclass(frozen=True)
class Pair:
    """Who makes the first process, and who its children."""

    server: Implementation
    client: Implementation

    @property
    def title(self) -> str:
        """The pair as a reader wants it."""
        return (
            self.server.id if self.server is self.client else f"{self.server.id}>{self.client.id}"
        )

    @property
    def deviations(self) -> tuple[Deviation, ...]:
        """What is known of either end; some of it shows beside a stranger only."""
        if self.server is self.client:
            return tuple(each for each in self.server.deviations if not each.mixed)
        return (*self.server.deviations, *self.client.deviations)


@dataclass(frozen=True)
class Settings:
    """How a run goes about its tests."""

    jobs: int = 2
    repeat: int = 1
    scale: float = 1.0
    trace: bool = False
    outcomes: bool = False
    """Whether results keep what came of every step."""
    apart: bool = False
    """Whether each test has processes of its own."""
    where: str = ""
    """The options that a replay must repeat to find the same cases and implementations."""


@dataclass(frozen=True)
class Introduction:
    """What the handshake test showed of an implementation."""

    greeting: Greeting | None
    checks: tuple[smoke.Check, ...]
    reason: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the adapter is fit to be asked."""
        return self.greeting is not None and all(check.ok for check in self.checks)


def introduce(
    implementation: Implementation,
    capabilities: Collection[str],
    scale: float,
    show: building.Show = building.unshown,
) -> Introduction:
    """Starts an implementation's adapter and holds the handshake test.

    `capabilities` are those that an adapter may say it lacks; `show` lets a user see its build.
    """
    if missing := implementation.missing():
        return Introduction(None, (), f"{', '.join(missing)} is not installed")
    implementation.prepare(show)
    try:
        family = Family(
            implementation.command(), time.monotonic() + implementation.start_seconds * scale
        )
    except NotStarted as error:
        words = "; it printed: " + " | ".join(error.output) if error.output else ""
        return Introduction(
            None, (smoke.Check("says hello with its token", False, f"{error}{words}"),)
        )
    except NotObservable as unseen:
        return Introduction(None, (), str(unseen))
    try:
        return Introduction(family.parent.greeting, tuple(smoke.run(family, capabilities, scale)))
    finally:
        family.end(politely=True)


def lacking(test: Test, pair: Pair, introductions: dict[str, Introduction]) -> str | None:
    """Why a test is not applicable to a pair, or None if it is."""
    for implementation in {pair.server.id: pair.server, pair.client.id: pair.client}.values():
        greeting = introductions[implementation.id].greeting
        assert greeting is not None
        system = "windows" if greeting.os == "windows" else "unix"
        if test.platforms not in ("any", system):
            return f"a case for {test.platforms} only"
        lacks = {*greeting.lacks, *implementation.lacks}
        for need in test.needs:
            if need in lacks:
                return f"{implementation.id} lacks {need}"
        if member := missing.used(test, lacks):
            return f"{implementation.id} lacks {member}"
    return None


Lane = queue.SimpleQueue[tuple[int, Test] | None]
"""Tests for those workers that take from it, each with its repetition, and a None for each worker."""

FAREWELL = 10.0
"""Seconds in which workers whose processes have been killed come to their end."""
LEAKS_SEEN = 3
"""How often in a row a test must leave handles open for it to be a leak."""
WAITING = 16
"""How many tests that are known to hang may wait beside the others at the same time."""


class Run:
    """Executes tests on a pair of implementations, several at a time.

    `each` is told of every result as it comes, from the caller's thread.
    """

    def __init__(
        self, pair: Pair, introductions: dict[str, Introduction], settings: Settings
    ) -> None:
        self._pair = pair
        self._deviations = pair.deviations
        self._introductions = introductions
        self._settings = settings
        self._todo: Lane = queue.SimpleQueue()
        self._waiting: Lane = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Result | BaseException | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._workers: list[threading.Thread] = []
        self._families: set[Family] = set()
        self._kin = descent.Kin()

    def execute(self, tests: Sequence[Test], each: Callable[[Result], None]) -> None:
        """Runs every test `repeat` times. On an interrupt ends all processes, then raises it."""
        apart = self._to_hang(tests) if self._settings.jobs > 1 else frozenset()
        for repetition in range(self._settings.repeat):
            for test in tests:
                (self._waiting if test.id in apart else self._todo).put((repetition + 1, test))
        lanes = [self._todo] * self._settings.jobs + [self._waiting] * min(len(apart), WAITING)
        for number, lane in enumerate(lanes):
            lane.put(None)
            self._workers.append(
                threading.Thread(
                    target=self._work, args=(lane,), name=f"worker {number}", daemon=True
                )
            )
        for worker in self._workers:
            worker.start()
        working = len(self._workers)
        try:
            while working:
                result = self._done.get()
                if result is None:
                    working -= 1
                elif isinstance(result, BaseException):
                    raise result
                else:
                    each(result)
        finally:
            self._stop.set()
            for family in list(self._families):
                family.kill()
            until = time.monotonic() + FAREWELL
            for worker in self._workers:
                worker.join(max(0.0, until - time.monotonic()))

    def _to_hang(self, tests: Sequence[Test]) -> frozenset[str]:
        """Tests that are known to hang: beside the others they cost no time, for they only wait."""
        known = [each for each in self._deviations if each.verdict == verdicts.HANG]
        return frozenset(
            test.id for test in tests if any(deviation.names(test.id) for deviation in known)
        )

    def _work(self, lane: Lane) -> None:
        family: Family | None = None
        try:
            for repetition, test in self._tasks(lane):
                if reason := lacking(test, self._pair, self._introductions):
                    self._done.put(
                        self._result(test, repetition, 0.0, verdicts.NOT_APPLICABLE, reason=reason)
                    )
                    continue
                if test.directed and (reason := self._undirected()):
                    self._done.put(
                        self._result(test, repetition, 0.0, verdicts.NOT_OBSERVABLE, reason=reason)
                    )
                    continue
                started = time.monotonic()
                trace: list[str] = []
                note = (
                    (lambda kind, text: trace.append(f"{kind} {text}"))
                    if self._settings.trace
                    else None
                )
                try:
                    if family is not None and (
                        test.fresh
                        or self._settings.apart
                        or test.directed != (family.director is not None)
                    ):
                        self._families.discard(family)
                        family.end(politely=True)
                        family = None
                    if family is None:
                        family = self._start(test)
                except NotStarted as error:
                    self._done.put(self._unstarted(test, repetition, started, error))
                    continue
                except NotObservable as unseen:
                    self._done.put(
                        self._result(
                            test, repetition, time.monotonic() - started, verdicts.NOT_OBSERVABLE,
                            reason=str(unseen),
                        )  # fmt: skip
                    )
                    continue
                family.listen(note)
                try:
                    record = self._executed(test, family, note)
                except Exception as error:
                    error.add_note(f"(in the test {test.id})")
                    raise
                result = self._result(
                    test, repetition, time.monotonic() - started, record.verdict,
                    reason=record.reason, failure=record.failure,
                    proofs=tuple(record.proofs), trace=tuple(trace),
                    told=self._told(record),
                )  # fmt: skip
                known = result.verdict == verdicts.KNOWN_DEVIATION
                if not record.reusable and not (known and record.restored):
                    self._families.discard(family)
                    family.end()
                    family = None
                if self._stop.is_set():
                    break
                self._done.put(result)
        except BaseException as error:  # handed to the caller's thread, which raises it
            self._done.put(error)
        finally:
            try:
                if family is not None:
                    self._families.discard(family)
                    family.end(politely=not self._stop.is_set())
            except BaseException as error:
                self._done.put(error)
            finally:
                self._done.put(None)

    def _executed(self, test: Test, family: Family, note: Listener | None) -> Record:
        """Executes a test; one that only left handles open again, to see whether it leaves more.

        What a runtime or a library makes at its first use and keeps is no leak, whichever test
        happens to be the first; what grows each time is.
        """
        server, client = self._pair.server, self._pair.client
        scale = self._settings.scale
        record = Execution(test, family, server, client, scale, note, again=True).run()
        for left in reversed(range(LEAKS_SEEN - 1)):
            if not record.leaves or not record.reusable:
                break
            again = Execution(test, family, server, client, scale, note, again=left > 0).run()
            if again.verdict in (verdicts.PASS, verdicts.ADAPTER_ERROR, verdicts.NOT_OBSERVABLE):
                return again  # what is kept for good is no leak, nor is what was not seen again
            if not again.leaves:
                break
        record.reusable = record.reusable and not record.leaves
        return record

    def _told(self, record: Record) -> tuple[str, ...]:
        if not self._settings.outcomes:
            return ()
        return tuple(outcomes.told(step, outcome) for step, outcome in record.outcomes)

    def _tasks(self, lane: Lane) -> Iterator[tuple[int, Test]]:
        while not self._stop.is_set() and (task := lane.get()) is not None:
            yield task

    def _undirected(self) -> str | None:
        """Why the system calls of the pair can't be directed; None if they can."""
        return platforms.named(self._pair.server.platform).undirected

    def _start(self, test: Test) -> Family:
        server = self._pair.server
        director = Director() if test.directed else None  # takes a while where it is not built yet
        family = Family(
            server.command(),
            time.monotonic() + server.start_seconds * self._settings.scale,
            stopped=self._stop.is_set,
            director=director,
            kin=self._kin,
            fresh=test.fresh,
        )
        self._families.add(family)
        return family

    def _unstarted(self, test: Test, repetition: int, started: float, error: NotStarted) -> Result:
        failure = Failure(
            None,
            "before the first step",
            test.covers[0],
            "the adapter starts",
            str(error),
            stderr=error.output,
        )
        return self._result(
            test, repetition, time.monotonic() - started, verdicts.ADAPTER_ERROR, failure=failure
        )

    def _result(
        self, test: Test, repetition: int, seconds: float, verdict: str, *,
        reason: str | None = None, failure: Failure | None = None,
        proofs: tuple[str, ...] = (), trace: tuple[str, ...] = (), told: tuple[str, ...] = (),
    ) -> Result:  # fmt: skip
        server, client = self._pair.server, self._pair.client
        whom = server.id if server is client else f"{server.id} --client {client.id}"
        result = Result(
            test=test.id,
            server=server.id,
            client=client.id,
            repetition=repetition,
            verdict=verdict,
            seconds=round(seconds, 4),
            replay=f"./pipects replay '{test.id}' --implementation {whom}{self._settings.where}",
            proofs=proofs,
            reason=reason,
            failure=failure,
            trace=trace,
            outcomes=told,
        )
        return verdicts.judge(result, self._deviations)


def differing(results: Sequence[Result]) -> list[str]:
    """Tests whose verdict was not the same in every repetition."""
    seen: dict[tuple[str, str, str], set[str]] = {}
    for result in results:
        seen.setdefault((result.server, result.client, result.test), set()).add(result.verdict)
    return sorted({test for (_, _, test), found in seen.items() if len(found) > 1})


def unused(implementation: Implementation, tests: Sequence[Test]) -> list[str]:
    """Known deviations that name no test at all: an entry that matches nothing is a failure."""
    return [
        f"{deviation.where}: '{pattern}' names no test"
        for deviation in implementation.deviations
        for pattern in deviation.tests
        if not any(
            dataclasses.replace(deviation, tests=(pattern,)).names(test.id) for test in tests
        )
    ]


__all__ = ["Introduction", "Pair", "Run", "Settings", "differing", "introduce", "unused"]
