"""What came of the steps in one run and not in another, also where no requirement says how it should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from pipects.errors import UserError
from pipects.reports.document import Results
from pipects.reports.text import one_line, plural

NOTHING: Final = "(nothing)"

Outcomes = Mapping[str, frozenset[tuple[str, ...]]]
"""By test: every sequence of outcomes that came in a run. More than one: chance has a part in it."""


@dataclass(frozen=True)
class OutcomeChange:
    """One step's outcome that differs in the same way, in one test or many."""

    old: str
    new: str
    tests: tuple[str, ...]


def gathered(results: Results) -> dict[str, frozenset[tuple[str, ...]]]:
    """The outcomes of each test whose both ends are of one implementation, and how calls were seen to wait."""
    found: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for result in results["results"]:
        if "outcomes" in result and result["server"] == result["client"]:
            proofs = tuple(f"proof: {proof}" for proof in result["proofs"])
            found[result["test"]].add((*result["outcomes"], *proofs))
    return {test: frozenset(each) for test, each in found.items()}


def compare(old: Results, new: Results) -> list[OutcomeChange]:
    """What differs between two runs. Raises UserError if either did not keep its outcomes."""
    sides = []
    for results in (old, new):
        ran = {result["server"] for result in results["results"]}
        if len(ran) > 1:
            raise UserError(
                f"outcomes are compared of one implementation; here are {', '.join(sorted(ran))}"
            )
        sides.append(gathered(results))
        if not sides[-1]:
            raise UserError("a run has kept no outcomes", "run it again with --outcomes")
    return changes(*sides)


def changes(old: Outcomes, new: Outcomes) -> list[OutcomeChange]:
    """The first step that differs of each test that both have, the same differences together.

    A test of which one outcome came on both sides has not changed.
    """
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for test in sorted(old.keys() & new.keys()):
        if old[test].isdisjoint(new[test]):
            groups[_first_difference(min(old[test]), min(new[test]))].append(test)
    return [
        OutcomeChange(before, after, tuple(tests))
        for (before, after), tests in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]


def _first_difference(old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    return next(
        pair for pair in zip_longest(old, new, fillvalue=NOTHING) if pair[0] != pair[1]
    )  # fmt: skip


def render(found: Iterable[OutcomeChange]) -> str:
    """The changes as text."""
    lines: list[str] = []
    for change in found:
        lines += [f"- {one_line(change.old)}", f"+ {one_line(change.new)}"]
        shown = ", ".join(change.tests[:3]) + (", …" if len(change.tests) > 3 else "")
        lines += [f"  in {plural(len(change.tests), 'test')}: {shown}", ""]
    return "\n".join(lines) + ("" if lines else "no outcome differs\n")
