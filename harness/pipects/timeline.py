"""A product's timeline: which requirement's verdict, and which outcome, changed with which release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipects import verdicts
from pipects.cases import Test
from pipects.errors import UserError
from pipects.reports import outcome_diff
from pipects.reports.outcome_diff import OutcomeChange
from pipects.survey import Seen

HELD = "held"
WORST_FIRST = (verdicts.CRASH, verdicts.HANG, verdicts.FAIL, verdicts.ADAPTER_ERROR)
ROUNDS = 3
"""How often a test must have run on both sides before it counts as changed."""

Release = Mapping[str, Sequence[Seen]]
"""What came of each test on one release."""


@dataclass(frozen=True)
class Row:
    """A requirement that changed: what it came to in each release, in their order."""

    requirement: str
    cells: tuple[str, ...]
    """`held`, or the worst verdict of a test at it; empty where no test could tell."""


@dataclass(frozen=True)
class Timeline:
    """What changed over releases."""

    product: str
    releases: tuple[str, ...]
    rows: tuple[Row, ...]
    steps: tuple[tuple[str, tuple[OutcomeChange, ...]], ...]
    """For each release but the first: what came otherwise than in the one before."""
    failed: Mapping[str, str]
    """Releases that could not be run, and why."""
    tests: int
    """How many were run on each."""


def make(
    product: str,
    releases: Sequence[str],
    tests: Sequence[Test],
    seen: Callable[[str, Sequence[str] | None, int], Release],
) -> Timeline:
    """Puts releases beside each other. `seen` runs tests (all, if None) on a release so many rounds.

    What differs between neighbours is run again on both: what then comes on both sides was chance.
    """
    first: dict[str, Release] = {}
    failed: dict[str, str] = {}
    for release in releases:
        try:
            first[release] = seen(release, None, 1)
        except UserError as error:
            failed[release] = str(error).splitlines()[0]
    releases = list(first)
    doubtful: defaultdict[str, set[str]] = defaultdict(set)
    for before, after in pairwise(releases):
        for test in _differing(first[before], first[after]):
            doubtful[before].add(test)
            doubtful[after].add(test)
    known = {
        release: {**first[release], **seen(release, sorted(doubtful[release]), ROUNDS)}
        if doubtful[release]
        else first[release]
        for release in releases
    }
    covers = {test.id: test.covers for test in tests}
    return Timeline(
        product,
        tuple(releases),
        tuple(_rows(releases, known, covers)),
        tuple(
            (after, tuple(outcome_diff.changes(_outcomes(known[before]), _outcomes(known[after]))))
            for before, after in pairwise(releases)
        ),
        failed,
        len(tests),
    )


def _differing(before: Release, after: Release) -> Iterator[str]:
    for test in before.keys() & after.keys():
        if set(before[test]).isdisjoint(after[test]):
            yield test


def _outcomes(release: Release) -> dict[str, frozenset[tuple[str, ...]]]:
    return {test: frozenset(each.outcomes for each in times) for test, times in release.items()}


def _rows(
    releases: Sequence[str], known: Mapping[str, Release], covers: Mapping[str, Sequence[str]]
) -> Iterator[Row]:
    about: defaultdict[str, set[str]] = defaultdict(set)
    for test, requirements in covers.items():
        for requirement in requirements:
            about[requirement].add(test)
    for requirement in sorted(about):
        possible = [
            _possible(requirement, known[release], about[requirement]) for release in releases
        ]
        if any(one and other and one.isdisjoint(other) for one, other in pairwise(possible)):
            yield Row(requirement, tuple(_worst(each) for each in possible))


def _possible(requirement: str, release: Release, tests: set[str]) -> frozenset[str]:
    """What a requirement came to in each of the rounds."""
    rounds = max((len(release.get(test, ())) for test in tests), default=0)
    found: set[str] = set()
    for index in range(rounds):
        came = {
            (HELD if times[min(index, len(times) - 1)].verdict == verdicts.PASS else verdict)
            for test in tests
            if (times := release.get(test))
            and (verdict := _against(requirement, times[min(index, len(times) - 1)])) is not None
        }
        found.add(_worst(frozenset(came)))
    return frozenset(found - {""})


def _against(requirement: str, seen: Seen) -> str | None:
    """What a test says of a requirement; None where it could not tell, or broke another."""
    if seen.verdict == verdicts.PASS:
        return HELD
    return seen.verdict if seen.requirement == requirement else None


def _worst(found: frozenset[str]) -> str:
    return next((each for each in (*WORST_FIRST, HELD) if each in found), "")


def bisect(releases: Sequence[str], differs: Callable[[str], bool]) -> str:
    """The first release that differs, if the first of them does not and the last one does."""
    good, bad = 0, len(releases) - 1
    while bad - good > 1:
        middle = (good + bad) // 2
        if differs(releases[middle]):
            bad = middle
        else:
            good = middle
    return releases[bad]
