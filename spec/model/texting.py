"""StreamWriter and StreamReader: text that goes through a stream and is held for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model import ending
from spec.model.calls import Call
from spec.model.outcomes import BROKEN, CLOSED, DONE, Gives, Outcome, Returns, Throws, Unspecified
from spec.model.queueing import on_the_way
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import OPEN, PAGE, READ, WRITE, May, Operation, Pipe, Stream, Text, World
from spec.model.transferring import begin
from spec.model.waiting import settle

SHORT = 100
"""Bytes up to which a text is held back for certain."""
LINE_END = "\n"
READS = {"ReadLine": "line", "ReadToEnd": "rest", "EndOfStream": "more"}
"""By member: the kind of operation."""


def new(world: World, call: Call) -> Iterator[May]:
    """`new StreamWriter(stream)` and `new StreamReader(stream)`."""
    kind = "writer" if call.target == "StreamWriter" else "reader"
    name = call.text("stream")
    if name is None:
        outcome = Throws("ArgumentNullException", "stream")
        yield May(outcome, f"text.{kind}.null-stream", world)
        return
    stream = world.streams[name]
    if stream.state == IS_BROKEN or world.is_shut(stream) != (stream.state == IS_CLOSED):
        raise Unspecified("text on an end that is broken, or whose handle was closed")
    if stream.state == IS_CLOSED or stream.access != (WRITE if kind == "writer" else READ):
        said = "unwritable" if kind == "writer" else "unreadable"
        yield May(Throws("ArgumentException"), f"text.{kind}.{said}", world)
        return
    if any(each.stream == name and not each.closed for each in world.texters.values()):
        raise Unspecified("two that hold text of one stream")
    after = world.copy()
    leaves = call.arguments.get("leaveOpen") is True
    after.texters[call.kept] = Text(name, kind == "writer", leaves=leaves)
    yield May(Gives(call.target), "", after)


def asked(world: World, call: Call) -> Iterator[May]:
    """What is called, read or set on either."""
    text = world.texters[call.object]
    if text.spoilt and call.member not in ("Dispose", "Close"):
        raise Unspecified("what a writer still holds of what it could not send")
    if call.member in ("Dispose", "Close"):
        yield from _closed(world, call, text)
    elif text.writes:
        yield from _written(world, call, text)
    else:
        yield from _read(world, call, text)


def _closed(world: World, call: Call, text: Text) -> Iterator[May]:
    """Closing sends what is held, and closes the stream, unless that is to be left open."""
    kind = "writer" if text.writes else "reader"
    said = f"text.{kind}.{'leaves-stream-open' if text.leaves else 'closes-stream'}"
    if text.closed:
        yield May(DONE, said, world)
        return
    stream = world.streams[text.stream]
    if text.held and stream.state == IS_CLOSED and not text.spoilt:
        after = world.copy()
        after.texters[call.object] = replace(text, closed=True, held=b"")
        yield May(CLOSED, "text.writer.stream-closed", after)
        return
    if text.writes and (
        stream.state == IS_CLOSED
        or world.is_shut(stream)
        or world.is_orphan(stream)
        or (stream.state == IS_BROKEN and not text.held and not text.spoilt)
    ):
        raise Unspecified("a writer whose stream is closed")
    after = world.copy()
    after.texters[call.object] = replace(text, closed=True, held=b"")
    outcomes: list[Outcome] = [DONE]
    if text.spoilt or (text.held and (stream.state == IS_BROKEN or not _is_read(world, text))):
        if text.leaves:
            raise Unspecified(
                "what a writer that leaves its stream open says of what it can't send"
            )
        outcomes, said = [BROKEN, DONE], "text.writer.broken-pipe-closes"
    elif text.held:
        after.change_pipe(stream.pipe, partly="")
        pipe = world.pipes[stream.pipe]
        if (
            on_the_way(world, stream.pipe)
            or pipe.content
            and pipe.burst + len(text.held) > PAGE
            or pipe.blurred
        ):
            raise Unspecified("closing a writer whose text the pipe may have no room for")
        content = pipe.content + text.held
        after.change_pipe(stream.pipe, content=content, burst=pipe.burst + len(text.held))
    if text.leaves:
        yield from _left_open(after, call.object, said)
        return
    closing = Call("call", f"{text.stream}.Dispose", process=call.process)
    for may in ending.dispose(after, closing):
        for outcome in outcomes:
            yield May(outcome, said, may.after)


def _left_open(world: World, name: str, said: str) -> Iterator[May]:
    """What holds once something of text was closed and its stream was not: what was read ahead is lost."""
    text = world.texters[name]
    stream = world.streams[text.stream]
    pipe = world.pipes[stream.pipe]
    if text.writes and (stream.state != OPEN or world.is_orphan(stream)):
        raise Unspecified("a writer of text that is closed above a closed or broken stream")
    if any(each.stream == text.stream for _, each in world.pending()):
        raise Unspecified("closing what stands on a stream that is in use")
    if pipe.ahead == name:
        world.change_pipe(stream.pipe, ahead="", blurred=pipe.blurred or bool(pipe.content))
    for settled in settle(world):
        yield May(DONE, said, settled)


def _is_read(world: World, text: Text) -> bool:
    return world.held(world.streams[text.stream].pipe, READ)


def _written(world: World, call: Call, text: Text) -> Iterator[May]:
    value = call.arguments.get("value", "")
    after = world.copy()
    if call.member == "AutoFlush" and call.verb == "get":
        if text.closed:
            raise Unspecified("AutoFlush of a closed writer")
        said = "text.writer.auto-flush-at-first"
        yield May(Returns(text.auto), said, world)
        return
    if call.member in ("Write", "WriteLine") and not isinstance(value, str):
        raise Unspecified("a text that is none")
    if text.closed:
        if call.member == "AutoFlush" or (call.member != "Flush" and not text.auto):
            raise Unspecified("what a closed writer holds back")
        yield May(CLOSED, "text.writer.disposed", world)
        return
    auto = bool(call.arguments["value"]) if call.member == "AutoFlush" else text.auto
    held = text.held
    if call.member in ("Write", "WriteLine"):
        held += (str(value) + (LINE_END if call.member == "WriteLine" else "")).encode()
    sends = auto if call.member != "Flush" else True
    after.texters[call.object] = replace(text, auto=auto, held=b"" if sends else held)
    stream = world.streams[text.stream]
    if stream.state == IS_CLOSED:
        yield from _in_vain(after, call, replace(text, auto=auto), held, sends)
    elif not sends:
        if len(held) > SHORT:
            _require_room(world, stream, held)
            after.change_pipe(stream.pipe, partly=call.object)
        yield May(DONE, "text.writer.holds", after)
    elif stream.state != OPEN and not (held and stream.state == IS_BROKEN):
        raise Unspecified("flushing a writer above a closed or broken stream")
    elif world.is_shut(stream) or world.is_orphan(stream):
        raise Unspecified("text on an end whose handle somebody else closed")
    elif stream.state == IS_BROKEN:
        after.texters[call.object] = replace(text, auto=auto, held=b"", spoilt=True)
        yield May(BROKEN, "text.writer.broken-pipe", after)
    elif not held:
        yield May(DONE, "text.writer.holds", after)
    elif world.pipes[stream.pipe].partly == call.object and not world.held(stream.pipe, READ):
        raise Unspecified("whether a long text had been sent before its reader went")
    else:
        after.change_pipe(stream.pipe, partly="")
        operation = Operation(
            "write", "text.writer", text.stream, world.next, len(held), left=held, thread=True,
            texter=call.object,
        )  # fmt: skip
        yield from begin(after, call, operation)


def _in_vain(
    after: World, call: Call, text: Text, held: bytes, sends: bool
) -> Iterator[May]:  # fmt: skip
    """What is written above a closed stream: held back while it is short, and refused at the latest when it is sent."""
    writes = call.member in ("Write", "WriteLine")
    if not held and not (writes and sends):
        raise Unspecified("a writer that holds nothing above a closed stream")
    if not sends:
        yield May(DONE, "text.writer.holds", after)
    if sends or (writes and len(held) > SHORT):
        refused = after.copy()
        refused.texters[call.object] = replace(text, held=b"", spoilt=True)
        how = "-sends" if writes else "-auto-flush" if call.member == "AutoFlush" else ""
        yield May(CLOSED, f"text.writer.stream-closed{how}", refused)


def _require_room(world: World, stream: Stream, held: bytes) -> None:
    """Raises Unspecified if it matters how much of a long text is held back and how much was sent."""
    pipe = world.pipes[stream.pipe]
    busy = any(
        stream.pipe in (world.streams[each.stream].pipe, _destination(world, each))
        for _, each in world.pending()
    )
    open_still = stream.state == OPEN and world.held(stream.pipe, READ)
    if busy or not open_still or world.is_shut(stream) or world.is_orphan(stream):
        raise Unspecified("how much a writer holds back")
    if pipe.blurred or not (pipe.burst + len(held) <= PAGE or _fits_in_parts(pipe, held)):
        raise Unspecified("how much a writer holds back for a pipe that has little room")


def _fits_in_parts(pipe: Pipe, text: bytes) -> bool:
    """Whether an empty pipe takes a text however it is cut: each part may begin a page, and leave half of one unused."""
    empty = not pipe.burst and not pipe.content
    return empty and 2 * (len(text) + PAGE) <= pipe.capacity


def _destination(world: World, operation: Operation) -> int | None:
    return world.streams[operation.into].pipe if operation.into in world.streams else None


def _read(world: World, call: Call, text: Text) -> Iterator[May]:
    if text.closed:
        said = "-end-of-stream" if call.member == "EndOfStream" else ""
        yield May(CLOSED, f"text.reader.disposed{said}", world)
        return
    stream = world.streams[text.stream]
    if stream.state != OPEN or world.is_shut(stream) or world.is_orphan(stream):
        raise Unspecified("text of a stream that is closed")
    if any(each.stream == text.stream for _, each in world.pending()):
        raise Unspecified("two reads of text at once")
    after = world.copy()
    after.change_pipe(stream.pipe, ahead=call.object)
    operation = Operation(
        READS[call.member], "text.reader", text.stream, world.next, thread=True, texter=call.object
    )
    yield from begin(after, call, operation)
