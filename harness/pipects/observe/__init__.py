"""What the operating system knows, and so is not asked of the implementation under test.

Where a platform has no such view a function raises NotObservable; that is never a pass.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

if sys.platform != "linux":
    raise ImportError("pipects observes processes on Linux only, so far")


LOOK_AGAIN = 0.001
"""Seconds between two looks at a state that has not come yet."""
SELDOM = 0.01
"""Seconds between two looks at what takes its time."""


class NotObservable(Exception):
    """The platform does not show this, or refuses to."""


def comes(state: Callable[[], object], seconds: float) -> bool:
    """Whether a state is there, or comes within so many seconds."""
    until = time.monotonic() + seconds
    return comes_while(state, lambda: until - time.monotonic())


def comes_while(state: Callable[[], object], left: Callable[[], float]) -> bool:
    """Whether a state is there, or comes while there are seconds left."""
    pause = LOOK_AGAIN
    while not state():
        if left() <= 0:
            return False
        time.sleep(pause)
        pause = min(pause * 1.2, SELDOM)
    return True


@dataclass(frozen=True)
class Use:
    """What a process makes of the processor in a short while."""

    share: float
    """Of that while: the time that it ran, or waited to."""
    got: float
    """The seconds that it ran."""
    busiest: str
    """The thread that wanted most."""


@dataclass(frozen=True, order=True)
class End:
    """A descriptor of a process that is one end of a pipe."""

    access: str
    inheritable: bool
    nonblocking: bool
    pipe: int
    """The pipe's inode: numbers of descriptors are used again, inodes name the pipe."""
    descriptor: int

    @property
    def kind(self) -> str:
        """The end as cases write it: `read`, `write inheritable`, …"""
        words = [self.access]
        if self.inheritable:
            words.append("inheritable")
        if self.nonblocking:
            words.append("nonblocking")
        return " ".join(words)


@dataclass(frozen=True)
class Exit:
    """How a process ended."""

    status: int | None
    signal: str | None

    def __str__(self) -> str:
        return f"signal {self.signal}" if self.signal else f"status {self.status}"


@dataclass(frozen=True)
class Proof:
    """That a call waits on a pipe, and how that was shown."""

    strength: str
    """`strong`: a thread was seen in a system call on that very pipe; `weak`: all was at rest."""
    detail: str
    thread: int | None


def page_size() -> int:
    """The system's page size in bytes."""
    return os.sysconf("SC_PAGE_SIZE")


_NUMBER = re.compile(r":\[\d+\]$")


def kinds(targets: Iterable[str]) -> Counter[str]:
    """How many of a process's handles are open on what: `pipe`, `socket`, `anon_inode:[eventfd]`, a path."""
    return Counter(_NUMBER.sub("", target) for target in targets)


def pipes_among(links: Iterable[tuple[int, str]]) -> set[int]:
    """The pipes among what a process's handles are open on."""
    return {int(target[6:-1]) for _, target in links if target.startswith("pipe:[")}
