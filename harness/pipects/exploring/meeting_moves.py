"""Moves that bring an operation to wait, on a pipe of its own, and let something end it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipects.exploring.choosing import Choices, Moves, beginning, pattern
from spec.model import making
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import PAGE, World

ROOM = 2 * PAGE
"""Bytes in a pipe that is soon full, and still tells of the room that it has."""
LITTLE = 100
"""Bytes of room that are too few for a write that waits, and enough for one behind it."""
READING = (
    "Read", "ReadByte", "ReadExactly", "ReadAtLeast", "ReadAsync", "ReadExactlyAsync",
    "ReadAtLeastAsync", "BeginRead", "CopyTo", "CopyToAsync",
)  # fmt: skip
WRITING = ("Write", "WriteByte", "WriteAsync", "BeginWrite", "WaitForPipeDrain")
EVENTS = (
    "bytes", "close", "cancel", "other goes", "bytes", "nothing", "rest", "signal", "child", "forget",
    "threads go",
)  # fmt: skip


@dataclass(frozen=True)
class Pipe:
    """The names of a pipe's two ends, in this process."""

    server: str
    handle: str
    client: str
    reader: str
    writer: str


class MeetingMoves(Moves):
    """Operations of every form that wait, alone or one behind the other, and what they meet."""

    def met(self, world: World, choices: Choices) -> Iterator[Call]:
        """A pipe, what waits on it, and what happens then."""
        if self.crowded(world, 2):
            return
        pipe = self._names(choices.pick((False, True)))
        reads = choices.pick((True, False))
        own = pipe.reader if reads else pipe.writer
        yield from self._pipe(pipe)
        ends = [own]
        match choices.pick(("", "", "", "twin", "owner")):
            case "twin" if own == pipe.server:
                ends.append(self.name("server"))
                yield from self._twin(pipe, ends[1])
            case "owner":
                ends.append(self.name("client"))
                yield from self._owner(pipe, own, "In" if reads else "Out", ends[1])
                ends = beginning(ends, choices)
        there = choices.pick((ROOM, ROOM, ROOM - LITTLE))
        if not reads:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(there))})
        tokens, sources = [], []
        for _ in range(choices.pick((1, 2))):
            source, token, made = self.cancellable()
            yield from made
            tokens.append(token)
            sources.append(source)
        begun: list[Call] = []
        members = READING if reads else WRITING
        if choices.pick((False, True)):
            members = (choices.pick(members),)
        number = choices.pick((1, 2, 3))
        for place in range(number):
            large = 2 * LITTLE if there < ROOM and place == 0 else 0
            token = choices.pick(tokens)
            begun += self._waiting(ends[place % len(ends)], members, token, choices, large)
        yield from begun
        for _ in range(choices.pick((1, 2))):
            source = choices.pick(sources)
            waiting = ends[:number]
            yield from self._event(pipe, waiting, reads, source, begun, there, choices)

    def copied(self, world: World, choices: Choices) -> Iterator[Call]:
        """A copy into another pipe, which is full or is read, and what happens then."""
        if self.crowded(world, 4):
            return
        pipe, into = self._names(choices.pick((False, True))), self._names(False)
        yield from self._pipe(pipe)
        yield from self._pipe(into)
        is_full = choices.pick((True, False))
        if is_full:
            yield Call("call", f"{into.writer}.Write", {"buffer": Data(pattern(ROOM))})
        source, token, made = self.cancellable()
        yield from made
        given: dict[str, Argument] = {"destination": Ref(into.writer)}
        if choices.pick((False, True)):
            given["bufferSize"] = choices.pick((81920, 3, 1))
        of_task = choices.pick((True, True, False))
        if of_task and choices.pick((True, True, False)):
            given["cancellationToken"] = Ref(token)
        member = "CopyToAsync" if of_task else "CopyTo"
        yield self._copying(pipe.reader, member, given)
        sent = 0
        for _ in range(choices.pick((1, 2, 3, 0))):
            data = Data(pattern(choices.pick((3, 1, 8))))
            sent += len(data.content)
            yield Call("call", f"{pipe.writer}.Write", {"buffer": data})
            if not is_full:
                array = Data(b"\xa5" * len(data.content))
                yield Call("call", f"{into.reader}.ReadExactly", {"buffer": array})
        events = ("end", "cancel", "its reader goes", "it goes", "read", "it ends")
        match choices.pick(
            (*events, *("read",) * 3 * is_full, *("cancel",) * 3 * ("cancellationToken" in given))
        ):
            case "end":
                yield from self._goes(pipe, pipe.writer)
            case "cancel":
                yield Call("call", f"{source}.Cancel")
            case "its reader goes":
                yield from self._goes(into, into.reader)
                yield Call("call", f"{pipe.writer}.WriteByte", {"value": 7})
            case "it goes":
                yield Call("call", f"{into.writer}.Dispose")
                yield Call("call", f"{pipe.writer}.WriteByte", {"value": 7})
            case "read" if is_full:
                if choices.once_in(2):
                    yield from self._copied_beside(member, choices)
                yield Call("call", f"{into.reader}.ReadExactly", {"buffer": Data(b"\xa5" * ROOM)})
                yield Call("call", f"{into.reader}.ReadExactly", {"buffer": Data(b"\xa5" * sent)})
            case _:
                yield Call("call", f"{pipe.reader}.{choices.pick(('Dispose', 'Close'))}")
                if is_full:
                    yield Call(
                        "call", f"{into.reader}.ReadExactly", {"buffer": Data(b"\xa5" * ROOM)}
                    )

    def _copied_beside(self, member: str, choices: Choices) -> Iterator[Call]:
        """A copy of another pipe into memory, while one waits for room."""
        pipe, memory = self._names(choices.pick((False, True))), self.name("memory")
        yield from self._pipe(pipe)
        yield Call("new", "MemoryStream", kept=memory)
        given: dict[str, Argument] = {"destination": Ref(memory)}
        yield self._copying(pipe.reader, member, given)
        yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(b"beside it")})
        yield from self._goes(pipe, pipe.writer)

    def _copying(self, source: str, member: str, given: Mapping[str, Argument]) -> Call:
        """A copy, by a task or on a thread of its own."""
        of_task = member == "CopyToAsync"
        kept = self.name("task") if of_task else ""
        thread = "main" if of_task else self.name("thread")
        return Call("call", f"{source}.{member}", given, kept, thread=thread)

    def scarce(self, world: World, choices: Choices) -> Iterator[Call]:
        """The first process can open one more handle, and a server needs two; a wait needs none."""
        if world.scarce or len(world.processes) > 1 or self.crowded(world, 3):
            return
        if choices.once_in(2):
            return
        pipe, thread = self._names(choices.pick((False, True))), self.name("thread")
        yield from self._pipe(pipe)
        byte = {"buffer": Data(b"\xa5")}
        yield Call("call", f"{pipe.reader}.Read", byte, thread=thread)
        yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(b"a")})
        first, direction = self.name("server"), choices.pick(("In", "Out"))
        yield Call("new", making.SERVER, {"direction": direction}, first)
        yield Call("call", f"{first}.Dispose")
        yield Call("limit", "parent", {"handles": choices.pick((1, 0))})
        for _ in range(2):
            yield Call("new", making.SERVER, {"direction": direction}, self.name("server"))
        array = {"buffer": Data(b"\xa5" * 4)}
        yield Call("call", f"{pipe.reader}.Read", array, thread=thread)
        yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(b"abc")})

    def _names(self, serves_reader: bool) -> Pipe:
        server, handle, client = self.name("server"), self.name("handle"), self.name("client")
        ends = (server, client) if serves_reader else (client, server)
        return Pipe(server, handle, client, *ends)

    def _pipe(self, pipe: Pipe, room: int = ROOM) -> Iterator[Call]:
        """A small pipe."""
        own, other = ("In", "Out") if pipe.reader == pipe.server else ("Out", "In")
        given: dict[str, Argument] = {
            "direction": own, "inheritability": "None", "bufferSize": room,
        }  # fmt: skip
        yield Call("new", making.SERVER, given, pipe.server)
        yield Call("get", f"{pipe.server}.ClientSafePipeHandle", kept=pipe.handle)
        given = {"direction": other, "safePipeHandle": Ref(pipe.handle)}
        yield Call("new", making.CLIENT, given, pipe.client)

    def _twin(self, pipe: Pipe, name: str) -> Iterator[Call]:
        """A second server of the same handles."""
        own = self.name("handle")
        yield Call("get", f"{pipe.server}.SafePipeHandle", kept=own)
        given: dict[str, Argument] = {
            "direction": "In" if pipe.reader == pipe.server else "Out",
            "serverSafePipeHandle": Ref(own), "clientSafePipeHandle": Ref(pipe.handle),
        }  # fmt: skip
        yield Call("new", making.SERVER, given, name)

    def _owner(self, pipe: Pipe, own: str, direction: str, name: str) -> Iterator[Call]:
        """A client of the same number, by a handle object of its own that only borrows it."""
        handle, number, safe = pipe.handle, self.name("number"), self.name("safe")
        if own == pipe.server:
            handle = self.name("handle")
            yield Call("get", f"{own}.SafePipeHandle", kept=handle)
        yield Call("call", f"{handle}.DangerousGetHandle", kept=number)
        given: dict[str, Argument] = {"preexistingHandle": Ref(number), "ownsHandle": False}
        yield Call("new", "SafePipeHandle", given, safe)
        given = {"direction": direction, "safePipeHandle": Ref(safe)}
        yield Call("new", making.CLIENT, given, name)

    def _goes(self, pipe: Pipe, end: str) -> Iterator[Call]:
        """An end is closed, and with it the last of its kind."""
        yield Call("call", f"{end}.Dispose")
        if end == pipe.client:
            yield Call("call", f"{pipe.server}.DisposeLocalCopyOfClientHandle")

    def _event(
        self, pipe: Pipe, ends: Sequence[str], reads: bool, source: str, begun: Sequence[Call],
        there: int, choices: Choices,
    ) -> Iterator[Call]:  # fmt: skip
        """What happens to those that wait at these ends of the pipe, readers or writers."""
        against = pipe.writer if reads else pipe.reader
        threads = [call.thread for call in begun if call.thread != "main" and not call.kept]
        tokens = any("cancellationToken" in call.arguments for call in begun)
        several = len(threads) > 1  # a disposal has to reach each of them
        match choices.pick((*EVENTS, *("cancel",) * 4 * tokens, *("close",) * 3 * several)):
            case "bytes" if reads:
                for _ in range(choices.pick((3, 1, 2, 1, 4))):
                    data = Data(pattern(choices.pick((1, 2, 8, 1))))
                    yield Call("call", f"{against}.Write", {"buffer": data})
            case "bytes":
                yield Call("call", f"{against}.ReadExactly", {"buffer": Data(b"\xa5" * there)})
            case "close":
                yield self.closed(choices.pick(ends), choices)
            case "cancel":
                yield Call("call", f"{source}.Cancel")
                if reads and choices.once_in(2):  # what waits beside it goes on
                    yield Call("call", f"{against}.Write", {"buffer": Data(pattern(8))})
            case "other goes":
                yield from self._goes(pipe, against)
            case "rest":
                yield Call("rest", "parent")
            case "signal" if threads:
                yield Call("signal", threads[0])
            case "child":
                yield Call("start", self.name("child"), {"program": "plain"})
            case "forget":
                yield Call("forget", f"{against} {pipe.handle}")
            case "threads go":  # with it those on which something was begun end, and what they began goes on
                yield Call("forget", pipe.handle)
                yield from self._event(pipe, ends, reads, source, begun, there, choices)

    def _waiting(
        self, own: str, members: Sequence[str], token: str, choices: Choices, large: int
    ) -> Iterator[Call]:
        """An operation that finds nothing to take, or no room; and threads that wait for it.

        `large` is how much it takes not to find room.
        """
        member, data = choices.pick(members), choices.pick((3, 1, 8))
        reads = member in READING
        if large and not reads:
            member, data = choices.pick(("WriteAsync", "Write", "BeginWrite")), large
        of_task, begins = member.endswith("Async"), member.startswith("Begin")
        given: dict[str, Argument] = {"buffer": Data(b"\xa5" * data if reads else pattern(data))}
        if member == "WriteByte":
            given = {"value": 65}
        elif member in ("ReadByte", "WaitForPipeDrain"):
            given = {}
        elif member.startswith("CopyTo"):
            memory = self.name("memory")
            yield Call("new", "MemoryStream", kept=memory)
            given = {"destination": Ref(memory)}
        elif member.startswith("ReadAtLeast"):
            given["minimumBytes"] = choices.pick((1, 2, data))
            if choices.once_in(2):
                given["throwOnEndOfStream"] = False
        elif begins or choices.pick((False, True)):
            given |= {"offset": 0, "count": data}
        if begins:
            ends = choices.pick(("", "", f"End{member[5:]}"))
            callback = self.callback(choices, ends, reads)
            given |= {"callback": callback, "state": choices.argument("marked", None)}
        if of_task and choices.pick((True, False)):
            given["cancellationToken"] = Ref(token)
        kept = self.name("task" if of_task else "result") if of_task or begins else ""
        thread = "main" if kept and not choices.once_in(4) else self.name("thread")
        yield Call("call", f"{own}.{member}", given, kept, thread=thread)
        if kept and choices.once_in(4):
            for _ in range(choices.pick((2, 1)) if of_task else 1):
                waits: dict[str, Argument] = {} if of_task else {"asyncResult": Ref(kept)}
                target = f"{kept}.Wait" if of_task else f"{own}.End{member[5:]}"
                yield Call("call", target, waits, thread=self.name("thread"))
