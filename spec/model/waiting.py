"""Operations that wait: what may happen to each next, until nothing can."""

from __future__ import annotations

from collections.abc import Iterator

from spec.model import calling_back, failing, handing_on, queueing, receiving, sending
from spec.model.outcomes import Unspecified
from spec.model.state import CLOSED, DRAIN, READ, WRITE, Operation, World

TEXT = ("line", "rest", "more")
CERTAIN = ("write", "exactly", "byte")
"""What comes out the same however soon bytes come."""


def settle(world: World) -> Iterator[World]:
    """The world with everything ended that can end, in each way in which it may."""
    for name, operation in world.pending():
        if not queueing.is_first(world, name, operation):
            continue
        steps = [*failing.unwatched(world, name, operation)] or [*_steps(world, name, operation)]
        if steps:
            rivals = queueing.rivals(world, name, operation)
            for rival, each in rivals:
                steps += _steps(world, rival, each)
            for step in steps:
                if rivals:
                    queueing.race(world, step)
                yield from settle(step)
            return
    after = calling_back.due(world)
    yield from (world,) if after is None else settle(after)


def _steps(world: World, name: str, operation: Operation) -> Iterator[World]:
    """What may happen next to an operation; nothing if it has to wait."""
    stream = world.streams[operation.stream]
    pipe = world.pipes[stream.pipe]
    if not pipe.maker and not (world.held(stream.pipe, READ) and world.held(stream.pipe, WRITE)):
        raise Unspecified("what else a runtime has of its standard streams")
    if operation.kind not in CERTAIN and queueing.has_locked_out(world, stream.pipe):
        raise Unspecified("how soon the next call of a wrapper begins")
    call = operation.stream, DRAIN if operation.kind == "drain" else stream.access
    if call in world.faults:
        yield from failing.failed(world, name, operation, call)
    elif operation.kind == "drain":
        yield from sending.drain(world, name, operation)
    elif operation.kind == "join":
        yield from _joined(world, name, operation)
    elif operation.kind == "write":
        yield from sending.write(world, name, operation)
    elif operation.kind in TEXT:
        yield from receiving.text(world, name, operation)
    elif operation.kind == "copy" and operation.left:
        yield from handing_on.handed_on(world, name, operation)
    elif operation.kind == "copy" and stream.state == CLOSED:
        yield handing_on.closed(world, name)
    elif pipe.content or (
        pipe.burst and operation.kind != "copy" and queueing.on_the_way(world, stream.pipe)
    ):
        if operation.kind == "copy":
            yield handing_on.copied(world, name, operation)
        else:
            yield from receiving.read(world, name, operation)
    elif not world.held(stream.pipe, WRITE):
        yield receiving.met_end(world, name, operation)


def _joined(world: World, name: str, operation: Operation) -> Iterator[World]:
    """Who waits for an operation is told what came of it."""
    assert operation.into is not None
    for end in world.operations[operation.into].ends:
        after = world.copy()
        after.change_operation(operation.into, ends=(end,), collected=True)
        after.change_operation(name, ends=(end,))
        yield after
