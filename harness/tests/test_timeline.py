"""Timelines: what changed from release to release, what was chance, and which release began it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipects import timeline
from pipects.cases import Test
from pipects.errors import UserError
from pipects.outcomes import without_chance
from pipects.reports import outcome_diff, timeline_file, timeline_text
from pipects.reports.timeline_file import Told
from pipects.survey import Seen

PASSED = Seen("pass", None, "", ("call a.b: returned 1",))
FAILED = Seen("fail", "a.rule", "returned 2", ("call a.b: returned 2",))
HUNG = Seen("hang", "a.rule", "nothing came", ())
WORDED = Seen("pass", None, "", ("call a.b: returned 1.0",))


def a_test(name: str) -> Test:
    covers = ("a.rule", "another.rule")
    return Test(name, name, "", {}, covers, {}, (), "any", 5, (), False, "", (), Path("x"), 1)


@dataclass
class Releases:
    """What each release does in each round; the last one again and again."""

    does: Mapping[str, Mapping[str, Sequence[Seen]]]
    asked: list[tuple[str, int]] = field(default_factory=list)

    def seen(
        self, release: str, only: Sequence[str] | None, rounds: int
    ) -> dict[str, Sequence[Seen]]:
        self.asked.append((release, rounds))
        if release not in self.does:
            raise UserError(f"{release} can't be built:\n  for many reasons")
        return {
            test: [times[min(index, len(times) - 1)] for index in range(rounds)]
            for test, times in self.does[release].items()
            if only is None or test in only
        }


def made(does: Mapping[str, Mapping[str, Sequence[Seen]]], *more: str) -> timeline.Timeline:
    releases = Releases(does)
    return timeline.make("p", [*does, *more], [a_test("t"), a_test("u")], releases.seen)


def test_a_verdict_that_changed_is_a_row() -> None:
    found = made({"1.0": {"t": [PASSED]}, "1.1": {"t": [PASSED]}, "2.0": {"t": [FAILED]}})
    (row,) = found.rows
    assert (row.requirement, row.cells) == ("a.rule", ("held", "held", "fail"))


def test_the_worst_of_a_requirements_tests_counts() -> None:
    found = made({"1.0": {"t": [PASSED], "u": [PASSED]}, "2.0": {"t": [FAILED], "u": [HUNG]}})
    assert found.rows[0].cells == ("held", "hang")


def test_what_comes_on_both_sides_is_chance() -> None:
    found = made({"1.0": {"t": [PASSED, FAILED]}, "2.0": {"t": [FAILED]}})
    assert found.rows == ()
    assert found.steps == (("2.0", ()),)


def test_an_outcome_that_no_requirement_forbids_is_told() -> None:
    found = made({"1.0": {"t": [PASSED]}, "2.0": {"t": [WORDED]}})
    assert found.rows == ()
    ((release, (change,)),) = found.steps
    assert (release, change.old, change.new, change.tests) == (
        "2.0", PASSED.outcomes[0], WORDED.outcomes[0], ("t",),
    )  # fmt: skip


def test_a_release_that_cant_be_run_is_left_out_and_told() -> None:
    found = made({"1.0": {"t": [PASSED]}, "2.0": {"t": [FAILED]}}, "3.0")
    assert found.releases == ("1.0", "2.0")
    assert found.failed == {"3.0": "3.0 can't be built:"}
    assert "3.0 is left out" in timeline_text.terminal(found)


def test_nothing_known_is_run_again_without_a_difference() -> None:
    releases = Releases({"1.0": {"t": [PASSED]}, "2.0": {"t": [PASSED]}})
    timeline.make("p", ["1.0", "2.0"], [a_test("t")], releases.seen)
    assert releases.asked == [("1.0", 1), ("2.0", 1)]


def test_the_terminal_is_never_wider_than_80_columns() -> None:
    long = Seen("fail", "a.rule", "x" * 300, ("call a.b: " + "y" * 300,))
    does: dict[str, dict[str, list[Seen]]] = {f"1.{n}": {"t": [PASSED]} for n in range(20)}
    text = timeline_text.terminal(made({**does, "2.0": {"t": [long]}}))
    assert max(map(len, text.splitlines())) <= 80
    assert "F" in text


def told(found: timeline.Timeline) -> Told:
    return Told(found, {"a.rule": "A rule.", "another.rule": ""}, "pipects timeline p")


def test_a_kept_timeline_reads_as_it_was(tmp_path: Path) -> None:
    kept = told(made({"1.0": {"t": [PASSED]}, "2.0": {"t": [FAILED]}}, "3.0"))
    file = tmp_path / "timeline.json"
    file.write_text(timeline_file.render(kept), "utf-8")
    read = timeline_file.load(file)
    assert read.timeline == kept.timeline and read.command == kept.command
    assert timeline_text.page(read) == timeline_text.page(kept)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[", ":1:2: not JSON"),
        ("{}", "not a timeline"),
        ('{"schema": "pipects-timeline/2"}', "not a timeline"),
    ],
)
def test_what_is_no_timeline_is_said_in_a_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text, "utf-8")
    with pytest.raises(UserError) as caught:
        timeline_file.load(file)
    assert str(file) in str(caught.value) and why in str(caught.value)


def test_a_row_with_too_few_cells_is_no_timeline(tmp_path: Path) -> None:
    kept = timeline_file.render(told(made({"1.0": {"t": [PASSED]}, "2.0": {"t": [FAILED]}})))
    document = json.loads(kept)
    document["rows"][0]["cells"].pop()
    file = tmp_path / "short.json"
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(UserError, match="a.rule lacks a cell"):
        timeline_file.load(file)


@pytest.mark.parametrize("render", [timeline_text.markdown, timeline_text.page])
def test_reports_name_the_change_and_escape_it(render: object) -> None:
    assert callable(render)
    odd = Seen("fail", "a.rule", "", ("call a.b: returned <script>",))
    text = render(told(made({"1.0": {"t": [PASSED]}, "2.0": {"t": [odd]}})))
    assert "a.rule" in text
    assert "2 releases, 2 tests on each" in text and "pipects timeline p" in text
    assert ("&lt;script&gt;" in text) is (render is timeline_text.page)


@pytest.mark.parametrize("first", range(1, 9))
def test_bisect_finds_the_first_that_differs(first: int) -> None:
    asked: list[str] = []

    def differs(release: str) -> bool:
        asked.append(release)
        return int(release) >= first

    assert timeline.bisect([str(n) for n in range(9)], differs) == str(first)
    assert len(asked) <= 3


def test_changes_alike_stand_together() -> None:
    old = {"t": frozenset({("a", "b")}), "u": frozenset({("a", "b")}), "v": frozenset({("a",)})}
    new = {"t": frozenset({("a", "c")}), "u": frozenset({("a", "c")}), "v": frozenset({("a",)})}
    (change,) = outcome_diff.changes(old, new)
    assert change == outcome_diff.OutcomeChange("b", "c", ("t", "u"))


def test_what_chance_decides_is_no_outcome() -> None:
    """Numbers of processes and handles, and in how many calls a transfer was done."""
    text = 'returned {"calls": 49, "count": 20003} in process 711 on pipe:[4711]'
    assert without_chance(text) == 'returned {"calls": N, "count": 20003} in process N on pipe:[N]'
