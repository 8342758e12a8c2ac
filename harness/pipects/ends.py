"""Pipe ends as cases write them: an access, and the marks that the case is about."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from pipects.observe import End

MARKS: dict[str, Callable[[End], bool]] = {
    "inheritable": lambda end: end.inheritable,
    "private": lambda end: not end.inheritable,
    "nonblocking": lambda end: end.nonblocking,
    "blocking": lambda end: not end.nonblocking,
}
"""What a mark asks of an end. An end without marks may have any."""


def same(wanted: Sequence[str], found: Sequence[End]) -> bool:
    """Whether there are exactly the ends that are wanted, one for each."""
    return len(wanted) == len(found) and any(
        all(map(_fits, wanted, order)) for order in itertools.permutations(found)
    )


def without_descriptions_of_its_own(wanted: Sequence[str], found: Sequence[End]) -> list[End]:
    """What is found, but for ends beyond those that are wanted which an implementation may wait with.

    Such an end was opened once more, so that its mode is nobody else's: it is private and non-blocking. Where
    none of its access is wanted it does not belong there.
    """
    left = list(found)
    accesses = {each.split()[0] for each in wanted}
    for end in found:
        is_its_own = end.nonblocking and not end.inheritable and end.access in accesses
        if is_its_own and len(left) > len(wanted):
            left.remove(end)
    return left


def _fits(wanted: str, end: End) -> bool:
    access, *marks = wanted.split()
    return access == end.access and all(MARKS[mark](end) for mark in marks)


def listed(kinds: Sequence[str]) -> str:
    """Ends in words, for a reader of a failure."""
    return " and ".join(f"a {kind} end" for kind in kinds) or "no end of it"
