"""Worlds of the executable specification to begin with."""

from __future__ import annotations

from spec.model import rules
from spec.model.calls import Call, Ref
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
