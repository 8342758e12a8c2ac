"""What lets a write, and a drain, go on: room in the pipe, or that nothing is left in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model import saying
from spec.model.outcomes import BROKEN, DONE, Unspecified
from spec.model.queueing import (
    competes,
    copying_into,
    is_locked_out,
    on_the_way,
    require_taken,
    waiting_on,
)
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import PAGE, READ, End, Operation, World


def write(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A writing operation puts in as much as there is room for, and ends when all of it went in."""
    pipe = world.streams[operation.stream].pipe
    state = world.pipes[pipe]
    after = world.copy()
    if not world.held(pipe, READ):
        after.change(operation.stream, state=IS_BROKEN)
        after.change_pipe(pipe, blurred=True)  # a part may have gone in before
        said = (
            "stream.end-write.internal-error" if operation.begun else f"{operation.family}.broken"
        )
        if operation.texter is not None:
            said = "text.writer.broken-pipe"
            text = world.texters[operation.texter]
            after.texters[operation.texter] = replace(text, spoilt=True)
        after.change_operation(name, ends=(End(BROKEN, said),))
        yield after
        return
    require_taken(world, pipe)
    if copying_into(world, pipe):
        raise Unspecified("who comes first, a write or a copy that waits for room")
    has_waited = operation.order != world.next - 1
    others = [
        each
        for other, each in world.pending()
        if other != name and competes(each, operation) and not is_locked_out(world, each)
    ]
    halfway = any(len(each.left) != each.count for each in others)
    has_part = len(state.content) < state.capacity and not has_waited
    by_thread = operation.thread or any(each.thread for each in others)
    if others and by_thread and (halfway or has_part):
        raise Unspecified("how much room a write that waits has left for another")
    if state.blurred:
        raise Unspecified("how much room a write that was broken off has left")
    waiting = [each for _, each in waiting_on(world, pipe, ("write",)) if each.left]
    if operation.left and any(each.stream != operation.stream for each in waiting):
        if len(state.content) >= state.capacity > 0:
            return
        if state.content or state.burst or sum(len(each.left) for each in waiting) > PAGE:
            raise Unspecified("two ends that write into one full pipe")
    if operation.left and not has_room(world, pipe, len(operation.left)):
        moved = operation.left[: state.capacity - len(state.content)]
        if state.content or state.burst or not moved:
            return
    else:
        moved = operation.left
    left = operation.left[len(moved) :]
    after.change_pipe(pipe, content=state.content + moved, burst=state.burst + len(moved))
    after.change_operation(name, left=left)
    if not left:
        after.change_operation(name, ends=(End(DONE, saying.received(operation)),))
    yield after


def has_room(world: World, pipe: int, count: int) -> bool:
    """Whether so many bytes go into the pipe at once. Raises Unspecified where that is the system's affair.

    POSIX promises room for nobody; a page's worth since the pipe was empty fits into every system's pipe,
    and an empty pipe takes as much as it holds (stream.write.capacity-no-wait). Who reads to the end takes all that comes.
    """
    state = world.pipes[pipe]
    if waiting_on(world, pipe, ("rest",)):
        return True
    if not state.capacity:
        raise Unspecified("how large a pipe is for which too much was asked")
    if len(state.content) + count > state.capacity:
        if state.ahead:
            raise Unspecified("how much a reader of text takes ahead of what it is asked for")
        return False
    if not state.content and not state.burst or state.burst + count <= PAGE:
        return True
    raise Unspecified("how much room a pipe has that was partly read is the system's affair")


def drain(world: World, name: str, operation: Operation) -> Iterator[World]:
    pipe = world.streams[operation.stream].pipe
    family = "stream.wait-for-pipe-drain"
    if copying_into(world, pipe):
        raise Unspecified("whether draining sees what a copy still has")
    if world.pipes[pipe].content and world.pipes[pipe].ahead:
        raise Unspecified("how much a reader of text takes ahead of what it is asked for")
    if not world.pipes[pipe].content and not on_the_way(world, pipe):
        after = world.copy()
        after.change_operation(name, ends=(End(DONE, f"{family}.blocks"),))
        yield after
    elif not world.held(pipe, READ):
        after = world.copy()
        after.change(operation.stream, state=IS_BROKEN)
        after.change_operation(name, ends=(End(BROKEN, f"{family}.broken"),))
        yield after
