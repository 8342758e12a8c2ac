"""What is wrong, worst first: harms, and failures of one cause together."""

from __future__ import annotations

from typing import Any, cast

import pytest

from pipects import harms
from pipects.reports import causes
from pipects.reports.document import Results
from pipects.verdicts import Failure

RULE = "stream.read.count"


def a_failure(**about: Any) -> Failure:
    return Failure(
        **{"step": 1, "text": "", "requirement": RULE, "expected": "", "actual": "", **about}
    )


@pytest.mark.parametrize(
    ("verdict", "about", "kind", "harm"),
    [
        ("crash", {}, "", "process aborted"),
        ("fail", {"actual": "the adapter ended before it said hello (x)"}, "", "process aborted"),
        ("hang", {}, "", "hang"),
        (
            "fail",
            {"expected": 'reads {"text": "ab"}, and changes no other'},
            "",
            "data lost or wrong",
        ),
        ("fail", {"expected": 'returns {"firstDifference": -1}'}, "", "data lost or wrong"),
        ("fail", {"text": "{observe: ends, of: a}"}, "", "handle leaked or closed"),
        ("fail", {"step": None, "text": "after the last step"}, "", "handle leaked or closed"),
        ("fail", {"expected": "throws IOException"}, "", "wrong exception"),
        ("fail", {"actual": "threw IOException: x"}, "", "wrong exception"),
        ("fail", {"expected": "returns true"}, "", "wrong value"),
        ("hang", {}, "documentation", "documentation only"),
        ("pass", {}, "", None),
        ("adapter error", {}, "", None),
    ],
)
def test_a_failure_has_a_harm(verdict: str, about: dict[str, Any], kind: str, harm: str) -> None:
    assert harms.of(verdict, a_failure(**about), kind) == harm


def a_result(test: str, verdict: str, harm: str | None, **failure: Any) -> dict[str, Any]:
    said = {"step": 0, "text": "{call: a.Read}", "requirement": RULE, "expected": "e", **failure}
    result: dict[str, Any] = {
        "test": test, "server": "mine", "client": "mine", "repetition": 1, "verdict": verdict,
        "reason": None, "failure": said, "deviation": None,
    }  # fmt: skip
    return result if harm is None else {**result, "harm": harm}


def of(*results: dict[str, Any]) -> list[causes.Cause]:
    document = {"implementations": [{"id": "mine"}], "results": results}
    return causes.of(cast(Results, document))["mine"]


def test_a_member_that_is_missing_is_one_cause() -> None:
    actual = "has no such member: property ReadMode"
    (cause,) = of(
        a_result("a/1", "fail", "wrong value", actual=actual),
        a_result("b/1", "fail", "wrong value", actual=actual, requirement="another.rule"),
    )
    assert cause.tests == ("a/1", "b/1")
    assert cause.says("Mine") == "Mine has no property ReadMode."


def test_an_adapters_error_is_one_cause_whatever_it_sent_and_wherever() -> None:
    (cause,) = of(
        a_result("a/1", "adapter error", None, actual='sent the id 7, which was not asked: {"id":7}'),
        a_result(
            "b/1", "adapter error", None, actual='sent the id 9, which was not asked: {"id":9,"x":1}',
            requirement="another.rule",
        ),
    )  # fmt: skip
    assert cause.tests == ("a/1", "b/1")


def test_a_member_that_hangs_is_one_cause_whatever_the_object_is_called() -> None:
    """Another member, or another rule, is another cause."""
    (both, other, elsewhere) = of(
        a_result("a/1", "hang", "hang", actual="nothing", text="{get: server.IsAsync, returns: false}"),
        a_result("a/2", "hang", "hang", actual="nothing", text="{get: client_in.IsAsync}"),
        a_result("b/1", "hang", "hang", actual="nothing", text="{get: client_in.CanRead}"),
        a_result("c/1", "hang", "hang", actual="nothing", text="{get: a.IsAsync}", requirement="another.rule"),
    )  # fmt: skip
    assert both.tests == ("a/1", "a/2")
    assert other.tests == ("b/1",) and elsewhere.tests == ("c/1",)


def test_arrays_beside_an_exception_do_not_tell_causes_apart() -> None:
    (cause,) = of(
        a_result("a/1", "fail", "wrong exception", expected="throws X", actual="threw Y: m"),
        a_result(
            "a/2", "fail", "wrong exception", expected="throws X, changes no byte of its arrays",
            actual="threw Y: m; buffer is a5a5",
        ),
    )  # fmt: skip
    assert cause.tests == ("a/1", "a/2")


def test_so_is_what_it_leaves_whatever_the_number() -> None:
    (cause,) = of(
        a_result("a/1", "adapter error", None, actual="does not collect its children [17]"),
        a_result("b/1", "adapter error", None, actual="does not collect its children [18, 19]"),
    )
    assert cause.tests == ("a/1", "b/1")


def test_numbers_do_not_tell_causes_apart() -> None:
    (cause,) = of(
        a_result("a/1", "fail", "wrong value", actual="returned 17"),
        a_result("a/2", "fail", "wrong value", actual="returned 18"),
    )
    assert len(cause.tests) == 2


def test_the_worst_comes_first_known_or_not() -> None:
    known = a_result("k/1", "known deviation", "data lost or wrong", actual="x")
    known["deviation"] = {"says": "sends bytes twice", "reason": "r", "requirement": RULE}
    found = of(
        a_result("a/1", "fail", "wrong value", actual="returned 1"),
        known,
        a_result("c/1", "crash", "process aborted", actual="ended with SIGABRT"),
    )
    assert [cause.harm for cause in found] == [
        "process aborted", "data lost or wrong", "wrong value",
    ]  # fmt: skip
    assert found[1].says("Mine") == "Mine sends bytes twice."
    assert causes.counted(found[1]) == "data lost or wrong, known, 1 test"


def test_documentation_is_no_worst_where_there_is_worse() -> None:
    found = of(
        a_result("a/1", "fail", "documentation only", actual="returned true"),
        a_result("b/1", "fail", "wrong value", actual="returned 2"),
    )
    assert [cause.harm for cause in causes.three_worst(found)] == ["wrong value"]
    assert len(causes.three_worst(found[1:])) == 1


def test_entries_that_share_a_reason_and_no_sentence_stay_apart() -> None:
    """A list that is young has one reason everywhere: what happens is what tells its entries apart."""
    results = [
        a_result("a/1", "known deviation", "hang"),
        a_result("b/1", "known deviation", "wrong value"),
    ]
    for result, happens in zip(results, ("waits for ever", "returns 1")):
        result["deviation"] = {"happens": happens, "reason": "r", "requirement": RULE}
    assert [(each.harm, each.tests) for each in of(*results)] == [
        ("hang", ("a/1",)),
        ("wrong value", ("b/1",)),
    ]
