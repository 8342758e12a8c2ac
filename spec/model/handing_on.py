"""What lets a copy go on: bytes at its source, and room at its destination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model.breaking_off import leave
from spec.model.outcomes import BROKEN, CLOSED, Unspecified
from spec.model.queueing import READING, copying_into, on_the_way, waiting_on
from spec.model.receiving import take
from spec.model.sending import has_room
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import PAGE, READ, End, Operation, World


def copied(world: World, name: str, operation: Operation) -> World:
    """A copy hands on what is there."""
    after = world.copy()
    pipe = world.streams[operation.stream].pipe
    there = world.pipes[pipe].content
    assert operation.into is not None
    if on_the_way(world, pipe) and not _takes(world, operation, len(there)):
        raise Unspecified("how much a copy has read when its destination takes no more")
    if operation.into in world.memories:
        memory = world.memories[operation.into]
        if memory.closed:
            of_task = operation.family == "stream.copy-to-async"
            said = "destination-closes" if of_task else "destination-disposed"
            after.change_operation(name, ends=(End(CLOSED, f"{operation.family}.{said}"),))
            after.change_pipe(pipe, blurred=True)
            return after
        after.memories[operation.into] = replace(memory, content=memory.content + there)
    else:
        after.change_operation(name, left=there)
    take(after, pipe, len(there))
    return after


def closed(world: World, name: str) -> World:
    """The source of a copy was closed while it wrote what it had read."""
    after = world.copy()
    said = "stream.dispose-pending.copy"
    after.change_operation(name, ends=(End(BROKEN, said), End(CLOSED, said)))
    return after


def _takes(world: World, operation: Operation, count: int) -> bool:
    """Whether a copy's destination takes so much at once."""
    if operation.into in world.memories:
        return not world.memories[operation.into].closed
    assert operation.into is not None
    into = world.streams[operation.into]
    if into.state in (IS_CLOSED, IS_BROKEN) or not world.held(into.pipe, READ):
        return False
    return has_room(world, into.pipe, count)


def handed_on(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A copy writes into another end what it has read."""
    assert operation.into is not None
    into, source = world.streams[operation.into], world.streams[operation.stream].pipe
    after = world.copy()
    if into.state == IS_CLOSED:
        of_task = operation.family == "stream.copy-to-async"
        said = "destination-closes" if of_task else "destination-disposed"
        said = f"{operation.family}.{said}"
        after.change_operation(name, ends=(End(CLOSED, said), End(BROKEN, said)))
        leave(after, operation)
        yield after
    elif world.is_shut(into) or world.is_orphan(into):
        raise Unspecified("a destination whose handle somebody else closed")
    elif into.state == IS_BROKEN or not world.held(into.pipe, READ):
        after.change(operation.into, state=IS_BROKEN)
        after.change_pipe(into.pipe, blurred=True)
        said = f"{operation.family}.destination-io-error"
        after.change_operation(name, ends=(End(BROKEN, said),))
        leave(after, operation)
        yield after
    elif (
        on_the_way(world, into.pipe)
        or world.pipes[into.pipe].partly
        or copying_into(world, into.pipe) != [operation]
    ):
        raise Unspecified("a copy into a pipe that others wait to write into")
    elif has_room(world, into.pipe, len(operation.left)):
        pipe = world.pipes[into.pipe]
        if operation.count % PAGE and pipe.burst + len(operation.left) > PAGE:
            raise Unspecified("how much room pieces leave unused at the end of a page")
        content, burst = pipe.content + operation.left, pipe.burst + len(operation.left)
        after.change_pipe(into.pipe, content=content, burst=burst)
        after.change_operation(name, left=b"")
        yield after
    elif not world.pipes[source].blurred:
        if waiting_on(world, into.pipe, READING):
            raise Unspecified(
                "who reads what a copy has handed on of more than its destination holds"
            )
        # it waits: how much it has taken by then is its affair, and how much it has moved, if there is any room
        is_full = len(world.pipes[into.pipe].content) == world.pipes[into.pipe].capacity
        after.change_pipe(into.pipe, blurred=not is_full)
        after.change_pipe(source, blurred=True)
        yield after
