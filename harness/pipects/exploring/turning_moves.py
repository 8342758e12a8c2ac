"""Moves about a synchronized wrapper: of two calls the second one waits for its turn."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, pattern
from pipects.exploring.meeting_moves import ROOM, MeetingMoves
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.rules import COMPOSED
from spec.model.state import PAGE, World

LARGE = ROOM + 3 * PAGE
"""Bytes that find no room at once, nor in the second place."""


class TurningMoves(MeetingMoves):
    """Calls through one wrapper, and through another one beside it."""

    def turns(self, world: World, choices: Choices) -> Iterator[Call]:
        """Two transfers through a wrapper, both of which wait, and what lets them go on."""
        if self.crowded(world, 2):
            return
        pipe, writes = self._names(choices.pick((False, True))), choices.pick((True, False))
        yield from self._pipe(pipe)
        wrapper = self.name("wrapper")
        own = pipe.writer if writes else pipe.reader
        yield Call("call", "Stream.Synchronized", {"stream": Ref(own)}, wrapper)
        first = LARGE + choices.pick((0, 3, PAGE)) if writes else choices.pick((1, 3))
        second = choices.pick((3, 1, PAGE, 3 * PAGE)) if writes else choices.pick((3, 1))
        for size in (first, second):
            yield self._transfer(wrapper, writes, size, choices)
        for member in choices.pick(((), ("CanRead", "CanWrite"), ("CanSeek", "CanTimeout"))):
            yield Call("get", f"{wrapper}.{member}")
        if choices.once_in(3):
            yield from self._wrapped_beside(choices)
        if not writes:
            for sent in choices.pick(((b"a", b"bc"), (b"abcd",), (b"ab", b"c"))):
                yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(sent)})
        elif choices.once_in(4):
            yield from self._goes(pipe, pipe.reader)
        else:
            for size in choices.pick(((first, second), (PAGE, first + second - PAGE))):
                array = Data(b"\xa5" * size)
                yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": array})

    def composed(self, world: World, choices: Choices) -> Iterator[Call]:
        """A wrapper gathers or copies what is there, in every form, with a token that may be cancelled before."""
        if self.crowded(world, 2):
            return
        pipe, wrapper = self._names(choices.pick((False, True))), self.name("wrapper")
        yield from self._pipe(pipe)
        yield Call("call", "Stream.Synchronized", {"stream": Ref(pipe.reader)}, wrapper)
        source, token, made = self.cancellable()
        yield from made
        yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(9))})
        member, cancelled = choices.pick(COMPOSED), choices.pick((False, True))
        copies = member.startswith("CopyTo")
        if copies and not cancelled or choices.once_in(3):
            yield from self._goes(pipe, pipe.writer)
        if cancelled:
            yield Call("call", f"{source}.Cancel")
        given: dict[str, Argument] = {}
        if copies:
            memory = self.name("memory")
            yield Call("new", "MemoryStream", kept=memory)
            given["destination"] = Ref(memory)
            if choices.once_in(2):
                given["bufferSize"] = choices.pick((3, 81920))
        else:
            length = choices.pick((4, 1, 9))
            given["buffer"] = Data(b"\xa5" * length)
            if "AtLeast" in member:
                given["minimumBytes"] = choices.pick((1, length))
            elif choices.once_in(2):
                given |= {"offset": 0, "count": length}
        of_task = member.endswith("Async")
        if of_task and (cancelled or choices.once_in(2)):
            given["cancellationToken"] = Ref(token)
        yield Call("call", f"{wrapper}.{member}", given, awaited=of_task)
        if copies:
            yield Call("get", f"{memory}.Hex")
        elif not choices.once_in(3):
            yield Call("call", f"{wrapper}.Read", {"buffer": Data(b"\xa5" * 9)})

    def _transfer(self, wrapper: str, writes: bool, size: int, choices: Choices) -> Call:
        """So many bytes, on a thread of its own."""
        by_byte = size == 1 and choices.once_in(2)
        member = ("Write" if writes else "Read") + ("Byte" if by_byte else "")
        given: dict[str, Argument] = {"buffer": Data(pattern(size) if writes else b"\xa5" * size)}
        if by_byte:
            given = {"value": 65} if writes else {}
        return Call("call", f"{wrapper}.{member}", given, thread=self.name("thread"))

    def _wrapped_beside(self, choices: Choices) -> Iterator[Call]:
        """A wrapper of another pipe's end, which has a turn of its own."""
        pipe, wrapper = self._names(False), self.name("wrapper")
        yield from self._pipe(pipe)
        writes = choices.pick((True, False))
        own = pipe.writer if writes else pipe.reader
        yield Call("call", "Stream.Synchronized", {"stream": Ref(own)}, wrapper)
        data = {"buffer": Data(b"abc")}
        yield Call("call", f"{wrapper if writes else pipe.writer}.Write", data)
        if not writes:
            yield Call("call", f"{wrapper}.Read", {"buffer": Data(b"\xa5" * 3)})
