"""What lets a read go on: bytes, the end of the pipe; and what is then left in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model import saying
from spec.model.outcomes import DONE, Outcome, Reads, Returns, Throws, Unspecified
from spec.model.queueing import on_the_way, waiting_on
from spec.model.reading import taken
from spec.model.state import End, Operation, World

FEW = 16
"""Up to so many bytes a read's shorter results are told one by one."""


def read(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A reading operation takes bytes: as many as there are and it wants, or fewer but one at least."""
    stream = world.streams[operation.stream]
    there = world.pipes[stream.pipe].content + on_the_way(world, stream.pipe)
    most = min(operation.count - len(operation.got), len(there))
    gathers = operation.kind in ("exactly", "least")
    fewest = most if operation.kind in ("exactly", "byte") or most > FEW else 1
    for taken in range(most, fewest - 1, -1):
        after = world.copy()
        got = operation.got + there[:taken]
        take(after, stream.pipe, taken)
        after.change_operation(name, got=got)
        _fill(after, replace(operation, got=got))
        if not gathers or len(got) >= operation.minimum:
            full = taken == most or gathers
            after.change_operation(
                name, ends=(End(_read_outcome(operation, got), saying.received(operation, full)),)
            )
        yield after


def _read_outcome(operation: Operation, got: bytes) -> Outcome:
    if operation.kind == "byte":
        return Returns(got[0])
    if not operation.shown:
        return Returns(None if operation.kind == "exactly" else len(got))
    return Reads(got, operation.kind != "exactly")


def _fill(world: World, operation: Operation) -> None:
    """The bytes that were read stand in the array, from the offset on, and nothing else of it changed."""
    if operation.array is not None:
        before, at = world.arrays[operation.array], operation.offset
        world.arrays[operation.array] = (
            before[:at] + operation.got + before[at + len(operation.got) :]
        )


def take(world: World, pipe: int, count: int) -> None:
    before = world.pipes[pipe].content
    if count >= len(before) and waiting_on(world, pipe, ("drain",)) and on_the_way(world, pipe):
        raise Unspecified("whether draining sees the moment between two writes")
    left, more = before[count:], max(0, count - len(before))
    writes = waiting_on(world, pipe, ("write",))
    if more and len({each.stream for _, each in writes if each.left}) > 1:
        raise Unspecified("which of two ends that write into a full pipe comes first")
    world.change_pipe(pipe, content=left, burst=world.pipes[pipe].burst if left else 0)
    for name, each in writes:
        if more:
            world.change_operation(name, left=each.left[more:])
            world.change_pipe(pipe, burst=world.pipes[pipe].capacity)  # what is in it nobody knows
            more -= min(more, len(each.left))
    if not left and not on_the_way(world, pipe):
        world.change_pipe(pipe, burst=0)


def met_end(world: World, name: str, operation: Operation) -> World:
    """The pipe is empty and no writer is left."""
    after = world.copy()
    after.change(operation.stream, ended=True)
    after.change_operation(name, ends=(_end_of_pipe(world, operation),))
    return after


def _end_of_pipe(world: World, operation: Operation) -> End:
    said = saying.ended(operation, again=world.streams[operation.stream].ended)
    match operation.kind:
        case "copy":
            return End(DONE, said)
        case "byte":
            return End(Returns(-1), said)
        case "exactly" | "least" if operation.strict:
            return End(Throws("EndOfStreamException"), said)
        case "least":
            return End(_read_outcome(operation, operation.got), said)
    return End(Reads(b"") if operation.shown and not operation.begun else Returns(0), said)


def text(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A StreamReader goes on as soon as what is there is enough for it."""
    found = taken(world, operation)
    if found is not None:
        outcome, said, count = found
        after = world.copy()
        take(after, world.streams[operation.stream].pipe, count)
        after.change_operation(name, ends=(End(outcome, said),))
        yield after
