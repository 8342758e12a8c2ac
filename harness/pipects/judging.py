"""What came of a test in progress: the verdicts that need a look at its processes."""

from __future__ import annotations

import contextlib
import functools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipects import blame, verdicts
from pipects.cleaning import Cleaning
from pipects.conversation import SLOW_END, STANDSTILL, exit_of
from pipects.meeting import Adapter
from pipects.observe import End, NotObservable, descent
from pipects.observe.platform import Standstill
from pipects.processes import GRACE
from pipects.protocol import Outcome
from pipects.steps import Step
from pipects.verdicts import Failure

HELPED_END = 60.0
"""Seconds that a process gets to end while another one, such as a debugger, sees to it."""
LOOK_AT_HELPERS = 0.1
HELP_COMES = 0.2
"""Seconds before its last answer in which one of its threads may have begun to end a process."""
MOST_ENDS = 12
"""How many ends of a process are told one by one."""
TICK = 0.02
"""Seconds by which the system may tell that a process started earlier than it did."""
LAST_WORDS = 1.0
"""Seconds after something was printed in which whoever ends may have more to say: it pauses between two lines, too."""
DEADLOCK = (
    "a deadlock: no thread of any process has run for a while, no clock ends their waits in time, and what "
    "they wait for could come from themselves only"
)
"""The first line of a hang's proof, where it has one; where each thread is comes behind it."""


@dataclass
class Record:
    """What is known when a test has been executed."""

    verdict: str
    reason: str | None = None
    failure: Failure | None = None
    proofs: list[str] = field(default_factory=list)
    outcomes: list[tuple[Step, Outcome]] = field(default_factory=list)
    reusable: bool = False
    """Whether the parent process may serve the next test."""
    restored: bool = False
    """Whether it is as it was before the test, which failed."""
    leaves: bool = False
    """Whether all it did was to leave handles open."""


class Judging(Cleaning):
    """A test whose processes are looked at when something went wrong."""

    def _lost(self, lost: Exception) -> Record:
        """The verdict when a process is gone, or its connection, or what /proc had of it."""
        for name, adapter in self._processes.items():
            if adapter.watch.ended(0.05):
                return self._crashed(name, adapter)
        for name, adapter in self._processes.items():
            if adapter.watch.ended(GRACE):
                return self._crashed(name, adapter)
        if isinstance(lost, OSError):  # all of them live: what is gone is the view of them
            return Record(verdicts.NOT_OBSERVABLE, reason=f"the system does not show it: {lost}")
        return self._failed(verdicts.ADAPTER_ERROR, "an answer as the protocol says", str(lost))

    def _dying(self) -> Record | None:
        """The verdict if a process that did not answer is on its way to an end: it works, and then is gone.

        A runtime that aborts may first write down where everything was, or have a debugger do it.
        """
        for name, adapter in self._processes.items():
            if self._system.is_stopped(adapter.pid):
                continue  # for good, unless somebody lets it go on: it comes to no end
            # One that spins may be at work on its end.
            rest = self._system.rest(adapter.pid, math.inf)
            begun = alone_since = time.monotonic()
            until, helped = begun + HELPED_END, False
            helpers = self._system.standstill(
                functools.partial(self._helpers, adapter), until, self._family.meeting.port
            )
            while not adapter.watch.ended() and time.monotonic() < until:
                now = time.monotonic()
                slow = now - alone_since > SLOW_END
                before, helped = helped, (rest.rests or slow) and self._work(adapter, helpers)
                speaks = now - self._family.output.heard < LAST_WORDS
                if before and not helped:  # it goes on by itself now
                    rest, alone_since = self._system.rest(adapter.pid, math.inf), time.monotonic()
                elif not helped and (slow or (rest.rests and not speaks)):
                    break
                if helped:
                    adapter.watch.ended(LOOK_AT_HELPERS)
                rest.look()
            if adapter.watch.ended():
                return self._crashed(name, adapter)
        return None

    def _work(self, adapter: Adapter, helpers: Standstill) -> bool:
        """Whether there are helpers of which something may still come. A tracer waits for whom it helps."""
        present = self._helpers(adapter)
        if self._system.tracer(adapter.pid) in present:
            return True
        return bool(present) and helpers.lasts() < STANDSTILL * self._scale

    def _helpers(self, adapter: Adapter) -> list[int]:
        """Processes that are none of the case's, but of the family of one that is, and came when it had fallen silent.

        Whoever was there while it still answered is not there for its end.
        """
        return self._others(adapter.connection.heard - HELP_COMES)

    def _others(self, since: float) -> list[int]:
        """Processes of the family that are none of the case's, and no older than that."""
        own = {each.watch.local for each in self._processes.values()}
        return [pid for pid in self._family.strays(since) if pid not in own]

    def _crashed(self, name: str, adapter: Adapter) -> Record:
        how = f"the process '{name}' ended with {exit_of(adapter)}"
        if (part := adapter.connection.unfinished) and " status " in how:
            how += f" in the middle of an answer: {part}"
            return self._failed(verdicts.ADAPTER_ERROR, "an answer as the protocol says", how)
        broken = blame.NO_READER if how.endswith("signal SIGPIPE") else None
        return self._failed(verdicts.CRASH, "the process lives on", how, broken)

    def _failed(
        self,
        verdict: str,
        expected: str,
        actual: str,
        requirement: str | None = None,
        proof: str | None = None,
    ) -> Record:
        observed: list[str] = []
        threads = [proof] if proof else []
        for name, adapter in self._processes.items():
            if not adapter.watch.ended():
                observed += [f"'{name}' (process {adapter.pid}) holds {self._held(adapter.pid)}"]
                with contextlib.suppress(OSError, NotObservable):  # it only adds to the evidence
                    threads += self._system.situation(adapter.pid)
        observed += self._held_by_others()
        if verdict == verdicts.CRASH:
            self._family.output.settle(GRACE)
        index, step = self._step if self._step else (None, None)
        broken = requirement or (step.requirement if step else self._test.covers[0])
        done = f"{step.verb} {step.target}" if step else "after the last step"
        return Record(
            verdict,
            failure=Failure(
                step=index,
                text=step.text if step else "after the last step",
                requirement=broken,
                expected=expected,
                actual=actual,
                observed=tuple(observed),
                stderr=tuple(self._family.output.told()),
                threads=tuple(threads) if verdict == verdicts.HANG else (),
                cause=verdicts.cause_of(broken, verdict, done, actual),
            ),
        )

    def _held_by_others(self) -> list[str]:
        """Who else of the family holds an end of the case's pipes, such as a shell that a child was started by."""
        parent = self._family.parent
        if parent.watch.local != parent.pid:  # their numbers are those of another system
            return []
        told: list[str] = []
        for pid in self._others(self._begun - TICK):
            with contextlib.suppress(OSError, NotObservable):  # it only adds to the evidence
                if ends := self._ends(pid):
                    told.append(
                        f"{descent.shown(pid)}, which is none of the case's, holds {_listed(ends)} as well"
                    )
        return told

    def _held(self, pid: int) -> str:
        try:
            return _listed(self._ends(pid)) or "no end of the case's pipes"
        except (OSError, NotObservable) as unseen:
            return str(unseen)

    def _ends(self, pid: int) -> list[End]:
        """The ends of the case's pipes that a process holds."""
        return [end for end in self._system.pipe_ends(pid) if end.pipe in self._born]


def _listed(ends: Sequence[End]) -> str:
    """What is held; where it is much, as much of it as anyone reads."""
    shown = [f"{end.kind} end (descriptor {end.descriptor})" for end in ends[:MOST_ENDS]]
    more = [f"and {len(ends) - MOST_ENDS} ends more"] if len(ends) > MOST_ENDS else []
    return ", ".join(shown + more)
