"""The search: sequences are drawn, run, and those that disagree with the model made as short as may be."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import hypothesis
from hypothesis import HealthCheck, Phase, reporting, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from pipects import verdicts
from pipects.exploring import findings
from pipects.exploring.findings import Finding
from pipects.exploring.planning import RULES
from pipects.exploring.session import Course, Session, planned
from pipects.implementations import Implementation
from pipects.judging import Record
from pipects.processes import Family
from spec.model.calls import Call

SHORTEST, LONGEST = 10, 28
"""Rules of a plan, each one call or a few, or none where it makes no sense."""
NAMES = list(RULES)
ROUND = 60
"""Plans of one round; each has a seed of its own, made of the search's."""
SHRINKING = 15.0
"""Seconds for which a disagreement is made shorter."""
CODE = st.binary(min_size=7, max_size=7)
"""A step of a plan: which rule, and six small numbers. One draw a step keeps Hypothesis quick."""
PLANS = st.lists(CODE, min_size=SHORTEST, max_size=LONGEST)


def decoded(code: bytes) -> tuple[str, Sequence[int]]:
    """The rule and the numbers that a step's code stands for; the simplest are the lowest."""
    return NAMES[code[0] % len(NAMES)], code[1:]


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


class _Disagreement(Exception):
    """A sequence that the model does not allow."""


class Search:
    """Sequences on one implementation, one after the other, in a family of processes that is kept."""

    def __init__(
        self, implementation: Implementation, seed: int, scale: float,
        each: Callable[[Finding], None] = lambda finding: None, stop_at_first: bool = False,
    ) -> None:  # fmt: skip
        self._implementation = implementation
        self._seed = seed
        self._scale = scale
        self._each = each
        self._first = stop_at_first
        self._family: Family | None = None
        self._kinds: dict[str, type[Exception]] = {}
        self.tally = Tally()

    def run(self, seconds: float) -> Tally:
        """Searches for so long. Raises what the start of an adapter raises."""
        until = time.monotonic() + seconds
        number = 0
        try:
            while time.monotonic() < until and not (self._first and self.tally.findings):
                self._round(hash((self._seed, number)) & 0xFFFFFFFF, until)
                number += 1
        finally:
            self._let_go(politely=True)
        return self.tally

    def replay(self, calls: list[Call]) -> Finding | None:
        """Makes exactly these calls, as far as the model has them."""
        return self._attempt(lambda session: iter(calls))

    def close(self) -> None:
        """Ends the processes."""
        self._let_go(politely=True)

    def _round(self, seed: int, until: float) -> None:
        """Some plans; the first new disagreement among them is made as short as may be."""
        shrinking: list[tuple[str, float]] = []

        def attempt(codes: list[bytes]) -> None:
            now = time.monotonic()
            if now > (shrinking[0][1] if shrinking else until):
                return
            finding = self._attempt(planned([*map(decoded, codes)]))
            if finding is None:
                return
            if not shrinking and finding.signature in self.tally.findings:
                return
            if shrinking and finding.signature != shrinking[0][0]:
                return
            known = self.tally.findings.get(finding.signature)
            if known is None or finding.size < known.size:
                self.tally.findings[finding.signature] = finding
            if not shrinking:
                limit = 0.0 if self._first else SHRINKING
                shrinking.append((finding.signature, time.monotonic() + limit))
            raise self._kind(finding.signature)(finding.signature)

        test = settings(
            max_examples=ROUND, deadline=None, database=None,
            phases=(Phase.generate, Phase.shrink), print_blob=False,
            suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        )(hypothesis.seed(seed)(hypothesis.given(PLANS)(attempt)))  # fmt: skip
        with contextlib.suppress(_Disagreement, Flaky), warnings.catch_warnings(), _quiet():
            warnings.simplefilter("ignore")
            test()
        if shrinking:
            self._each(self.tally.findings[shrinking[0][0]])

    def _kind(self, signature: str) -> type[Exception]:
        """A type for each kind of disagreement, so that shrinking does not go from one to another."""
        if signature not in self._kinds:
            self._kinds[signature] = type("Disagreement", (_Disagreement,), {})
        return self._kinds[signature]

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
        if record.verdict == verdicts.NOT_OBSERVABLE:
            tally.unclear[record.reason or record.verdict] += 1
        return findings.of(record, course.steps, course.calls)

    def _execute(self, source: Callable[[Session], Iterator[Call]]) -> tuple[Record, Course]:
        implementation = self._implementation
        if self._family is None:
            self._family = Family(
                implementation.command(),
                time.monotonic() + implementation.start_seconds * max(1.0, self._scale),
            )
        session = Session(
            source, self._family, implementation, implementation, self._scale, "stream.type.base"
        )
        record = session.run()
        if not record.reusable:
            self._let_go()
        return record, session.course

    def _let_go(self, politely: bool = False) -> None:
        if self._family is not None:
            family, self._family = self._family, None
            family.end(politely=politely)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without Hypothesis's own report of a failure: the finding is told in the harness's words."""
    with reporting.reporter.with_value(lambda text: None):
        yield
