"""The same sequences on two implementations: where they come out in different ways."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from rich.console import Console

from pipects.exploring import corpus
from pipects.exploring.search import Search
from pipects.exploring.looking import Course
from pipects.implementations import Implementation

Difference = tuple[str, str, str]
"""The form of a call, and what came of it on the one and on the other."""


def differing(
    one: Implementation, other: Implementation, seed: int, seconds: float, scale: float, folder: Path,
    console: Console,
) -> int:  # fmt: skip
    """Makes sequences on one for half of the time, and the same ones on the other; tells where they differ.

    Returns how many findings only the other has: what the model does not allow.
    """
    first = Search(one, seed, scale, keeps=True)
    first.run(seconds / 2, corpus.load(folder / one.id))
    again = [course.asked for course in first.courses]
    second = Search(other, seed, scale, keeps=True)
    second.run(seconds / 2, again, draws=False)
    seen: dict[Difference, int] = {}
    for pair in zip(first.courses, second.courses, strict=False):
        for each in differences(*pair):
            seen[each] = seen.get(each, 0) + 1
    for (form, here, there), times in sorted(seen.items()):
        console.print(
            f"  {form}: {one.id} {here}, {other.id} {there} ({times} times)", markup=False
        )
    only = second.tally.findings.keys() - first.tally.findings.keys()
    for signature in sorted(only):
        console.print(f"  only {other.id} is not allowed this: {signature}", markup=False)
    console.print(
        f"{one.id} and {other.id}: {min(len(first.courses), len(second.courses))} sequences on both, "
        f"{len(seen)} differences within what the model allows, {len(only)} beyond"
    )
    return len(only)


def differences(one: Course, other: Course) -> Iterator[Difference]:
    """Where the courses of one sequence first part; behind that they are in different states."""
    for here, there in zip_longest(one.came, other.came):
        if here is None or there is None or here[0] != there[0]:
            return
        if here[1] != there[1]:
            yield here[0].form, here[1], there[1]
            return
