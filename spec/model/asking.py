"""Properties, and the members that only tell or refuse something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model.calls import Call
from spec.model.outcomes import BROKEN, CLOSED, DONE, UNSUPPORTED, Gives, Matches, Outcome
from spec.model.outcomes import Returns, Same, TextOf, Throws, Unspecified
from spec.model.state import BROKEN as IS_BROKEN
from spec.model.state import CLOSED as IS_CLOSED
from spec.model.state import OPEN, READ, WRITE, May, Stream, World

INVALID = Throws("InvalidOperationException")
Told = Iterator[tuple[Outcome, str]]


def get(world: World, call: Call) -> Iterator[May]:
    """A property is read."""
    stream = world.streams[call.object]
    if stream.state != IS_CLOSED and _is_robbed(world, stream):
        raise Unspecified("what an end says of itself whose handle somebody else closed")
    if call.member in ("SafePipeHandle", "ClientSafePipeHandle"):
        yield from _handle(world, call, stream)
        return
    for outcome, requirement in _told(stream, call.member, world.pipes[stream.pipe].capacity):
        yield May(outcome, requirement, world)


def _is_robbed(world: World, stream: Stream) -> bool:
    return world.is_shut(stream) or world.is_orphan(stream)


def _told(stream: Stream, member: str, capacity: int) -> Told:
    closed, broken = stream.state == IS_CLOSED, stream.state == IS_BROKEN
    match member:
        case "CanRead":
            said = "readable" if stream.access == READ else "not-readable"
            yield Returns(not closed and stream.access == READ), _can("read", said, closed)
        case "CanWrite":
            said = "writable" if stream.access == WRITE else "not-writable"
            yield Returns(not closed and stream.access == WRITE), _can("write", said, closed)
            if broken:
                yield Returns(False), "stream.can-write.writable"
        case "CanSeek":
            yield Returns(False), f"stream.can-seek.{'closed' if closed else 'false'}"
        case "CanTimeout" if not closed:
            yield Returns(False), "stream.can-timeout.false"
        case "IsAsync" if not closed:
            yield Returns(False), "stream.is-async.anonymous-false"
        case "IsConnected":
            said = "closed" if closed else "broken" if broken else "connected"
            yield Returns(stream.state == OPEN), f"stream.is-connected.{said}"
            if stream.ended:
                yield Returns(False), "stream.is-connected.connected"
        case "IsMessageComplete" if closed:
            yield CLOSED, "stream.is-message-complete.disposed"
        case "IsMessageComplete" if not broken:
            yield INVALID, "stream.is-message-complete.byte-mode"
        case "TransmissionMode":
            whose = "server" if stream.server else "client"
            told = "disposed" if closed else "io-error"
            said = f"{whose}.transmission-mode.byte"
            yield Returns("Byte"), f"stream.transmission-mode.{told}" if closed or broken else said
            if closed or broken:
                yield (CLOSED if closed else BROKEN), f"stream.transmission-mode.{told}"
        case "ReadMode" if stream.state == OPEN:
            yield Returns("Byte"), "stream.read-mode.never-message"
        case "InBufferSize" | "OutBufferSize":
            yield from _size(stream, member, capacity)
        case "Length" | "Position":
            said = "stream.length.not-supported" if member == "Length" else "stream.position.get"
            yield from _unsought(closed, said)
        case "ReadTimeout" | "WriteTimeout" if not closed:
            yield INVALID, f"stream.{member.partition('T')[0].lower()}-timeout.get"
        case _:
            raise Unspecified(f"{member} of an end that is {stream.state}")


def _can(what: str, said: str, closed: bool) -> str:
    return f"stream.can-{what}.{'closed' if closed else said}"


def _unsought(closed: bool, said: str) -> Told:
    yield UNSUPPORTED, "stream.closed.seek-family-unchanged" if closed else said
    if closed:
        yield CLOSED, "stream.closed.seek-family-unchanged"


def _size(stream: Stream, member: str, capacity: int) -> Told:
    inwards = member == "InBufferSize"
    if stream.state == IS_CLOSED:
        yield CLOSED, "stream.buffer-size.closed-before-direction"
    elif inwards and stream.access == WRITE:
        yield UNSUPPORTED, "stream.in-buffer-size.not-readable"
        if stream.state == IS_BROKEN:  # the pages give no order
            yield BROKEN, "stream.in-buffer-size.io-error"
    elif not inwards and stream.access == READ:
        yield UNSUPPORTED, "stream.out-buffer-size.not-writable"
    elif stream.state == IS_BROKEN:
        yield BROKEN, f"stream.{'in' if inwards else 'out'}-buffer-size.io-error"
    elif not capacity:
        raise Unspecified("how large a pipe is for which too much was asked")
    else:
        yield Returns(capacity), "stream.buffer-size.linux-real-capacity"


def _handle(world: World, call: Call, stream: Stream) -> Iterator[May]:
    """A handle object is handed out, which is from then on one that others know."""
    if call.member == "SafePipeHandle":
        if stream.state == IS_CLOSED:
            yield May(CLOSED, "stream.safe-pipe-handle.disposed", world)
            return
        safe, requirement = stream.own, "stream.safe-pipe-handle.value"
    else:
        assert stream.client is not None
        safe, requirement = stream.client, "server.client-safe-pipe-handle.is-client-end"
        if stream.state == IS_CLOSED:
            requirement = "server.client-safe-handle.after-close"
    known = [name for name, each in world.safe_names.items() if each == safe]
    if any(_owns_too(world, each, safe) for each in world.safe_names.values()):
        raise Unspecified("whether two owners of one number are one object")
    after = world.copy()
    if call.member == "ClientSafePipeHandle":
        after.change(call.object, given_handle=True)
    if known:
        yield May(Same(known[0]), requirement, after)
    elif stream.state == IS_CLOSED:
        raise Unspecified("a closed server's client handle that nobody asked for before")
    else:
        if call.kept:
            after.safe_names[call.kept] = safe
        yield May(Gives("SafePipeHandle"), requirement, after)


def _owns_too(world: World, one: int, other: int) -> bool:
    """Whether another handle object owns the same number: a client's that was made of its text."""
    handle, known = world.safes[other].handle, world.safes[one]
    return one != other and known.owns and handle is not None and known.handle == handle


def put(world: World, call: Call) -> Iterator[May]:
    """A property is set."""
    stream, value = world.streams[call.object], call.arguments["value"]
    if stream.state != IS_CLOSED and _is_robbed(world, stream):
        raise Unspecified("what an end says of itself whose handle somebody else closed")
    closed = stream.state == IS_CLOSED
    if call.member == "ReadMode":
        whose = "server" if stream.server else "client"
        if closed:
            yield May(CLOSED, f"{whose}.read-mode.closed", world)
            return
        if stream.state == IS_BROKEN:  # which of two refusals is told first nobody says
            yield May(BROKEN, f"{whose}.read-mode.broken", world)
        elif value == "Byte":
            yield May(DONE, f"{whose}.read-mode.byte-accepted", world)
        if value == "Message":
            yield May(UNSUPPORTED, f"{whose}.read-mode.message-rejected", world)
        elif value != "Byte":
            outcome = Throws("ArgumentOutOfRangeException", "value")
            yield May(outcome, f"{whose}.read-mode.unknown-rejected", world)
    elif call.member == "Position":
        for each, requirement in _unsought(closed, "stream.position.set"):
            yield May(each, requirement, world)
    elif closed:
        raise Unspecified("the timeouts of a closed end")
    else:
        said = f"stream.{call.member.partition('T')[0].lower()}-timeout.set"
        yield May(INVALID, said, world)


def sought(world: World, call: Call) -> Iterator[May]:
    """`Seek` and `SetLength`."""
    said = (
        "stream.seek.not-supported" if call.member == "Seek" else "stream.set-length.not-supported"
    )
    for outcome, requirement in _unsought(world.streams[call.object].state == IS_CLOSED, said):
        yield May(outcome, requirement, world)


def client_text(world: World, call: Call) -> Iterator[May]:
    """`GetClientHandleAsString`: the same plain number every time."""
    stream = world.streams[call.object]
    assert stream.client is not None
    safe = world.safes[stream.client]
    number = safe.handle if safe.closed else None
    if safe.handle in world.handles:
        number = world.handles[safe.handle].number
    if number not in world.texts.values() and (safe.closed or number is None):
        raise Unspecified("the text of a handle that is closed, and that was told nobody")
    assert number is not None
    after = world.copy()
    after.change(call.object, given_text=True)
    before = [name for name, each in world.texts.items() if each == number]
    counted = [name for name, each in world.numbers.items() if each == number]
    if before:
        yield May(TextOf(before[0]), "server.client-handle-string.stable", after)
        return
    if call.kept:
        after.texts[call.kept] = number
    if counted:
        said = "server.client-safe-pipe-handle.agrees-with-string"
        yield May(TextOf(counted[0]), said, after)
    else:
        yield May(Matches("^[0-9]+$"), "server.client-handle-string.decimal", after)


def of_safe(world: World, call: Call) -> Iterator[May]:
    """What a SafePipeHandle tells."""
    safe = world.safes[world.safe_names[call.object]]
    if call.member == "IsClosed":
        if not safe.closed and safe.handle is not None and safe.handle not in world.handles:
            raise Unspecified("a handle object whose number another owner closed")
        yield May(Returns(safe.closed), "safe-handle.dispose.releases", world)
    elif call.member == "IsInvalid":
        if safe.closed or safe.file:
            raise Unspecified("whether a closed handle object, or another file's, is invalid")
        said = "valid" if safe.handle is not None else "minus-one"
        yield May(Returns(safe.handle is None), f"safe-handle.is-invalid.{said}", world)
    elif call.member == "SetHandleAsInvalid":
        yield from _given_up(world, call)
    else:
        if safe.closed or safe.handle not in world.handles:
            raise Unspecified("the number of a closed handle")
        after = world.copy()
        if call.kept:
            after.numbers[call.kept] = world.handles[safe.handle].number
        yield May(Returns(), "safe-handle.ctor.preexisting-used", after)


def _given_up(world: World, call: Call) -> Iterator[May]:
    """`SetHandleAsInvalid`: the object is closed, and its number stays open for whoever takes it over."""
    safe = world.safe_names[call.object]
    known = world.safes[safe]
    streams = {name: each for name, each in world.streams.items() if each.own == safe}
    in_use = any(each.stream in streams for _, each in world.pending())
    if in_use or any(world.pipes[each.pipe].polled for each in streams.values()):
        raise Unspecified("what is watched of an end whose handle object gives its number up")
    others = [each for key, each in world.safes.items() if key != safe and not each.closed]
    if (
        known.closed
        or known.handle not in world.handles
        or known.handle in [each.handle for each in others]
    ):
        raise Unspecified("giving up a number that is closed, or that others own, too")
    after = world.copy()
    after.safes[safe] = replace(known, closed=True)
    yield May(DONE, "safe-handle.set-invalid.leaves-open", after)
