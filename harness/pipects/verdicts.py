"""What a run says of a test, and how known deviations change it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipects import harms
from pipects.implementations import Deviation

PASS = "pass"
FAIL = "fail"
HANG = "hang"
CRASH = "crash"
ADAPTER_ERROR = "adapter error"
NOT_APPLICABLE = "not applicable"
NOT_OBSERVABLE = "not observable"
KNOWN_DEVIATION = "known deviation"
UNEXPECTED_PASS = "unexpected pass"
NOT_RUN = "not run"

ALL = (
    PASS, FAIL, HANG, CRASH, ADAPTER_ERROR, NOT_APPLICABLE, NOT_OBSERVABLE, KNOWN_DEVIATION,
    UNEXPECTED_PASS, NOT_RUN,
)  # fmt: skip
BAD = frozenset({FAIL, HANG, CRASH, ADAPTER_ERROR, UNEXPECTED_PASS})


@dataclass(frozen=True)
class Failure:
    """What differed, and what was to be seen when it did."""

    step: int | None
    text: str
    requirement: str | None
    expected: str
    actual: str
    observed: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    cause: str = ""
    """The same for failures that look alike, so that they can be told as one."""


def cause_of(requirement: str, verdict: str, done: str, actual: str) -> str:
    """What failures that look alike have in common: all but numbers, and what a message says."""
    outcome = re.match(r"threw \w+( naming \w+)?", actual)
    return re.sub(
        r"\d+", "N", f"{requirement}: {verdict}: {done}: {outcome[0] if outcome else actual}"
    )


@dataclass(frozen=True)
class Result:
    """One test's verdict on one pair of implementations."""

    test: str
    server: str
    client: str
    repetition: int
    verdict: str
    seconds: float
    replay: str
    proofs: tuple[str, ...] = ()
    reason: str | None = None
    failure: Failure | None = None
    deviation: Deviation | None = None
    trace: tuple[str, ...] = field(default=(), compare=False)
    outcomes: tuple[str, ...] = field(default=(), compare=False)
    """What came of each step, where the run was told to keep it."""

    def as_json(self) -> dict[str, Any]:
        """The result as results.json has it."""
        content: dict[str, Any] = {**vars(self), "deviation": None}
        if self.failure is not None:
            content["failure"] = {**vars(self.failure)}
        known = self.deviation
        if known is not None:
            content["deviation"] = {
                name: value
                for name in (
                    "requirement", "verdict", "happens", "says", "kind", "reason", "link", "program",
                )
                if (value := getattr(known, name)) is not None
            }  # fmt: skip
        verdict = known.verdict if known and self.verdict == KNOWN_DEVIATION else self.verdict
        if harm := harms.of(verdict, self.failure, known.kind if known else ""):
            content["harm"] = harm
        for optional in ("trace", "outcomes"):
            if not content[optional]:
                del content[optional]
        return content


def judge(result: Result, deviations: Iterable[Deviation]) -> Result:
    """The result as it stands once known deviations are taken into account.

    A known failure becomes a known deviation; a pass that the list says can't be becomes an
    unexpected pass; a failure other than the known one stays, and says so. A list is about its
    implementation with itself: with a stranger's other end a known failure may not happen.
    """
    about = [deviation for deviation in deviations if deviation.names(result.test)]
    if result.verdict in (FAIL, HANG, CRASH):
        actual = result.failure.actual if result.failure else ""
        for deviation in about:
            if deviation.explains(result.verdict, actual):
                return dataclasses.replace(result, verdict=KNOWN_DEVIATION, deviation=deviation)
        if about:
            return dataclasses.replace(
                result, reason=f"{about[0].where} lists another way to fail: {about[0].happens}"
            )
    elif result.verdict == PASS and result.server == result.client:
        for deviation in about:
            if deviation.sometimes is None:
                return dataclasses.replace(
                    result,
                    verdict=UNEXPECTED_PASS,
                    deviation=deviation,
                    reason=f"{deviation.where} says that it fails: {deviation.happens}",
                )
    return result
