"""The reports that machines read: JUnit XML, TAP, the badge; and Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import synthetic
import yaml
from lxml import etree
from pipects.errors import UserError
from pipects.reports import badge, digest, junit, markdown, summary, tap
from pipects.reports.document import Results

STATES: dict[str, Callable[[], Results]] = {
    "empty": synthetic.empty,
    "mixed": synthetic.make,
    "green": lambda: synthetic.make("green"),
    "red": lambda: synthetic.make("red"),
    "odd": synthetic.odd,
    "broken off": synthetic.broken_off,
    "matrix": lambda: synthetic.make(matrix=True, count=40),
}
XSD = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("junit.xsd"))))


@pytest.fixture(params=STATES)
def results(request: pytest.FixtureRequest) -> Results:
    """Results in every state."""
    made: Results = STATES[request.param]()
    return made


def parsed(results: Results) -> etree._Element:
    """The JUnit report as a tree, checked against the schema."""
    root = etree.fromstring(junit.render(results).encode("utf-8"))
    XSD.assertValid(root)
    return root


def test_junit_fits_the_schema(results: Results) -> None:
    """In every state, odd characters included."""
    parsed(results)


def test_junit_counts_add_up(results: Results) -> None:
    """The counts on the suites and on the root are those of the elements."""
    root = parsed(results)
    found: Counter[str] = Counter()
    for suite in root:
        inside = Counter(child.tag for case in suite for child in case)
        assert int(suite.get("tests")) == len(suite)
        assert int(suite.get("failures")) == inside["failure"]
        assert int(suite.get("errors")) == inside["error"]
        assert int(suite.get("skipped")) == inside["skipped"]
        found.update(inside)
        found["tests"] += len(suite)
    assert int(root.get("tests")) == found["tests"]
    assert int(root.get("failures")) == found["failure"]
    assert int(root.get("errors")) == found["error"]


def test_junit_is_red_exactly_if_the_run_is(results: Results) -> None:
    """A failure or an error stands in it if and only if the exit status is not 0."""
    root = parsed(results)
    red = int(root.get("failures")) + int(root.get("errors")) > 0
    assert red == (results["summary"]["exit_status"] != 0)


def test_junit_tells_failure_error_and_skip_apart() -> None:
    """A fail or hang is a failure, a crash or adapter error an error, the rest is skipped with its reason."""
    tags: dict[str, set[str]] = {}
    for case in parsed(STATES["red"]()).iter("testcase"):
        for child in case:
            if child.tag in ("failure", "error"):
                tags.setdefault(child.get("type"), set()).add(child.tag)
    assert tags == {
        "fail": {"failure"},
        "hang": {"failure"},
        "crash": {"error"},
        "adapter error": {"error"},
    }
    skipped = [each.get("message") for each in parsed(synthetic.make()).iter("skipped")]
    assert any(text.startswith("not applicable: lacks access-control") for text in skipped)
    assert any(
        re.match(r"known deviation \((fail|hang), wrong value\): The client's", text)
        for text in skipped
    )


def test_junit_shows_the_failure_in_the_readers_order() -> None:
    """The requirement's sentence first, the command that replays it last."""
    failure = next(parsed(STATES["red"]()).iter("failure"))
    order = ["requirement:", "step ", "expected:", "actual:", "observed:", "replay:"]
    found = [failure.text.index(word) for word in order]
    assert found == sorted(found)


def test_junit_names_each_case_once() -> None:
    """No two cases of a suite share class and name, even when the run was repeated."""
    results = synthetic.make(count=20, rows=2)
    second: list[Any] = [{**each, "repetition": 2} for each in results["results"]]
    results = synthetic.again(results, repeat=2, results=second + list(results["results"]))
    for suite in parsed(results):
        names = [(case.get("classname"), case.get("name")) for case in suite]
        assert len(set(names)) == len(names)


def test_junit_writes_odd_characters_out() -> None:
    """A control character can't stand in XML; its code does, and what follows is still there."""
    text = junit.render(synthetic.odd())
    assert r"\x1b[31mred" in text and "\U0001f600" in text and "\x1b" not in text


def test_tap_numbers_its_plan(results: Results) -> None:
    """One line a result, numbered from 1; a broken-off run bails out."""
    lines = tap.render(results).splitlines()
    assert lines[0] == "TAP version 14"
    points = [re.match(r"(not )?ok (\d+) - ", line) for line in lines]
    numbers = [int(match[2]) for match in points if match]
    plan = next(line for line in lines if line.startswith("1.."))
    assert numbers == list(range(1, len(numbers) + 1))
    assert plan.startswith(f"1..{len(numbers)}")
    assert any(line.startswith("Bail out!") for line in lines) == (not results["complete"])


def test_tap_is_red_exactly_if_the_run_is(results: Results) -> None:
    """A `not ok` without TODO, a bail-out or an empty plan stands in it if the exit status is not 0."""
    lines = tap.render(results).splitlines()
    red = any(line.startswith("not ok") and " # TODO" not in line for line in lines)
    red = red or any(line.startswith(("Bail out!", "1..0")) for line in lines)
    assert red == (results["summary"]["exit_status"] != 0)


def test_tap_diagnoses_in_yaml() -> None:
    """Every block between --- and ... is YAML, odd characters or not."""
    for made in (STATES["red"](), synthetic.odd()):
        text = tap.render(made)
        blocks = re.findall(r"^  ---\n(.*?)^  \.\.\.$", text, re.MULTILINE | re.DOTALL)
        assert blocks
        for block in blocks:
            assert "replay" in yaml.safe_load(block)


def test_tap_takes_no_text_for_a_directive() -> None:
    """A # in a reason does not start a directive of its own."""
    for line in tap.render(synthetic.odd()).splitlines():
        if line.startswith(("ok", "not ok")):
            assert len(re.findall(r"(?<!\\)#", line)) <= 1


def test_badge_is_xml(results: Results) -> None:
    """In every state; for one implementation and for all."""
    etree.fromstring(badge.render(results).encode("utf-8"))
    for each in results["implementations"]:
        etree.fromstring(badge.render(results, each["id"]).encode("utf-8"))


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("empty", "nothing run"),
        ("broken off", "broken off"),
        ("green", "4 of 4 conform"),
        ("red", "0 of 4 conform"),
    ],
)
def test_badge_says_how_it_came_out(state: str, text: str) -> None:
    """The message is in the text that screen readers read, too."""
    drawn = badge.render(STATES[state]())
    assert f'aria-label="pipects: {text}"' in drawn


def test_badge_of_nobody() -> None:
    """An unknown implementation is an error that names those there are."""
    with pytest.raises(UserError, match="nobody") as caught:
        badge.render(synthetic.make(), "nobody")
    assert "mono-6.8" in str(caught.value.hint)


def test_badge_of_one_counts_by_level() -> None:
    """What holds of what applies."""
    drawn = badge.render(synthetic.make("green"), "reference")
    assert "must 41/41 · should 13/13" in drawn


def test_markdown_has_every_verdict(results: Results) -> None:
    """Zeros too, for each column; and its title says that the run was broken off."""
    text = markdown.render(results)
    if results["implementations"]:
        assert f"| Tests | {' | '.join(summary.VERDICTS)} |" in text
    assert ("(broken off)" in text.splitlines()[0].replace("\\", "")) == (not results["complete"])


def test_markdown_fits_into_a_comment() -> None:
    """10,000 results, all red, stay below what a comment may hold."""
    assert len(markdown.render(synthetic.make("red", count=2_500, rules=600))) < 65_536


def test_markdown_is_only_text() -> None:
    """Nothing of a program's output becomes a tag, a table cell, a mention or a link."""
    text = markdown.render(synthetic.odd())
    outside = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
    assert "<b>" not in outside and "<script" not in outside and "@name" not in outside
    assert "https://example" not in outside
    widths = {
        len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("| ")
    }
    assert widths <= {5, 12}


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        (".NET 10", "10.0.1", ".NET 10.0.1"),
        (".NET 10.0.1", "10.0.1", ".NET 10.0.1"),
        (".NET 1", "10.0.1", ".NET 1 10.0.1"),
        ("Mono", "6.8.0", "Mono 6.8.0"),
        ("Pipes", "", "Pipes"),
    ],
)
def test_a_label_says_the_version_once(name: str, version: str, said: str) -> None:
    """Whatever of it the name has already."""
    implementation: Any = {"name": name, "version": version}
    assert digest.label(implementation) == said
