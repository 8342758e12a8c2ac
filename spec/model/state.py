"""What there is: pipes, handles, the objects on them, processes, and operations under way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from spec.model.calls import Argument
from spec.model.outcomes import Outcome

OPEN, BROKEN, CLOSED = "open", "broken", "closed"
READ, WRITE = "read", "write"
DRAIN = "ioctl"
"""What asks how much of a pipe is unread."""
WATCH = "watch"
"""What asks to be told when an end is ready."""
PAGE = 4096
DEFAULT_CAPACITY = 16 * PAGE


@dataclass(frozen=True)
class Pipe:
    """A pipe of the operating system's, with what was written and not yet read."""

    maker: str
    """The server that made it; nobody's if it is a FIFO."""
    capacity: int
    content: bytes = b""
    burst: int = 0
    """Bytes written since it was last empty: up to a page of them has room for certain."""
    blurred: bool = False
    """Whether a write ended half-way, so that nobody knows what is in it."""
    ahead: str = ""
    """The StreamReader that has been reading it, and may hold what is still in `content`."""
    partly: str = ""
    """The StreamWriter that holds back text of which a part may be in the pipe already."""
    polled: bool = False
    """Whether an asynchronous call was made on it: its descriptors may be in any mode."""


@dataclass(frozen=True)
class Handle:
    """A process's hold on one end of a pipe."""

    process: str
    pipe: int
    access: str
    inheritable: bool | None
    """None: nobody says (in a child)."""
    number: int
    """The same for a handle and for what a child inherits of it."""


@dataclass(frozen=True)
class Safe:
    """A SafePipeHandle."""

    process: str
    handle: int | None
    """None: the value -1."""
    owns: bool = True
    closed: bool = False
    file: bool = False
    """Whether it is an ordinary file's."""


@dataclass(frozen=True)
class Stream:
    """A server's or a client's stream."""

    server: bool
    process: str
    access: str
    pipe: int
    own: int
    """Its SafePipeHandle, by number among the objects."""
    client: int | None = None
    """The SafePipeHandle of a server's client."""
    state: str = OPEN
    inheritable: bool = False
    adopted: bool = False
    """Whether the server was built from two handles."""
    given_text: bool = False
    given_handle: bool = False
    ended: bool = False
    """Whether a read has met the end of the pipe."""


@dataclass(frozen=True)
class End:
    """How an operation may end, and what says so."""

    outcome: Outcome
    requirement: str


@dataclass(frozen=True)
class Operation:
    """A transfer that was begun; without `end` it is under way."""

    kind: str
    """`read`, `byte`, `exactly`, `least`, `write`, `drain`, `copy`, `flush`; `line`, `rest` or `more` of a
    StreamReader; `join` waits for another operation."""
    family: str
    """The beginning of the ids of the requirements about it: `stream.read-async`."""
    stream: str
    order: int
    count: int = 0
    """Of bytes; of a copy, how many it moves at once."""
    minimum: int = 0
    strict: bool = True
    """Whether an early end is an error of a read of at least so many bytes."""
    got: bytes = b""
    left: bytes = b""
    array: str | None = None
    """The array, if it has a name of its own."""
    offset: int = 0
    shown: bool = False
    """Whether the array is the call's own and shown with its outcome."""
    token: str | None = None
    into: str | None = None
    """Where a copy goes; the operation that a `join` waits for."""
    texter: str | None = None
    """The StreamReader or StreamWriter whose it is."""
    thread: bool = False
    """Whether it is a call that blocks its thread, and not a task."""
    wrapper: str = ""
    """What Synchronized gave, through which it was made."""
    begun: bool = False
    """Whether it was begun by BeginRead or BeginWrite."""
    watched: bool = False
    """Whether the system was asked to tell when it can go on, as far as that may fail."""
    raced: bool = False
    """Whether another one might have ended in its place."""
    prompt: bool = False
    """Whether it may have been done in its call."""
    state: Argument = None
    """What its caller wants back."""
    callback: str = ""
    inside: bool = False
    """Whether the callback asks for what came of it."""
    calls: str = ""
    """What the callback calls last: `Dispose`, `Close` or `ReadByte` of its stream."""
    called: bool = False
    """Whether the callback was seen to have been called."""
    ends: tuple[End, ...] = ()
    """How it may have ended."""
    collected: bool = False


@dataclass(frozen=True)
class Text:
    """A StreamWriter or a StreamReader."""

    stream: str
    writes: bool
    auto: bool = False
    held: bytes = b""
    spoilt: bool = False
    """Whether it could not send what it holds."""
    leaves: bool = False
    """Whether closing it leaves its stream open."""
    closed: bool = False


@dataclass(frozen=True)
class Memory:
    """A stream in memory."""

    content: bytes = b""
    writable: bool = True
    closed: bool = False
    unsure: bool = False
    """Whether a copy into it was broken off, so that nobody knows how much has come."""


@dataclass
class World:
    """Everything, at one moment. Values are never changed, only replaced, so that a copy costs little."""

    pipes: dict[int, Pipe] = field(default_factory=dict)
    handles: dict[int, Handle] = field(default_factory=dict)
    safes: dict[int, Safe] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    safe_names: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    """By name: the number that a text of GetClientHandleAsString says."""
    numbers: dict[str, int] = field(default_factory=dict)
    """By name: the number that DangerousGetHandle gave."""
    arrays: dict[str, bytes] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    texters: dict[str, Text] = field(default_factory=dict)
    wrappers: dict[str, str] = field(default_factory=dict)
    """By name of what Synchronized gave: the stream that it was made of."""
    files: dict[str, str] = field(default_factory=dict)
    """By name of the number of an ordinary file that is open: the name of its descriptor."""
    descriptors: tuple[str, ...] = ()
    """Ordinary files and the like that are open."""
    sockets: tuple[str, ...] = ()
    """Those of them that are sockets."""
    callbacks: dict[str, str] = field(default_factory=dict)
    """By name of a callback: that of the operation that calls it."""
    unused: dict[str, str] = field(default_factory=dict)
    """By name of a callback that a refused call was given: the stream whose call it was."""
    tokens: dict[str, bool] = field(default_factory=dict)
    """By name of the token: whether it is cancelled."""
    sources: dict[str, str] = field(default_factory=dict)
    """By name of a source: its token's."""
    cancelled: tuple[str, ...] = ()
    """The sources that were told to cancel."""
    operations: dict[str, Operation] = field(default_factory=dict)
    processes: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"parent": ()})
    """By name: the names of the texts that it was started with."""
    plain_ends: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By name of an end that a child knows by its number alone: the child, and the pipe."""
    scarce: str = ""
    """`yes`: the first process can open no further pipe; `eased`: it has given handles back since."""
    warm: str = ""
    """A thread whose call has waited and ended: a runtime has opened by then what it needs for that."""
    plain: tuple[str, ...] = ()
    """The processes that make plain system calls only."""
    faults: tuple[tuple[str, str], ...] = ()
    """Which system call of an end's the system fails next: the stream, and READ, WRITE, DRAIN or WATCH."""
    devices: tuple[str, ...] = ()
    """The processes whose standard streams are a device."""
    fifos: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By process whose standard input and output are ends of one FIFO: the numbers that handles have there."""
    next: int = 1

    def copy(self) -> World:
        """The same, to go another way from here."""
        other = World.__new__(World)
        for name, each in self.__dict__.items():
            other.__dict__[name] = each.copy() if isinstance(each, dict) else each
        return other

    def number(self) -> int:
        """A number that nothing else has."""
        self.next += 1
        return self.next

    def change(self, name: str, **fields: object) -> None:
        """Replaces fields of a stream."""
        self.streams[name] = replace(self.streams[name], **fields)

    def change_pipe(self, pipe: int, **fields: object) -> None:
        """Replaces fields of a pipe."""
        self.pipes[pipe] = replace(self.pipes[pipe], **fields)

    def change_operation(self, name: str, **fields: object) -> None:
        """Replaces fields of an operation."""
        self.operations[name] = replace(self.operations[name], **fields)

    def held(self, pipe: int, access: str) -> bool:
        """Whether any process holds such an end of the pipe."""
        return any(h.pipe == pipe and h.access == access for h in self.handles.values())

    def stream_of(self, name: str) -> str | None:
        """The stream that an object is, or is about."""
        if name in self.streams:
            return name
        if name in self.callbacks:
            name = self.callbacks[name]
        if name in self.operations:
            return self.operations[name].stream
        return self.texters[name].stream if name in self.texters else self.wrappers.get(name)

    def is_shut(self, stream: Stream) -> bool:
        """Whether the stream's handle object was closed."""
        return self.safes[stream.own].closed

    def is_orphan(self, stream: Stream) -> bool:
        """Whether the number under an open handle object was closed by another owner of it."""
        handle = self.safes[stream.own].handle
        return not self.is_shut(stream) and handle not in self.handles

    def close(self, safe: int) -> None:
        """Closes a handle object, and its handle if it owns that and it is still open."""
        known = self.safes[safe]
        self.safes[safe] = replace(known, closed=True)
        if known.owns and not known.closed and known.handle is not None:
            gone = self.handles.pop(known.handle, None)
            if gone is not None and gone.process in self.fifos:  # it may be open both ways
                for key in self.numbered(gone.process, gone.number):
                    del self.handles[key]

    def numbered(self, process: str, number: int) -> list[int]:
        """The handles of a process that have this number: two if it is opened both ways."""
        return [
            key
            for key, each in self.handles.items()
            if each.process == process and each.number == number
        ]

    def pending(self) -> list[tuple[str, Operation]]:
        """The operations under way, in the order of their beginning."""
        found = [(name, each) for name, each in self.operations.items() if not each.ends]
        return sorted(found, key=lambda item: item[1].order)

    def awaited(self) -> set[str | None]:
        """The operations for whose end a thread waits that has not been heard of since."""
        operations = self.operations.values()
        return {each.into for each in operations if each.kind == "join" and not each.collected}

    def is_shared(self, pipe: int) -> bool:
        """Whether two handle objects stand, or stood, for one end of the pipe: who waits may then watch a copy of it."""
        stand_for = [
            each.handle for each in self.safes.values()
            if not each.closed and each.handle in self.handles
            and self.handles[each.handle].pipe == pipe
        ]  # fmt: skip
        return len(stand_for) > len(set(stand_for)) or any(
            each.pipe == pipe and each.state != CLOSED and self.is_orphan(each)
            for each in self.streams.values()
        )

    def ends(self, process: str, pipe: int) -> list[str]:
        """The ends of a pipe that a process holds, as cases write them."""
        found = []
        for handle in self.handles.values():
            if handle.process == process and handle.pipe == pipe:
                marks = {True: " inheritable", False: " private", None: ""}[handle.inheritable]
                mode = "" if self.pipes[pipe].polled else " blocking"
                found.append(handle.access + marks + mode)
        return sorted(found)


@dataclass(frozen=True)
class May:
    """One thing that may come of a call: the outcome, what says so, and what then holds."""

    outcome: Outcome
    requirement: str
    after: World
