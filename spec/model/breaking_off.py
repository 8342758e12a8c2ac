"""What ends an operation from outside: its token, the disposal of its end; and what it leaves behind it."""

from __future__ import annotations

from dataclasses import replace

from spec.model.outcomes import BROKEN, CLOSED, DONE, Throws, Unspecified
from spec.model.state import End, Operation, World

CANCELLED = Throws("OperationCanceledException", derived=True)


def cancel(world: World, token: str) -> None:
    """Ends every operation under way that has this token."""
    for name, operation in world.pending():
        if operation.token == token:
            outcome = replace(CANCELLED, token=token)
            if operation.kind in ("exactly", "least"):
                said = "stream.read-exactly-async.cancel-pending"
            elif operation.kind == "copy":
                waits = "cancel-writing" if operation.left else "cancel-pending"
                said = f"stream.copy-to-async.{waits}"
            else:
                said = f"{operation.family}.cancelled-exception"
            leave(world, operation)
            world.change_operation(name, ends=(End(outcome, said),))


def abandon(world: World, stream: str) -> None:
    """Ends every operation under way on an end that is closed (stream.dispose-pending)."""
    _meet_drains(world, stream)
    for name, operation in world.pending():
        if operation.stream != stream or operation.kind == "join":
            continue
        if operation.kind == "copy" and operation.left:  # it waits for another end
            if len(operation.left) > operation.count:
                raise Unspecified("how many pieces a copy has taken whose source is closed")
            continue
        how = "async" if not operation.thread else "sync"
        said = f"stream.dispose-pending.{how}-{'write' if operation.kind == 'write' else 'read'}"
        ends: tuple[End, ...] = (End(BROKEN, said), End(CLOSED, said))
        if operation.kind == "copy":
            ends = tuple(replace(end, requirement="stream.dispose-pending.copy") for end in ends)
        if operation.begun:
            kind = "write" if operation.kind == "write" else "read"
            ends = (End(BROKEN, f"stream.end-{kind}.closed"),)
        if operation.kind == "drain":
            ends = tuple(
                replace(end, requirement="stream.dispose-pending.sync-write") for end in ends
            )
        leave(world, operation)
        if operation.kind == "write" and operation.texter is not None:
            text = world.texters[operation.texter]
            world.texters[operation.texter] = replace(text, spoilt=True)
        world.change_operation(name, ends=ends)


def _meet_drains(world: World, stream: str) -> None:
    """A drain may look at the pipe only now and then: a disposal may come before it sees that all is read."""
    said = "stream.dispose-pending.sync-write"
    for name, operation in list(world.operations.items()):
        is_drained = DONE in (end.outcome for end in operation.ends)
        if operation.stream == stream and operation.kind == "drain" and is_drained:
            ends = (*operation.ends, End(BROKEN, said), End(CLOSED, said))
            world.change_operation(name, ends=ends)


def leave(world: World, operation: Operation) -> None:
    """What an operation that is broken off leaves behind it: nobody knows how far it has come."""
    number = world.streams[operation.stream].pipe
    pipe = world.pipes[number]
    if operation.kind == "write":
        none_went = len(operation.left) == operation.count and len(pipe.content) >= pipe.capacity
        world.change_pipe(number, blurred=pipe.blurred or not none_went)
    elif operation.got:  # what has come last it may not have taken yet
        world.change_pipe(number, blurred=True)
        world.arrays.pop(operation.array or "", None)
    elif operation.kind == "copy":
        world.change_pipe(number, blurred=True)
        if operation.into in world.streams:
            world.change_pipe(world.streams[operation.into].pipe, blurred=True)
        if operation.into in world.memories:
            memory = world.memories[operation.into]
            world.memories[operation.into] = replace(memory, unsure=True)
