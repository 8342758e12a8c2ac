"""The search: sequences are drawn, run, and those that disagree with the model made as short as may be."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipects import spec, verdicts
from pipects.director.process import Director
from pipects.exploring import findings, knowing, touring
from pipects.exploring.findings import Finding
from pipects.exploring.looking import Course
from pipects.exploring.session import Session
from pipects.implementations import Implementation
from pipects.judging import Record
from pipects.processes import Family
from spec.model.calls import Call

SHORTENING = 20.0
"""Seconds for which a disagreement is made shorter."""

AGAIN = 2
"""How often a sequence is made again to see whether it shows the same."""
SOUND = 3
"""How often it is made on the sound implementation, which must show nothing each time."""


@dataclass
class Tally:
    """What a search came to."""

    sequences: int = 0
    calls: int = 0
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: dict[str, Finding] = field(default_factory=dict)
    """By signature: the shortest sequence that shows it."""
    unclear: Counter[str] = field(default_factory=Counter)
    """Why sequences came to no verdict."""
    interesting: list[Course] = field(default_factory=list)
    """The courses that reached a transition first."""


class Search:
    """Sequences on one implementation, one after the other, in a family of processes that is kept."""

    def __init__(
        self, implementation: Implementation, seed: int, scale: float,
        each: Callable[[Finding], None] = lambda finding: None, stop_at_first: bool = False,
        keeps: bool = False, sound: Implementation | None = None, directed: bool = False,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        """`sound` is one without the mistakes that are looked for: what it shows, too, is none of them.

        In a `directed` search the system fails calls now and then. `is_over` is asked before each sequence.
        """
        self._implementation = implementation
        self._seed = seed
        self._scale = scale
        self._each = each
        self._first = stop_at_first
        self._spec = spec.load()
        self._family: Family | None = None
        self._keeps = keeps
        self._directed = directed
        self._sound = sound
        self._is_over = is_over
        self._known = [] if sound is not None else knowing.load()
        self.courses: list[Course] = []
        """All sequences that were made, but those that shorten a finding; if they are to be kept."""
        self._last = Course()
        self.tally = Tally()

    def run(self, seconds: float, kept: Iterable[Sequence[Call]] = (), draws: bool = True) -> Tally:
        """Searches for so long, after the sequences that were kept; without `draws` makes those alone.

        Raises what the start of an adapter raises.
        """
        until = time.monotonic() + seconds
        try:
            self.replay(kept, until)
            if draws:
                drawn = touring.tour(self._seed + 1, directed=self._directed, until=until)
                self.replay(drawn, until)
        finally:
            self._let_go(politely=True)
        return self.tally

    def replay(self, kept: Iterable[Sequence[Call]], until: float) -> None:
        """Makes sequences that were kept, as far as the time (time.monotonic) goes."""
        for calls in kept:
            if time.monotonic() > until or (self._first and self.tally.findings) or self._is_over():
                return
            finding = self._attempt(lambda session, calls=calls: iter(calls))  # type: ignore[misc]
            if self._keeps:
                self.courses.append(self._last)
            self._take(finding)

    def _take(self, finding: Finding | None) -> None:
        """Keeps a finding that is new, as short as may be, and tells of it."""
        if finding is None or finding.signature in self.tally.findings:
            return
        if self._sound is not None and not self._is_certain(finding, self._sound):
            self.tally.unclear[f"not seen again, or sound: {finding.signature}"] += 1
            return
        is_known = knowing.reason(finding, self._implementation, self._known) is not None
        shortest = finding if self._first or is_known else self._shortened(finding)
        self.tally.findings[finding.signature] = shortest
        self._each(shortest)

    def _is_certain(self, finding: Finding, sound: Implementation) -> bool:
        """Whether the sequence shows something again, and nothing on the sound implementation."""

        def source(session: Session) -> Iterator[Call]:
            return iter(finding.calls)

        if all(self._attempt(source) is None for _ in range(AGAIN)):
            return False
        other = Search(sound, self._seed, self._scale, directed=self._directed)
        try:
            return all(other._attempt(source) is None for _ in range(SOUND))
        finally:
            other._let_go()

    def _shortened(self, finding: Finding) -> Finding:
        """The shortest sequence found that shows the same: call by call is left out, the last ones first."""
        until = time.monotonic() + SHORTENING
        size = max(1, len(finding.calls) // 2)
        while size and time.monotonic() < until:
            end, shorter = len(finding.calls), False
            while end > 0 and time.monotonic() < until:
                calls = [*finding.calls[: max(0, end - size)], *finding.calls[end:]]
                found = self._attempt(lambda session, calls=calls: iter(calls))  # type: ignore[misc]
                if found is not None and found.signature == finding.signature:
                    if len(found.calls) < len(finding.calls):
                        finding, shorter = found, True
                end = min(end - size, len(finding.calls))
            size = size if shorter and size == 1 else size // 2
        return finding

    def _attempt(self, source: Callable[[Session], Iterator[Call]]) -> Finding | None:
        record, course = self._execute(source)
        if record.leaves:  # what a library makes at its first use and keeps is no leak
            for _ in range(2):
                record, course = self._execute(source)
                if not record.leaves:
                    break
            else:
                self._let_go()
        tally = self.tally
        tally.sequences += 1
        tally.calls += len(course.calls)
        if set(course.reached) - tally.reached.keys():
            tally.interesting.append(course)
        tally.reached.update(course.reached)
        self._last = course
        if record.verdict == verdicts.NOT_OBSERVABLE:
            tally.unclear[record.reason or record.verdict] += 1
        return findings.of(record, course.steps, course.asked)

    def _execute(self, source: Callable[[Session], Iterator[Call]]) -> tuple[Record, Course]:
        implementation = self._implementation
        if self._family is None:
            director = Director() if self._directed else None
            self._family = Family(
                implementation.command(),
                implementation.start_seconds * max(1.0, self._scale),
                director=director,
            )
        session = Session(
            source, self._family, implementation, implementation, self._scale, self._spec
        )
        record = session.run()
        if not record.reusable:
            self._let_go()
        return record, session.course

    def _let_go(self, politely: bool = False) -> None:
        if self._family is not None:
            family, self._family = self._family, None
            family.end(politely=politely)
