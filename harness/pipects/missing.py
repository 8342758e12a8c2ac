"""A member or type that an implementation has not: a lack of it, told once, however many tests would use it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

from pipects import verdicts
from pipects.cases import Test
from pipects.steps import Step
from pipects.verdicts import Result

WORDS = "has no such member: "
"""How a failure begins that is nothing but a missing member."""


def used(test: Test, lacks: Iterable[str]) -> str | None:
    """The first of these members and types that a test uses."""
    wanted = {each for each in lacks if each[:1].isupper()}  # the others are capabilities
    return next((name for name in named(test) if name in wanted), None) if wanted else None


def named(test: Test) -> list[str]:
    """The types and members that a test's steps name, in their order, each once."""
    return list(dict.fromkeys(name for step in test.steps for name in _named(step)))


def _named(step: Step) -> tuple[str, ...]:
    """The type and the member that a step names; an object's own name is neither."""
    owner, dot, member = step.target.rpartition(".")
    if not dot:
        return (member,) if step.verb in ("new", "describe") else ()
    return (owner, member) if owner[:1].isupper() else (member,)


def told_once(results: Sequence[Result], order: Sequence[str]) -> list[Result]:
    """The results with each missing member failed by the first test alone, in the order of the tests.

    The others that would use it are not applicable, and say which test tells of it; where a known deviation
    does, all of them say so.
    """
    place = {test: index for index, test in enumerate(order)}
    told: dict[tuple[str, str, str], Result] = {}
    for result in sorted(results, key=lambda each: (place.get(each.test, 0), each.repetition)):
        if member := _missing(result):
            key = (result.server, result.client, member)
            if key not in told or (_known(result) and not _known(told[key])):
                told[key] = result
    return [_settled(result, told) for result in results]


def _settled(result: Result, told: dict[tuple[str, str, str], Result]) -> Result:
    member = _missing(result)
    if member is None or result.verdict != verdicts.FAIL:
        return result
    teller = told[result.server, result.client, member]
    if result.test == teller.test:
        return result
    return dataclasses.replace(
        result,
        verdict=verdicts.NOT_APPLICABLE,
        failure=None,
        reason=f"{result.server} {WORDS}{member} ({teller.test} tells of it)",
    )


def _known(result: Result) -> bool:
    return result.verdict == verdicts.KNOWN_DEVIATION


def _missing(result: Result) -> str | None:
    if result.failure is None or not result.failure.actual.startswith(WORDS):
        return None
    return re.sub(r"\s+", " ", result.failure.actual.removeprefix(WORDS))
