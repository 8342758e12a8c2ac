"""What a call tries, beside what comes of it: who is asked, with which arguments, in which state of things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from spec.model.calls import MAIN, Argument, Call, Data, Ref
from spec.model.state import PAGE, Stream, World

Feature = tuple[object, ...]


def of(world: World, call: Call, behind: Mapping[object, Feature]) -> Iterator[Feature]:
    """The features of a call in the world before it. `behind` knows the last transition on each pipe."""
    yield ("arguments", *(kind(world, each) for each in call.arguments.values()))
    yield "thread", call.thread == MAIN, call.awaited
    if call.object in world.texters:
        text = world.texters[call.object]
        yield "text", text.auto, bool(text.held), text.closed, text.spoilt
    operation = world.operations.get(world.callbacks.get(call.object, call.object))
    if operation is not None:
        yield "operation", operation.kind, operation.collected, bool(operation.token)
        yield "begun", bool(operation.ends), bool(operation.callback), operation.state is not None
    stream = subject(world, call)
    if stream is None:
        yield "behind", behind.get(None)
        return
    yield "end", stream.server, stream.access, stream.state, stream.process == "parent"
    yield "handle", stream.inheritable, stream.adopted, stream.given_text, stream.given_handle
    yield "shut", stream.server, world.is_shut(stream), _has_client(world, stream), stream.ended
    pipe = world.pipes[stream.pipe]
    waiting = sorted(
        (each.kind, each.thread, bool(each.token), each.stream == call.object)
        for _, each in world.pending()
        if world.streams[each.stream].pipe == stream.pipe
    )
    yield "waiting", tuple(waiting[:2])
    yield "content", _size(len(pipe.content)), pipe.capacity > PAGE
    yield "behind", behind.get(stream.pipe)


def of_choices(rule: str, picked: Sequence[tuple[int, int]]) -> Iterator[Feature]:
    """The features of a move that was made whole: every two of its choices."""
    for pair in combinations(enumerate(picked), 2):
        yield rule, *pair


def subject(world: World, call: Call) -> Stream | None:
    """The stream that a call is about, directly or through an operation."""
    name = world.stream_of(call.object) or world.stream_of(call.target)
    return world.streams[name] if name in world.streams else None


def _has_client(world: World, stream: Stream) -> bool:
    return stream.client is not None and not world.safes[stream.client].closed


def kind(world: World, value: Argument) -> object:
    """What kind of argument it is."""
    match value:
        case Data(content):
            return "bytes", _size(len(content))
        case Ref(name) if name in world.tokens:
            return "token", world.tokens[name]
        case Ref(name) if name in world.operations:
            known = world.operations[name]
            return "operation", known.kind, bool(known.ends), known.collected
        case Ref(name) if name in world.safe_names:
            safe = world.safes[world.safe_names[name]]
            return "handle", safe.closed, safe.owns, safe.file, safe.handle is None
        case Ref(name) if name in world.streams:
            stream = world.streams[name]
            return "stream", stream.server, stream.access, stream.state
        case Ref():
            return "object"
        case bool() | None | str():
            return value
        case int():
            return _size(value)
    return "callback"


def _size(number: int) -> int:
    """Small numbers are themselves, larger ones as large as a power of two."""
    return number if number < 4 else 2 + number.bit_length()
