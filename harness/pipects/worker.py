"""A worker: executes tests one after the other, on processes of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from pipects import harms, outcomes, verdicts
from pipects.cases import Test
from pipects.director.process import Director
from pipects.errors import NotStarted
from pipects.execution import Execution
from pipects.judging import Record
from pipects.observe import NotObservable, descent, platforms
from pipects.observe.platform import Platform
from pipects.pairs import Introduction, Pair, Settings, lacking
from pipects.processes import Family
from pipects.protocol import Listener
from pipects.verdicts import Failure, Result

Task = tuple[int, Test]
"""A test, behind the number of its repetition."""

OTHERS = 2
"""On how many other platforms a test is tried that one of them has spoilt."""
UNDONE = (verdicts.ADAPTER_ERROR, verdicts.FAIL, verdicts.HANG)
"""Verdicts on a start that does not bring a process to life."""
UNSTARTED = "before the first step"
"""Where a test has come to whose first process does not start."""
LEAKS_SEEN = 3
"""How often in a row a test must leave handles open for it to be a leak."""


class Worker:
    """Executes tests of a pair. Keeps its processes for the next test as long as nothing forbids it."""

    def __init__(
        self, pair: Pair, introductions: Mapping[str, Introduction], settings: Settings
    ) -> None:
        self._pair = pair
        self._deviations = pair.deviations
        self._introductions = introductions
        self._settings = settings
        self._stop = threading.Event()
        self._family: Family | None = None
        self._kin = descent.Kin()

    def stop(self) -> None:
        """Ends it, with all its processes, wherever it is. May be called from any thread."""
        self._stop.set()
        if (family := self._family) is not None:
            family.kill()

    def work(self, tasks: Iterable[Task], done: Callable[[Result], None]) -> None:
        """Executes the tasks until there are no more, or it is stopped; `done` is told of each result."""
        try:
            for repetition, test in tasks:
                if self._stop.is_set():
                    break
                result = self._unasked(test, repetition) or self._asked(test, repetition)
                if self._stop.is_set():
                    break
                done(result)
        finally:
            self._part(politely=not self._stop.is_set())

    def _unasked(self, test: Test, repetition: int) -> Result | None:
        """What is said of a test for which no process need be asked; None of any other."""
        if reason := lacking(test, self._pair, self._introductions):
            return self._result(test, repetition, 0.0, verdicts.NOT_APPLICABLE, reason=reason)
        if test.directed and (reason := self._undirected()):
            return self._result(test, repetition, 0.0, verdicts.NOT_OBSERVABLE, reason=reason)
        return None

    def _asked(self, test: Test, repetition: int) -> Result:
        """What comes of a test; on another platform, if what came of it on the first may be that one's doing."""
        platform, result = self._tried(test, repetition)
        for _ in range(OTHERS):
            if not _is_of(platform, test, result) or self._stop.is_set():
                break
            self._part()
            platforms.replace(platform)
            platform, result = self._tried(test, repetition)
        return result

    def _tried(self, test: Test, repetition: int) -> tuple[Platform, Result]:
        """What comes of a test, behind where its processes lived."""
        platform = platforms.named(self._pair.server.platform)
        started = time.monotonic()
        trace: list[str] = []
        note: Listener | None = None
        if self._settings.trace:
            note = lambda kind, text: trace.append(f"{kind} {text}")  # noqa: E731
        try:
            family = self._family_for(test)
        except NotStarted as error:
            return platform, self._unstarted(test, repetition, started, error)
        except NotObservable as unseen:
            return platform, self._result(
                test, repetition, time.monotonic() - started, verdicts.NOT_OBSERVABLE,
                reason=str(unseen),
            )  # fmt: skip
        family.listen(note)
        try:
            record = self._executed(test, family, note)
        except NotObservable as gone:
            # Perhaps with the platform, which a test beside this one has spoilt.
            record = Record(verdicts.NOT_OBSERVABLE, reason=str(gone))
        except Exception as error:
            error.add_note(f"(in the test {test.id})")
            raise
        result = self._result(
            test, repetition, time.monotonic() - started, record.verdict,
            reason=record.reason, failure=record.failure,
            proofs=tuple(record.proofs), trace=tuple(trace),
            told=self._told(record),
        )  # fmt: skip
        if not record.reusable and not self._serves_on(record, result):
            self._part()
        return family.platform, result

    def _serves_on(self, record: Record, result: Result) -> bool:
        """Whether its process can be asked again behind a failure that is known, and harmed nothing.

        What has closed or kept a handle that is not its own may do so again, at a later collection.
        """
        known = result.verdict == verdicts.KNOWN_DEVIATION
        harm = harms.of(record.verdict, record.failure)
        return known and record.restored and harm != "handle leaked or closed"

    def _family_for(self, test: Test) -> Family:
        """The processes that the test may use: those at hand, or new ones. Raises NotStarted."""
        family = self._family
        if family is not None and (
            test.fresh or self._settings.apart or test.directed != (family.director is not None)
        ):
            self._part(politely=True)
        if self._family is None:
            self._family = self._start(test)
        if self._stop.is_set():  # perhaps before there was anything to be killed
            self._family.kill()
        return self._family

    def _part(self, *, politely: bool = False) -> None:
        """Ends its processes, if it has any."""
        family, self._family = self._family, None
        if family is not None:
            family.end(politely=politely)

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
            if not again.leaves:
                return again  # what is kept for good is no leak, nor is what was not seen again
        record.reusable = record.reusable and not record.leaves
        return record

    def _told(self, record: Record) -> tuple[str, ...]:
        if not self._settings.outcomes:
            return ()
        return tuple(outcomes.told(step, outcome) for step, outcome in record.outcomes)

    def _undirected(self) -> str | None:
        """Why the system calls of the pair can't be directed; None if they can."""
        return platforms.named(self._pair.server.platform).undirected

    def _start(self, test: Test) -> Family:
        server = self._pair.server
        director = Director() if test.directed else None  # takes a while where it is not built yet
        return Family(
            server.command(),
            server.start_seconds * self._settings.scale,
            stopped=self._stop.is_set,
            director=director,
            kin=self._kin,
            fresh=test.fresh,
        )

    def _unstarted(self, test: Test, repetition: int, started: float, error: NotStarted) -> Result:
        failure = Failure(
            None,
            UNSTARTED,
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


def _is_of(platform: Platform, test: Test, result: Result) -> bool:
    """Whether a result may be the platform's doing: it was lost meanwhile, or brought no process to life."""
    if not platform.serves():
        return True
    failure = result.failure
    return (
        platform.starts_fail
        and result.verdict in UNDONE
        and failure is not None
        and _at_a_start(test, failure)
    )


def _at_a_start(test: Test, failure: Failure) -> bool:
    """Whether it was a process's start that failed: the first one's, or a child's."""
    if failure.step is None:
        return failure.text == UNSTARTED
    return test.steps[failure.step].verb == "start"
