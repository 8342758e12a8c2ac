"""How much of a processor a process uses, or would if it were let."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from pipects.observe import NotObservable, files
from pipects.observe import linux as system

WINDOW = 0.05
"""Seconds of a look."""
_NANO = 1e-9


def share(pid: int) -> float:
    """The processor time that the process uses and waits for in a short while, as a share of that while.

    Waiting counts: on a busy machine one that spins does not get what it wants.
    """
    before, started = _wanted(pid), time.monotonic()
    time.sleep(WINDOW)
    used, took = _wanted(pid), time.monotonic() - started
    if _runs(pid):
        return 1.0
    return sum(used[thread] - before.get(thread, 0.0) for thread in used) / took


def _wanted(pid: int) -> dict[int, float]:
    """By thread: the seconds that it has run or has waited to."""
    found: dict[int, float] = {}
    for thread in system.threads(pid):
        try:
            run, wait = files.text(f"/proc/{pid}/task/{thread}/schedstat").split()[:2]
        except ProcessLookupError:
            continue
        except FileNotFoundError as error:
            if Path(f"/proc/{pid}/task/{thread}").exists():
                raise NotObservable("the system does not show schedstat") from error
            continue
        found[thread] = (int(run) + int(wait)) * _NANO
    return found


def _runs(pid: int) -> bool:
    for thread in system.threads(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            stat = files.text(f"/proc/{pid}/task/{thread}/stat")
            if stat.rpartition(") ")[2].startswith("R"):
                return True
    return False
