"""Flush, WaitForPipeDrain and copies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model.breaking_off import CANCELLED
from spec.model.calls import Call
from spec.model.outcomes import BROKEN, CLOSED, DONE, UNSUPPORTED, Throws, Unspecified
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import OPEN, READ, End, May, Operation, Stream, World
from spec.model.transferring import begin


def flush(world: World, call: Call) -> Iterator[May]:
    """`Flush` and `FlushAsync`: nothing to do, and something to refuse."""
    stream = world.streams[call.object]
    if stream.state != IS_CLOSED and (world.is_shut(stream) or world.is_orphan(stream)):
        raise Unspecified("flushing an end whose handle somebody else closed")
    if call.member == "Flush":
        for end in _flushed(stream):
            yield May(end.outcome, end.requirement, world)
        return
    token = call.text("cancellationToken")
    ends = tuple(_flushed_later(stream))
    if token is not None and world.tokens[token]:
        cancelled = End(replace(CANCELLED, token=token), "stream.flush-async.cancelled-token")
        is_refused = stream.state != OPEN or stream.access == READ
        ends = (cancelled, *ends) if is_refused else (cancelled,)
    if not call.awaited and (stream.access == READ or stream.state == IS_CLOSED):
        raise Unspecified("whether the call or its task reports the state")
    operation = Operation(
        "flush", "stream.flush-async", call.object, world.next, token=token, ends=ends
    )
    yield from begin(world, call, operation)


def _flushed(stream: Stream) -> Iterator[End]:
    if stream.state == IS_CLOSED:
        said = "closed-read-end" if stream.access == READ else "disposed"
        yield End(CLOSED, f"stream.flush.{said}")
    elif stream.access == READ:
        yield End(UNSUPPORTED, "stream.flush.not-writable")
        yield End(DONE, "stream.flush.not-writable")
    elif stream.state == IS_BROKEN:
        yield End(BROKEN, "stream.flush.broken")
    else:
        yield End(DONE, "stream.flush.no-effect")


def _flushed_later(stream: Stream) -> Iterator[End]:
    if stream.state == IS_CLOSED:
        yield End(CLOSED, "stream.flush-async.disposed")
    elif stream.access == READ:
        yield End(UNSUPPORTED, "stream.flush-async.not-writable")
        yield End(DONE, "stream.flush-async.not-writable")
    elif stream.state == IS_BROKEN:
        yield End(BROKEN, "stream.flush-async.errors-in-task")
    else:
        yield End(DONE, "stream.flush-async.completes")


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
    if (bad := _destination(world, into, family)) is not None:
        if of_task and not call.awaited:
            raise Unspecified("whether the call or its task refuses the destination")
        yield May(bad.outcome, bad.requirement, world)
        return
    if stream.access != READ:
        if stream.state != IS_CLOSED:
            yield May(UNSUPPORTED, f"{family}.source-unreadable", world)
            return
        if of_task and not call.awaited:
            raise Unspecified("whether the call or its task tells of a closed source")
        for each in (UNSUPPORTED, CLOSED):
            yield May(each, "stream.copy-to.closed-write-end-source", world)
        return
    copied = {world.streams[o.stream].pipe for _, o in world.pending() if o.kind == "copy"}
    if into in world.streams and world.streams[into].pipe in {stream.pipe, *copied}:
        raise Unspecified("a copy that feeds itself")
    token = call.text("cancellationToken")
    operation = Operation(
        "copy", family, call.object, world.next, size, into=into, thread=not of_task, token=token
    )
    ends: tuple[End, ...] = ()
    if stream.state == IS_CLOSED or world.is_shut(stream):
        if of_task and not call.awaited:
            raise Unspecified("whether the call or its task tells of a closed source")
        sizeless = token is not None and "bufferSize" not in call.arguments
        ends = (End(CLOSED, f"{family}.{'refused-with-token' if sizeless else 'source-disposed'}"),)
        if token is not None and world.tokens[token]:
            ends = (End(replace(CANCELLED, token=token), f"{family}.cancelled-before"), *ends)
    elif token is not None and world.tokens[token]:
        ends = (End(replace(CANCELLED, token=token), f"{family}.cancelled-before"),)
    elif world.is_orphan(stream):
        raise Unspecified("two owners of one number: the other one has closed it")
    yield from begin(world, call, replace(operation, ends=ends))


def _destination(world: World, name: str, family: str) -> End | None:
    """What is wrong with where a copy should go."""
    if name in world.memories:
        memory = world.memories[name]
        closed, writable = memory.closed, memory.writable
    else:
        stream = world.streams[name]
        closed, writable = stream.state == IS_CLOSED, stream.access != READ
        if not closed and (world.is_shut(stream) or world.is_orphan(stream)):
            raise Unspecified("a destination whose handle somebody else closed")
    if closed:
        return End(CLOSED, f"{family}.destination-disposed")
    return None if writable else End(UNSUPPORTED, f"{family}.destination-unwritable")
