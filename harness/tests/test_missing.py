"""A missing member is a lack: told once, by the first test that meets it."""

from __future__ import annotations

import dataclasses

import pytest

from bench import Bench
from pipects import implementations, missing, spec, verdicts
from pipects.cases import Test
from pipects.errors import UserError
from pipects.steps import Step
from pipects.verdicts import Failure, Result

ORDER = ["a.first/row", "b.second/row", "c.third/row"]


def result(test: str, actual: str, verdict: str = verdicts.FAIL) -> Result:
    """A result that failed so."""
    failure = Failure(0, "a step", None, "the member exists", actual)
    return Result(test, "mine", "mine", 1, verdict, 0.1, "replay", failure=failure)


def verdicts_of(results: list[Result]) -> dict[str, str]:
    """By test."""
    return {each.test: each.verdict for each in missing.told_once(results, ORDER)}


def test_the_first_test_tells_and_the_others_are_not_applicable() -> None:
    """In the order of the tests, not in that in which they ended."""
    results = [result(test, "has no such member: there is no Read()") for test in reversed(ORDER)]
    assert verdicts_of(results) == {
        "a.first/row": "fail",
        "b.second/row": "not applicable",
        "c.third/row": "not applicable",
    }
    told = missing.told_once(results, ORDER)[0]
    assert told.reason == ("mine has no such member: there is no Read() (a.first/row tells of it)")


def test_each_member_is_told() -> None:
    """Two members, two failures; another failure stays what it is."""
    results = [
        result(ORDER[0], "has no such member: there is no Read()"),
        result(ORDER[1], "has no such member: there is no Write()"),
        result(ORDER[2], "returned 1"),
    ]
    assert set(verdicts_of(results).values()) == {"fail"}


def test_the_list_of_deviations_may_tell_of_it() -> None:
    """Then no other test does."""
    results = [
        result(ORDER[0], "has no such member: there is no Read()"),
        result(ORDER[2], "has no such member: there is no Read()", verdicts.KNOWN_DEVIATION),
    ]
    assert verdicts_of(results) == {ORDER[0]: "not applicable", ORDER[2]: "known deviation"}


def test_a_member_can_be_declared_as_lacking(every_test: list[Test]) -> None:
    """Its bare name stands beside the capabilities; a test that uses it is found."""
    the_spec = spec.load()
    assert {"async", "ReadByte", "ReadMode"} <= the_spec.lackable
    assert "Wings" not in the_spec.lackable
    reading = next(t for t in every_test if any("ReadByte" in s.target for s in t.steps))
    assert missing.used(reading, ["async", "ReadByte"]) == "ReadByte"
    assert missing.used(reading, ["async"]) is None


def test_a_type_can_be_declared_as_lacking(every_test: list[Test]) -> None:
    """Who makes one, calls its functions or describes it is found; an object of that name is not."""
    the_spec = spec.load()
    assert {"AnonymousPipeClientStream", "StreamReader"} <= the_spec.lackable
    step = Step("new", "StreamReader", "parent", "main", {}, {})

    def use(verb: str, target: str) -> str | None:
        test = dataclasses.replace(
            some, steps=(dataclasses.replace(step, verb=verb, target=target),)
        )
        return missing.used(test, ["StreamReader"])

    some = every_test[0]
    for verb, target in [
        ("new", "StreamReader"),
        ("describe", "StreamReader"),
        ("describe", "StreamReader.ReadLine"),
        ("call", "StreamReader.Synchronized"),
    ]:
        assert use(verb, target) == "StreamReader"
    assert use("call", "reader.ReadLine") is None
    assert use("new", "StreamWriter") is None


def test_a_manifest_lacks_members(bench: Bench) -> None:
    """And no wings."""
    bench.adapter("good", more="lacks: [ReadByte]\n")
    known = implementations.load(spec.load(), [bench.folder / "adapters"])
    assert known["fake"].lacks == ("ReadByte",)
    bench.adapter("good", more="lacks: [Wings]\n")
    with pytest.raises(
        UserError, match="unknown capability 'Wings', and the name of no type or member"
    ):
        implementations.load(spec.load(), [bench.folder / "adapters"])
