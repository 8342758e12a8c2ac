"""Reads and writes of every form: what is refused, and the operation that begins where nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model import arguments, calling_back, saying
from spec.model.breaking_off import CANCELLED
from spec.model.calls import Call, Callback
from spec.model.outcomes import BROKEN, CLOSED, DONE, UNSUPPORTED, Outcome, Reads, Returns
from spec.model.outcomes import Unspecified, Waits
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import READ, WRITE, End, May, Operation, World
from spec.model.queueing import READING
from spec.model.waiting import settle

MANY = {"copy", "exactly", "least", "line", "rest"}
"""Kinds of operations that read as often as it takes."""
KINDS = {
    "Read": "read", "ReadAsync": "read", "BeginRead": "read", "ReadByte": "byte",
    "ReadExactly": "exactly", "ReadExactlyAsync": "exactly",
    "ReadAtLeast": "least", "ReadAtLeastAsync": "least",
    "Write": "write", "WriteAsync": "write", "BeginWrite": "write", "WriteByte": "write",
}  # fmt: skip
"""By member: the kind of operation."""


def family(call: Call) -> str:
    """How the ids of the requirements about a call's form begin."""
    whole = "offset" in call.arguments
    match call.member:
        case "Read" | "Write":
            return f"stream.{call.member.lower()}{'' if whole else '-span'}"
        case "ReadAsync" | "WriteAsync":
            return f"stream.{call.member[:-5].lower()}-async{'' if whole else '-memory'}"
        case "ReadExactlyAsync":
            return "stream.read-exactly-async"
        case "ReadAtLeastAsync":
            return "stream.read-at-least-async"
        case "BeginRead":
            return "stream.begin-read"
        case "BeginWrite":
            return "stream.begin-write"
        case "ReadAtLeast":
            return "stream.read-at-least"
        case "ReadByte":
            return "stream.read-byte"
        case "WriteByte":
            return "stream.write-byte"
    return "stream.read-exactly"


def transfer(world: World, call: Call) -> Iterator[May]:
    """What may come of a reading or writing member."""
    refused = refusal(world, call)
    if refused is not None:
        yield May(refused.outcome, refused.requirement, _with_unused(world, call))
        return
    token = call.text("cancellationToken")
    operation = operation_of(world, call)
    if token is not None and world.tokens[token]:
        ends: tuple[End, ...] = (End(replace(CANCELLED, token=token), _cancelled_before(operation)),)
        if _gathers_nothing(world, call):
            ends += (_nothing(operation),)
        yield from begin(world, call, replace(operation, ends=ends))
    elif (bad := _state(world, call)) is not None:
        yield from _failed(world, call, bad)
    elif operation.count == 0:
        yield from begin(world, call, replace(operation, ends=(_nothing(operation),)))
    else:
        yield from begin(world, call, operation)


def refusal(world: World, call: Call) -> End | None:
    """What the call itself throws whatever the state: for its arguments first, then for its direction."""
    name = family(call)
    kind = KINDS[call.member]
    if kind == "exactly":
        bad = arguments.of_exactly(world, call)
    elif kind == "least":
        bad = arguments.of_at_least(world, call)
    else:
        bad = arguments.of_transfer(world, call, name)
    if bad is not None:
        return bad
    wanted = WRITE if kind == "write" else READ
    if world.streams[call.object].access != wanted and not _gathers_nothing(world, call):
        if kind in ("exactly", "least"):
            name = "stream.read-exactly-async" if call.member.endswith("Async") else "stream.read"
        return End(UNSUPPORTED, f"{name}.not-{'writable' if wanted == WRITE else 'readable'}")
    return None


def _gathers_nothing(world: World, call: Call) -> bool:
    """Whether it is a ReadExactly or ReadAtLeast of nothing (stream.read-exactly.zero-skips-checks)."""
    if KINDS[call.member] == "exactly":
        return arguments.region(world, call)[1] == 0
    return KINDS[call.member] == "least" and arguments.number(call, "minimumBytes") == 0


def operation_of(world: World, call: Call) -> Operation:
    """What a call begins."""
    kind = KINDS[call.member]
    stream = world.streams[call.object]
    array = call.text("buffer")
    offset, count, left = 0, 1, b""
    if call.member == "WriteByte":
        left = bytes([arguments.number(call, "value")])
    elif "buffer" in call.arguments:
        offset, count = arguments.region(world, call)
        left = arguments.content(world, call) if kind == "write" else b""
    minimum = count
    if kind == "least":
        minimum = arguments.number(call, "minimumBytes")
        count = count if minimum else 0
    given = call.arguments.get("callback")
    callback = given if isinstance(given, Callback) else Callback("")
    thrown = call.arguments.get("throwOnEndOfStream", True)
    thread = "Async" not in call.member and not call.member.startswith("Begin")
    return Operation(
        kind=kind, family=family(call), stream=call.object, order=world.next, count=count,
        minimum=minimum, strict=bool(thrown), left=left, array=array, offset=offset, thread=thread,
        shown=array is None and (thread or call.awaited), token=call.text("cancellationToken"),
        begun=call.member.startswith("Begin"), state=call.arguments.get("state"),
        callback=callback.name, inside=bool(callback.ends), calls=callback.calls,
    )  # fmt: skip


def _state(world: World, call: Call) -> End | None:
    """What is refused for the state of the end. Raises Unspecified for a handle that another owner closed."""
    if _gathers_nothing(world, call):
        return None
    stream, name = world.streams[call.object], family(call)
    kind = KINDS[call.member]
    if stream.state == IS_CLOSED:
        if kind in ("exactly", "least"):
            of_task = call.member.endswith("Async")
            return End(
                CLOSED, "stream.read-exactly-async.closed" if of_task else "stream.read.disposed"
            )
        return End(CLOSED, f"{name}.disposed")
    if world.is_shut(stream):
        if stream.state == IS_BROKEN:
            raise Unspecified("whether a break or a closed handle is told first")
        return End(CLOSED, "stream.closed.handle-closed-outside")
    if world.is_orphan(stream):
        raise Unspecified("two owners of one number: the other one has closed it")
    if stream.state == IS_BROKEN:
        return End(BROKEN, f"{name}.broken")
    return None


def _failed(world: World, call: Call, end: End) -> Iterator[May]:
    """A state's refusal: of a closed end from the call itself, as the requirements on precedence have it.

    ReadExactlyAsync and ReadAtLeastAsync may keep it in their task, and every task that its pipe is broken.
    """
    may_keep = KINDS[call.member] in ("exactly", "least") or end.outcome == BROKEN
    if may_keep and call.member.endswith("Async") and not call.awaited:
        raise Unspecified("whether the call or its task reports the state")
    yield May(end.outcome, end.requirement, _with_unused(world, call))


def _with_unused(world: World, call: Call) -> World:
    """The world behind a refused call: its callback, if it was given one, is still there."""
    callback = call.arguments.get("callback")
    if not isinstance(callback, Callback):
        return world
    after = world.copy()
    after.unused[callback.name] = call.object
    return after


def _cancelled_before(operation: Operation) -> str:
    if operation.family in ("stream.read-exactly-async", "stream.read-at-least-async"):
        return "stream.read-exactly-async.cancel-pending"
    return f"{operation.family}.cancelled-status"


def _nothing(operation: Operation) -> End:
    """An operation on 0 bytes ends at once and moves nothing."""
    shows = operation.shown and operation.kind in ("read", "least")
    outcome: Outcome = Reads(b"") if shows else Returns(0)
    if operation.kind in ("write", "exactly"):
        outcome = DONE
    return End(outcome, saying.nothing(operation))


def begin(world: World, call: Call, operation: Operation) -> Iterator[May]:
    """The operation begins. A call that blocks, or is awaited, comes out as the operation does."""
    name = call.kept or f"({call.thread})"
    begun = world.copy()
    begun.number()
    begun.operations[name] = operation
    if operation.callback:
        begun.callbacks[operation.callback] = name
    pipe = begun.pipes[begun.streams[operation.stream].pipe]
    if operation.kind not in ("flush",) and not operation.ends:
        if pipe.blurred:
            raise Unspecified("what a cancelled write has left in the pipe")
        if pipe.partly:
            raise Unspecified("how much of a text has been sent")
        calling_back.require_alone(world, operation)
        for _, other in world.pending():
            same = world.streams[other.stream].pipe == world.streams[operation.stream].pipe
            reads = other.kind in READING and operation.kind in READING
            if same and reads and not MANY.isdisjoint((other.kind, operation.kind)):
                raise Unspecified("who is served between two reads of one operation")
        if pipe.ahead not in ("", operation.texter) and operation.kind != "write":
            raise Unspecified("what a StreamReader has taken out of the pipe")
        if not operation.thread:
            for name_of_end in (operation.stream, operation.into):
                if name_of_end in begun.streams:
                    begun.change_pipe(begun.streams[name_of_end].pipe, polled=True)
    for after in settle(begun):
        ended = after.operations[name]
        if operation.begun and ended.ends:
            calling_back.require_no_wait(after, operation)
            after.change_operation(name, prompt=True)
        if not operation.thread and not call.awaited:
            yield May(Returns(), saying.begun(operation), after)
            continue
        if not ended.ends:
            if call.awaited:
                raise Unspecified("it would wait for ever")
            after.operations[call.thread] = after.operations.pop(name)
            yield May(Waits(), saying.begun(operation), after)
            continue
        for end in ended.ends:
            chosen = after.copy()
            del chosen.operations[name]
            yield May(end.outcome, end.requirement, chosen)
