"""Moves about the room in a pipe: what it still has, though it may not tell of it, and who gets what comes free."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, pattern
from pipects.exploring.meeting_moves import ROOM, MeetingMoves, Pipe
from spec.model.calls import Argument, Call, Data
from spec.model.state import PAGE, World


class RoomMoves(MeetingMoves):
    """Writes into small pipes."""

    def room(self, world: World, choices: Choices) -> Iterator[Call]:
        """A pipe of a page or two, and what is written into it."""
        if self.crowded(world, 2):
            return
        pipe = self._names(choices.pick((False, True)))
        if choices.pick((True, False)):
            yield from self._fits(pipe, choices)
        else:
            yield from self._one_by_one(pipe, choices)

    def _fits(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """Writes for which a pipe of one page has room, though it may not tell of any."""
        yield from self._pipe(pipe, PAGE)
        for _ in range(choices.pick((3, 2))):
            member = choices.pick(("WriteAsync", "BeginWrite", "WriteByte", "Write"))
            data = pattern(choices.pick((4, 1, 1000)))
            given: dict[str, Argument] = (
                {"value": 69} if member == "WriteByte" else {"buffer": Data(data)}
            )
            if member == "BeginWrite":
                given |= {"offset": 0, "count": len(data), "callback": None, "state": None}
            of_task, begins = member.endswith("Async"), member.startswith("Begin")
            kept = self.name("task" if of_task else "result") if of_task or begins else ""
            yield Call("call", f"{pipe.writer}.{member}", given, kept)
        array = Data(b"\xa5" * PAGE)
        yield Call("call", f"{pipe.reader}.Read", {"buffer": array}, thread=self.name("thread"))

    def _one_by_one(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """Bytes that threads write, each other ones, while there is no room, and what is read of them."""
        yield from self._pipe(pipe)
        yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(ROOM))})
        number = choices.pick((2, 3))
        for value in range(number):
            given: dict[str, Argument] = {"value": value}
            if choices.once_in(3):
                given = {"buffer": Data(bytes([value]))}
            member = "Write" if "buffer" in given else "WriteByte"
            yield Call("call", f"{pipe.writer}.{member}", given, thread=self.name("thread"))
        array = Data(b"\xa5" * ROOM)
        yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": array})
        array = Data(b"\xa5" * number)
        yield Call(
            "call", f"{pipe.reader}.{choices.pick(('ReadExactly', 'Read'))}", {"buffer": array}
        )
