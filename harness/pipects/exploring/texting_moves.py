"""Moves about readers and writers of text, wrappers, and other threads: what stands between a caller and a stream."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.asking_moves import NUMBERED, PLACES, sought
from pipects.exploring.choosing import Choices, Moves
from spec.model import making
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.rules import GATHERING, WRAPPED
from spec.model.state import READ, WRITE, World

TEXTS = ("a", "", "two\n", "one\r\ntwo", "\n", "tail", "\r", "\u20ac", "\r\n\n\r", "\ufec1")
LONG = (1024, 128, 4096, 1023, 3000, 4095, 5000, 9000)
"""Characters of long texts: about as many as a buffer holds."""
WRITING = ("Write", "WriteLine", "Flush", "AutoFlush", "Close", "Dispose", "WriteLine", "Write")
READING = ("ReadLine", "ReadLine", "EndOfStream", "ReadToEnd", "ReadLine", "Close", "Dispose")
NEEDING = ("Read", "Write", "ReadByte", "WriteByte", "ReadAsync", "WriteAsync")
"""Members of a wrapper that are tried more often."""


class TextingMoves(Moves):
    """Text, wrappers, and threads that wait for operations."""

    def texter(self, world: World, choices: Choices) -> Iterator[Call]:
        """A reader or a writer of text, mostly on an end that suits it."""
        kind = choices.pick(("StreamReader", "StreamWriter"))
        suits = self.end(world, choices, READ if kind == "StreamReader" else WRITE)
        whole: list[Argument] = [None, *map(Ref, world.streams)]
        stream = choices.pick(whole) if choices.once_in(4) else suits and Ref(suits)
        home = world.streams[stream.name].process if isinstance(stream, Ref) else "parent"
        given: dict[str, Argument] = {"stream": stream}
        if choices.once_in(3):
            given["leaveOpen"] = choices.pick((True, True, False))
        yield Call("new", kind, given, self.name("text"), home)

    def text(self, world: World, choices: Choices) -> Iterator[Call]:
        """Something is asked of a reader or a writer."""
        texters = list(world.texters)
        if not texters:
            yield from self.texter(world, choices)
            return
        name = choices.pick(texters[::-1])
        known = world.texters[name]
        if known.writes:
            member = choices.pick(WRITING)
            given: dict[str, Argument] = {}
            if member == "AutoFlush" and choices.pick((True, True, False)):
                yield Call("set", f"{name}.{member}", {"value": choices.pick((True, False))})
                return
            if member == "Write" or (member == "WriteLine" and not choices.once_in(4)):
                given = {"value": choices.pick((*TEXTS, *map("y".__mul__, LONG)))}
            yield Call("get" if member == "AutoFlush" else "call", f"{name}.{member}", given)
            return
        member = choices.pick(READING)
        thread = choices.pick(("main", self.name("thread")))
        thread = "main" if member in ("Close", "Dispose") else thread
        yield Call("get" if member == "EndOfStream" else "call", f"{name}.{member}", thread=thread)

    def lines(self, world: World, choices: Choices) -> Iterator[Call]:
        """Bytes that are text, for whoever reads text at the other end."""
        name = self.end(world, choices, WRITE)
        if name:
            text = "".join(choices.pick(TEXTS) for _ in range(3))
            if choices.once_in(4):
                length = choices.pick(LONG)
                cut = "x" * (length - 1) + "\r\n"  # a line end where a buffer may end
                text = choices.pick((cut, "x" * length)) + text
            yield Call("call", f"{name}.Write", {"buffer": Data(text.encode())})

    def wrapper(self, world: World, choices: Choices) -> Iterator[Call]:
        """A synchronized wrapper is made, or asked."""
        if not world.wrappers or choices.once_in(5):
            names = [n for n, each in world.streams.items() if each.process == "parent"]
            stream = choices.pick([*map(Ref, names), None])
            yield Call("call", "Stream.Synchronized", {"stream": stream}, self.name("wrapper"))
            return
        name = choices.pick(list(world.wrappers)[::-1])
        member = choices.pick((*NEEDING, *WRAPPED, *NEEDING, *GATHERING))
        if member in ("Seek", "SetLength"):
            yield Call("call", f"{name}.{member}", sought(member, choices))
        elif member in ("Flush", "Dispose", "Close"):
            yield Call("call", f"{name}.{member}")
        elif member == "FlushAsync":
            given: dict[str, Argument] = {}
            if self.at_home(world, name) and choices.pick((True, False)):
                given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
            yield Call("call", f"{name}.{member}", given, awaited=True)
        elif member in (*NEEDING, *GATHERING):
            data = b"\xa5" * choices.pick((4, 1, 0, 9))
            yield from self.form(world, name, choices, (member,), data)
        elif member in NUMBERED and choices.once_in(2):
            yield Call("set", f"{name}.{member}", {"value": choices.pick(PLACES)})
        else:
            yield Call("get", f"{name}.{member}")

    def join(self, world: World, choices: Choices) -> Iterator[Call]:
        """A thread waits for an operation under way."""
        waiting = [(n, each) for n, each in world.pending() if not each.thread]
        if not waiting:
            return
        name, operation = choices.pick(waiting)
        thread = self.name("thread")
        if operation.begun:
            member = "EndWrite" if operation.kind == "write" else "EndRead"
            given = {"asyncResult": Ref(name)}
            yield Call("call", f"{operation.stream}.{member}", given, thread=thread)
        else:
            yield Call("call", f"{name}.Wait", thread=thread)

    def rest(self, world: World, choices: Choices) -> Iterator[Call]:
        """While something waits, or has waited, it is seen whether the process lets the processor go."""
        if (world.pending() or world.operations) and choices.once_in(2):
            yield Call("rest", "parent")
