"""How much of a processor a process uses, or would if it were let."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pipects.observe import NotObservable, Use, comes, files
from pipects.observe import linux as system

WINDOW = 0.05
"""Seconds of a look."""
IDLE = 0.5
"""The share of a processor below which a process counts as idle: one that spins wants all of it."""
_NANO = 1e-9


def settles(look: Callable[[], Use], enough: float, patience: float) -> tuple[bool, list[Use]]:
    """Whether a process is idle before it has run for `enough` seconds more, and what the looks saw.

    What it is let run counts: a runtime that still compiles what it met comes to its end late on a busy machine,
    while one that spins runs on. `patience` is the seconds after which nobody looks any more.
    """
    uses: list[Use] = []

    def is_over() -> bool:
        uses.append(look())
        return uses[-1].share < IDLE or sum(use.got for use in uses) > enough

    comes(is_over, patience)
    return uses[-1].share < IDLE, uses


def use(pid: int) -> Use:
    """What the process wants of the processor in a short while: what it gets, and what it waits for.

    Waiting counts: on a busy machine one that spins does not get what it wants.
    """
    before, started = times(pid), time.monotonic()
    time.sleep(WINDOW)
    after, took = times(pid), time.monotonic() - started
    wanted = {
        thread: run + wait - sum(before.get(thread, (0.0, 0.0)))
        for thread, (run, wait) in after.items()
    }
    got = sum(run - before.get(thread, (0.0, 0.0))[0] for thread, (run, _) in after.items())
    running = [thread for thread in wanted if _runs(pid, thread)]
    busiest = max(running or wanted, key=wanted.__getitem__, default=pid)
    share = 1.0 if running else sum(wanted.values()) / took
    return Use(share, got, f"thread {busiest} ({_name(pid, busiest)})")


def times(pid: int) -> dict[int, tuple[float, float]]:
    """By thread: the seconds that it has run, and that it has waited to."""
    found: dict[int, tuple[float, float]] = {}
    for thread in system.threads(pid):
        try:
            run, wait = files.text(f"/proc/{pid}/task/{thread}/schedstat").split()[:2]
        except ProcessLookupError:
            continue
        except FileNotFoundError as error:
            if Path(f"/proc/{pid}/task/{thread}").exists():
                raise NotObservable("the system does not show schedstat") from error
            continue
        found[thread] = int(run) * _NANO, int(wait) * _NANO
    return found


def _runs(pid: int, thread: int) -> bool:
    return _stat(pid, thread).rpartition(") ")[2].startswith("R")


def _name(pid: int, thread: int) -> str:
    return _stat(pid, thread).partition("(")[2].rpartition(")")[0]


def _stat(pid: int, thread: int) -> str:
    """What the system tells of a thread; nothing once it has ended."""
    try:
        return files.text(f"/proc/{pid}/task/{thread}/stat")
    except (FileNotFoundError, ProcessLookupError):
        return ""
