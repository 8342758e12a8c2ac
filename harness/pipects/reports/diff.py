"""What changed between two runs. What is gone is not failing; what newly fails is a regression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from pipects.reports import digest, summary
from pipects.reports.document import Result, Results, Verdict
from pipects.reports.text import one_line, plural, seconds

#: A test is never called slower for less than this: below it the machine speaks, not the code.
NOISE: Final = 0.05


class Key(NamedTuple):
    """One cell of the results: a test, and who ran it."""

    test: str
    server: str
    client: str

    def __str__(self) -> str:
        who = self.server if self.server == self.client else f"{self.server}>{self.client}"
        return f"{who}: {self.test}"


@dataclass(frozen=True)
class Change:
    """A cell in both runs, or in one of them (`-` in the other)."""

    name: str
    old: Verdict | None
    new: Verdict | None
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.old or '-'} -> {self.new or '-'}" + (
            f" ({self.note})" if self.note else ""
        )


@dataclass(frozen=True)
class Comparison:
    """Everything that differs, sorted by name."""

    newly_failing: tuple[Change, ...] = ()
    newly_passing: tuple[Change, ...] = ()
    otherwise: tuple[Change, ...] = ()
    new: tuple[Change, ...] = ()
    gone: tuple[Change, ...] = ()
    slower: tuple[Change, ...] = ()
    same: int = 0

    @property
    def compared(self) -> int:
        """How many cells both sides have. Without one, nothing was compared."""
        both = self.newly_failing + self.newly_passing + self.otherwise
        return self.same + sum(change.old is not None for change in both)

    @property
    def regression(self) -> bool:
        """Whether anything fails that did not, or is slower than was asked for."""
        return bool(self.newly_failing or self.slower)


def compare_verdicts(old: Mapping[str, Verdict], new: Mapping[str, Verdict]) -> Comparison:
    """The comparison of two tables of verdicts. A new test that fails is newly failing, too."""
    failing: list[Change] = []
    passing: list[Change] = []
    otherwise: list[Change] = []
    added: list[Change] = []
    gone: list[Change] = []
    same = 0
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        change = Change(name, before, after)
        if after is None:
            gone.append(change)
        elif before == after:
            same += 1
        elif after in summary.BROKEN and before not in summary.BROKEN:
            failing.append(change)
        elif before is None:
            added.append(change)
        elif after == "pass":
            passing.append(change)
        else:
            otherwise.append(change)
    return Comparison(
        tuple(failing), tuple(passing), tuple(otherwise), tuple(added), tuple(gone), (), same
    )


def verdicts(results: Results) -> dict[Key, Result]:
    """The worst result of each cell, over its repetitions."""
    table: dict[Key, Result] = {}
    for result in results["results"]:
        key = Key(result["test"], result["server"], result["client"])
        table[key] = digest.worse(table[key], result) if key in table else result
    return table


def compare(old: Results, new: Results, slower: float | None = None) -> Comparison:
    """What changed from one run to another; with `slower`, also what takes that many times as long."""
    before, after = verdicts(old), verdicts(new)
    found = compare_verdicts(
        {str(key): result["verdict"] for key, result in before.items()},
        {str(key): result["verdict"] for key, result in after.items()},
    )
    if slower is None:
        return found
    return replace(found, slower=tuple(_slower(old, new, slower)))


def participants(old: Results, new: Results) -> list[str]:
    """A line where different implementations ran: what is gone or new is then no change of any test."""
    before = {each["id"] for each in old["implementations"]}
    after = {each["id"] for each in new["implementations"]}
    found = [("only in OLD", before - after), ("only in NEW", after - before)]
    parts = [f"{where}: {', '.join(sorted(ids))}" for where, ids in found if ids]
    return [f"Different implementations ran; {'; '.join(parts)}."] if parts else []


def fastest(results: Results) -> dict[Key, float]:
    """The shortest time of each cell that passed: what the machine adds is left out."""
    times: dict[Key, float] = {}
    for result in results["results"]:
        if result["verdict"] == "pass":
            key = Key(result["test"], result["server"], result["client"])
            times[key] = min(times.get(key, result["seconds"]), result["seconds"])
    return times


def _slower(old: Results, new: Results, ratio: float) -> list[Change]:
    before, after = fastest(old), fastest(new)
    return [
        Change(str(key), "pass", "pass", f"{seconds(before[key])}, now {seconds(after[key])}")
        for key in sorted(before.keys() & after.keys())
        if after[key] > before[key] * ratio and after[key] - before[key] > NOISE
    ]


def render(comparison: Comparison) -> str:
    """The comparison for a terminal: a line for each change, then one for each kind, zeros too."""
    kinds = {
        "newly failing": comparison.newly_failing,
        "newly passing": comparison.newly_passing,
        "slower": comparison.slower,
        "changed otherwise": comparison.otherwise,
        "new": comparison.new,
        "gone": comparison.gone,
    }
    lines: list[str] = []
    for kind, changes in kinds.items():
        if changes:
            lines += [f"{kind}:", *(f"  {one_line(str(change))}" for change in changes), ""]
    lines += [f"{kind:<18}{len(changes):>7,}" for kind, changes in kinds.items()]
    lines.append(f"{'the same':<18}{comparison.same:>7,}")
    bad = len(comparison.newly_failing) + len(comparison.slower)
    lines.append(f"{plural(bad, 'regression')}." if bad else "No regression.")
    return "\n".join([*lines, ""])
