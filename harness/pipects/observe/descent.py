"""Who descends from whom: the proof that a process is one of ours, before anything is done to it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from pipects.observe import LOOK_AGAIN, NotObservable, files

ROUNDS = 200
"""How often processes are ended anew while there are more of them, before it is given up."""
PATIENCE = 0.05
"""Seconds that each round gives the processes to go."""


@dataclass(frozen=True)
class Process:
    """A process as the system's table has it."""

    pid: int
    parent: int
    session: int
    started: int
    """When it was started, in the kernel's ticks: with the number it names one process for ever."""
    zombie: bool

    @property
    def since_boot(self) -> float:
        """When it was started, in seconds of the clock that runs from the system's start."""
        return self.started / os.sysconf("SC_CLK_TCK")


Table = Mapping[int, Process]


def table() -> Table:
    """Every process that the system shows. Raises NotObservable where it shows none."""
    try:
        names = os.listdir("/proc")
    except OSError as error:
        raise NotObservable(f"the system does not show its processes: {error.strerror}") from error
    found = {each.pid: each for each in map(look, filter(str.isdecimal, names)) if each}
    if os.getpid() not in found:
        raise NotObservable("the system does not show its processes")
    return found


def shown(pid: int) -> str:
    """A process by its number, and by its program's name while it is there."""
    with contextlib.suppress(OSError):
        return f"process {pid} ({files.text(f'/proc/{pid}/comm').strip()})"
    return f"process {pid}"


def known_otherwise(number: int) -> int | None:
    """The process below this one that a namespace of its own calls by this number, if there is one."""
    for process in descendants(os.getpid(), table()):
        with contextlib.suppress(OSError):
            status = files.text(f"/proc/{process.pid}/status")
            known = re.search(r"^NSpid:(.*)$", status, re.MULTILINE)
            if known and known[1].split()[1:][-1:] == [str(number)]:
                return process.pid
    return None


class Kin:
    """The table without strangers: at each look only those are read that are not yet known for such.

    Who does not descend from this process never will: this process adopts its orphans, and nobody
    else's. Number and inode name a process as long as its entry is there.
    """

    def __init__(self) -> None:
        self._strangers: frozenset[tuple[str, int]] = frozenset()

    def table(self) -> Table:
        """Every process that the system shows, but for strangers. Raises NotObservable where it shows none."""
        try:
            with os.scandir("/proc") as entries:
                here = {(each.name, each.inode()) for each in entries if each.name.isdecimal()}
        except OSError as error:
            raise NotObservable(
                f"the system does not show its processes: {error.strerror}"
            ) from error
        known = self._strangers
        read = {each: process for each in here - known if (process := look(each[0]))}
        found = {process.pid: process for process in read.values()}
        own = os.getpid()
        if own not in found:
            raise NotObservable("the system does not show its processes")
        strangers = here & known
        foreign = {int(name) for name, _ in strangers}
        for each, process in read.items():
            line = [process.pid, *ancestors(process.pid, found)]
            first = found.get(line[-1])
            # One whose line breaks off is none yet: its parent may have ended while the table was read.
            if own not in line and (first.parent == 0 if first else line[-1] in foreign):
                strangers.add(each)
        self._strangers = frozenset(strangers)
        return found


def look(pid: int | str) -> Process | None:
    """One process, or None if it is not to be seen."""
    try:
        text = files.text(f"/proc/{pid}/stat")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    ended = fields[0] in "ZX" and int(fields[17]) <= 1  # else other threads of it still live
    return Process(int(pid), int(fields[1]), int(fields[3]), int(fields[19]), ended)


def ancestors(pid: int, processes: Table) -> list[int]:
    """The parent of a process, its parent, and so on."""
    line: list[int] = []
    while (each := processes.get(pid)) and each.parent not in (0, *line):
        pid = each.parent
        line.append(pid)
    return line


def descendants(of: int, processes: Table) -> list[Process]:
    """The children of a process, their children, and so on."""
    return [each for each in processes.values() if of in ancestors(each.pid, processes)]


def send(process: Process, number: signal.Signals) -> None:
    """Sends a signal to this very process; to none if another has its number by now."""
    try:
        handle = os.pidfd_open(process.pid)
    except OSError:
        return
    try:
        now = look(process.pid)
        if now is not None and now.started == process.started:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(handle, number)
    finally:
        os.close(handle)


def end(living: Callable[[], Collection[Process]]) -> list[int]:
    """Ends the processes that `living` tells, and those that they start in the meantime.

    All are stopped before the first is killed: who forks faster than it is killed gets no further.
    Returns the numbers of all that were ended.
    """
    ended: set[int] = set()
    for _ in range(ROUNDS):
        left = living()
        if not left:
            break
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in left:
                send(process, number)
        _await(left)
        ended |= {process.pid for process in left}
    return sorted(ended)


def collect(pids: Iterable[int]) -> None:
    """Collects those of the processes that have ended and are children of this one."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)


def _await(processes: Iterable[Process]) -> None:
    """Waits until they have ended, for a moment, and collects those that are children of ours."""
    until = time.monotonic() + PATIENCE
    for process in processes:
        while (now := look(process.pid)) and now.started == process.started:
            if now.zombie:
                collect([process.pid])
                break
            if time.monotonic() > until:
                break
            time.sleep(LOOK_AGAIN)


class Household:
    """All that this process starts, from now on: nothing of it outlives the command."""

    def __init__(self) -> None:
        self._before: frozenset[tuple[int, int]] = frozenset()
        """A shell that became this process may have had children already; they are none of ours."""
        self._before = frozenset((each.pid, each.started) for each in self._descendants())

    def end(self) -> None:
        """Ends every process that has come of this one since."""
        end(self._living)

    def _living(self) -> list[Process]:
        return [each for each in self._descendants() if not each.zombie]

    def _descendants(self) -> list[Process]:
        try:
            processes = table()
        except NotObservable:
            return []
        strangers = {
            each.pid for each in processes.values() if (each.pid, each.started) in self._before
        }
        return [
            each
            for each in descendants(os.getpid(), processes)
            if strangers.isdisjoint((each.pid, *ancestors(each.pid, processes)))
        ]
