"""Moves of many megabytes: more than an implementation may take for one part of a call."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from pipects import bytespec
from pipects.exploring.choosing import Choices, beginning
from pipects.exploring.meeting_moves import MeetingMoves
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.state import World

MUCH = bytes([bytespec.UNTOUCHED]) * (16 * 1024 * 1024 + 3)
"""What is short to write down, and quick to make."""
ROOMY = 1024 * 1024
"""Bytes in its pipe: as many as who has no privilege may ask for."""
LONG = "y" * (ROOMY + 3)
RARELY = 8
"""Once in so many times it comes about: it costs as much as hundreds of other calls."""
GATHERING = "ReadExactly", "ReadExactlyAsync", "ReadAtLeast", "ReadAtLeastAsync"
WRITING = "Write", "WriteAsync", "BeginWrite"


class HeavyMoves(MeetingMoves):
    """Much goes through a pipe at once."""

    def heavy(self, world: World, choices: Choices) -> Iterator[Call]:
        """Pipes of its own, into which one call after the other writes, and out of which one takes it; and one of text."""
        if self.crowded(world, 6) or not choices.once_in(RARELY):
            return
        writing = itertools.cycle(beginning(WRITING, choices))
        for takes in ((*beginning(GATHERING, choices), "CopyTo"), ("CopyToAsync",)):
            pipe = self._names(choices.pick((False, True)))
            yield from self._pipe(pipe, ROOMY)
            memory = self.name("memory")
            yield Call("new", "MemoryStream", kept=memory)
            for taking in takes:
                yield from self._takes(pipe.reader, taking, memory)
                yield self._writes(pipe.writer, next(writing))
            yield from self._goes(pipe, pipe.writer)
            yield Call("get", f"{memory}.Position")
        yield from self._text(choices)

    def _writes(self, writer: str, member: str) -> Call:
        given: dict[str, Argument] = {"buffer": Data(MUCH)}
        if member == "BeginWrite":
            given |= {"offset": 0, "count": len(MUCH), "callback": None, "state": None}
        kept = "" if member == "Write" else self.name("operation")
        return Call("call", f"{writer}.{member}", given, kept)

    def _takes(self, reader: str, member: str, memory: str) -> Iterator[Call]:
        given: dict[str, Argument] = {}
        if member.startswith("CopyTo"):
            given["destination"] = Ref(memory)
        else:
            data = self.name("data")
            yield Call("new", "Bytes", {"length": len(MUCH)}, data)
            given["buffer"] = Ref(data)
        if member.startswith("ReadAtLeast"):
            given["minimumBytes"] = len(MUCH)
        kept = self.name("task") if member.endswith("Async") else ""
        thread = "main" if kept else self.name("thread")
        yield Call("call", f"{reader}.{member}", given, kept, thread=thread)

    def _text(self, choices: Choices) -> Iterator[Call]:
        """A text, which is read to its end."""
        pipe = self._names(choices.pick((False, True)))
        yield from self._pipe(pipe, ROOMY)
        reads, writes = self.name("text"), self.name("text")
        yield Call("new", "StreamReader", {"stream": Ref(pipe.reader)}, reads)
        yield Call("call", f"{reads}.ReadToEnd", thread=self.name("thread"))
        yield Call("new", "StreamWriter", {"stream": Ref(pipe.writer)}, writes)
        yield Call("set", f"{writes}.AutoFlush", {"value": True})
        yield Call("call", f"{writes}.Write", {"value": LONG})
        yield Call("call", f"{writes}.Dispose")
        if pipe.writer == pipe.client:
            yield Call("call", f"{pipe.server}.DisposeLocalCopyOfClientHandle")
