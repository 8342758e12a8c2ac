"""The starts of processes that are under way, and those who wait for a moment without one."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

QUIET = 10.0
"""Seconds for a moment in which no process is being started."""


class Starts:
    """Threads: any may begin, end and look; who looks comes before who begins, or might wait for good."""

    def __init__(self, patience: float = QUIET) -> None:
        self._patience = patience
        self._under_way: dict[str, int] = {}
        """By token the thread that has begun it."""
        self._in_vain: frozenset[str] = frozenset()
        """Those whose end was waited for, and did not come."""
        self._lookers = 0
        self._changed = threading.Condition()

    def begin(self, token: str) -> None:
        """A process is going to be started that will present this token.

        Waits for those who look, unless this thread has another one under way, which it has to bring to its end itself.
        """
        thread = threading.get_ident()
        with self._changed:
            if thread not in self._under_way.values():
                self._changed.wait_for(lambda: not self._lookers, self._patience)
            self._under_way[token] = thread

    def end(self, token: str) -> None:
        """It has presented it, or nobody waits for it any more."""
        with self._changed:
            self._under_way.pop(token, None)
            self._changed.notify_all()

    def hang(self) -> bool:
        """Whether one of them was waited for in vain, and is still under way."""
        with self._changed:
            return not self._in_vain.isdisjoint(self._under_way)

    @contextlib.contextmanager
    def held(self, *, quiet: bool) -> Iterator[bool]:
        """None begins and none ends within. Gives whether none is under way.

        `quiet` waits for that; for a start that hangs once only.
        """
        with self._changed:
            if quiet:
                self._wait()
            yield not self._under_way

    def _wait(self) -> None:
        before = frozenset(self._under_way)
        if before <= self._in_vain:
            return
        self._lookers += 1
        if not self._changed.wait_for(lambda: not self._under_way, self._patience):
            # Others that began meanwhile may end yet.
            self._in_vain = before & self._under_way.keys()
        self._lookers -= 1
        self._changed.notify_all()
