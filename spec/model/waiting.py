"""Operations: each begins, and ends at once or waits until something lets it end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model.outcomes import BROKEN, DONE, CLOSED, Outcome, Reads, Returns, Throws, Unspecified
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.reading import taken
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import DRAIN, PAGE, READ, WRITE, End, Operation, World

FEW = 16
"""Up to so many bytes a read's shorter results are told one by one."""
READING = ("read", "byte", "exactly", "least", "copy", "line", "rest", "more")
TEXT = ("line", "rest", "more")
CANCELLED = Throws("OperationCanceledException", derived=True)


def settle(world: World) -> Iterator[World]:
    """The world with everything ended that can end, in each way in which it may."""
    for name, operation in world.pending():
        if not _is_first(world, name, operation):
            continue
        steps = list(_steps(world, name, operation))
        if steps:
            rivals = _rivals(world, name, operation)
            for rival, each in rivals:
                steps += _steps(world, rival, each)
            for step in steps:
                if rivals:
                    _race(world, step)
                yield from settle(step)
            return
    yield world


def _rivals(world: World, name: str, operation: Operation) -> list[tuple[str, Operation]]:
    """Who may be served in its place: of calls that block threads, and of two ends, nobody says which comes first."""
    if operation.kind in ("drain", "join"):
        return []
    pipe = world.streams[operation.stream].pipe
    return [
        (other, each)
        for other, each in world.pending()
        if other != name
        and (
            _competes(each, operation)
            or (
                (each.kind in READING) == (operation.kind in READING)
                and each.kind not in ("drain", "join")
                and world.streams[each.stream].pipe == pipe
            )
        )
        and _is_first(world, other, each)
    ]


def _race(before: World, after: World) -> None:
    """Notes of what has ended that something else might have ended in its place."""
    for name, each in after.operations.items():
        if each.ends and not before.operations[name].ends:
            after.change_operation(name, raced=True)


def _require_taken(world: World, pipe: int) -> None:
    """Raises Unspecified if one of several reads that waited has come to its end, nobody knows which, and is not seen yet:
    it may run late, and take what is written later, too."""
    waiting = {
        each.into
        for each in world.operations.values()
        if each.kind == "join" and not each.collected
    }
    for name, each in world.operations.items():
        late = each.raced and (name in waiting or not each.collected) and each.kind in READING
        if late and len(each.got) < each.count and world.streams[each.stream].pipe == pipe:
            raise Unspecified("how much each of several reads that waited has taken")


def _competes(one: Operation, other: Operation) -> bool:
    """Whether two operations wait for the same thing on the same end."""
    if one.stream != other.stream or one.kind in ("drain", "join"):
        return False
    return (one.kind in READING) == (other.kind in READING)


def _is_first(world: World, name: str, operation: Operation) -> bool:
    """Whether no task that began earlier on the same end waits for the same
    (stream.concurrent.reads-in-call-order, stream.concurrent.writes-in-call-order)."""
    if operation.kind in ("drain", "join") or operation.thread:
        return True
    queue = [o for o, each in world.pending() if _competes(each, operation) and not each.thread]
    return queue[0] == name


def _steps(world: World, name: str, operation: Operation) -> Iterator[World]:
    """What may happen next to an operation; nothing if it has to wait."""
    stream = world.streams[operation.stream]
    pipe = world.pipes[stream.pipe]
    call = operation.stream, DRAIN if operation.kind == "drain" else stream.access
    if call in world.faults:
        yield from _failed(world, name, operation, call)
    elif operation.kind == "drain":
        yield from _drain(world, name, operation)
    elif operation.kind == "join":
        yield from _joined(world, name, operation)
    elif operation.kind == "write":
        yield from _write(world, name, operation)
    elif operation.kind in TEXT:
        yield from _text(world, name, operation)
    elif operation.kind == "copy" and operation.left:
        yield from _handed_on(world, name, operation)
    elif pipe.content or (
        pipe.burst and operation.kind != "copy" and on_the_way(world, stream.pipe)
    ):
        if operation.kind == "copy":
            yield _copied(world, name, operation)
        else:
            yield from _read(world, name, operation)
    elif not world.held(stream.pipe, WRITE):
        yield _met_end(world, name, operation)


def _failed(
    world: World, name: str, operation: Operation, call: tuple[str, str]
) -> Iterator[World]:  # fmt: skip
    """The system fails the call that an operation makes: it fails with it, and nothing has moved or changed."""
    pipe = world.pipes[world.streams[operation.stream].pipe]
    has_waited = operation.order != world.next - 1
    if operation.kind not in ("read", "byte", "write", "drain") or pipe.blurred:
        raise Unspecified("how often something asks the system")
    if operation.kind != "drain":
        is_ready = not pipe.content if operation.kind == "write" else bool(pipe.content)
        if has_waited and not is_ready:
            return
        if not is_ready or len(world.pending()) > 1:
            raise Unspecified("who asks the system first, and whether it tries before it waits")
    after = world.copy()
    if operation.kind != "drain":
        after.faults = tuple(each for each in world.faults if each != call)
    after.change_operation(name, ends=(End(BROKEN, "stream.calls.failed"),))
    yield after


def _read(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A reading operation takes bytes: as many as there are and it wants, or fewer but one at least."""
    stream = world.streams[operation.stream]
    there = world.pipes[stream.pipe].content + on_the_way(world, stream.pipe)
    most = min(operation.count - len(operation.got), len(there))
    gathers = operation.kind in ("exactly", "least")
    fewest = most if operation.kind in ("exactly", "byte") or most > FEW else 1
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


def on_the_way(world: World, pipe: int) -> bytes:
    """What writes that wait have still to put in: a part of it may be in the pipe already."""
    return b"".join(
        each.left
        for _, each in world.pending()
        if each.kind == "write" and world.streams[each.stream].pipe == pipe
    )


def _take(world: World, pipe: int, count: int) -> None:
    before = world.pipes[pipe].content
    drains = any(
        each.kind == "drain" and world.streams[each.stream].pipe == pipe
        for _, each in world.pending()
    )
    if drains and count >= len(before) and on_the_way(world, pipe):
        raise Unspecified("whether draining sees the moment between two writes")
    left, more = before[count:], max(0, count - len(before))
    writers = {each.stream for _, each in world.pending() if each.kind == "write" and each.left}
    if more and len({name for name in writers if world.streams[name].pipe == pipe}) > 1:
        raise Unspecified("which of two ends that write into a full pipe comes first")
    world.change_pipe(pipe, content=left, burst=world.pipes[pipe].burst if left else 0)
    for name, each in world.pending():
        if more and each.kind == "write" and world.streams[each.stream].pipe == pipe:
            world.change_operation(name, left=each.left[more:])
            world.change_pipe(pipe, burst=world.pipes[pipe].capacity)  # what is in it nobody knows
            more -= min(more, len(each.left))


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
    _take(after, pipe, len(there))
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


def _handed_on(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A copy writes into another end what it has read."""
    assert operation.into is not None
    into = world.streams[operation.into]
    after = world.copy()
    if into.state == IS_CLOSED:
        of_task = operation.family == "stream.copy-to-async"
        said = "destination-closes" if of_task else "destination-disposed"
        said = f"{operation.family}.{said}"
        after.change_operation(name, ends=(End(CLOSED, said), End(BROKEN, said)))
        leave(after, operation)
        yield after
    elif into.state == IS_BROKEN or not world.held(into.pipe, READ):
        after.change(operation.into, state=IS_BROKEN)
        after.change_pipe(into.pipe, blurred=True)
        said = f"{operation.family}.destination-io-error"
        after.change_operation(name, ends=(End(BROKEN, said),))
        leave(after, operation)
        yield after
    elif world.is_shut(into) or world.is_orphan(into):
        raise Unspecified("a destination whose handle somebody else closed")
    elif on_the_way(world, into.pipe) or world.pipes[into.pipe].partly:
        raise Unspecified("a copy into a pipe that others wait to write into")
    elif has_room(world, into.pipe, len(operation.left)):
        pipe = world.pipes[into.pipe]
        if operation.count % PAGE and pipe.burst + len(operation.left) > PAGE:
            raise Unspecified("how much room pieces leave unused at the end of a page")
        content, burst = pipe.content + operation.left, pipe.burst + len(operation.left)
        after.change_pipe(into.pipe, content=content, burst=burst)
        after.change_operation(name, left=b"")
        yield after
    elif not world.pipes[
        into.pipe
    ].blurred:  # it waits: how much it has moved by then is its affair
        after.change_pipe(into.pipe, blurred=True)
        after.change_pipe(world.streams[operation.stream].pipe, blurred=True)
        yield after


def _text(world: World, name: str, operation: Operation) -> Iterator[World]:
    """A StreamReader goes on as soon as what is there is enough for it."""
    found = taken(world, operation)
    if found is not None:
        outcome, said, count = found
        after = world.copy()
        _take(after, world.streams[operation.stream].pipe, count)
        after.change_operation(name, ends=(End(outcome, said),))
        yield after


def _joined(world: World, name: str, operation: Operation) -> Iterator[World]:
    """Who waits for an operation is told what came of it."""
    assert operation.into is not None
    for end in world.operations[operation.into].ends:
        after = world.copy()
        after.change_operation(operation.into, ends=(end,), collected=True)
        after.change_operation(name, ends=(end,))
        yield after


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
        if operation.texter is not None:
            said = "text.writer.broken-pipe"
            text = world.texters[operation.texter]
            after.texters[operation.texter] = replace(text, spoilt=True)
        after.change_operation(name, ends=(End(BROKEN, said),))
        yield after
        return
    _require_taken(world, pipe)
    has_waited = operation.order != world.next - 1
    others = [
        each for other, each in world.pending() if other != name and _competes(each, operation)
    ]
    halfway = any(len(each.left) != each.count for each in others)
    has_part = len(state.content) < state.capacity and not has_waited
    by_thread = operation.thread or any(each.thread for each in others)
    if others and by_thread and (halfway or has_part):
        raise Unspecified("how much room a write that waits has left for another")
    if state.blurred:
        raise Unspecified("how much room a write that was broken off has left")
    if (
        operation.left
        and 0 < len(state.content) < state.capacity <= PAGE
        and (has_waited or not operation.thread)
    ):
        raise Unspecified("whether a pipe of one page tells of the room that is left in it")
    waiting = [
        each for _, each in world.pending()
        if each.left and each.kind == "write" and world.streams[each.stream].pipe == pipe
    ]  # fmt: skip
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
        after.change_operation(name, ends=(End(DONE, _written(operation)),))
    yield after


def _written(operation: Operation) -> str:
    if operation.texter is not None:
        return "text.writer.auto-flush"
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
    if not state.capacity:
        raise Unspecified("how large a pipe is for which too much was asked")
    if len(state.content) + count > state.capacity:
        if state.ahead:
            raise Unspecified("how much a reader of text takes ahead of what it is asked for")
        return False
    if not state.content and not state.burst or state.burst + count <= PAGE:
        return True
    raise Unspecified("how much room a pipe has that was partly read is the system's affair")


def _drain(world: World, name: str, operation: Operation) -> Iterator[World]:
    pipe = world.streams[operation.stream].pipe
    family = "stream.wait-for-pipe-drain"
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
