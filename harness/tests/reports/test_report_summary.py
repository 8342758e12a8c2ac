"""What the verdicts add up to."""

from __future__ import annotations

import random

import pytest
import synthetic
from pipects.reports import digest, summary
from pipects.reports.document import Held, Result, Verdict


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["pass"], "held"),
        (["pass", "not applicable", "not observable", "not run"], "held"),
        (["pass", "fail"], "broken"),
        (["hang"], "broken"),
        (["crash", "known deviation"], "broken"),
        (["adapter error"], "not observable"),
        (["pass", "adapter error"], "not observable"),
        (["fail", "adapter error"], "broken"),
        (["unexpected pass", "pass"], "broken"),
        (["known deviation", "pass"], "deviates"),
        (["not applicable"], "not applicable"),
        (["not applicable", "not observable"], "not observable"),
        (["not applicable", "not run"], "not run"),
        ([], "not run"),
    ],
)
def test_a_requirement_is_as_good_as_its_worst_test(
    verdicts: list[Verdict], expected: Held
) -> None:
    """One failing test breaks it; only tests that ran can hold it."""
    assert summary.holds(verdicts) == expected


def test_every_verdict_is_counted_zeros_too() -> None:
    """A table of counts has all ten verdicts for each implementation, and they sum to its results."""
    results = synthetic.make()
    for row in results["summary"]["verdicts"].values():
        assert list(row) == list(summary.VERDICTS)
        assert sum(row.values()) == len(results["tests"])


def test_an_implementation_without_results_has_a_row() -> None:
    """One whose adapter could not start still shows, with zeros."""
    results = synthetic.make(implementations=["reference", "python"])
    kept = [each for each in results["results"] if each["server"] == "reference"]
    again = synthetic.again(results, results=kept)
    assert sum(again["summary"]["verdicts"]["python"].values()) == 0
    assert {each["held"]["python"] for each in again["requirements"]} == {"not run"}


def test_a_matrix_is_counted_by_pair() -> None:
    """As soon as a server met another's client, every column is a pair."""
    results = synthetic.make(matrix=True, count=20)
    assert len(results["summary"]["verdicts"]) == 16
    assert "mono-6.8>mono-6.8" in results["summary"]["verdicts"]


@pytest.mark.parametrize("verdict", summary.VERDICTS)
def test_the_exit_status_of_each_verdict(verdict: Verdict) -> None:
    """Held, known and not to be looked at leave 0; all else makes 1."""
    results = synthetic.make("green", implementations=["reference"])
    results["results"][0]["verdict"] = verdict
    accepted = {"pass", "known deviation", "not applicable", "not observable"}
    assert synthetic.again(results)["summary"]["exit_status"] == (0 if verdict in accepted else 1)


def test_a_run_that_checked_nothing_is_not_green() -> None:
    """No results, or a run that was broken off: status 2."""
    assert synthetic.empty()["summary"]["exit_status"] == 2
    assert synthetic.broken_off()["summary"]["exit_status"] == 2
    green = synthetic.make("green")
    assert synthetic.again(green, complete=False)["summary"]["exit_status"] == 2


def test_a_failed_smoke_test_or_a_stale_deviation_is_not_green() -> None:
    """All tests pass, and yet the status is 1."""
    green = synthetic.make("green")
    green["implementations"][0]["unused_deviations"] = ["matches nothing"]
    assert synthetic.again(green)["summary"]["exit_status"] == 1
    green["implementations"][0]["unused_deviations"] = []
    green["implementations"][1]["smoke"]["verdict"] = "fail"
    assert synthetic.again(green)["summary"]["exit_status"] == 1


def test_summing_up_changes_nothing_that_it_was_given() -> None:
    """The functions are pure: the run's own requirements stay without their outcome."""
    results = synthetic.make(rules=3, count=3, rows=1)
    for each in results["requirements"]:
        each["held"] = {}
    summary.sum_up(results)
    assert all(each["held"] == {} for each in results["requirements"])


def test_a_failure_counts_against_the_requirement_that_it_names() -> None:
    """The others of its test are not shown by it; a test that passes shows them."""
    results = synthetic.make("green", implementations=["reference"])
    test = next(each for each in results["tests"] if len(each["covers"]) == 2)
    broken, other = test["covers"]
    kept = [each for each in results["results"] if each["test"] == test["id"]]
    failed = synthetic.result(test, "reference", "fail", random.Random(1))

    def outcome(*more: Result) -> tuple[Held, Held]:
        again = synthetic.again(results, results=[failed, *more])
        held = {each["id"]: each["held"]["reference"] for each in again["requirements"]}
        (wrong,) = digest.wrong(again)["reference"]
        assert wrong.requirement["id"] == broken and wrong.direct
        return held[broken], held[other]

    assert outcome() == ("broken", "not observable")
    assert outcome(*kept) == ("broken", "held")
