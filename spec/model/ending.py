"""Closing: of ends, of handle objects, of the server's own copy of its client's handle."""

from __future__ import annotations

from collections.abc import Iterator

from spec.model.calls import Call
from spec.model.outcomes import DONE, Unspecified
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import May, World
from spec.model.waiting import abandon, settle

ROUTES = {
    "Dispose": "stream.dispose.releases-handle",
    "Close": "stream.close.same-as-dispose",
    "DisposeAsync": "stream.dispose-async.releases",
}


def dispose(world: World, call: Call) -> Iterator[May]:
    """`Dispose`, `Close` and `DisposeAsync` of an end."""
    stream = world.streams[call.object]
    if stream.state == IS_CLOSED:
        yield May(DONE, "stream.dispose.any-route-repeatable", world)
        return
    requirement = ROUTES[call.member]
    if stream.state == IS_BROKEN:
        requirement = "stream.dispose.broken-quiet"
    after = world.copy()
    after.change(call.object, state=IS_CLOSED)
    abandon(after, call.object)
    _require_alone(after, stream.own)
    after.close(stream.own)
    if stream.client is None:
        yield from _settled(after, requirement)
        return
    for taken, said in _client_goes(world, call.object):
        other = after.copy()
        if taken:
            _require_alone(other, stream.client)
            other.close(stream.client)
        yield from _settled(other, said or requirement)


def _client_goes(world: World, name: str) -> Iterator[tuple[bool, str]]:
    """Whether a server's end takes its client's handle along, and what says so."""
    stream = world.streams[name]
    if stream.adopted:
        yield False, "server.ctor-handles.client-handle-left-open"
    elif stream.client is None or world.safes[stream.client].closed:
        yield False, ""
    elif stream.given_text and stream.inheritable:
        yield True, "server.dispose.string-inheritable-client-closed"
    elif stream.given_text:  # with None a text is of no use to a child: nobody says
        yield True, ""
        yield False, ""
    elif stream.given_handle:
        yield False, "server.dispose.safe-handle-exposed-client-kept"
    else:
        yield True, "server.dispose.unexposed-client-closed"


def local_copy(world: World, call: Call) -> Iterator[May]:
    """`DisposeLocalCopyOfClientHandle`."""
    stream = world.streams[call.object]
    assert stream.client is not None
    if world.safes[stream.client].closed:
        yield May(DONE, "server.dispose-local-copy.repeatable", world)
        return
    _require_alone(world, stream.client)
    after = world.copy()
    after.close(stream.client)
    yield from _settled(after, "server.dispose-local-copy.closes-local-copy")


def safe_handle(world: World, call: Call) -> Iterator[May]:
    """`Dispose` and `Close` of a SafePipeHandle."""
    safe = world.safe_names[call.object]
    if not world.safes[safe].closed:
        _require_alone(world, safe)
    after = world.copy()
    after.close(safe)
    owns = world.safes[safe].owns
    said = "safe-handle.dispose.releases" if owns else "safe-handle.ctor.owns-handle-false"
    yield from _settled(after, said)


def _require_alone(world: World, safe: int) -> None:
    """Raises Unspecified if an operation under way uses the handle through another end."""
    handle = world.safes[safe].handle
    for _, operation in world.pending():
        own = world.streams[operation.stream].own
        if own == safe or world.safes[own].handle == handle:
            raise Unspecified("a handle that is closed under an operation of another end")


def _settled(world: World, requirement: str) -> Iterator[May]:
    for after in settle(world):
        yield May(DONE, requirement, after)
