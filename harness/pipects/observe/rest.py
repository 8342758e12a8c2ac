"""Whether a process has nothing left to do: several looks at its threads, none of which is proof alone.

A thread that works on a call is running or wants to, whatever else the process does. So a moment in
which every thread sleeps is one in which the call's thread sleeps, too: it waits, or it pauses for a
moment. Several such moments say that it waits. A timer that fires each millisecond, a collector or a
poller beside it change nothing of that; who waits by spinning is known by the time it has used.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from pipects.observe import files
from pipects.observe import linux as system

CALM_LOOKS = 6
"""Moments of rest that together count as rest."""
APART = 0.002
"""Seconds between two of them. Not a whole number of anybody's ticks for long: looking takes time, too."""
SPUN = 0.25
"""Seconds of processor time since a request, or since it moved a byte, after which a thread is no longer on its way to a wait."""
PAUSE = 0.25
"""Seconds after which a thread that sleeps by the clock is not between two things that it does; clocks are late under load."""


class Rest:
    """The looks at one process since a moment at which it was given something to do."""

    def __init__(
        self,
        pid: int,
        scale: float = 1.0,
        stirred: Callable[[], frozenset[int]] = frozenset,
    ) -> None:
        self._pid = pid
        self._stirred = stirred
        self._spun = SPUN * scale
        self._since: dict[int, float] = {}
        """By thread: the processor time that it had used when it was first seen running."""
        self._running: dict[str, int] = {}
        self._before: Switches | None = None
        self._still_since = 0.0
        self._pause = PAUSE * scale
        self._calm = 0
        self._looks = 0
        self._last = 0.0

    @property
    def rests(self) -> bool:
        """Whether enough looks have found the process at rest."""
        return self._calm >= CALM_LOOKS

    def look(self) -> bool:
        """Looks once; tells whether the process was at rest just now.

        If no thread has run between two looks that is rest enough; but of one that sleeps by the clock it is the same moment.
        """
        pause = self._last + APART - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._looks += 1
        self._stirred()
        before, self._before = self._before, self._asleep()
        unchanged = self._before is not None and before == self._before
        calm = unchanged or (self._before is not None and self._asleep() is not None)
        served = self._stirred()  # they waited for the director, and only looked as if they slept
        if not calm or (served and not served.isdisjoint(system.threads(self._pid))):
            self._before = None
        elif not unchanged:
            self._calm += 1
            self._still_since = time.monotonic()
        elif not self._pauses() and self._asleep() == self._before:  # nobody woke meanwhile
            self._calm = CALM_LOOKS
        self._last = time.monotonic()
        return self._before is not None

    def _pauses(self) -> bool:
        """Whether a thread sleeps for what may be a moment only, and then goes on with what it is about."""
        if time.monotonic() - self._still_since >= self._pause:
            return False
        return any(_is_in(PAUSED, self._pid, thread) for thread in system.threads(self._pid))

    def begin_again(self) -> None:
        """Forgets the moments of rest, and whose threads have been spinning: something has shown that they did not count."""
        self._calm = 0
        self._since.clear()

    def seen(self) -> str:
        """What was seen, for a verdict that could not be reached."""
        busy = ", ".join(
            f"thread {name} in {times}"
            for name, times in sorted(self._running.items(), key=lambda each: -each[1])[:4]
        )
        return f"in {self._calm} of {self._looks} looks every thread slept" + (
            f"; running or about to: {busy}" if busy else ""
        )

    def _asleep(self) -> Switches | None:
        """How often each thread has run, if all sleep but for those that have been spinning for long."""
        seen: Switches = {}
        for thread in system.threads(self._pid):
            state, switches = status(self._pid, thread)
            if state not in ASLEEP and not self._spins(thread):
                return None
            seen[thread] = switches
        return seen or None

    def _spins(self, thread: int) -> bool:
        name, used = _used(self._pid, thread)
        if used - self._since.setdefault(thread, used) >= self._spun:
            return True
        known = f"{thread} ({name})"
        self._running[known] = self._running.get(known, 0) + 1
        return False


Switches = dict[int, tuple[str, ...]]
"""By thread: how often it has left the processor, by itself and by force."""
RUNS = "R"
"""The state of a thread that runs or wants to."""
ASLEEP = ("S", "X", "Z", "I")
"""States of a thread that waits for something or has ended."""
HELD = "seccomp_do_user_notification"
"""Where in the kernel a thread is whose call a director has not answered."""
PAUSED = "hrtimer_nanosleep"
"""Where one is that sleeps until a clock says so."""


def is_asleep(pid: int) -> bool:
    """Whether no thread of a process runs or wants to, just now."""
    return all(status(pid, thread)[0] in ASLEEP for thread in system.threads(pid))


def status(pid: int, thread: int) -> tuple[str, tuple[str, ...]]:
    """A thread's state, and how often it has left the processor."""
    try:
        status = files.text(f"/proc/{pid}/task/{thread}/status")
    except (FileNotFoundError, ProcessLookupError):
        return "X", ()
    state = status[status.index("\nState:\t") + len("\nState:\t")]
    # A signal that came meanwhile makes the kernel wait on for a director, and call it a wait for a disk.
    if state == "D" and _is_in(HELD, pid, thread):
        state = "S"
    return state, tuple(status[status.index("\nvoluntary_ctxt_switches:") :].split()[1:4:2])


def _is_in(place: str, pid: int, thread: int) -> bool:
    """Whether a thread sleeps in a certain place of the kernel."""
    try:
        return files.text(f"/proc/{pid}/task/{thread}/wchan").startswith(place)
    except OSError:
        return False


def _used(pid: int, thread: int) -> tuple[str, float]:
    """A thread's name, and the seconds of processor time that it has used."""
    try:
        text = files.text(f"/proc/{pid}/task/{thread}/stat")
    except (FileNotFoundError, ProcessLookupError):
        return "ended", 0.0
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    return name, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
