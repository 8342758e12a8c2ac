"""What every move needs: small numbers that choose, names for new objects, and the ends that there are."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipects import bytespec
from pipects.exploring import translating
from spec.model import calling_back
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import Stream, World

T = TypeVar("T")
LEAST, GREATEST = -2147483648, 2147483647
"""The numbers that an Int32 ends at."""
FAR = 65537
"""An offset that is more than 16 bits hold."""
MOST_STREAMS, MOST_EVER = 8, 16
"""Streams that may be open at once, and that a sequence may make."""
CLOSING = ("Dispose", "Close", "DisposeAsync")


@functools.cache
def pattern(length: int) -> bytes:
    """Bytes to write."""
    return bytespec.pattern(translating.SEED, length)


def beginning(among: Sequence[T], choices: Choices) -> list[T]:
    """All of them, beginning with any."""
    first = choices.pick(range(len(among)))
    return [*among[first:], *among[:first]]


@dataclass
class Choices:
    """Small numbers, taken one by one; zeros behind the last."""

    numbers: Sequence[int]
    picked: list[tuple[int, int]] = field(default_factory=list)
    """Which of how many was taken, time after time."""

    def pick(self, among: Sequence[T]) -> T:
        """One of them: the first for a 0."""
        at = len(self.picked)
        number = (self.numbers[at] if at < len(self.numbers) else 0) % len(among)
        self.picked.append((number, len(among)))
        return among[number]

    def once_in(self, number: int) -> bool:
        """Whether it is the rarer case, which comes once in so many."""
        return self.pick(range(number)) == number - 1

    def argument(self, *among: Argument) -> Argument:
        """One of these arguments."""
        return self.pick(among)


@dataclass
class Moves:
    """Proposes calls. `serial` makes names that no other object of the sequence has."""

    serial: int = 0

    def name(self, kind: str) -> str:
        """A name of its own for a new object."""
        self.serial += 1
        return f"{kind}_{self.serial}"

    @staticmethod
    def at_home(world: World, stream: str) -> bool:
        """Whether there are tokens in the stream's process."""
        name = world.stream_of(stream)
        return bool(world.tokens) and name is not None and world.streams[name].process == "parent"

    @staticmethod
    def open(world: World) -> list[tuple[str, Stream]]:
        """The streams that are not closed."""
        return [(n, each) for n, each in world.streams.items() if each.state != "closed"]

    @staticmethod
    def crowded(world: World, new: int) -> bool:
        """Whether so many further streams would be too many."""
        there = len(Moves.open(world))
        return there + new > MOST_STREAMS or len(world.streams) + new > MOST_EVER

    @staticmethod
    def stream(world: World, choices: Choices) -> str:
        """Some stream, the youngest for a 0."""
        return choices.pick(list(world.streams)[::-1])

    @staticmethod
    def end(world: World, choices: Choices, access: str) -> str | None:
        """Some open stream of that direction, or none."""
        found = [n for n, each in Moves.open(world) if each.access == access]
        return choices.pick(found[::-1]) if found else None

    @staticmethod
    def closed(name: str, choices: Choices) -> Call:
        """A stream is closed, in one of the ways."""
        member = choices.pick(CLOSING)
        return Call("call", f"{name}.{member}", awaited=member == "DisposeAsync")

    def cancellable(self) -> tuple[str, str, tuple[Call, Call]]:
        """A new source and its token: their names, and the calls that make them."""
        source, token = self.name("source"), self.name("token")
        made = Call("new", "CancellationTokenSource", kept=source)
        return source, token, (made, Call("get", f"{source}.Token", kept=token))

    def callback(self, choices: Choices, ends: str, reads: bool) -> Callback | None:
        """A callback that may close its stream, or read on, or none."""
        if choices.pick((True, False)):
            return None
        calls = ("", "", "", *calling_back.CLOSES, *([calling_back.READS_ON] if reads else ()))
        return Callback(self.name("callback"), ends, choices.pick(calls))

    def form(
        self, world: World, name: str, choices: Choices, members: Sequence[str], data: bytes
    ) -> Iterator[Call]:
        """A transfer of the data (or into an array of their length), in one of its forms."""
        member = choices.pick(members)
        if member == "ReadByte":
            given: dict[str, Argument] = {}
        elif member == "WriteByte":
            given = {"value": choices.pick((65, 0, 255, 128))}
        elif choices.pick((True, False)) and not member.startswith("ReadAtLeast"):
            writes = "W" in member
            offset = choices.pick((*(0, 1) * 6, FAR if writes else 1))
            array = bytes(offset) + data if writes else b"\xa5" * (offset + len(data))
            if offset == FAR:  # which is short to write down
                array = pattern(len(array))
            given = {"buffer": Data(array), "offset": offset, "count": len(data)}
        else:
            given = {"buffer": Data(data)}
        if member.startswith("ReadAtLeast"):
            given["minimumBytes"] = choices.pick((1, 0, len(data)))
            throws = choices.pick((False, True, None))
            if throws is not None:
                given["throwOnEndOfStream"] = throws
        of_task = member.endswith("Async")
        if of_task and self.at_home(world, name) and choices.pick((False, True)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
        thread = "main" if of_task or not choices.pick((False, True)) else self.name("thread")
        yield Call("call", f"{name}.{member}", given, thread=thread, awaited=of_task)
