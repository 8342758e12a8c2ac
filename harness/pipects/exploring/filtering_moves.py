"""Moves where the system answers otherwise than it mostly does, and nobody is to notice: a filter refuses the newest
calls, as in a container, or a signal interrupts one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipects.exploring.choosing import Choices, pattern
from pipects.exploring.halfway_moves import HalfwayMoves
from pipects.exploring.room_moves import RoomMoves
from spec.model import making
from spec.model.calls import Call, Ref
from spec.model.state import World

NEWEST = ("pwritev2", "preadv2", "vmsplice")
REFUSED = ("EPERM", "EACCES", "EINVAL", "ENOSYS", "EOPNOTSUPP")
"""With what a filter, or a kernel that does not know a flag, refuses a call."""
INTERRUPTED = ("read", "write", "poll")


class FilteringMoves(HalfwayMoves, RoomMoves):
    """What other moves do, on a pipe whose calls are answered so; they need a director."""

    def filtered(self, world: World, choices: Choices) -> Iterator[Call]:
        """A story about a pipe of its own, whose ends meet a filter or a signal as soon as they are there."""
        stories = (self.met, self.met, self.broken, self.halfway, self.room, self.copied)
        ends: list[str] = []
        for call in choices.pick(stories)(world, choices):
            yield call
            if call.verb == "new" and call.target in (making.SERVER, making.CLIENT):
                ends.append(call.kept)
                if len(ends) == 2:
                    yield from self._answers(ends, choices)

    def broken(self, world: World, choices: Choices) -> Iterator[Call]:
        """Writes into a pipe whose reader has gone."""
        if self.crowded(world, 1):
            return
        pipe = self._names(choices.pick((False, True)))
        yield from self._pipe(pipe)
        yield from self._goes(pipe, pipe.reader)
        for _ in range(2):
            data = pattern(choices.pick((3, 1)))
            members = ("Write", "WriteByte", "WriteAsync")
            yield from self.form(world, pipe.writer, choices, members, data)
        yield Call("get", f"{pipe.writer}.IsConnected")

    def _answers(self, ends: Sequence[str], choices: Choices) -> Iterator[Call]:
        error = choices.pick(REFUSED)
        for end in ends:
            for call in choices.pick((NEWEST, NEWEST, NEWEST[:1], NEWEST[1:], ())):
                yield Call("answer", call, {"of": Ref(end), "by": error, "always": True})
            if choices.once_in(3):
                interrupted = choices.pick(INTERRUPTED)
                yield Call("answer", interrupted, {"of": Ref(end), "by": "EINTR"})
