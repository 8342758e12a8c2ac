"""What exploring with the executable specification finds."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bench import ENOUGH, Bench, Done, environment
from pipects import cases, cells, datafile, spec, suite, verdicts
from pipects.cases import Test
from pipects.errors import EndedEarly, UserError
from pipects.exploring import (
    campaign,
    comparing,
    corpus,
    differing,
    findings,
    generating,
    heavy_moves,
    hunting,
    knowing,
    planning,
    simulating,
    touring,
    translating,
)
from pipects.exploring.choosing import Choices
from pipects.exploring.meeting_moves import ROOM, Pipe
from pipects.exploring.planning import Planner
from pipects.director.programs import programs
from pipects.exploring.search import Search, Tally
from pipects.conversation import Differs
from pipects.exploring.looking import Course
from pipects.exploring.session import Session
from pipects.judging import Record
from pipects.mutation import catalogue
from pipects.mutation.spread import LocalWorkers
from pipects.steps import Step
from pipects.verdicts import Failure
from spec.model import rules
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.state import World

LOOK_AGAIN = 0.01


def test_every_requirement_that_the_model_names_exists() -> None:
    known = spec.load().requirements
    named = {r for each in simulating.sequences(1, 600) for _, r in each.transitions if r}
    assert named - known.keys() == set()
    assert len(named) > 200


def test_the_same_numbers_draw_the_same_sequence() -> None:
    first, second = (simulating.imagine(Random("7"), 20) for _ in range(2))
    assert first.calls == second.calls and len(first.calls) > 10
    assert simulating.imagine(Random("8"), 20).calls != first.calls


def test_names_of_objects_are_never_given_twice() -> None:
    for sequence in simulating.sequences(3, 200):
        names = [call.kept for call in sequence.calls if call.kept]
        assert len(names) == len(set(names))
    assert Planner().name("server") == "server_1"


@pytest.mark.parametrize("ends", (0, 1))
@pytest.mark.parametrize("gathers", range(len(heavy_moves.GATHERING)))
@pytest.mark.parametrize("writes", range(len(heavy_moves.WRITING)))
def test_much_goes_through_a_pipe_by_calls_that_the_model_knows(
    ends: int, gathers: int, writes: int
) -> None:
    numbers = [heavy_moves.RARELY - 1, writes, gathers, ends, ends, ends]
    writer = generating.Writer(Random(0))
    for call in Planner().propose(World(), "heavy", Choices(numbers)):
        assert writer.make(call), call.form
        while (due := planning.forced(writer._worlds[0])) is not None:
            assert writer.make(due), due.form
    assert Planner().propose(World(), "heavy", Choices([])) == []


def test_a_tour_is_the_same_for_the_same_seed_and_tries_new_things_first() -> None:
    def reached(sequences: list[Sequence[Call]]) -> set[str]:
        return {call.form for calls in sequences for call in calls}

    first, again = (list(itertools.islice(touring.tour(3, 400, 96), 12)) for _ in range(2))
    assert first == again
    drawn = [each.asked for each in simulating.sequences(3, 12)]
    assert len(reached(first)) > len(reached(drawn))


def test_a_tour_imagines_nothing_once_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(touring.time, "monotonic", lambda: next(clock))
    assert 0 < len(list(touring.tour(3, 800, 800, until=20))) <= 21
    assert not list(touring.tour(3, until=0))


def test_the_model_and_the_tables_agree(every_test: list[Test]) -> None:
    compared = comparing.compare(every_test)
    assert compared.contradicting == {}
    assert len(compared.agreeing) > 3000
    assert {"stream.read.count", "server.ctor.direction.inout-rejected"} <= compared.stated


def test_a_table_that_says_otherwise_is_told(every_test: list[Test]) -> None:
    test = next(each for each in every_test if each.case == "stream.closed.reading-properties")
    place = next(n for n, step in enumerate(test.steps) if step.target.endswith(".CanRead"))
    wrong = replace(test.steps[place], expectation={"returns": True})
    steps = (*test.steps[:place], wrong, *test.steps[place + 1 :])
    compared = comparing.compare([replace(test, steps=steps)])
    assert "the model says: returns false" in compared.contradicting[test.id]


def test_generated_cases_are_the_same_each_time_and_can_be_loaded(tmp_path: Path) -> None:
    the_spec = spec.load()
    first = generating.texts(the_spec, tried=16)
    assert first == generating.texts(the_spec, tried=16) and len(first) > 8
    generating.write(tmp_path, first)
    tests = cells.settle(the_spec, cases.load(the_spec, tmp_path))
    assert [test.id for test in tests] == sorted(test.id for test in tests)
    assert all(test.covers and len(test.steps) > 2 for test in tests)


def test_no_generated_case_is_about_what_was_not_made() -> None:
    """A child is started with a text that nobody was asked for: the model alone would not mind."""
    writer = generating.Writer(Random(0))
    assert writer.make(Call("start", "child", {"0": Ref("a text")}))
    asked = Call("get", "nobody.ClientSafePipeHandle", kept="handle")
    assert not writer.make(asked)
    assert not writer.make(Call("start", "other", {"0": Ref("handle")}))


def test_no_file_of_generated_cases_is_too_large_to_be_read(tmp_path: Path) -> None:
    """Texts of more than a pipe holds make cases of which twenty are more than a file may be."""
    long = [f"# {number} {'x' * 200_000}\n" for number in range(12)]
    generating.write(tmp_path, [*long, *["# short\n"] * 50])
    files = sorted(tmp_path.iterdir())
    assert all(each.stat().st_size <= datafile.LARGEST for each in files)
    assert "".join(each.read_text() for each in files) == "".join([*long, *["# short\n"] * 50])
    assert len(files) < 10


def test_what_is_kept_is_read_as_it_was_written(tmp_path: Path) -> None:
    sequences = [each.calls for each in simulating.sequences(5, 40)]
    much = Call("call", "server.Write", {"buffer": Data(heavy_moves.MUCH)})
    file = corpus.keep(tmp_path, [*sequences, [much]])
    assert corpus.load(tmp_path) == [*sequences, [much]]
    assert file.stat().st_size < len(heavy_moves.MUCH) / 10
    (tmp_path / corpus.NAME).write_text("[[{}]]")
    with pytest.raises(UserError, match="no corpus"):
        corpus.load(tmp_path)


def finding(steps: list[Step], difference: int) -> findings.Finding:
    """What is found at a step."""
    failure = Failure(difference, "", "stream.can-timeout.false", "returns false", "returned true")
    found = findings.of(Record("fail", failure=failure), steps, [])
    assert found is not None
    return found


def test_a_finding_becomes_a_case_that_loads(tmp_path: Path) -> None:
    the_spec = spec.load()
    calls = [
        Call("new", "AnonymousPipeServerStream", {"direction": "In"}, "server"),
        Call("get", "server.CanTimeout"),
        Call("get", "server.CanSeek"),
    ]
    world, steps = World(), []
    for call in calls:
        (may,) = rules.possibilities(world, call)
        steps.append(translating.step(call, [may.outcome], may.requirement))
        world = may.after
    found = finding(steps, 1)
    findings.write(tmp_path, "found", findings.case(found, "explored.found", the_spec))
    (test,) = cells.settle(the_spec, cases.load(the_spec, tmp_path))
    assert [step.target for step in test.steps] == [
        "AnonymousPipeServerStream",
        "server.CanTimeout",
    ]
    assert test.steps[1].requirement == "stream.can-timeout.false"
    assert test.steps[1].expectation == {"returns": False}


def test_the_reference_does_nothing_that_the_model_does_not_allow(
    pipects: Callable[..., Done]
) -> None:
    done = pipects("explore", "reference", "--seed", "1", "--budget", "4s")
    assert done.status == 0, done.output
    assert "0 findings" in done.output
    made = re.search(r"(\d+) sequences", done.output)
    assert made is not None and int(made[1]) > 0, done.output


@pytest.mark.skipif(bool(programs().missing), reason=f"there is no director: {programs().missing}")
def test_where_the_system_fails_calls_the_reference_does_what_the_model_says(
    pipects: Callable[..., Done]
) -> None:
    done = pipects("explore", "reference", "--seed", "1", "--budget", "6s", "--directed")
    assert done.status == 0, done.output
    assert "0 findings" in done.output, done.output
    others = re.search(r"and (\d+) others", done.output)  # only a director brings these about
    assert others is not None and int(others[1]) > 0, done.output


def test_a_directed_search_has_the_newest_calls_refused_and_others_interrupted() -> None:
    """A filter's refusal is for good, a signal comes once; undirected sequences have neither."""
    drawn = [each.calls for each in simulating.sequences(5, 60, directed=True)]
    steps = [
        translating.step(call, (), "") for calls in drawn for call in calls if call.verb == "answer"
    ]
    told = {(step.target, str(step.options["by"]), "always" in step.options) for step in steps}
    assert {
        ("pwritev2", "EACCES", True),
        ("preadv2", "EPERM", True),
        ("vmsplice", "ENOSYS", True),
    } <= told
    assert ("read", "EINTR", False) in told and ("read", "EIO", False) in told
    usual = [call for each in simulating.sequences(5, 60) for call in each.calls]
    assert not [call for call in usual if call.verb == "answer"]


def test_two_courses_differ_where_they_part_first() -> None:
    read, write = Call("call", "client.ReadByte"), Call("call", "server.Flush")
    one = Course(came=[(write, "returns None"), (read, "returns 1"), (write, "returns None")])
    other = Course(came=[(write, "returns None"), (read, "returns 2"), (write, "throws X")])
    assert list(differing.differences(one, other)) == [
        ("call ReadByte()", "returns 1", "returns 2")
    ]
    assert list(differing.differences(one, one)) == []


def test_each_call_of_a_sequence_becomes_one_step(pipects: Callable[..., Done]) -> None:
    assert pipects("explore", "reference", "--seed", "1", "--budget", "1s").status == 0
    calls = [
        Call("new", "AnonymousPipeServerStream", {"direction": "In"}, "server"),
        Call("get", "server.CanTimeout"),
        Call("call", "server.Dispose"),
    ]
    search = Search(suite.without_cases([]).chosen(["reference"])[0], 1, 1.0, keeps=True)
    search.run(10, [calls], draws=False)
    assert [step.target for step in search.courses[0].steps] == [
        "AnonymousPipeServerStream",
        "server.CanTimeout",
        "server.Dispose",
    ]


def test_what_differs_beside_a_call_left_running_is_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def differs(_session: Session, call: Call, _requirement: str) -> None:
        if call.kept == "other":
            raise Differs("nothing", "something")

    monkeypatch.setattr(Session, "_compare_others", differs)
    calls = [
        Call("new", "AnonymousPipeServerStream", {"direction": "In"}, "server"),
        Call("call", "server.ReadByte", thread="reader"),
        Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "other"),
    ]
    search = Search(suite.without_cases([]).chosen(["reference"])[0], 1, 1.0)
    search.run(10, [calls], draws=False)
    assert [each.calls for each in search.tally.findings.values()] == [tuple(calls[-1:])]


def test_what_an_interrupted_search_has_found_is_told(bench: Bench) -> None:
    bench.adapter("wrong-answer")
    out = bench.folder / "explored"
    where = ["--adapters", str(bench.folder / "adapters"), "--out", str(out)]
    search = subprocess.Popen(
        [sys.executable, "-m", "pipects", "explore", "fake", "--seed", "1", "--budget", "1h", *where],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + ENOUGH
    while not list(out.glob(f"fake/.*/*{campaign.TOLD}")):
        assert time.monotonic() < until and search.poll() is None
        time.sleep(LOOK_AGAIN)
    os.kill(search.pid, signal.SIGTERM)
    told, errors = search.communicate(timeout=ENOUGH)
    assert (search.returncode, errors) == (2, "pipects: interrupted by SIGTERM\n")
    assert re.search(r"fake: broken off, [1-9]\d* findings until then", told), told
    assert (out / "fake" / "found-001" / "found-001.yaml").exists()
    assert not list(out.glob("fake/.*")) and not bench.processes()


def found(requirement: str, actual: str) -> findings.Finding:
    """A finding at a requirement."""
    signature = f"{requirement}: fail: call Read: returned"
    return findings.Finding(signature, "fail", requirement, "", actual, ())


def test_a_deviation_that_is_listed_is_not_told_again(tmp_path: Path) -> None:
    mono = suite.without_cases([]).chosen(["mono"])[0]
    listed = replace(mono.deviations[0], verdict="fail", matches="^threw NullReference")
    again = found(listed.requirement, "threw NullReferenceException: said")
    mono = replace(mono, deviations=(listed,))
    assert knowing.reason(again, mono, []) is not None
    assert knowing.reason(replace(again, actual="returned 3"), mono, []) is None
    elsewhere = found("stream.zero.read-returns-at-once", "returned 3")
    assert knowing.reason(elsewhere, mono, []) is None
    file = tmp_path / "explored.yaml"
    entry = "- {{implementations: [mono*], signatures: ['zero.*call Read'], deviation: {}, because: reads all the same}}"
    file.write_text(entry.format(listed.requirement))
    assert "reads all the same" in str(knowing.reason(elsewhere, mono, knowing.load(file)))
    file.write_text(entry.format("stream.read.count"))
    with pytest.raises(UserError, match="explored.yaml:1: mono has no listed deviation"):
        knowing.reason(elsewhere, mono, knowing.load(file))


def test_what_a_generated_case_meets_of_a_list_is_a_known_deviation() -> None:
    mono = suite.without_cases([]).chosen(["mono"])[0]
    listed = replace(mono.deviations[0], verdict="fail", matches="^threw NullReference")
    mono = replace(mono, deviations=(listed,))
    failure = verdicts.Failure(None, "", listed.requirement, "", "threw NullReferenceException")
    result = verdicts.Result(
        "generated", "mono", "mono", 1, verdicts.FAIL, 0.0, "", failure=failure
    )

    def verdict(of: verdicts.Result) -> str:
        return knowing.judged(of, cases.nameless(), mono, []).verdict

    assert verdict(result) == verdicts.KNOWN_DEVIATION
    assert verdict(replace(result, failure=replace(failure, actual="returned 3"))) == verdicts.FAIL
    elsewhere = replace(failure, requirement="stream.zero.read-returns-at-once")
    assert verdict(replace(result, failure=elsewhere)) == verdicts.FAIL
    assert verdict(replace(result, verdict=verdicts.PASS, failure=None)) == verdicts.PASS


def copying(data: bytes, piece: int) -> tuple[generating.Writer, Pipe, Pipe]:
    """A sequence in which a copy in such pieces waits for room with data: its source, and its destination."""
    writer, planner = generating.Writer(Random(0)), Planner()
    pipe, into = planner._names(True), planner._names(False)
    given: dict[str, Argument] = {"destination": Ref(into.writer), "bufferSize": piece}
    for call in (
        *planner._pipe(pipe), *planner._pipe(into),
        Call("call", f"{into.writer}.Write", {"buffer": Data(b"\xa5" * ROOM)}),
        Call("call", f"{pipe.reader}.CopyToAsync", given, "task"),
        Call("call", f"{pipe.writer}.Write", {"buffer": Data(data)}),
    ):  # fmt: skip
        assert writer.make(call)
    return writer, pipe, into


def test_a_generated_sequence_ends_though_the_source_of_a_copy_is_closed() -> None:
    """The copy waits for room at its destination: closing its source again and again would not end it."""
    writer, pipe, into = copying(b"a", 1)
    assert writer.make(Call("call", f"{pipe.reader}.Dispose"))
    before = len(writer.written.steps)
    writer._end()
    ended = [f"{step.verb} {step.target}" for step in writer.written.steps[before:]]
    assert ended == [f"call {into.writer}.Dispose", "call task.Wait"]


@pytest.mark.parametrize("piece, is_known", [(3, True), (2, False)])
def test_how_many_pieces_a_copy_has_taken_whose_source_is_closed_nobody_knows(
    piece: int, is_known: bool
) -> None:
    """It waits for room with the first one in its hands: what is behind that has stayed in its source."""
    writer, pipe, _ = copying(b"abc", piece)
    assert writer.make(Call("call", f"{pipe.reader}.Dispose")) == is_known


def test_defects_that_no_case_asks_about_are_not_hunted(every_test: list[Test]) -> None:
    """What only C++ shows, by a class that derives or by moving, no sequence of calls does; numbers stay those of the build."""
    every = list(catalogue.load(spec.load()).values())
    hunted = {each.id: each.number for each in hunting.askable(every_test, every)}
    places = {each.id: place for place, each in enumerate(every, 1)}
    assert hunted.items() < places.items()
    assert not {"derived-null-handle-flags-lost", "moved-into-forgets-taken"} & hunted.keys()
    assert "write-timeout-taken" in hunted


def test_who_does_not_live_to_say_hello_is_found_and_who_is_only_late_is_not() -> None:
    told = {
        "ended": f"{EndedEarly.WORDS} (signal SIGABRT)",
        "late": "the adapter did not say hello",
    }
    seen = {
        name: campaign.seen_in(Tally(unclear=Counter({f"{campaign.DOES_NOT_START}: {each}": 1})))
        for name, each in told.items()
    }
    assert "SIGABRT" in seen["ended"] and not seen["late"]


def test_what_one_search_has_seen_ends_those_that_look_for_the_same(tmp_path: Path) -> None:
    (reference,) = suite.without_cases([]).chosen(["reference"])
    crashing = replace(reference, start=("/bin/false",))
    first = campaign.Part(crashing, 1, 30.0, 1.0, first=True, seen=tmp_path / "seen")
    workers = LocalWorkers(1, "a session")  # who searches adopts orphans from then on
    try:
        came = [result for _, result in workers.map(campaign.search_in_turn, [([first],)] * 2)]
    finally:
        workers.close()
    (found, _), (other, _) = came
    assert campaign.seen_in(found) and not campaign.seen_in(other)
    assert other.unclear == Counter(), "it has not even started an adapter"
