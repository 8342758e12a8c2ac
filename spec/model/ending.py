"""Closing: of ends, of handle objects, of the server's own copy of its client's handle."""

from __future__ import annotations

from collections.abc import Iterator

from spec.model.breaking_off import abandon
from spec.model.calls import Call
from spec.model.outcomes import DONE, Unspecified
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import May, World
from spec.model.waiting import settle

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
    if any(each.stream == call.object and each.wrapper for _, each in world.pending()):
        raise Unspecified("whether what waits for its turn in a wrapper has begun")
    requirement = ROUTES[call.member]
    if stream.state == IS_BROKEN:
        requirement = "stream.dispose.broken-quiet"
    for _, operation in world.pending():
        if operation.stream == call.object:
            how = "sync" if operation.thread else "async"
            kind = "write" if operation.kind in ("write", "drain") else "read"
            requirement = f"stream.dispose-pending.{how}-{kind}"
    after = world.copy()
    after.change(call.object, state=IS_CLOSED)
    abandon(after, call.object)
    _require_alone(after, stream.own)
    _require_last_owner(after, stream.own)
    _require_unwatched(world, stream.own)
    after.close(stream.own)
    if stream.client is None:
        yield from _settled(after, requirement)
        return
    for taken, said in _client_goes(world, call.object):
        other = after.copy()
        if taken:
            _require_alone(other, stream.client)
            _require_one_owner(other, stream.client)
            other.close(stream.client)
        yield from _settled(other, requirement if "pending" in requirement else said or requirement)


def _client_goes(world: World, name: str) -> Iterator[tuple[bool, str]]:
    """Whether a server's end takes its client's handle along, and what says so."""
    stream = world.streams[name]
    if stream.adopted:
        yield False, "server.ctor-handles.client-handle-left-open"
    elif stream.client is None or world.safes[stream.client].closed:
        yield False, ""
    elif stream.given_text and stream.inheritable:
        yield True, "server.dispose.string-inheritable-client-closed"
    elif stream.given_text and _other_owners(world, stream.client):  # a client made of the text
        yield False, "stream.dispose.written-bytes-survive"
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
    _require_one_owner(world, stream.client)
    after = world.copy()
    after.close(stream.client)
    yield from _settled(after, "server.dispose-local-copy.closes-local-copy")


def safe_handle(world: World, call: Call) -> Iterator[May]:
    """`Dispose` and `Close` of a SafePipeHandle."""
    safe = world.safe_names[call.object]
    if not world.safes[safe].closed:
        _require_alone(world, safe)
        if world.safes[safe].owns:
            _require_one_owner(world, safe)
        _require_unwatched(world, safe)
    after = world.copy()
    after.close(safe)
    owns = world.safes[safe].owns
    said = (
        f"safe-handle.{call.member.lower()}.releases"
        if owns
        else "safe-handle.ctor.owns-handle-false"
    )
    yield from _settled(after, said)


def forget(world: World, call: Call) -> Iterator[May]:
    """Names are dropped: what nobody can reach any more is reclaimed, and its handles are closed."""
    names = call.target.split()
    there = {*world.streams, *world.safe_names, *world.operations, *world.callbacks}
    if not there.issuperset(names):
        raise KeyError(call.target)
    after = world.copy()
    for name in names:
        after.safe_names.pop(name, None)
    used = {*world.wrappers.values(), *(each.stream for each in world.texters.values())}
    if used.intersection(names):
        raise Unspecified("a stream that something else holds")
    gone = [(name, world.streams[name]) for name in names if name in world.streams]
    for name, stream in gone:
        closes = [stream.own] if stream.state != IS_CLOSED else []
        goes = (
            list(_client_goes(world, name)) if stream.state != IS_CLOSED and stream.server else []
        )
        if len(goes) > 1:
            raise Unspecified("a client handle that was given out as a text with None")
        if goes and goes[0][0] and stream.client is not None:
            closes.append(stream.client)
        del after.streams[name]
        for safe in closes:
            _require_alone(world, safe)
            if safe in _reachable(after):
                raise Unspecified(
                    "a handle object that others hold is left by a stream nobody holds"
                )
            _require_last_owner(world, safe)
            after.close(safe)
    for _, operation in world.pending():
        if operation.stream in names or operation.into in names:
            raise Unspecified("a stream that is forgotten under its own operation")
    for name, operation in world.operations.items():
        if operation.stream in names and operation.begun and name not in names:
            raise Unspecified("whether an IAsyncResult, or its callback, leads to its stream")
    if any(stream in names for stream in world.unused.values()):
        raise Unspecified("whether a callback that was never called leads to its stream")
    after.operations = {k: each for k, each in after.operations.items() if each.stream not in names}
    after.callbacks = {k: each for k, each in after.callbacks.items() if each in after.operations}
    kept = _reachable(after)
    lost = [safe for safe, each in after.safes.items() if safe not in kept and not each.closed]
    for safe in lost:
        if any(other != safe and _shares(world, other, safe) for other in world.safes):
            raise Unspecified("two owners of one number")
        if any(
            each.client == safe and each.given_text and not each.inheritable for _, each in gone
        ):
            raise Unspecified("a client handle that was given out as a text with None")
        after.close(safe)
    whose = "server" if any(each.server for _, each in gone) else "client"
    yield from _settled(after, f"{whose}.finalize.releases-handles")


def _reachable(world: World) -> set[int]:
    """The handle objects that a stream or a name leads to."""
    held = {each.own for each in world.streams.values()}
    held |= {each.client for each in world.streams.values() if each.client is not None}
    return held | set(world.safe_names.values())


def _shares(world: World, one: int, other: int) -> bool:
    """Whether two handle objects stand for one open handle."""
    handle = world.safes[other].handle
    return handle is not None and handle in world.handles and world.safes[one].handle == handle


def _require_one_owner(world: World, safe: int) -> None:
    """Raises Unspecified if a client of this process, made of the text, owns the number, too."""
    if _other_owners(world, safe):
        raise Unspecified("two owners of one number")


def _require_last_owner(world: World, safe: int) -> None:
    """Raises Unspecified if a client that was made later owns the number, too, and may have taken it over."""
    if not world.safes[safe].closed and any(other > safe for other in _other_owners(world, safe)):
        raise Unspecified(
            "whether the owner of a number gives it up to a client that is made of it"
        )


def _require_unwatched(world: World, safe: int) -> None:
    """Raises Unspecified if another object has the number that its owner closes, and may have waited on a copy."""
    known = world.safes[safe]
    if not known.owns or known.handle not in world.handles:
        return
    is_polled = world.pipes[world.handles[known.handle].pipe].polled
    others = [each for key, each in world.safes.items() if key != safe and not each.closed]
    if is_polled and known.handle in [each.handle for each in others]:
        raise Unspecified("whether one that has waited on a number keeps a copy of it")


def _other_owners(world: World, safe: int) -> list[int]:
    return [
        other
        for other, each in world.safes.items()
        if other != safe and each.owns and not each.closed and _shares(world, other, safe)
    ]


def _require_alone(world: World, safe: int) -> None:
    """Raises Unspecified if an operation under way uses the handle through another end."""
    handle = world.safes[safe].handle
    for _, operation in world.pending():
        if operation.kind == "join" or operation.left and operation.kind == "copy":
            continue  # who waits for a task uses no handle, nor does a copy that writes what it has read
        own = world.streams[operation.stream].own
        if own == safe or world.safes[own].handle == handle:
            raise Unspecified("a handle that is closed under an operation of another end")


def _settled(world: World, requirement: str) -> Iterator[May]:
    for after in settle(world):
        yield May(DONE, requirement, after)
