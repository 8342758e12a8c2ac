"""Moves that bring an operation half-way, and then let something happen to it."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, pattern
from pipects.exploring.meeting_moves import ROOM, MeetingMoves, Pipe
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.state import DRAIN, READ, WATCH, WRITE, World

WANTED = 8
"""Bytes that an operation gathers."""
GATHERING = ("ReadAtLeastAsync", "ReadExactlyAsync", "ReadAtLeast", "ReadExactly")


class HalfwayMoves(MeetingMoves):
    """Reads that have got a part of what they want, and writes a part of which was read."""

    def halfway(self, world: World, choices: Choices) -> Iterator[Call]:
        """An operation on a pipe of its own, a part of what it waits for, and what comes then."""
        if self.crowded(world, 2):
            return
        pipe = self._names(choices.pick((False, True)))
        yield from self._pipe(pipe)
        source, token, made = self.cancellable()
        yield from made
        match choices.pick(("gathered", "sent", "gathered", "beside", "gathered")):
            case "gathered":
                yield from self._gathered(pipe, source, token, choices)
            case "sent":
                yield from self._sent(pipe, source, token, choices)
            case _:
                yield from self._beside(pipe, choices)

    def failed(self, world: World, choices: Choices) -> Iterator[Call]:
        """The system fails a call of an end's, at once or behind a wait; the same is tried again."""
        if self.crowded(world, 2):
            return
        pipe = self._names(choices.pick((False, True)))
        yield from self._pipe(pipe)
        reads, waits = choices.pick((True, False)), choices.pick((False, True))
        end = pipe.reader if reads else pipe.writer
        own = "" if reads else choices.pick(("WaitForPipeDrain", ""))
        _, token, made = self.cancellable()
        yield from made
        there = ROOM if waits and not reads else 4
        if reads != waits:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(there))})
        elif own:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(4))})
        fault = Call("answer", DRAIN if own else READ if reads else WRITE, {"of": Ref(end)})
        asked = [own] if own else ["Read", "ReadByte", "ReadAsync", "BeginRead"] if reads else [
            "Write", "WriteByte", "WriteAsync", "BeginWrite"]  # fmt: skip
        if not own and choices.once_in(3):
            yield from self._unserved(pipe, reads, token, choices)
            return
        begun = list(self._waiting(end, asked, token, choices, 0))
        if not waits or own:
            yield fault
        yield from begun
        if waits and not own:
            yield fault
            if reads:
                yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(4))})
        if not reads and (waits or own):
            array = Data(b"\xa5" * (4 if own else there))
            yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": array})
        yield Call("get", f"{end}.IsConnected")
        yield from self._waiting(end, asked, token, choices, 0)

    def _unserved(
        self, pipe: Pipe, reads: bool, token: str, choices: Choices
    ) -> Iterator[Call]:  # fmt: skip
        """Of several tasks in line the system fails one, or has no means to wait for it: those behind it are served."""
        end = pipe.reader if reads else pipe.writer
        content = ROOM if not reads else 0
        asked = ("ReadAsync", "BeginRead") if reads else ("WriteAsync", "BeginWrite")
        call = choices.pick((WATCH, WATCH, READ if reads else WRITE))
        fault = Call("answer", call, {"of": Ref(end)})
        if content:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(content))})
        there = choices.pick((3, 2, 1, 0))
        for place in range(4):
            if place == there:
                yield fault
            yield from self._waiting(end, asked, token, choices, 0)
        for _ in range(5 if reads else 1):
            if reads:
                yield Call("call", f"{pipe.writer}.WriteByte", {"value": 65})
            else:
                yield Call(
                    "call", f"{pipe.reader}.ReadExactly", {"buffer": Data(b"\xa5" * content)}
                )
        yield Call("get", f"{end}.IsConnected")
        yield from self._waiting(end, asked, token, choices, 0)

    def _gathered(
        self, pipe: Pipe, source: str, token: str, choices: Choices
    ) -> Iterator[Call]:  # fmt: skip
        member = choices.pick(GATHERING)
        offset = choices.pick((0, 0, 2)) if "Exactly" in member else 0
        data = self.name("data")
        yield Call("new", "Bytes", {"length": offset + WANTED}, data)
        given: dict[str, Argument] = {"buffer": Ref(data)}
        if "AtLeast" in member:
            given["minimumBytes"] = choices.pick((5, WANTED, 3))
            throws = choices.pick((False, None, True))
            if throws is not None:
                given["throwOnEndOfStream"] = throws
        elif offset or choices.pick((False, True)):
            given |= {"offset": offset, "count": WANTED}
        if member.endswith("Async") and choices.pick((True, True, False)):
            given["cancellationToken"] = Ref(token)
        kept = self.name("task") if member.endswith("Async") else ""
        thread = "main" if kept else self.name("thread")
        yield Call("call", f"{pipe.reader}.{member}", given, kept, thread=thread)
        for _ in range(choices.pick((1, 2, 0))):
            part = Data(pattern(choices.pick((2, 1))))
            yield Call("call", f"{pipe.writer}.Write", {"buffer": part})
        match choices.pick(("rest", "cancel", "end", "more", "close", "end")):
            case "rest":
                yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(WANTED))})
            case "more":
                yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(4))})
            case what:
                yield from self._ends(what, pipe, pipe.reader, pipe.writer, source, choices)
        yield Call("get", f"{data}.Hex")

    def _beside(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """Two pipes at whose reading ends the same is asked, and whose bytes come in turns."""
        other = self._names(choices.pick((False, True)))
        yield from self._pipe(other)
        member = choices.pick((*GATHERING, "ReadLine", "ReadToEnd", "ReadExactlyAsync"))
        of_text, arrays = member in ("ReadLine", "ReadToEnd"), []
        for each in (pipe, other):
            given: dict[str, Argument] = {}
            reader, kept = each.reader, ""
            if of_text:
                reader = self.name("text")
                yield Call("new", "StreamReader", {"stream": Ref(each.reader)}, reader)
            else:
                arrays.append(self.name("data"))
                yield Call("new", "Bytes", {"length": WANTED}, arrays[-1])
                given = {"buffer": Ref(arrays[-1])}
                given |= {"minimumBytes": WANTED} if "AtLeast" in member else {}
                kept = self.name("task") if member.endswith("Async") else ""
            thread = "main" if kept else self.name("thread")
            yield Call("call", f"{reader}.{member}", given, kept, thread=thread)
        parts = choices.pick((((0, 3), (1, 2), (0, 5), (1, 6)), ((1, 1), (0, 2), (1, 7), (0, 6))))
        for which, count in parts:
            text = b"abcdefgh\n"[-count:] if which else b"stuvwxyz\n"[:count]
            writer = (pipe, other)[which].writer
            yield Call("call", f"{writer}.Write", {"buffer": Data(text)})
        for each in (other, pipe):
            yield from self._goes(each, each.writer)
        for array in arrays:
            yield Call("get", f"{array}.Hex")

    def _sent(self, pipe: Pipe, source: str, token: str, choices: Choices) -> Iterator[Call]:
        length = ROOM + choices.pick((1, ROOM, 5000))
        given: dict[str, Argument] = {"buffer": Data(pattern(length))}
        member = choices.pick(("WriteAsync", "Write", "BeginWrite"))
        if member == "BeginWrite":
            given |= {"offset": 0, "count": length, "callback": None, "state": None}
        elif member == "WriteAsync" and choices.pick((True, False)):
            given["cancellationToken"] = Ref(token)
        kept = "" if member == "Write" else self.name("task")
        thread = "main" if kept else self.name("thread")
        yield Call("call", f"{pipe.writer}.{member}", given, kept, thread=thread)
        taken = choices.pick((4096, 1, 0, ROOM))
        if taken:
            yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": Data(b"\xa5" * taken)})
        match choices.pick(("rest", "cancel", "end", "close")):
            case "rest":
                rest = Data(b"\xa5" * (length - taken))
                yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": rest})
            case what:
                yield from self._ends(what, pipe, pipe.writer, pipe.reader, source, choices)

    def _ends(
        self, what: str, pipe: Pipe, own: str, against: str, source: str, choices: Choices
    ) -> Iterator[Call]:
        """An operation is cancelled, the end against its own goes, or its own is closed."""
        match what:
            case "cancel":
                yield Call("call", f"{source}.Cancel")
            case "end":
                yield from self._goes(pipe, against)
            case _:
                yield self.closed(own, choices)
