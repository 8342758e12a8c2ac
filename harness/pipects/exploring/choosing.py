"""What every move needs: small numbers that choose, names for new objects, and the ends that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from spec.model.calls import Argument
from spec.model.state import Stream, World

T = TypeVar("T")
MOST_STREAMS = 8


@dataclass
class Choices:
    """Small numbers, taken one by one; zeros behind the last."""

    numbers: Sequence[int]
    at: int = 0

    def pick(self, among: Sequence[T]) -> T:
        """One of them: the first for a 0."""
        number = self.numbers[self.at] if self.at < len(self.numbers) else 0
        self.at += 1
        return among[number % len(among)]

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
        return bool(world.tokens) and world.streams[stream].process == "parent"

    @staticmethod
    def open(world: World) -> list[tuple[str, Stream]]:
        """The streams that are not closed."""
        return [(n, each) for n, each in world.streams.items() if each.state != "closed"]

    @staticmethod
    def stream(world: World, choices: Choices) -> str:
        """Some stream, the youngest for a 0."""
        return choices.pick(list(world.streams)[::-1])

    @staticmethod
    def end(world: World, choices: Choices, access: str) -> str | None:
        """Some open stream of that direction, or none."""
        found = [n for n, each in Moves.open(world) if each.access == access]
        return choices.pick(found[::-1]) if found else None
