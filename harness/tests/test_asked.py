"""What an adapter is asked for is listed with the names of the arguments, from the tests themselves."""

from __future__ import annotations

from pipects import asked
from pipects.cases import nameless
from pipects.steps import Step


def step(verb: str, target: str, **options: object) -> Step:
    """A step of the first process."""
    return Step(verb, target, "parent", "main", options, {})


def test_each_overload_is_listed_once_with_how_many_tests_ask_for_it() -> None:
    """Its arguments in one order, whatever a case's; two uses in one test are one."""
    made = step("new", "AnonymousPipeServerStream", **{"as": "server", "with": {"direction": "In"}})
    read = step(
        "call", "server.Read", **{"with": {"offset": 0, "buffer": {"length": 1}, "count": 1}}
    )
    same = step(
        "call", "server.Read", **{"with": {"buffer": {"length": 1}, "offset": 0, "count": 1}}
    )
    found = asked.of(
        [nameless((made, read, same)), nameless((made, step("get", "server.CanRead")))]
    )
    assert found == [
        ("new", "AnonymousPipeServerStream(direction)", 2),
        ("call", "Read(buffer, count, offset)", 1),
        ("get", "CanRead", 1),
    ]


def test_what_a_static_member_is_of_is_listed_and_the_harness_own_peer_is_not() -> None:
    peer = step("new", "Plain", **{"as": "peer", "in": "child"})
    wrap = step("call", "Stream.Synchronized", **{"with": {"stream": "$server"}})
    steps = (peer, step("call", "peer.Send"), wrap, step("observe", "exit", of="child"))
    assert asked.of([nameless(steps)]) == [("call", "Stream.Synchronized(stream)", 1)]
