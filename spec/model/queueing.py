"""Who comes first: of operations that wait for the same, and where nobody says."""

from __future__ import annotations

from collections.abc import Collection

from spec.model.outcomes import Unspecified
from spec.model.state import Operation, World

READING = ("read", "byte", "exactly", "least", "copy", "line", "rest", "more")


def is_first(world: World, name: str, operation: Operation) -> bool:
    """Whether no task that began earlier on the same end waits for the same
    (stream.concurrent.reads-in-call-order, stream.concurrent.writes-in-call-order)."""
    if is_locked_out(world, operation):
        return False
    if operation.kind in ("drain", "join") or operation.thread:
        return True
    queue = [o for o, each in world.pending() if competes(each, operation) and not each.thread]
    return queue[0] == name


def is_locked_out(world: World, operation: Operation) -> bool:
    """Whether a wrapper that takes one call at a time is in another one (stream.synchronized.whole-writes)."""
    return operation.wrapper != "" and any(
        each.wrapper == operation.wrapper and each.order < operation.order
        for _, each in world.pending()
    )


def has_locked_out(world: World, pipe: int) -> bool:
    """Whether a write into a pipe waits for its turn in a wrapper."""
    return any(is_locked_out(world, each) for _, each in waiting_on(world, pipe, ("write",)))


def competes(one: Operation, other: Operation) -> bool:
    """Whether two operations wait for the same thing on the same end."""
    if one.stream != other.stream or one.kind in ("drain", "join"):
        return False
    return (one.kind in READING) == (other.kind in READING)


def rivals(world: World, name: str, operation: Operation) -> list[tuple[str, Operation]]:
    """Who may be served in its place: of calls that block threads, and of two ends, nobody says which comes first."""
    if operation.kind in ("drain", "join"):
        return []
    pipe = world.streams[operation.stream].pipe
    return [
        (other, each)
        for other, each in world.pending()
        if other != name
        and (
            competes(each, operation)
            or (
                (each.kind in READING) == (operation.kind in READING)
                and each.kind not in ("drain", "join")
                and world.streams[each.stream].pipe == pipe
            )
        )
        and is_first(world, other, each)
    ]


def race(before: World, after: World) -> None:
    """Notes of what has ended that something else might have ended in its place."""
    for name, each in after.operations.items():
        if each.ends and not before.operations[name].ends:
            after.change_operation(name, raced=True)


def require_taken(world: World, pipe: int) -> None:
    """Raises Unspecified if one of several reads that waited has come to its end, nobody knows which, and is not seen yet:
    it may run late, and take what is written later, too."""
    waiting = world.awaited()
    for name, each in world.operations.items():
        late = each.raced and (name in waiting or not each.collected) and each.kind in READING
        if late and len(each.got) < each.count and world.streams[each.stream].pipe == pipe:
            raise Unspecified("how much each of several reads that waited has taken")


def waiting_on(world: World, pipe: int, kinds: Collection[str]) -> list[tuple[str, Operation]]:
    """The operations of these kinds that are under way at a pipe, with their names, in the order of their beginning."""
    return [
        (name, each)
        for name, each in world.pending()
        if each.kind in kinds and world.streams[each.stream].pipe == pipe
    ]


def copying_into(world: World, pipe: int) -> list[Operation]:
    """The copies that wait for room in a pipe."""
    return [
        each
        for _, each in world.pending()
        if each.kind == "copy" and each.left and each.into in world.streams
        and world.streams[each.into].pipe == pipe
    ]  # fmt: skip


def on_the_way(world: World, pipe: int) -> bytes:
    """What writes that wait have still to put in: a part of it may be in the pipe already."""
    return b"".join(each.left for _, each in waiting_on(world, pipe, ("write",)))
