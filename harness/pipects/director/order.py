"""One order of the system calls that threads of a case make on its pipes: followed, and written down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipects.director.process import Call

FAMILIES = ("read", "write", "close", "poll")
"""The calls between which another thread's may come to go first."""
BEGIN = ".begin"
"""Behind a thread's name: its next request is sent, while calls of others are held."""


@dataclass(frozen=True)
class Decision:
    """A moment in which several calls were held, and the one that went first."""

    candidates: tuple[str, ...]
    chosen: str


class Order:
    """Which held call goes next: as the list says, and behind its end the first by name."""

    def __init__(self, listed: Sequence[str], most: int = 0) -> None:
        self._listed = list(listed)
        self._most = max(most, len(self._listed))
        self._names: dict[int, str] = {}
        self.decisions: list[Decision] = []
        """Every choice so far, those without an alternative, too."""

    @property
    def is_over(self) -> bool:
        """Whether calls go as they come from here on."""
        return len(self.decisions) >= self._most

    @property
    def missing(self) -> str | None:
        """What the list says that has not come yet."""
        return (
            self._listed[len(self.decisions)] if len(self.decisions) < len(self._listed) else None
        )

    def name(self, calls: Sequence[Call], thread: str) -> None:
        """Names threads that are new after the case's `thread`, which was the last to do something."""
        for call in sorted(calls, key=lambda each: each.thread):
            if call.thread not in self._names:
                taken = sum(name.partition("-")[0] == thread for name in self._names.values())
                self._names[call.thread] = f"{thread}-{taken + 1}" if taken else thread

    def label(self, call: Call) -> str:
        """A call as cases write it: `reader.read`."""
        return f"{self._names[call.thread]}.{call.family}"

    def next(self, candidates: Collection[str]) -> str | None:
        """Which of them goes first: without word of the list what begins, then the first by name.

        None if the list names another one.
        """
        begin = next((each for each in candidates if each.endswith(BEGIN)), None)
        chosen = self.missing or begin or min(candidates)
        if chosen not in candidates:
            return None
        self.decisions.append(Decision(tuple(sorted(candidates)), chosen))
        return chosen
