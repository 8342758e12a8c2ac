"""What changed between runs: diff, baselines, history; and runs in parts: shards and their merge."""

from __future__ import annotations

import copy
import errno
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
import synthetic
from pipects.errors import UserError
from pipects.reports import baseline, diff, history, merge, output, shard
from pipects.reports.document import Results, Verdict


def changed(results: Results, *verdicts: tuple[int, Verdict]) -> Results:
    """The results with other verdicts, by index."""
    other = copy.deepcopy(results)
    for index, verdict in verdicts:
        other["results"][index]["verdict"] = verdict
    return synthetic.again(other)


@pytest.fixture
def green() -> Results:
    """Twelve tests on two implementations, all passing."""
    return synthetic.make("green", ["reference", "python"], rules=6, count=12, rows=2)


def test_no_change_is_no_regression(green: Results) -> None:
    """A run compared with itself: all the same."""
    found = diff.compare(green, green)
    assert found.same == 24 and not found.regression
    assert "No regression." in diff.render(found)


def test_what_newly_fails_is_a_regression(green: Results) -> None:
    """Failing, hanging, crashing: each counts, and is named with its implementation."""
    found = diff.compare(green, changed(green, (0, "fail"), (1, "hang"), (3, "crash")))
    assert [change.new for change in found.newly_failing] == ["hang", "crash", "fail"]
    assert found.newly_failing[-1].name.startswith("reference: ")
    assert found.regression


def test_what_newly_passes_or_only_changes_is_none(green: Results) -> None:
    """From fail to pass, from fail to hang, from pass to not applicable."""
    old = changed(green, (0, "fail"), (1, "fail"))
    new = changed(green, (1, "hang"), (2, "not applicable"))
    found = diff.compare(old, new)
    assert len(found.newly_passing) == 1 and len(found.otherwise) == 2
    assert not found.regression


def test_what_is_gone_does_not_fail(green: Results) -> None:
    """A test that was removed is listed, and is no regression."""
    smaller = synthetic.again(green, results=green["results"][4:])
    found = diff.compare(green, smaller)
    assert len(found.gone) == 4 and not found.regression


def test_a_new_test_that_fails_is_a_regression(green: Results) -> None:
    """A new test that passes is not."""
    smaller = synthetic.again(green, results=green["results"][4:])
    assert len(diff.compare(smaller, green).new) == 4
    assert not diff.compare(smaller, green).regression
    assert diff.compare(smaller, changed(green, (0, "fail"))).regression


def test_the_worst_repetition_counts(green: Results) -> None:
    """One failure among many passes is newly failing, once."""
    more: list[Any] = [{**each, "repetition": 2} for each in green["results"]]
    more[0] = {**more[0], "verdict": "fail"}
    repeated = synthetic.again(green, repeat=2, results=[*green["results"], *more])
    assert len(diff.compare(green, repeated).newly_failing) == 1


def test_slower_by_ratio_and_above_the_noise(green: Results) -> None:
    """Three times as long counts if it is more than the noise; without a ratio nothing is compared."""
    old, new = copy.deepcopy(green), copy.deepcopy(green)
    times = [(0.1, 0.4), (0.001, 0.02), (0.1, 0.15)]
    for index, (before, after) in enumerate(times):
        old["results"][index]["seconds"] = before
        new["results"][index]["seconds"] = after
    found = diff.compare(old, new, slower=3)
    assert [change.note for change in found.slower] == ["100 ms, now 400 ms"]
    assert found.regression and not diff.compare(old, new).regression


def test_a_baseline_is_sorted_and_reads_back(tmp_path: Path, green: Results) -> None:
    """A file for each implementation; a row a line, test and verdict."""
    files = baseline.write(changed(green, (0, "known deviation")), tmp_path)
    assert [file.name for file in files] == ["reference.tsv", "python.tsv"]
    lines = files[0].read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines) and all(line.count("\t") == 1 for line in lines)
    assert baseline.read(files[0])[green["results"][0]["test"]] == "known deviation"


def test_a_baseline_finds_a_regression(tmp_path: Path, green: Results) -> None:
    """The file's name says whose it is."""
    reference, python = baseline.write(green, tmp_path)
    worse = changed(green, (0, "fail"))
    assert baseline.compare(reference, worse).regression
    assert not baseline.compare(python, worse).regression
    moved = reference.rename(tmp_path / "other.tsv")
    assert baseline.compare(moved, worse, "reference").regression
    with pytest.raises(UserError, match="'other' did not run"):
        baseline.compare(moved, worse)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("a\tpass\nb pass\n", r":2: expected"),
        ("a\tpassed\n", r":1: expected"),
        ("a\tpass\na\tfail\n", r":2: the test 'a' stands twice"),
    ],
)
def test_a_damaged_baseline(tmp_path: Path, text: str, message: str) -> None:
    """The line is named."""
    path = tmp_path / "reference.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        baseline.read(path)


def test_no_baseline_of_half_a_run(tmp_path: Path) -> None:
    """Tests that did not run must not become what is expected."""
    with pytest.raises(UserError, match="broken off"):
        baseline.write(synthetic.broken_off(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("timed", [False, True])
def test_shards_are_disjoint_and_complete(shards: int, timed: bool) -> None:
    """Every test is in one shard, whatever order the ids come in, and some shards may be empty."""
    ids = [f"case.{n}" for n in range(30)]
    times = {each: random.Random(each).random() for each in ids[:25]} if timed else None
    parts = shard.assign(ids, shards, times)
    assert sorted(sum(parts, [])) == sorted(ids) and len(parts) == shards
    assert parts == shard.assign(reversed(ids), shards, times)


def test_shards_are_balanced_by_time() -> None:
    """The longest shard takes little more than the mean."""
    dice = random.Random(3)
    times = {f"case.{n}": dice.expovariate(1) for n in range(500)}
    loads = [sum(times[each] for each in part) for part in shard.assign(times, 4, times)]
    assert max(loads) < 1.01 * sum(loads) / 4


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1 / 2"])
def test_a_shard_that_can_not_be(text: str) -> None:
    """Each is an error that shows what was expected."""
    with pytest.raises(UserError, match="expected I/N"):
        shard.parse(text)


def cut(results: Results, shards: int) -> list[tuple[str, Results]]:
    """The results as the shards of a run would have been."""
    parts: list[tuple[str, Results]] = []
    for index, ids in enumerate(shard.assign([t["id"] for t in results["tests"]], shards), 1):
        part = synthetic.again(
            results,
            shard=f"{index}/{shards}",
            command=["pipects", "run", "--shard", f"{index}/{shards}", "--jobs", "2"],
            tests=[test for test in results["tests"] if test["id"] in ids],
            results=[result for result in results["results"] if result["test"] in ids],
        )
        parts.append((f"shard-{index}.json", part))
    return parts


def test_shards_merge_into_the_run_that_they_were_cut_from() -> None:
    """Summary, requirements and results are those of the whole, in whatever order the parts come."""
    whole = synthetic.make()
    parts = cut(whole, 3)
    merged = merge.merge(parts)
    assert merged["summary"] == whole["summary"]
    assert merged["requirements"] == whole["requirements"]
    assert len(merged["results"]) == len(whole["results"])
    assert merged["shard"] is None
    assert merged["command"] == ["pipects", "run", "--jobs", "2"]
    assert merge.merge(parts[::-1])["results"] == merged["results"]


def test_a_merge_is_as_complete_as_its_parts() -> None:
    """One part that was broken off makes the whole so, and is named."""
    parts = cut(synthetic.make(), 2)
    half = synthetic.again(parts[1][1], complete=False, broken_off="Ctrl-C")
    merged = merge.merge([parts[0], ("shard-2.json", half)])
    assert merged["broken_off"] == "shard-2.json: Ctrl-C"
    assert merged["summary"]["exit_status"] == 2


def test_a_deviation_is_unused_if_no_part_used_it() -> None:
    """Each shard sees only its own tests."""
    parts = cut(synthetic.make("green"), 2)
    parts[0][1]["implementations"] = copy.deepcopy(parts[0][1]["implementations"])
    parts[0][1]["implementations"][0]["unused_deviations"] = ["used in the other", "nowhere"]
    parts[1][1]["implementations"] = copy.deepcopy(parts[1][1]["implementations"])
    parts[1][1]["implementations"][0]["unused_deviations"] = ["nowhere"]
    assert merge.merge(parts)["implementations"][0]["unused_deviations"] == ["nowhere"]


def test_what_can_not_be_merged() -> None:
    """A missing shard, one twice, other options, other requirements, another adapter, the same results twice."""
    whole = synthetic.make(rules=6, count=12, rows=2)
    parts = cut(whole, 3)
    one, two, _ = parts
    wrong: list[tuple[list[tuple[str, Results]], str]] = [
        ([], "nothing to merge"),
        (parts[:2], "missing: 3"),
        ([one, one, two], "both shard 1/3"),
        ([one, two, ("x", synthetic.again(whole, shard="3/4"))], "one of 4"),
        ([one, two, ("x", whole)], "some are not"),
        ([one, ("x", synthetic.again(two[1], seed=7))], "'seed' differs"),
        ([one, ("x", synthetic.again(two[1], requirements=[]))], "different requirements"),
        ([("a", whole), ("b", whole)], "a and b both have"),
    ]
    for files, message in wrong:
        if message == "different requirements":
            files = [(n, synthetic.again(r, shard=None)) for n, r in files]
            files[1][1]["tests"], files[1][1]["results"] = [], []
        with pytest.raises(UserError, match=message):
            merge.merge(files)


def test_history_is_in_the_order_of_the_runs(tmp_path: Path, green: Results) -> None:
    """Whatever the files are called; a file that is no results file is skipped, and said so."""
    import json

    later = changed(green, (0, "fail"))
    later["started"] = "2026-04-01T00:00:00+00:00"
    (tmp_path / "a.json").write_text(json.dumps(later), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(green), encoding="utf-8")
    (tmp_path / "c.json").write_text("{}", encoding="utf-8")
    trends, skipped = history.collect(tmp_path)
    assert [point.file for point in trends["reference"]] == ["b.json", "a.json"]
    assert [point.failing for point in trends["reference"]] == [0, 1]
    assert len(skipped) == 1 and "c.json" in skipped[0]
    assert "+1" in history.render(trends)
    page = history.render_html(trends)
    assert page.count("<svg") == 2 and "http" not in page


def test_history_of_nothing(tmp_path: Path) -> None:
    """A folder without results files is an error."""
    with pytest.raises(UserError, match="holds no results files"):
        history.collect(tmp_path)
    with pytest.raises(UserError, match="not a folder"):
        history.collect(tmp_path / "none")


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file stays if the new one can't be written, and nothing is left lying about."""
    path = tmp_path / "report.html"
    output.write(path, "old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _no_space)
        with pytest.raises(UserError, match="can't be written: No space left"):
            output.write(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    with pytest.raises(UserError, match="can't be written"):
        output.write(path / "below-a-file.html", "text")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def _no_space(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_no_text_is_written_out(tmp_path: Path) -> None:
    """Half a surrogate pair, as an argument of bytes that are no UTF-8 has: readable, and JSON still."""
    path = tmp_path / "results.json"
    output.write(path, '{"command": "\ud800"}')
    assert json.loads(path.read_text(encoding="utf-8")) == {"command": "\ud800"}


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """The device that is always full: one line, no traceback."""
    with pytest.raises(UserError, match="No space left"):
        output.write(Path("/dev/full"), "text")
