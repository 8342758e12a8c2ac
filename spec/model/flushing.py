"""Flush, WaitForPipeDrain and copies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model.calls import Call
from spec.model.outcomes import BROKEN, CLOSED, DONE, UNSUPPORTED, Throws, Unspecified
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import OPEN, READ, End, May, Operation, World
from spec.model.transferring import begin
from spec.model.waiting import CANCELLED


def flush(world: World, call: Call) -> Iterator[May]:
    """`Flush` and `FlushAsync`: nothing to do, and something to refuse."""
    stream = world.streams[call.object]
    if stream.state == OPEN and world.is_shut(stream):
        raise Unspecified("flushing an end whose handle somebody else closed")
    of_task = call.member == "FlushAsync"
    token = call.text("cancellationToken")
    if token is not None and world.tokens[token]:
        if stream.state != OPEN or stream.access == READ:
            raise Unspecified("whether a cancelled token or the state is told first")
        yield May(replace(CANCELLED, token=token), "stream.flush-async.cancelled-token", world)
    elif stream.state == IS_CLOSED:
        said = "async.disposed" if of_task else "disposed"
        if stream.access == READ and not of_task:
            said = "closed-read-end"
        yield May(CLOSED, f"stream.flush{'-' if of_task else '.'}{said}", world)
    elif stream.access == READ:
        family = "stream.flush-async" if of_task else "stream.flush"
        yield May(UNSUPPORTED, f"{family}.not-writable", world)
        yield May(DONE, f"{family}.not-writable", world)
    elif stream.state == IS_BROKEN:
        said = "stream.flush-async.errors-in-task" if of_task else "stream.flush.broken"
        yield May(BROKEN, said, world)
    else:
        yield May(
            DONE, "stream.flush-async.completes" if of_task else "stream.flush.no-effect", world
        )


def drain(world: World, call: Call) -> Iterator[May]:
    """`WaitForPipeDrain`: the state is looked at ahead of the direction."""
    stream = world.streams[call.object]
    family = "stream.wait-for-pipe-drain"
    if stream.state == IS_CLOSED:
        of_reader = stream.access == READ
        said = "stream.drain.state-before-direction" if of_reader else f"{family}.disposed"
        yield May(CLOSED, said, world)
    elif world.is_shut(stream) or world.is_orphan(stream):
        raise Unspecified("draining an end whose handle somebody else closed")
    elif stream.access == READ:
        yield May(UNSUPPORTED, f"{family}.not-writable", world)
    elif stream.state == IS_BROKEN:
        yield May(BROKEN, f"{family}.broken", world)
    elif not world.held(stream.pipe, READ):
        raise Unspecified("draining a pipe whose reader is gone, which nobody has found yet")
    else:
        yield from begin(
            world, call, Operation("drain", family, call.object, world.next, thread=True)
        )


def copy(world: World, call: Call) -> Iterator[May]:
    """`CopyTo` and `CopyToAsync` into a stream in memory: the destination is looked at first."""
    of_task = call.member == "CopyToAsync"
    family = "stream.copy-to-async" if of_task else "stream.copy-to"
    into, size = call.text("destination"), call.arguments.get("bufferSize", 81920)
    assert isinstance(size, int)
    stream = world.streams[call.object]
    if into is None:
        outcome = Throws("ArgumentNullException", "destination")
        yield May(outcome, f"{family}.destination-null", world)
        return
    if size <= 0:
        outcome = Throws("ArgumentOutOfRangeException", "bufferSize")
        said = f"{family}.buffer-size-{'negative' if size else 'zero'}"
        yield May(outcome, said, world)
        return
    if stream.access != READ:
        said = "stream.copy-to.closed-write-end-source"
        closed = stream.state == IS_CLOSED
        yield May(UNSUPPORTED, said if closed else f"{family}.source-unreadable", world)
        return
    token = call.text("cancellationToken")
    operation = Operation(
        "copy", family, call.object, world.next, into=into, thread=not of_task, token=token
    )
    ends: tuple[End, ...] = ()
    if stream.state == IS_CLOSED or world.is_shut(stream):
        if token is not None and world.tokens[token]:
            raise Unspecified("whether a cancelled token or the state is told first")
        said = "closed-source-in-task" if of_task else "source-disposed"
        ends = (End(CLOSED, f"{family}.{said}"),)
    elif token is not None and world.tokens[token]:
        ends = (End(replace(CANCELLED, token=token), f"{family}.cancelled-before"),)
    elif world.is_orphan(stream):
        raise Unspecified("two owners of one number: the other one has closed it")
    yield from begin(world, call, replace(operation, ends=ends))
