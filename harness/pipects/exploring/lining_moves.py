"""Moves in which tasks stand in line on one end: some are cancelled, others come behind, and what comes is for those left."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, pattern
from pipects.exploring.meeting_moves import ROOM, MeetingMoves, Pipe
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.state import World


class LiningMoves(MeetingMoves):
    """Asynchronous reads, or writes, one behind the other."""

    def lined(self, world: World, choices: Choices) -> Iterator[Call]:
        """Several wait, each with a token of its own; then one after the other is cancelled, comes, or is served."""
        if self.crowded(world, 2):
            return
        pipe, reads = self._names(choices.pick((False, True))), choices.pick((True, True, False))
        yield from self._pipe(pipe)
        if not reads:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(ROOM))})
        sources: list[str] = []
        for _ in range(choices.pick((3, 4, 2))):
            yield from self._comes(pipe, reads, sources, choices)
        for _ in range(choices.pick((4, 3, 5, 2))):
            match choices.pick(("cancel", "cancel", "cancel", "come", "come", "serve")):
                case "cancel" if sources:
                    source = sources.pop(choices.pick(range(len(sources))))
                    yield Call("call", f"{source}.Cancel")
                case "come":
                    yield from self._comes(pipe, reads, sources, choices)
                case "serve":
                    yield from self._serves(pipe, reads, choices)
        yield from self._comes(pipe, reads, sources, choices)
        for _ in range(choices.pick((2, 3))):
            yield from self._serves(pipe, reads, choices)

    def _comes(
        self, pipe: Pipe, reads: bool, sources: list[str], choices: Choices
    ) -> Iterator[Call]:
        """One more stands in line, with a token or without."""
        given: dict[str, Argument] = {"buffer": Data(b"\xa5" * 2 if reads else pattern(2))}
        if choices.pick((True, True, False)):
            source, token, made = self.cancellable()
            yield from made
            given["cancellationToken"] = Ref(token)
            sources.append(source)
        target = f"{pipe.reader}.ReadAsync" if reads else f"{pipe.writer}.WriteAsync"
        yield Call("call", target, given, self.name("task"))

    @staticmethod
    def _serves(pipe: Pipe, reads: bool, choices: Choices) -> Iterator[Call]:
        """There is something for one or two of them: bytes, or room."""
        if reads:
            data = Data(pattern(choices.pick((2, 1, 4))))
            yield Call("call", f"{pipe.writer}.Write", {"buffer": data})
        else:
            yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": Data(b"\xa5" * ROOM)})
