"""Constructors: what is refused, in which order, and what a new object holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spec.model.calls import Call, Ref
from spec.model.outcomes import BROKEN, UNSUPPORTED, Gives, Outcome, Throws, Unspecified
from spec.model.state import DEFAULT_CAPACITY, Memory, PAGE, READ, WRITE, Handle, May, Pipe, Safe
from spec.model.state import Stream, World

INSIDE = re.compile(r"\$\{([a-z_0-9]+)\}")
"""A name in a text, which stands for what it holds."""
PLAIN = re.compile(r" *\+?0*\$\{[a-z_0-9]+\} *")
"""A number with blanks, a sign or zeros before it, which may be taken for the number."""
RANGE = "ArgumentOutOfRangeException"
NULL = "ArgumentNullException"
DIRECTIONS = ("In", "Out", "InOut")
INHERITABILITIES = ("None", "Inheritable")
ACCESS = {"In": READ, "Out": WRITE}
LARGEST = 1 << 20
"""Bytes that everybody may have in a pipe."""
OPPOSITE = {READ: WRITE, WRITE: READ}
SERVER, CLIENT = "AnonymousPipeServerStream", "AnonymousPipeClientStream"
STANDARD_STREAMS = (0, 1, 2)


def server(world: World, call: Call) -> Iterator[May]:
    """`new AnonymousPipeServerStream(...)`."""
    given = call.arguments
    if "serverSafePipeHandle" in given:
        yield from _adopting(world, call)
        return
    overload = (
        "server.ctor.buffer-size"
        if "bufferSize" in given
        else "server.ctor.inheritability"
        if "inheritability" in given
        else "server.ctor.direction"
    )
    direction = given.get("direction", "Out")
    size = given.get("bufferSize", 0)
    inheritability = given.get("inheritability", "None")
    if direction not in DIRECTIONS:
        yield May(Throws(RANGE, "direction"), "server.ctor-order.direction-before-rest", world)
    elif isinstance(size, int) and size < 0:
        yield May(Throws(RANGE, "bufferSize"), "server.ctor.buffer-size.negative-rejected", world)
    elif direction == "InOut":
        yield May(UNSUPPORTED, f"{overload}.inout-rejected", world)
    elif inheritability not in INHERITABILITIES:
        said = "inheritability-out-of-range" if "bufferSize" in given else "out-of-range"
        yield May(Throws(RANGE, "inheritability"), f"{overload}.{said}", world)
    elif world.scarce == "eased":
        raise Unspecified("whether there are handles again")
    elif world.scarce and call.process == "parent":
        yield May(BROKEN, "server.ctor.out-of-handles.io-error", world)
    else:
        assert isinstance(direction, str) and isinstance(size, int)
        said = {
            "server.ctor.direction": "direction.in" if direction == "In" else "direction.out",
            "server.ctor.inheritability": "inheritability.direction-applied",
            "server.ctor.buffer-size": f"buffer-size.{'positive' if size else 'zero'}-accepted",
        }[overload]
        said = f"server.ctor.{said}" if given else "server.ctor.no-args.direction-out"
        yield May(Gives(SERVER), said, _with_server(world, call, ACCESS[direction], size))


def _with_server(world: World, call: Call, access: str, size: int) -> World:
    """A pipe, an end of it for the server and one for its client, which alone may be inheritable."""
    after = world.copy()
    inheritable = call.arguments.get("inheritability") == "Inheritable"
    pipe, own, other = after.number(), after.number(), after.number()
    after.pipes[pipe] = Pipe(call.kept, granted(size), blurred=size > LARGEST)
    after.handles[own] = Handle(call.process, pipe, access, False, own)
    after.handles[other] = Handle(call.process, pipe, OPPOSITE[access], inheritable, other)
    first, second = after.number(), after.number()
    after.safes[first], after.safes[second] = Safe(call.process, own), Safe(call.process, other)
    after.streams[call.kept] = Stream(
        True, call.process, access, pipe, first, second, inheritable=inheritable
    )
    return after


def granted(size: int) -> int:
    """What the system grants: a power of two of pages (server.buffer-size.linux-page-round-up).

    0 where nobody knows it: more than every system grants is asked for.
    """
    if size > LARGEST:
        return 0
    return max(PAGE, 1 << (size - 1).bit_length()) if size else DEFAULT_CAPACITY


def _adopting(world: World, call: Call) -> Iterator[May]:
    """The constructor that takes two handles."""
    rules = "server.ctor.handles"
    direction = call.arguments["direction"]
    names = ("serverSafePipeHandle", "clientSafePipeHandle")
    safes = {name: _safe(world, call, name) for name in names}
    if direction not in DIRECTIONS:
        yield May(
            Throws(RANGE, "direction"), "server.ctor-order.direction-before-null-handles", world
        )
        return
    if direction == "InOut":
        yield May(UNSUPPORTED, f"{rules}.inout-rejected", world)
        return
    for name in names:
        if safes[name] is None:
            yield May(Throws(NULL, name), f"{rules}.{name.partition('Safe')[0]}-null", world)
            return
    for name in names:
        known = world.safes[safes[name] or 0]
        if known.handle is None and not known.file:
            said = f"{rules}.{name.partition('Safe')[0]}-invalid"
            yield May(Throws("ArgumentException", name), said, world)
            return
    own, client = safes[names[0]] or 0, safes[names[1]] or 0
    if world.safes[own].closed or world.safes[client].closed:
        yield May(BROKEN, f"{rules}.closed", world)
        return
    access = ACCESS[str(direction)]
    ends = ((own, access), (client, OPPOSITE[access]))
    handles = [(_handle(world, safe), end) for safe, end in ends if not world.safes[safe].file]
    pipes = {handle.pipe for handle, _ in handles}
    wrong = [handle.access != end for handle, end in handles]
    if len(pipes) > 1 or (any(wrong) and len(handles) < len(ends)):
        raise Unspecified("handles of the wrong ends")
    if any(wrong):
        whose = "server" if wrong[0] else "client"
        told = None if all(wrong) else f"{whose}SafePipeHandle"
        yield from _of_no_use(world, SERVER, told, f"server.ctor.handles.{whose}-invalid")
        return
    if len(handles) < len(ends):
        yield May(BROKEN, "server.ctor-handles.not-a-pipe", world)
        return
    after = world.copy()
    after.streams[call.kept] = Stream(
        True, call.process, access, pipes.pop(), own, client, adopted=True
    )
    yield May(Gives(SERVER), f"{rules}.direction-applied", after)


def _of_no_use(
    world: World, kind: str, name: str | None, said: str, taken: World | None = None
) -> Iterator[May]:
    """A handle of the wrong end: the constructor finds that out, or the first use, which nobody makes here.

    `taken` is what holds where the constructor has taken it, if that makes a difference.
    """
    yield May(Throws("ArgumentException", name), said, world)
    yield May(BROKEN, said, world)
    yield May(Gives(kind), said, taken or world)


def client(world: World, call: Call) -> Iterator[May]:
    """`new AnonymousPipeClientStream(...)`."""
    given = call.arguments
    direction = given.get("direction", "In")
    by_text = "pipeHandleAsString" in given
    rules = "client.ctor.direction-string" if by_text else "client.ctor.direction-handle"
    if direction not in DIRECTIONS:
        yield May(Throws(RANGE, "direction"), "client.ctor-order.direction-before-null", world)
    elif direction == "InOut":
        yield May(UNSUPPORTED, f"{rules}.inout-rejected", world)
    elif by_text:
        yield from _client_of_text(world, call, ACCESS[str(direction)])
    else:
        yield from _client_of_handle(world, call, ACCESS[str(direction)])


def _client_of_text(world: World, call: Call, access: str) -> Iterator[May]:
    text = call.arguments["pipeHandleAsString"]
    name = "pipeHandleAsString"
    if text is None:
        yield May(Throws(NULL, name), "client.ctor.direction-string.null", world)
        return
    if call.process in world.fifos and str(text) in map(str, STANDARD_STREAMS[:2]):
        handle = _of_fifo(world, call.process, int(str(text)), access)
        yield May(*_opened(world, call, handle, access))
        return
    decorated = None if isinstance(text, Ref) else INSIDE.search(str(text))
    requirement = ""
    if decorated is not None:
        if decorated[1] in world.files:  # an ordinary file's
            requirement = "client.ctor-string.not-a-pipe"
        elif PLAIN.fullmatch(str(text)):
            requirement = "client.ctor-string.blanks-and-plus"
        else:
            requirement = "client.ctor-string.not-a-number"
    elif not isinstance(text, Ref):
        requirement = _why_no_handle(str(text), _has_device(world, call.process))
    refused = [
        May(outcome, requirement, world)
        for outcome in (Throws("ArgumentException", name), BROKEN) if requirement
    ]  # fmt: skip
    if requirement and requirement != "client.ctor-string.blanks-and-plus":
        yield from refused
        return
    if decorated is not None:
        text = Ref(decorated[1])
    assert isinstance(text, Ref)
    handle = _named_by(world, text.name, call.process)
    if _has_silent_owner(world, handle, call.process):
        raise Unspecified("an owner of a number which somebody else has told")
    if world.handles[handle].access != access:
        owned = world.copy()
        owned.safes[owned.number()] = Safe(call.process, handle)
        yield from _of_no_use(world, CLIENT, name, "client.ctor.direction-string.invalid", owned)
        yield from refused
        return
    outcome, said, after = _opened(world, call, handle, access)
    yield May(outcome, requirement or said, after)
    yield from refused


def _opened(world: World, call: Call, handle: int, access: str) -> tuple[Outcome, str, World]:
    """A client that owns the number of its text."""
    after = world.copy()
    safe = after.number()
    after.safes[safe] = Safe(call.process, handle)
    after.streams[call.kept] = Stream(False, call.process, access, world.handles[handle].pipe, safe)
    said = "direction-string.opens" if "direction" in call.arguments else "string.opens"
    return Gives(CLIENT), f"client.ctor.{said}", after


def _of_fifo(world: World, process: str, place: int, access: str) -> int:
    """The open handle of a standard stream that is an end of a FIFO, and that nothing else stands for."""
    keys = world.numbered(process, world.fifos[process][place])
    if any(each.handle in keys and not each.closed for each in world.safes.values()):
        raise Unspecified("several objects that stand for one end of a FIFO")
    for key in keys:
        if world.handles[key].access == access:
            return key
    raise Unspecified("an end of a FIFO that was closed, or is of the wrong kind")


def _has_silent_owner(world: World, handle: int, process: str) -> bool:
    """Whether a handle object owns the handle in this process that neither told it nor was made of its text."""
    told = {each.client for each in world.streams.values() if each.given_text}
    made = {each.own for each in world.streams.values() if not each.server}
    return any(
        each.owns and not each.closed and each.handle == handle and each.process == process
        for key, each in world.safes.items() if key not in told | made
    )  # fmt: skip


def _has_device(world: World, process: str) -> bool:
    """Whether a device is what the process has at its standard streams, none of which it has closed."""
    return process in world.devices and not any(
        each.file and each.process == process for each in world.safes.values()
    )


def _why_no_handle(text: str, has_device: bool) -> str:
    if has_device and text in map(str, STANDARD_STREAMS):
        return "client.ctor-string.not-a-pipe"
    if text.isdigit() and int(text) < 1000:
        raise Unspecified("a small number may be that of something that is open")
    if not text.lstrip("-").isdigit():
        return "client.ctor-string.not-a-number"
    if text == "-1":
        return "client.ctor-string.minus-one"
    return f"client.ctor-string.{'other-negative' if text[0] == '-' else 'closed-descriptor'}"


def _named_by(world: World, name: str, process: str) -> int:
    """The open handle that a text stands for in a process. Raises Unspecified if it is closed."""
    if "." not in name:
        number = world.texts[name]
    else:
        child, _, place = (*name.split("."), "", "")[:3]
        number = world.texts[world.processes[child][int(place)]]
    for key, handle in world.handles.items():
        if handle.process == process and handle.number == number:
            return key
    raise Unspecified("a number that is closed may stand for something else by now")


def _client_of_handle(world: World, call: Call, access: str) -> Iterator[May]:
    rules, name = "client.ctor.direction-handle", "safePipeHandle"
    safe = _safe(world, call, name)
    if safe is None:
        yield May(Throws(NULL, name), f"{rules}.null", world)
    elif world.safes[safe].file and not world.safes[safe].closed:
        yield May(BROKEN, "client.ctor-handle.not-a-pipe", world)
    elif world.safes[safe].handle is None and not world.safes[safe].file:
        yield May(Throws("ArgumentException", name), f"{rules}.invalid", world)
    elif world.safes[safe].closed:
        yield May(BROKEN, f"{rules}.closed", world)
    elif _handle(world, safe).access != access:
        yield from _of_no_use(world, CLIENT, name, f"{rules}.invalid")
    else:
        after = world.copy()
        after.streams[call.kept] = Stream(
            False, call.process, access, _handle(world, safe).pipe, safe
        )
        yield May(Gives(CLIENT), f"{rules}.handle-used", after)


def safe_handle(world: World, call: Call) -> Iterator[May]:
    """`new SafePipeHandle(preexistingHandle, ownsHandle)`."""
    value = call.arguments["preexistingHandle"]
    after = world.copy()
    safe = after.number()
    if isinstance(value, Ref) and value.name in world.files:
        if call.arguments["ownsHandle"]:
            raise Unspecified("two owners of one number")
        if world.files[value.name] in world.sockets:
            raise Unspecified("whether the handle object of a socket is as good as that of a pipe")
        after.safes[safe] = Safe(call.process, None, owns=False, file=True)
    elif isinstance(value, Ref):
        number = world.numbers[value.name]
        key = next((k for k, h in world.handles.items() if k == number), None)
        if key is None:
            raise Unspecified("a number that is closed may stand for something else by now")
        owns = bool(call.arguments["ownsHandle"])
        if owns and any(
            each.owns and not each.closed and each.handle == key for each in world.safes.values()
        ):
            raise Unspecified("two owners of one number")
        after.safes[safe] = Safe(call.process, key, owns=owns)
    else:
        if call.process in world.fifos:
            yield _around_fifo(world, call)
            return
        stands = value in STANDARD_STREAMS
        if stands and call.process == "parent":
            raise Unspecified("what the first process has at its standard streams")
        owns = bool(call.arguments["ownsHandle"])
        after.safes[safe] = Safe(call.process, None, owns=owns, file=stands)
    after.safe_names[call.kept] = safe
    yield May(Gives("SafePipeHandle"), "safe-handle.ctor.preexisting-used", after)


def _around_fifo(world: World, call: Call) -> May:
    """A handle object around the number of a standard stream that is an end of a FIFO, opened one way."""
    place, after = call.arguments["preexistingHandle"], world.copy()
    if not isinstance(place, int) or place not in STANDARD_STREAMS[:2]:
        raise Unspecified("what else the process has at its standard streams")
    key = _of_fifo(world, call.process, place, (READ, WRITE)[place])
    after.safe_names[call.kept] = safe = after.number()
    after.safes[safe] = Safe(call.process, key, owns=bool(call.arguments["ownsHandle"]))
    return May(Gives("SafePipeHandle"), "safe-handle.ctor.preexisting-used", after)


def others(world: World, call: Call) -> Iterator[May]:
    """Arrays, streams in memory, and sources of tokens: what the language has, and cases use."""
    after = world.copy()
    match call.target:
        case "Bytes":
            length = call.arguments["length"]
            assert isinstance(length, int)
            after.arrays[call.kept] = b"\xa5" * length
        case "Descriptor":
            after.descriptors = (*world.descriptors, call.kept)
            if call.arguments["kind"] == "socket":
                after.sockets = (*world.sockets, call.kept)
        case "Plain":
            handle = _named_by(world, call.text("number") or "", call.process)
            after.plain_ends[call.kept] = call.process, world.handles[handle].pipe
        case "MemoryStream":
            after.memories[call.kept] = Memory(writable=call.arguments.get("writable") is not False)
        case _:
            after.sources[call.kept] = ""
    yield May(Gives(call.target), "", after)


def _safe(world: World, call: Call, parameter: str) -> int | None:
    name = call.text(parameter)
    return None if name is None else world.safe_names[name]


def _handle(world: World, safe: int) -> Handle:
    handle = world.safes[safe].handle
    if handle not in world.handles:
        raise Unspecified("two owners of one number: the other one has closed it")
    return world.handles[handle]
