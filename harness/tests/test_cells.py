"""Spaces of rules, what steps show of them, and which cells the tests fill."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from pipects import cases, cells, facts, spaces, spec, tables
from pipects.errors import UserError
from pipects.spaces import Space
from pipects.spec import Spec

SPEC = spec.load()


def space(**said: Any) -> Space:
    return spaces.space(said, SPEC.axes, "here")


def loaded(
    folder: Path, steps: list[dict[str, Any]], rule: Spec | None = None, **case: Any
) -> list[cases.Test]:
    entry = {"id": "a.case", "title": "A case", "covers": ["a.rule"], **case, "steps": steps}
    (folder / "a.yaml").write_text(json.dumps([entry]))
    return cases.load(rule or with_rule(), folder)


def with_rule(
    members: tuple[str, ...] = ("PipeStream.Read(Byte[], Int32, Int32)",), **said: Any
) -> Spec:
    rule = spec.Requirement(
        "a.rule", members, "A rule.", "must", "any", (), None, False, Path("a"), 1, space(**said)
    )  # fmt: skip
    return Spec({"a.rule": rule}, {}, SPEC.capabilities, SPEC.axes)


SERVER = {"new": "AnonymousPipeServerStream", "as": "server", "with": {"direction": "In"}}
READ = {"call": "server.Read", "with": {"buffer": {"length": 4}, "offset": 0, "count": 4}}


def test_a_rule_without_axes_has_one_cell() -> None:
    assert space().cells == ((),)


def test_the_cells_are_the_product_in_the_order_of_the_vocabulary() -> None:
    found = space(over={"direction": ["Out", "In"], "end": "all"})
    assert [dict(cell) for cell in found.cells] == [
        {"end": "server", "direction": "In"},
        {"end": "server", "direction": "Out"},
        {"end": "client", "direction": "In"},
        {"end": "client", "direction": "Out"},
    ]


def test_what_is_impossible_is_no_cell() -> None:
    found = space(over={"waiting": "all", "token": ["none", "cancelled-while-waiting"]})
    assert {"token": "cancelled-while-waiting", "waiting": "at-once"} not in map(dict, found.cells)
    assert len(found.cells) == 3


def test_an_exception_leaves_out_and_keeps_its_reason() -> None:
    left = {"cells": {"end": "client"}, "because": "It has none."}
    found = space(over={"end": "all", "direction": "all"}, **{"except": [left]})
    assert len(found.cells) == 2 and set(found.left_out.values()) == {"It has none."}


def test_pairs_are_fewer_than_the_product() -> None:
    over = {"end": "all", "direction": "all", "peer": "all"}
    assert (
        len(space(over=over).cells) == 16 and len(space(over=over, pairs=True).cells) == 4 + 8 + 8
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"over": {"colour": "all"}}, "unknown axis 'colour'"),
        ({"over": {"end": ["left"]}}, "'left' is no value of the axis 'end'"),
        ({"over": {"end": "all", "direction": "all"}, "pairs": True}, "three axes"),
        (
            {"over": {"end": "all"}, "except": [{"cells": {"direction": "In"}, "because": "No."}]},
            "'over' does not",
        ),
        (
            {
                "over": {"end": ["server"]},
                "except": [{"cells": {"end": "client"}, "because": "No."}],
            },
            "leaves nothing out",
        ),
        (
            {
                "over": {"end": ["server"]},
                "except": [{"cells": {"end": "server"}, "because": "No."}],
            },
            "no cell is left",
        ),
    ],
)
def test_a_wrong_space_is_an_error(said: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        space(**said)


def shown(folder: Path, steps: list[dict[str, Any]], at: int = -1) -> dict[str, set[str]]:
    (test,) = loaded(folder, steps)
    return {axis: set(values) for axis, values in facts.of(test, SPEC.axes)[at].values.items()}


def test_a_step_shows_end_member_form_and_size(tmp_path: Path) -> None:
    assert shown(tmp_path, [SERVER, READ]) == {
        "end": {"server"}, "direction": {"In"}, "member": {"Read"}, "form": {"synchronous"},
        "token": {"none"}, "waiting": {"at-once"}, "state": {"connected"},
        "peer": {"same-process"}, "inheritability": {"None"}, "handle": {"not-given"},
        "size": {"some"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ([{"call": "server.Dispose"}], "disposed"),
        ([{"call": "server.Close"}], "closed"),
        ([{"call": "server.DisposeAsync", "wait": True}], "disposed-async"),
        ([{"call": "server.DisposeLocalCopyOfClientHandle"}], "peer-gone"),
        ([{"call": "server.DisposeLocalCopyOfClientHandle"}, {**READ, "returns": 0}], "end-met"),
    ],
)
def test_the_steps_before_show_the_state(
    tmp_path: Path, before: list[dict[str, Any]], state: str
) -> None:
    assert shown(tmp_path, [SERVER, *before, READ])["state"] == {state}


def test_a_write_that_broke_shows_the_state(tmp_path: Path) -> None:
    server = {**SERVER, "with": {"direction": "Out"}}
    write = {"call": "server.WriteByte", "with": {"value": 1}}
    steps = [server, {**write, "throws": "IOException"}, write]
    assert shown(tmp_path, steps)["state"] == {"break-met"}


@pytest.mark.parametrize(
    ("cancel", "token", "waiting"),
    [("before", "cancelled-before", "at-once"), ("after", "cancelled-while-waiting", "waits"), ("never", "given", "waits")],
)  # fmt: skip
def test_the_steps_show_the_token(tmp_path: Path, cancel: str, token: str, waiting: str) -> None:
    cancelled = [{"call": "source.Cancel"}]
    pending = [{"observe": "pending", "of": "task"}] if cancel != "before" else []
    call = {"call": "server.ReadAsync", "as": "task", "with": {"buffer": {"length": 4}, "cancellationToken": "$token"}}  # fmt: skip
    steps = [
        SERVER,
        {"new": "CancellationTokenSource", "as": "source"},
        {"get": "source.Token", "as": "token"},
        *(cancelled if cancel == "before" else []),
        call,
        *pending,
        *(cancelled if cancel == "after" else []),
        {"call": "task.Wait"},
    ]
    found = shown(tmp_path, steps)
    assert (found["token"], found["waiting"]) == ({token}, {waiting})
    assert found["member"] == {"ReadAsync(memory)"}


@pytest.mark.parametrize(
    ("starts", "peer"),
    [
        ([{"start": "one", "arguments": ["$handle"]}], "child"),
        ([{"start": "one", "arguments": ["$handle"], "program": "plain"}], "plain-child"),
    ],
)
def test_the_start_shows_the_peer(tmp_path: Path, starts: list[dict[str, Any]], peer: str) -> None:
    handle = {"call": "server.GetClientHandleAsString", "as": "handle"}
    found = shown(tmp_path, [SERVER, handle, *starts, READ])
    assert (found["peer"], found["handle"]) == ({peer}, {"string"})


def test_a_grandchild_gets_the_handle_through_its_parent(tmp_path: Path) -> None:
    client = {"new": "AnonymousPipeClientStream", "in": "two", "as": "client"}
    steps = [
        SERVER,
        {"call": "server.GetClientHandleAsString", "as": "handle"},
        {"start": "one", "arguments": ["$handle"]},
        {"start": "two", "in": "one", "arguments": ["$one.arguments.0"]},
        {**client, "with": {"direction": "Out", "pipeHandleAsString": "$two.arguments.0"}},
        READ,
    ]
    assert shown(tmp_path, steps)["peer"] == {"grandchild"}


def filled(folder: Path, rule: Spec, steps: list[dict[str, Any]], **case: Any) -> set[str]:
    found = cells.checked(cells.settle(rule, loaded(folder, steps, **case))).get("a.rule", set())
    every = rule.requirements["a.rule"].space.cells
    return {spaces.say(every[place]) for place in found}


def test_a_test_fills_the_cell_that_its_steps_show(tmp_path: Path) -> None:
    rule = with_rule(over={"end": "all", "state": ["connected", "disposed"]})
    steps = [SERVER, {"call": "server.Dispose"}, READ]
    assert filled(tmp_path, rule, steps) == {"end server, state disposed"}


def test_a_column_or_a_claim_says_what_no_step_shows(tmp_path: Path) -> None:
    rule = with_rule(over={"end": "all", "waiting": "all"})
    steps = [SERVER, {**READ, "on": "other", "until": "running"}, {"finish": "other"}]
    assert filled(tmp_path, rule, steps, rows=[{"waiting": "waits"}]) == {
        "end server, waiting waits"
    }
    assert filled(tmp_path, rule, steps, fills={"waiting": "at-once"}) == {
        "end server, waiting at-once"
    }


def test_a_claim_that_the_steps_contradict_is_an_error(tmp_path: Path) -> None:
    rule = with_rule(over={"end": "all"})
    with pytest.raises(UserError, match="fills end client, but its steps show server"):
        filled(tmp_path, rule, [SERVER, READ], fills={"end": "client"})
    with pytest.raises(UserError, match="fills state closed, but its steps show no Close"):
        filled(tmp_path, rule, [SERVER, READ], fills={"state": "closed"})


def test_a_test_that_is_about_no_cell_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="about no cell of it; no step is one of ReadByte"):
        filled(tmp_path, with_rule(over={"member": ["ReadByte"]}), [SERVER, READ])
    with pytest.raises(UserError, match="about no cell of it; its end is server"):
        filled(tmp_path, with_rule(over={"end": ["client"]}), [SERVER, READ])


def test_a_row_covers_only_the_rules_that_it_is_about(tmp_path: Path) -> None:
    rule = with_rule(over={"state": ["connected"]})
    always = dataclasses.replace(rule.requirements["a.rule"], id="b.rule", space=space())
    rule.requirements["b.rule"] = always
    steps = [SERVER, {"call": "$gone.Dispose"}, READ]
    other = {"new": "AnonymousPipeServerStream", "as": "other"}
    case = {"across": {"gone": ["server", "other"]}, "covers": ["a.rule", "b.rule"]}
    tests = loaded(tmp_path, [other, *steps], rule=rule, **case)
    assert {test.id: test.covers for test in cells.settle(rule, tests)} == {
        "a.case/other": ("a.rule", "b.rule"),
        "a.case/server": ("b.rule",),
    }


def test_a_rule_that_no_row_is_about_is_an_error(tmp_path: Path) -> None:
    rule = with_rule(over={"state": ["closed"]})
    always = dataclasses.replace(rule.requirements["a.rule"], id="b.rule", space=space())
    rule.requirements["b.rule"] = always
    tests = loaded(tmp_path, [SERVER, READ], rule=rule, covers=["a.rule", "b.rule"])
    with pytest.raises(UserError, match="covers a.rule and is about no cell of it"):
        cells.settle(rule, tests)


def test_an_unknown_claim_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'fills' has 'left', no value of the axis 'end'"):
        loaded(tmp_path, [SERVER], fills={"end": "left"})


def rows(**entry: Any) -> list[dict[str, Any]]:
    return list(tables.rows(entry, "here"))


def test_excluded_combinations_are_no_rows() -> None:
    found = rows(across={"a": [1, 2], "b": [3, 4]}, exclude=[{"a": 1, "b": [3]}])
    assert found == [{"a": 1, "b": 4}, {"a": 2, "b": 3}, {"a": 2, "b": 4}]


def test_an_exclusion_that_excludes_nothing_is_an_error() -> None:
    with pytest.raises(UserError, match="leaves nothing out"):
        rows(across={"a": [1, 2]}, exclude=[{"a": 3}])
    with pytest.raises(UserError, match="which no row has"):
        rows(across={"a": [1, 2]}, exclude=[{"c": 3}])


def test_all_pairs_meet_in_fewer_rows_and_always_the_same() -> None:
    across = {"a": [1, 2, 3], "b": [1, 2, 3], "c": [1, 2, 3]}
    found = rows(across=across, pairs=True, exclude=[{"a": 1, "b": 1}])
    assert len(found) < 20 and found == rows(across=across, pairs=True, exclude=[{"a": 1, "b": 1}])
    met = {(row["a"], row["b"]) for row in found}
    assert met == {(a, b) for a in (1, 2, 3) for b in (1, 2, 3)} - {(1, 1)}
