"""What a callback does with its stream, besides asking what came: it closes it, or reads on."""

from __future__ import annotations

from dataclasses import replace

from spec.model import arguments
from spec.model.calls import Call
from spec.model.outcomes import CLOSED, Throws, Unspecified, Waits
from spec.model.queueing import READING
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import PAGE, End, May, Operation, World

CLOSES = ("Dispose", "Close")
READS_ON = "ReadByte"
WRITES = ("Write", "WriteAsync", "BeginWrite")
"""What may go into a pipe in parts."""


def require_alone(world: World, operation: Operation) -> None:
    """Raises Unspecified where a callback that closes its stream, or reads on, has others of its kind beside it."""
    pipe = world.streams[operation.stream].pipe
    for _, other in world.pending():
        same = world.streams[other.stream].pipe == pipe
        like = (other.kind in READING) == (operation.kind in READING)
        if same and like and (operation.calls or other.calls):
            raise Unspecified("what a callback does to what waits beside it")


def require_no_wait(world: World, operation: Operation) -> None:
    """Raises Unspecified where the callback of what has ended at once reads on, and waits: the call that began it may have called it."""
    reading = world.operations.get(_own(operation))
    if reading and not reading.ends:
        raise Unspecified("whether a call waits for the callback that it may call itself")


def require_foreseen(world: World, call: Call, may: May) -> None:
    """Raises Unspecified where what comes depends on how far a callback has come."""
    if is_closing(may.after):
        in_parts = call.member in WRITES and arguments.region(world, call)[1] > PAGE
        if isinstance(may.outcome, Waits) or in_parts:
            raise Unspecified("how far a callback has come that closes its stream")


def _own(operation: Operation) -> str:
    """What the ReadByte of its callback is called."""
    return f"({operation.callback})"


def is_closing(world: World) -> bool:
    """Whether a callback that closes its stream has begun, and nobody has waited for it yet."""
    return any(map(closes, world.operations.values()))


def closes(operation: Operation) -> bool:
    """Whether it is over, and its callback closes the stream, or has closed it, and nobody has waited for that yet."""
    is_due = bool(operation.ends) and not operation.called
    return is_due and operation.calls in CLOSES and not _has_failed(operation)


def _has_failed(operation: Operation) -> bool:
    """Whether the callback asked what came, and that was an error: it calls nothing then."""
    return operation.inside and any(isinstance(end.outcome, Throws) for end in operation.ends)


def due(world: World) -> World | None:
    """The world in which the next callback that reads on does so; none if no such one is due."""
    for name, operation in world.operations.items():
        reads_on = operation.calls == READS_ON and operation.ends
        if reads_on and not _has_failed(operation):
            return _reading_on(world, name, operation)
    return None


def _reading_on(world: World, name: str, operation: Operation) -> World:
    """A callback's ReadByte is a call that blocks a thread of its own."""
    stream = world.streams[operation.stream]
    if world.is_orphan(stream):
        raise Unspecified("two owners of one number: the other one has closed it")
    ends: tuple[End, ...] = ()
    if stream.state == IS_CLOSED:
        ends = (End(CLOSED, "stream.read-byte.disposed"),)
    elif world.is_shut(stream):
        ends = (End(CLOSED, "stream.closed.handle-closed-outside"),)
    after = world.copy()
    after.number()
    own = _own(operation)
    after.callbacks[operation.callback] = own
    after.operations[name] = replace(
        operation, callback="", calls="", collected=operation.collected or operation.inside
    )
    after.operations[own] = Operation(
        "byte", "stream.read-byte", operation.stream, world.next, count=1, minimum=1, thread=True,
        callback=operation.callback, inside=True, prompt=True, ends=ends,
    )  # fmt: skip
    return after
