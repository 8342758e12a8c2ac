"""What a mutant is, and what came of trying one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

EXPRESSION = "expression"
"""In place of an expression stands another."""
OPPOSITE = "opposite"
"""A condition is negated."""
GUARD = "guard"
"""A statement is left out."""
SWAP = "swap"
"""Two statements that follow each other change places."""
DECLARATION = "declaration"
"""A whole declaration is rewritten; `@ON@` in its new text asks the switch."""
BODY = "body"
"""In place of a function's whole body stands another."""

KILLED = "killed"
SURVIVED = "survived"
NOT_REACHED = "not reached"

OUTCOME = "outcome"
PROCESS_TABLE = "process table"
HANDLE_TABLE = "handle table"


@dataclass(frozen=True)
class Candidate:
    """A change that the compiler may or may not take. Offsets are in bytes of the file."""

    file: str
    line: int
    function: str
    operator: str
    text: str
    becomes: str
    shape: str
    start: int
    end: int
    replacement: str
    second: tuple[int, int] = (0, 0)
    """For a swap: where the second statement stands."""
    nth: int = 1
    """Which of those that read the same in their function."""
    number: int = 0

    @property
    def key(self) -> str:
        """What names it, whatever else changes in its file."""
        again = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.file} {self.function} {self.operator}: {self.text} -> {self.becomes}{again}"

    @property
    def words(self) -> str:
        """The change as a reader wants it."""
        if self.shape == GUARD:
            return f"`{short(self.text)}` is left out"
        if self.shape == SWAP:
            return f"`{short(self.text)}` comes behind `{short(self.becomes)}`"
        return f"`{short(self.text)}` becomes `{short(self.becomes)}`"


@dataclass(frozen=True)
class Kill:
    """The first test that showed a mutant."""

    test: str
    requirement: str
    verdict: str
    by: str
    """An outcome, or a look at the process table or the handle table."""
    step: str
    expected: str
    actual: str


@dataclass(frozen=True)
class Outcome:
    """What came of one mutant."""

    number: int
    status: str
    tests: int
    """How many tests were run on it."""
    seconds: float
    kill: Kill | None = None
    alone: bool | None = None
    """Of a kill by observation: whether no outcome showed it; None if that was not asked."""


def numbered(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates in the order of their places, numbered from 1, those that read the same told apart."""
    seen: dict[str, int] = {}
    result = []
    order = sorted(
        candidates, key=lambda each: (each.file, each.start, each.end, each.operator, each.becomes)
    )
    for number, each in enumerate(order, 1):
        seen[each.key] = nth = seen.get(each.key, 0) + 1
        result.append(replace(each, nth=nth, number=number))
    return result


def from_json(content: dict[str, Any]) -> Candidate:
    """A candidate as it was written down."""
    content["second"] = tuple(content["second"])
    return Candidate(**content)


def one_line(text: str) -> str:
    """C++ text without comments in one line."""
    return " ".join(re.sub(r"//[^\n]*", "", text).split())


def short(text: str, most: int = 60) -> str:
    """Text in the length that a line of a report has for it."""
    return text if len(text) <= most else text[: most - 1] + "…"
