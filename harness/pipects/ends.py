"""Pipe ends as cases write them: an access, and the marks that the case is about."""

from __future__ import annotations

import itertools
from collections import Counter
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


def fit(wanted: Sequence[str], found: Sequence[End]) -> bool:
    """The same, but for ends that an implementation may have for itself."""
    return same(wanted, without_its_own(wanted, found))


def without_its_own(wanted: Sequence[str], found: Sequence[End]) -> list[End]:
    """What is found, but for ends beyond those that are wanted which an implementation may work and wait with.

    Such an end is private. One that is non-blocking was opened once more, so that its mode is nobody else's; of others, which
    are copies, there may be one for each end that is wanted. Where none of its access is wanted it does not belong there.
    """
    left = list(found)
    for access, number in Counter(each.split()[0] for each in wanted).items():
        there = [end for end in found if end.access == access]
        private = [end for end in there if not end.inheritable]
        copies = [end for end in private if not end.nonblocking][-number:]
        its_own = [end for end in private if end.nonblocking] + copies
        for end in its_own[: max(len(there) - number, 0)]:
            left.remove(end)
    return left


def _fits(wanted: str, end: End) -> bool:
    access, *marks = wanted.split()
    return access == end.access and all(MARKS[mark](end) for mark in marks)


def listed(kinds: Sequence[str]) -> str:
    """Ends in words, for a reader of a failure."""
    return " and ".join(f"a {kind} end" for kind in kinds) or "no end of it"
