"""What is told of a test that was asked several times."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipects.implementations import Deviation
from pipects.running import differing, whole_repetitions
from pipects.verdicts import Result

PASSED = Result("fake.one", "one", "one", 1, "pass", 0.1, "")
FAILED = replace(PASSED, repetition=2, verdict="fail")
RACE = "a race: in most runs"


def known(sometimes: str | None) -> Result:
    """A failure that the list knows."""
    deviation = Deviation(
        "server.pipe.unnamed", ("fake.*",), "fail", "it fails", None, None, None, "implementation",
        "", "", None, sometimes, False, "list",
    )  # fmt: skip
    return replace(FAILED, verdict="known deviation", deviation=deviation)


@pytest.mark.parametrize(
    ("results", "unstable", "races"),
    [
        ([PASSED, PASSED], [], []),
        ([PASSED, FAILED], ["fake.one"], []),
        ([PASSED, known(RACE)], [], ["fake.one"]),
        ([PASSED, known(None)], ["fake.one"], []),
        ([PASSED, FAILED, known(RACE)], ["fake.one"], []),
        ([known(RACE), known(RACE)], [], []),
        ([PASSED, replace(FAILED, server="other")], [], []),
    ],
)
def test_a_verdict_differs_unless_a_list_calls_it_a_race(
    results: list[Result], unstable: list[str], races: list[str]
) -> None:
    assert differing(results) == (unstable, races)


@pytest.mark.parametrize(
    ("results", "tests", "whole"),
    [
        ([], ["fake.one"], 0),
        ([PASSED], ["fake.one"], 1),
        ([PASSED, FAILED], ["fake.one"], 2),
        ([PASSED, FAILED, replace(PASSED, test="fake.two")], ["fake.one", "fake.two"], 1),
        ([PASSED, FAILED], ["fake.one", "fake.two"], 0),
        ([PASSED, FAILED, replace(PASSED, server="other")], ["fake.one"], 1),
    ],
)
def test_a_repetition_is_whole_once_each_test_of_each_pair_has_a_result(
    results: list[Result], tests: list[str], whole: int
) -> None:
    assert whole_repetitions(results, tests) == whole
