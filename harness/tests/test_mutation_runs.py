"""What `pipects mutants` keeps, in which order it tries, how it spreads the work and judges survivors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipects import paths
from pipects.commands import mutants
from pipects.errors import UserError
from pipects.exploring import hunting
from pipects.mutation import report, results, survivors, trial
from pipects.mutation.build import Build, digest_of_sources
from pipects.mutation.journal import OutcomeJournal, ReachJournal
from pipects.mutation.model import GUARD, Candidate, Kill, Outcome, numbered
from pipects.mutation.order import Order
from pipects.mutation.spread import LocalWorkers
from pipects.mutation.trial import Reach

PRINTS = {"a": "1", "b": "2", "c": "3"}


def _mutant(number: int, function: str = "F", text: str = "Note();") -> Candidate:
    return Candidate(
        file="reference/src/A.cpp", line=number, function=function, operator="removed statement", text=text,
        becomes="nothing", shape=GUARD, start=number * 10, end=number * 10 + 5, replacement="", number=number,
    )  # fmt: skip


def _killed(number: int, test: str, by: str = "outcome", alone: bool | None = None) -> Outcome:
    kill = Kill(test, "stream.read.at-offset", "fail", by, "a step", "this", "that")
    return Outcome(number, "killed", 2, 0.5, kill, alone)


def test_what_reads_the_same_in_a_function_is_told_apart() -> None:
    """By which of them it is, never by its line."""
    twins = numbered([_mutant(1), _mutant(2), _mutant(3, text="Other();")])
    assert [each.nth for each in twins] == [1, 2, 1]
    assert len({each.key for each in twins}) == 3


def test_the_likeliest_killer_is_first() -> None:
    """Who killed it before, then who killed near it, then who reaches little else."""
    order = Order({"a": [1, 2, 3, 4], "b": [1, 2], "c": [1], "d": [2]}, {})
    assert order.of(_mutant(1)) == ["c", "b", "a"]
    order.learn(_mutant(2), "a")
    assert order.of(_mutant(1)) == ["a", "c", "b"]
    assert Order({"a": [1], "b": [1]}, {_mutant(1).key: "b"}).of(_mutant(1)) == ["b", "a"]


def test_every_case_has_its_turn_before_any_has_a_second() -> None:
    """Rows of one case fail together."""
    order = Order({"a/1": [1], "a/2": [1], "b/1": [1, 2], "b/2": [1, 2]}, {})
    assert order.of(_mutant(1)) == ["a/1", "b/1", "a/2", "b/2"]


def test_tests_on_older_kernels_come_last_and_count_besides_as_those_of_the_binding_do() -> None:
    """What the machine's own kernel shows needs no older one."""
    older = trial.on_kernel("before-6.4", "a")
    order = Order({older: [1], "a": [1, 2, 3], "b": [1, 2]}, {_mutant(1).key: older})
    names = order.of(_mutant(1))
    assert names == ["b", "a", older]
    assert mutants.at_most(names, 1) == ["b", older]
    assert mutants.at_most(["a", "b", "binding/c", older], 1) == ["binding/c", "a", older]
    assert [trial.kernel_of(name) for name in names] == ["", "", "before-6.4"]


def test_a_run_goes_on_where_another_was_killed(tmp_path: Path) -> None:
    """Even if its last line was cut."""
    file = tmp_path / "outcomes.jsonl"
    journal = OutcomeJournal(file, "digest", PRINTS)
    journal.add(_mutant(1), ["a", "b"], _killed(1, "a"))
    journal.add(_mutant(2), ["a", "b"], Outcome(2, "survived", 2, 1.0))
    journal.close()
    file.write_text(file.read_text(encoding="utf-8") + '{"number": 3, "stat', encoding="utf-8")
    again = OutcomeJournal(file, "digest", PRINTS)
    assert again.known(_mutant(1), ["a", "b"], False) == _killed(1, "a")
    assert again.known(_mutant(2), ["a", "b"], False) == Outcome(2, "survived", 2, 1.0)
    assert again.known(_mutant(3), ["a", "b"], False) is None


def test_an_outcome_holds_as_long_as_its_proof_does(tmp_path: Path) -> None:
    """A kill until its killer changes; a survival until any test that reaches it is new or changes."""
    file = tmp_path / "outcomes.jsonl"
    journal = OutcomeJournal(file, "digest", PRINTS)
    journal.add(_mutant(1), ["a", "b"], _killed(1, "a"))
    journal.add(_mutant(2), ["a", "b"], Outcome(2, "survived", 2, 1.0))
    journal.close()
    changed = OutcomeJournal(file, "digest", {**PRINTS, "a": "other"})
    assert changed.known(_mutant(1), ["a", "b"], False) is None
    assert changed.known(_mutant(2), ["a", "b"], False) is None
    changed.close()
    more = OutcomeJournal(file, "digest", PRINTS)
    assert more.known(_mutant(1), ["a", "b", "c"], False) is not None
    assert more.known(_mutant(2), ["a", "b", "c"], False) is None
    more.close()
    other = OutcomeJournal(file, "another build", PRINTS)
    assert other.known(_mutant(1), ["a", "b"], False) is None
    assert other.killers == {_mutant(1).key: "a"}


def test_a_kill_by_observation_is_tried_on_if_that_is_asked(tmp_path: Path) -> None:
    """A run without --alone does not say whether an outcome would have shown it."""
    file = tmp_path / "outcomes.jsonl"
    journal = OutcomeJournal(file, "digest", PRINTS)
    journal.add(_mutant(1), ["a"], _killed(1, "a", "handle table"))
    journal.add(_mutant(2), ["a"], _killed(2, "a", "handle table", True))
    journal.close()
    again = OutcomeJournal(file, "digest", PRINTS)
    assert again.known(_mutant(1), ["a"], False) is not None
    assert again.known(_mutant(1), ["a"], True) is None
    assert again.known(_mutant(2), ["a"], True) is not None


def test_a_red_test_reaches_nothing_that_is_kept(tmp_path: Path) -> None:
    """It is asked again in the next run."""
    journal = ReachJournal(tmp_path / "reach.jsonl", "digest", PRINTS)
    journal.add(Reach({"a": (1, 2), "b": (1,)}, {"b": "returned 7"}))
    journal.close()
    assert ReachJournal(tmp_path / "reach.jsonl", "digest", PRINTS).known == {"a": (1, 2)}
    assert ReachJournal(tmp_path / "reach.jsonl", "digest", {"a": "new"}).known == {}


def _list(tmp_path: Path, text: str) -> list[survivors.Explanation]:
    file = tmp_path / "survivors.yaml"
    file.write_text(text, encoding="utf-8")
    return survivors.load(file)


ENTRY = """
- file: reference/src/A.cpp
  function: F
  operator: removed statement
  text: "{text}"
  kind: equivalent
  reason: It is said again in the next line.
"""


def test_a_survivor_is_explained_by_its_text(tmp_path: Path) -> None:
    """Wherever it stands in its function."""
    tried = {1: Outcome(1, "survived", 3, 1.0), 2: _killed(2, "a")}
    every = [_mutant(1), _mutant(2, text="Other();")]
    judged = survivors.judge(every, tried, _list(tmp_path, ENTRY.format(text="Note();")))
    assert list(judged.explained) == [1]
    assert judged.unexplained == () and judged.stale == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [("Gone();", "fits no mutant"), ("Other();", "its mutants are killed; the entry can go")],
)
def test_an_entry_that_fits_no_survivor_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    """The list can't rot."""
    tried = {1: Outcome(1, "not reached", 0, 0.0), 2: _killed(2, "a")}
    every = [_mutant(1), _mutant(2, text="Other();")]
    judged = survivors.judge(every, tried, _list(tmp_path, ENTRY.format(text=text)))
    assert [each.number for each in judged.unexplained] == [1]
    assert [each.partition(": ")[2] for each in judged.stale] == [said]


def test_what_was_not_tried_proves_nothing_about_the_list(tmp_path: Path) -> None:
    """With --only and --sample the rest of the list is not looked at."""
    judged = survivors.judge([_mutant(1)], {}, _list(tmp_path, ENTRY.format(text="Note();")))
    assert judged.stale == ()


def test_a_wrong_list_is_said_with_file_and_line(tmp_path: Path) -> None:
    """As every data file."""
    with pytest.raises(UserError, match="survivors.yaml:2: .*reason"):
        _list(tmp_path, ENTRY.format(text="x").replace("reason:", "because:"))


def test_results_are_as_their_schema_says_and_the_summary_fits(tmp_path: Path) -> None:
    """In lines of at most 80 columns; the page names every survivor and every explanation."""
    texts = ("Note();", "Other();", "Third();", "Fourth();")
    every = [_mutant(number, text=text) for number, text in enumerate(texts, 1)]
    tried = {
        1: Outcome(1, "survived", 3, 1.0),
        2: _killed(2, "a", "handle table", True),
        3: Outcome(3, "not reached", 0, 0.0),
        4: Outcome(4, "survived", 3, 1.0),
    }
    judged = survivors.judge(every, tried, _list(tmp_path, ENTRY.format(text="Note();")))
    about = {
        "complete": True,
        "started": "now",
        "seconds": 90.0,
        "command": ["pipects"],
        "tests": 9,
    }
    build = Build(Path("adapter"), tuple(every), 4, "digest")
    composed = results.compose(build, every, tried, judged, about)
    schema = json.loads((paths.SCHEMAS / "mutants.schema.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(composed)) == []
    file = tmp_path / "mutants.json"
    file.write_text(json.dumps(composed), encoding="utf-8")
    with pytest.raises(UserError, match="of another state of the reference"):
        hunting.survivors_in(file)
    file.write_text(json.dumps(composed | {"digest": digest_of_sources()}), encoding="utf-8")
    assert hunting.survivors_in(file) == [4], "the first one is explained"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="not a results file of `pipects mutants`"):
        hunting.survivors_in(file)
    assert composed["summary"]["alone_handle_table"] == 1
    assert max(map(len, report.summary(composed).splitlines())) <= 80
    page = report.markdown(composed)
    assert "`Third();` → `nothing` (no test reaches it)" in page
    assert "It is said again in the next line." in page


def _square(number: int) -> int:
    return number * number


def _killed_once(number: int, mark: str) -> int:
    if number == 3 and not os.path.exists(mark):
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def _always_killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """Its task is done by another."""
    workers = LocalWorkers(2, "a session")
    try:
        tasks = [(number, str(tmp_path / "mark")) for number in range(8)]
        done = {task[0]: value for task, value in workers.map(_killed_once, tasks)}
    finally:
        workers.close()
    assert (tmp_path / "mark").exists()
    assert done == {number: number * number for number in range(8)}


def test_a_task_that_kills_every_worker_ends_the_run() -> None:
    """With a line that says so, not for ever."""
    workers = LocalWorkers(1, "a session")
    try:
        with pytest.raises(UserError, match="ended 4 times by the same task"):
            list(workers.map(_always_killed, [(1,)]))
    finally:
        workers.close()


def test_workers_end_with_a_parent_that_is_killed() -> None:
    """Nobody is left that goes on exploring."""
    code = (
        "import os, signal\n"
        "from pipects.mutation.spread import LocalWorkers\n"
        "workers = LocalWorkers(1, 'a session')\n"
        "for _, pid in workers.map(os.getpid, [()]):\n"
        "    print(pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert done.returncode == -signal.SIGKILL
    until = time.monotonic() + 10
    while _runs(int(done.stdout)):
        assert time.monotonic() < until, "the worker outlives its parent"
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_task_is_taken_only_when_a_worker_is_free() -> None:
    """So that what was learnt from the last one orders the next one's tests."""
    taken: list[int] = []

    def tasks() -> object:
        for number in range(6):
            taken.append(number)
            yield (number,)

    workers = LocalWorkers(2, "a session")
    try:
        for done, _ in enumerate(workers.map(_square, tasks()), 1):  # type: ignore[arg-type]
            assert len(taken) <= done + 2
    finally:
        workers.close()
