"""A failing step that only helps its case accuses its member's own rule, where that is broken as well."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pipects import bystanders, cases, spec, verdicts
from pipects.implementations import Deviation
from pipects.verdicts import Failure, Result

RULES = spec.load()
HELPED = "stream.flush.no-effect"
OWN = "stream.read-byte.eof"
CASES = f"""\
- id: fake.helped
  title: A case that meets the end of its pipe to show another rule
  covers: [{HELPED}]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: Out}}}}
    - {{call: server.Flush}}
    - {{call: server.ReadByte, returns: -1}}
    - {{call: server.ReadByte, on: other, until: blocked}}
    - {{finish: other, returns: -1}}
- id: fake.own
  title: A case about the end
  covers: [stream.eof.sticky, {OWN}]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: In}}}}
    - {{call: server.DisposeLocalCopyOfClientHandle}}
    - {{call: server.ReadByte, returns: -1}}
- id: fake.refused
  title: A case about a refusal, which meets the end
  covers: [stream.read-byte.not-readable]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: Out}}}}
    - {{new: AnonymousPipeServerStream, as: other, with: {{direction: In}}}}
    - {{call: other.DisposeLocalCopyOfClientHandle}}
    - {{call: server.ReadByte, throws: NotSupportedException}}
    - {{call: other.ReadByte, returns: -1}}
    - {{call: server.ReadByte, throws: {{type: NotSupportedException}}}}
- id: fake.moved
  title: A case that reads to the end to show another rule
  covers: [{HELPED}]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: In}}}}
    - {{transfer: server.ReadByte, with: {{pattern: 1, total: null, chunk: 1}}, returns: {{count: 7, ended: true}}}}
- id: fake.wrapped
  title: A case about a wrapper, which meets the end
  covers: [stream.synchronized.members]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: In}}}}
    - {{call: Stream.Synchronized, with: {{stream: $server}}, as: wrapper}}
    - {{call: wrapper.ReadByte, returns: -1}}
- id: fake.helped-wrapped
  title: A case that meets the end by a wrapper to show another rule
  covers: [{HELPED}]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: In}}}}
    - {{call: Stream.Synchronized, with: {{stream: $server}}, as: wrapper}}
    - {{call: wrapper.ReadByte, returns: -1}}
- id: fake.own-moved
  title: A case about the end, which reads to it
  covers: [{OWN}, stream.read-byte.value]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: In}}}}
    - {{transfer: server.ReadByte, with: {{pattern: 1, total: null, chunk: 1}}, returns: {{ended: true}}}}
"""


@pytest.fixture(scope="module", name="tests")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, cases.Test]:
    folder: Path = tmp_path_factory.mktemp("cases")
    (folder / "fake.yaml").write_text(CASES)
    return {test.id: test for test in cases.load(RULES, folder)}


def failed(
    tests: dict[str, cases.Test],
    test: str,
    step: int,
    actual: str = "returned 0",
    verdict: str = verdicts.FAIL,
) -> Result:
    """A test that failed at a step, told as an execution tells it."""
    rule = tests[test].steps[step].requirement
    failure = Failure(step, "a step", rule, "returns -1", actual)
    return Result(test, "mine", "mine", 1, verdict, 0.1, "replay", failure=failure)


def rules(tests: dict[str, cases.Test], *results: Result) -> list[str | None]:
    """The requirements that are accused."""
    told = bystanders.spared(results, tests, RULES)
    return [each.failure.requirement for each in told if each.failure is not None]


def test_a_helper_is_told_of_its_own_rule(tests: dict[str, cases.Test]) -> None:
    """Of several that are about its member the one that is about the fewest."""
    own = failed(tests, "fake.own", 2)
    sticky = dataclasses.replace(
        own, failure=dataclasses.replace(own.failure or pytest.fail(), requirement=OWN)
    )
    assert rules(tests, failed(tests, "fake.helped", 2), own, sticky) == [
        OWN,
        "stream.eof.sticky",
        OWN,
    ]


def test_of_several_about_as_few_members_it_is_the_one_that_more_tests_accuse(
    tests: dict[str, cases.Test],
) -> None:
    own = failed(tests, "fake.own-moved", 1, "threw IOException: x")
    assert own.failure is not None and own.failure.requirement == OWN
    value = dataclasses.replace(own.failure, requirement="stream.read-byte.value")
    others = [dataclasses.replace(own, failure=value)] * 2
    helped = failed(tests, "fake.moved", 1, "threw IOException: x")
    assert rules(tests, helped, own, *others)[0] == "stream.read-byte.value"


@pytest.mark.parametrize(
    ("actual", "told"),
    [
        ("threw IOException: the end", OWN),
        ('returned {"count": 6, "ended": true}', HELPED),
    ],
)
def test_so_is_what_moves_bytes_if_it_throws(
    tests: dict[str, cases.Test], actual: str, told: str
) -> None:
    """However many it was to move; which bytes come, or do not, is not its member's doing alone."""
    helped = failed(tests, "fake.moved", 1, actual)
    own = failed(tests, "fake.own-moved", 1, actual)
    own = dataclasses.replace(
        own, failure=dataclasses.replace(own.failure or pytest.fail(), expected="returns another")
    )
    assert rules(tests, helped, own)[0] == told


def test_what_fails_at_a_wrapper_says_nothing_of_a_stream_without_one(
    tests: dict[str, cases.Test],
) -> None:
    """Though it is the same member; what a wrapper hands on may well be its stream's fault."""
    wrapped = failed(tests, "fake.wrapped", 2)
    assert wrapped.failure is not None
    assert wrapped.failure.requirement == "stream.synchronized.members"
    assert rules(tests, failed(tests, "fake.helped", 2), wrapped)[0] == HELPED
    helped = failed(tests, "fake.helped-wrapped", 2)
    assert rules(tests, helped, wrapped)[0] == "stream.synchronized.members"
    assert rules(tests, helped, failed(tests, "fake.own", 2))[0] == "stream.eof.sticky"


def test_so_is_a_call_that_was_left_running(tests: dict[str, cases.Test]) -> None:
    (told, _) = rules(tests, failed(tests, "fake.helped", 4), failed(tests, "fake.own", 2))
    assert told == "stream.eof.sticky"


@pytest.mark.parametrize(
    "other",
    [
        {"actual": "threw IOException: x"},
        {"verdict": verdicts.HANG},
        {"verdict": verdicts.PASS},
    ],
)
def test_without_the_same_failure_of_a_test_about_it_the_case_stays_accused(
    tests: dict[str, cases.Test], other: dict[str, str]
) -> None:
    helped = failed(tests, "fake.helped", 2)
    assert rules(tests, helped, failed(tests, "fake.own", 2, **other))[0] == HELPED
    assert rules(tests, helped) == [HELPED]


def test_a_rule_that_speaks_of_another_outcome_is_not_about_the_step(
    tests: dict[str, cases.Test],
) -> None:
    """Though it is about the member: that it throws is not broken by what an end read elsewhere in the case."""
    told = rules(tests, failed(tests, "fake.refused", 4), failed(tests, "fake.own", 2))
    assert told[0] == "stream.eof.sticky"


def test_an_exception_may_be_told_by_more_than_its_type(tests: dict[str, cases.Test]) -> None:
    """Then the type alone says whether the rule speaks of it."""
    refused = failed(tests, "fake.refused", 5)
    assert rules(tests, refused, failed(tests, "fake.own", 2)) == [
        "stream.read-byte.not-readable",
        "stream.eof.sticky",
    ]


def test_another_implementation_shows_nothing_of_this_one(tests: dict[str, cases.Test]) -> None:
    other = dataclasses.replace(failed(tests, "fake.own", 2), server="other", client="other")
    assert rules(tests, failed(tests, "fake.helped", 2), other)[0] == HELPED


@pytest.mark.parametrize(("named", "told"), [(HELPED, HELPED), ("stream.eof.sticky",) * 2])
def test_a_list_may_name_either(tests: dict[str, cases.Test], named: str, told: str) -> None:
    """A known deviation is told of the rule that its list names."""
    known = Deviation(
        requirement=named, tests=("fake.helped",), verdict="fail", happens="", says=None, matches=None,
        releases=None, kind="implementation", reason="r", link="", program=None, sometimes=None, mixed=False,
        where="list:1",
    )  # fmt: skip
    helped = dataclasses.replace(
        failed(tests, "fake.helped", 2, verdict=verdicts.KNOWN_DEVIATION), deviation=known
    )
    assert rules(tests, helped, failed(tests, "fake.own", 2))[0] == told
