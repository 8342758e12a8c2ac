"""The executable specification by itself, and what exploring with it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bench import Done
from pipects import cases, cells, paths, spec
from pipects.cases import Step, Test
from pipects.errors import UserError
from pipects.exploring import comparing, corpus, findings, generating, simulating, translating
from pipects.exploring.planning import Planner
from pipects.judging import Record
from pipects.verdicts import Failure
from spec.model import rules
from spec.model.calls import Call, Data, Ref
from spec.model.outcomes import Reads, Returns, Throws
from spec.model.state import World


def one(world: World, call: Call) -> World:
    """The world after a call of which one thing only may come."""
    mays = rules.possibilities(world, call)
    assert len(mays) == 1, [may.outcome for may in mays]
    return mays[0].after


def pipe() -> World:
    """A server that writes, and a client that reads."""
    world = World()
    given = {"direction": "Out"}
    for call in (
        Call("new", "AnonymousPipeServerStream", given, "server"),
        Call("get", "server.ClientSafePipeHandle", kept="handle"),
    ):
        world = one(world, call)
    return one(world, client("handle"))


def client(handle: str) -> Call:
    """A client made of a handle."""
    given = {"direction": "In", "safePipeHandle": Ref(handle)}
    return Call("new", "AnonymousPipeClientStream", given, "client")


def test_every_requirement_that_the_model_names_exists() -> None:
    known = spec.load().requirements
    named = {r for each in simulating.sequences(1, 1500) for _, r in each.transitions if r}
    assert named - known.keys() == set()
    assert len(named) > 200


def test_a_read_may_be_short_and_leaves_the_rest() -> None:
    world = one(pipe(), Call("call", "server.Write", {"buffer": Data(b"abc")}))
    mays = rules.possibilities(world, Call("call", "client.Read", {"buffer": Data(bytes(8))}))
    assert [may.outcome for may in mays] == [Reads(b"abc"), Reads(b"ab"), Reads(b"a")]
    left = [next(iter(may.after.pipes.values())).content for may in mays]
    assert left == [b"", b"c", b"bc"]


def test_what_was_seen_narrows_what_may_be() -> None:
    world = one(pipe(), Call("call", "server.Write", {"buffer": Data(b"abc")}))
    read = Call("call", "client.Read", {"buffer": Data(bytes(2))})
    left = rules.narrow(rules.possibilities(world, read), lambda seen: seen == Reads(b"a"))
    again = [may.outcome for each in left for may in rules.possibilities(each, read)]
    assert again == [Reads(b"bc"), Reads(b"b")]


def test_a_write_without_a_reader_breaks_and_the_end_stays_so() -> None:
    world = one(pipe(), Call("call", "client.Dispose"))
    world = one(world, Call("call", "server.DisposeLocalCopyOfClientHandle"))
    write = Call("call", "server.WriteByte", {"value": 1})
    assert [m.outcome for m in rules.possibilities(world, write)] == [Throws("IOException")]
    world = one(world, write)
    connected = rules.possibilities(world, Call("get", "server.IsConnected"))
    assert [may.outcome for may in connected] == [Returns(False)]


def test_a_server_holds_both_ends_until_its_copy_is_disposed() -> None:
    world = pipe()
    (number,) = world.pipes
    assert world.ends("parent", number) == ["read private blocking", "write private blocking"]
    world = one(world, Call("call", "server.DisposeLocalCopyOfClientHandle"))
    assert world.ends("parent", number) == ["write private blocking"]


def test_the_same_numbers_draw_the_same_sequence() -> None:
    first, second = (simulating.imagine(Random("7"), 20) for _ in range(2))
    assert first.calls == second.calls and len(first.calls) > 10
    assert simulating.imagine(Random("8"), 20).calls != first.calls


def test_names_of_objects_are_never_given_twice() -> None:
    for sequence in simulating.sequences(3, 200):
        names = [call.kept for call in sequence.calls if call.kept]
        assert len(names) == len(set(names))
    assert Planner().name("server") == "server_1"


@pytest.fixture(scope="module")
def tables() -> list[Test]:
    """Every test of the suite."""
    return cases.load(spec.load(), paths.CASES)


def test_the_model_and_the_tables_agree(tables: list[Test]) -> None:
    compared = comparing.compare(tables)
    assert compared.contradicting == {}
    assert len(compared.agreeing) > 3000
    assert {"stream.read.count", "server.ctor.direction.inout-rejected"} <= compared.stated


def test_a_table_that_says_otherwise_is_told(tables: list[Test]) -> None:
    test = next(each for each in tables if each.case == "stream.closed.reading-properties")
    place = next(n for n, step in enumerate(test.steps) if step.target.endswith(".CanRead"))
    wrong = replace(test.steps[place], expectation={"returns": True})
    steps = (*test.steps[:place], wrong, *test.steps[place + 1 :])
    compared = comparing.compare([replace(test, steps=steps)])
    assert "the model says: returns false" in compared.contradicting[test.id]


def test_generated_cases_are_the_same_each_time_and_can_be_loaded(tmp_path: Path) -> None:
    the_spec = spec.load()
    first = generating.texts(the_spec, tried=12)
    assert first == generating.texts(the_spec, tried=12) and len(first) > 8
    generating.write(tmp_path, first)
    tests = cells.settle(the_spec, cases.load(the_spec, tmp_path))
    assert [test.id for test in tests] == sorted(test.id for test in tests)
    assert all(test.covers and len(test.steps) > 2 for test in tests)


def test_what_is_kept_is_read_as_it_was_written(tmp_path: Path) -> None:
    sequences = [each.calls for each in simulating.sequences(5, 40)]
    corpus.keep(tmp_path, sequences)
    assert corpus.load(tmp_path) == sequences
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
