"""A deadline that a busy machine puts off: for who wanted a processor meanwhile and got none."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

from pipects.observe import NotObservable, idle

LOOKS_FROM = 0.1
"""Seconds of a wait before anybody looks: most waits are over by then."""
AT_MOST = 9
"""Times its length by which a deadline is put off at the most: a tenth of a processor is enough for anyone."""


class Deadline:
    """So many seconds from now, of those in which the living processes were let run or had nothing to do.

    Who waits asks over and over what is `left`. Where the system does not tell, all time counts.
    """

    def __init__(self, seconds: float, living: Callable[[], Collection[int]] = tuple) -> None:
        self._begun = time.monotonic()
        self._first = self._begun + seconds
        self.until = self._first
        """The time (time.monotonic) at which it has passed if nothing puts it off any more."""
        self._latest = self.until + AT_MOST * seconds
        self._living = living
        self._denied: Mapping[int, float] | None = None
        """By thread: the seconds for which it had wanted a processor and got none when it was last looked at."""
        self._looked = 0.0

    def left(self) -> float:
        """The seconds until it has passed; 0 once it has."""
        now = time.monotonic()
        if self._denied is None and now - self._begun >= LOOKS_FROM:
            self._look()
        if self.until <= now < self._latest:
            self.until = min(self.until + self._look(), self._latest)
        return max(0.0, self.until - now)

    @property
    def put_off(self) -> float:
        """By how many seconds it has been put off so far."""
        return self.until - self._first

    def _look(self) -> float:
        """For how long the processes have got no processor since the last look."""
        before, looked = self._denied, self._looked
        self._denied, self._looked = self._denials(), time.monotonic()
        if before is None:
            return 0.0
        denied = sum(
            max(0.0, seconds - before.get(thread, 0.0)) for thread, seconds in self._denied.items()
        )
        return min(denied, self._looked - looked)

    def _denials(self) -> Mapping[int, float]:
        try:
            times = [idle.times(pid) for pid in self._living()]
        except (OSError, NotObservable):
            return {}
        return {thread: waited for each in times for thread, (_, waited) in each.items()}
