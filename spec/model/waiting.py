"""Operations: each begins, and ends at once or waits until something lets it end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model.outcomes import BROKEN, DONE, CLOSED, Outcome, Reads, Returns, Throws, Unspecified
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import PAGE, READ, WRITE, End, Operation, World

FEW = 16
"""Up to so many bytes a read's shorter results are told one by one."""
READING = ("read", "byte", "exactly", "least", "copy")
CANCELLED = Throws("OperationCanceledException", derived=True)


def settle(world: World) -> Iterator[World]:
    """The world with everything ended that can end, in each way in which it may."""
    for name, operation in world.pending():
        if not _is_first(world, name, operation):
            continue
        steps = list(_steps(world, name, operation))
        if steps:
            for each in steps:
                yield from settle(each)
            return
    yield world


def _is_first(world: World, name: str, operation: Operation) -> bool:
    """Whether none that began earlier on the same end waits for the same
    (stream.concurrent.reads-in-call-order, stream.concurrent.writes-in-call-order)."""
    if operation.kind == "drain":
        return True
    queue = [
        other
        for other, each in world.pending()
        if each.stream == operation.stream
        and (each.kind in READING) == (operation.kind in READING)
        and each.kind != "drain"
    ]
    return queue[0] == name


def _steps(world: World, name: str, operation: Operation) -> Iterator[World]:
    """What may happen next to an operation; nothing if it has to wait."""
    stream = world.streams[operation.stream]
    pipe = world.pipes[stream.pipe]
    if operation.kind == "drain":
        yield from _drain(world, name, operation)
    elif operation.kind == "write":
        yield from _write(world, name, operation)
    elif pipe.content:
        if operation.kind == "copy":
            yield _copied(world, name, operation)
        else:
            yield from _read(world, name, operation)
    elif not world.held(stream.pipe, WRITE):
        yield _met_end(world, name, operation)


def _read(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A reading operation takes bytes: as many as there are and it wants, or fewer but one at least."""
    stream = world.streams[operation.stream]
    there = world.pipes[stream.pipe].content
    most = min(operation.count - len(operation.got), len(there))
    gathers = operation.kind in ("exactly", "least")
    fewest = most if gathers or operation.kind == "byte" or most > FEW else 1
    for taken in range(most, fewest - 1, -1):
        after = world.copy()
        got = operation.got + there[:taken]
        _take(after, stream.pipe, taken)
        after.change_operation(name, got=got)
        _fill(after, replace(operation, got=got))
        if not gathers or len(got) >= operation.minimum:
            full = taken == most or gathers
            after.change_operation(
                name, ends=(End(_read_outcome(operation, got), _said(operation, full)),)
            )
        yield after


def _said(operation: Operation, full: bool) -> str:
    match operation.kind:
        case "byte":
            return "stream.read-byte.value"
        case "exactly":
            return (
                "stream.read-exactly-async.fills"
                if "async" in operation.family
                else "stream.read-exactly.fills-span"
            )
        case "least":
            return (
                "stream.read-at-least-async.result"
                if "async" in operation.family
                else "stream.read-at-least.count-between-min-and-length"
            )
    if operation.begun:
        return "stream.end-read.count"
    return f"{operation.family}.count" if full else f"{operation.family}.short"


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


def _take(world: World, pipe: int, count: int) -> None:
    left = world.pipes[pipe].content[count:]
    world.change_pipe(pipe, content=left, burst=world.pipes[pipe].burst if left else 0)


def _met_end(world: World, name: str, operation: Operation) -> World:
    """The pipe is empty and no writer is left."""
    after = world.copy()
    after.change(operation.stream, ended=True)
    after.change_operation(name, ends=(_end_of_pipe(world, operation),))
    return after


def _end_of_pipe(world: World, operation: Operation) -> End:
    of_task = "async" in operation.family
    early = Throws("EndOfStreamException")
    again = world.streams[operation.stream].ended
    match operation.kind:
        case "copy":
            return End(DONE, f"{operation.family}.copies-to-end")
        case "byte":
            return End(Returns(-1), "stream.eof.sticky" if again else "stream.read-byte.eof")
        case "exactly":
            return End(
                early,
                "stream.read-exactly-async.end-before-full"
                if of_task
                else "stream.read-exactly.end-before-count",
            )
        case "least" if operation.strict:
            return End(early, f"{operation.family}.end-throws-by-default")
        case "least":
            return End(
                _read_outcome(operation, operation.got), f"{operation.family}.end-short-count"
            )
    if operation.begun:
        return End(Returns(0), "stream.end-read.eof-zero")
    outcome: Outcome = Reads(b"") if operation.shown else Returns(0)
    sticky = "stream.eof.async-sticky" if of_task else "stream.eof.sticky"
    return End(outcome, sticky if again else f"{operation.family}.eof-zero")


def _copied(world: World, name: str, operation: Operation) -> World:
    """A copy hands on what is there."""
    after = world.copy()
    pipe = world.streams[operation.stream].pipe
    there = world.pipes[pipe].content
    assert operation.into is not None
    after.memories[operation.into] += there
    _take(after, pipe, len(there))
    return after


def _write(world: World, name: str, operation: Operation) -> Iterator[World]:
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
        after.change_operation(name, ends=(End(BROKEN, said),))
        yield after
        return
    if not has_room(world, pipe, len(operation.left)):
        moved = operation.left[: state.capacity - len(state.content)]
        if state.content or not moved:
            return
    else:
        moved = operation.left
    left = operation.left[len(moved) :]
    after.change_pipe(pipe, content=state.content + moved, burst=state.burst + len(moved))
    after.change_operation(name, left=left)
    if not left:
        after.change_operation(name, ends=(End(DONE, _written(operation)),))
    yield after


def _written(operation: Operation) -> str:
    if operation.family == "stream.write-byte":
        return "stream.write-byte.sends-one"
    if operation.family in ("stream.write-span", "stream.write-async-memory"):
        return f"{operation.family}.all-bytes"
    return f"{operation.family}.range-sent"


def has_room(world: World, pipe: int, count: int) -> bool:
    """Whether so many bytes go into the pipe at once. Raises Unspecified where that is the system's affair.

    POSIX promises room for nobody; a page's worth since the pipe was empty fits into every system's pipe,
    and an empty pipe takes as much as it holds (stream.write.capacity-no-wait).
    """
    state = world.pipes[pipe]
    if len(state.content) + count > state.capacity:
        return False
    if not state.content or state.burst + count <= PAGE:
        return True
    raise Unspecified("how much room a pipe has that was partly read is the system's affair")


def _drain(world: World, name: str, operation: Operation) -> Iterator[World]:
    pipe = world.streams[operation.stream].pipe
    family = "stream.wait-for-pipe-drain"
    if not world.pipes[pipe].content:
        after = world.copy()
        after.change_operation(name, ends=(End(DONE, f"{family}.blocks"),))
        yield after
    elif not world.held(pipe, READ):
        after = world.copy()
        after.change(operation.stream, state=IS_BROKEN)
        after.change_operation(name, ends=(End(BROKEN, f"{family}.broken"),))
        yield after


def cancel(world: World, token: str) -> None:
    """Ends every operation under way that has this token."""
    for name, operation in world.pending():
        if operation.token == token:
            outcome = replace(CANCELLED, token=token)
            if operation.kind in ("exactly", "least"):
                said = "stream.read-exactly-async.cancel-pending"
            elif operation.kind == "copy":
                said = "stream.copy-to-async.cancel-pending"
            else:
                said = f"{operation.family}.cancelled-exception"
            if operation.kind == "write":
                world.change_pipe(world.streams[operation.stream].pipe, blurred=True)
            world.change_operation(name, ends=(End(outcome, said),))


def abandon(world: World, stream: str) -> None:
    """Ends every operation under way on an end that is closed (stream.dispose-pending)."""
    for name, operation in world.pending():
        if operation.stream != stream:
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
        if operation.kind == "write":
            world.change_pipe(world.streams[operation.stream].pipe, blurred=True)
        world.change_operation(name, ends=ends)
