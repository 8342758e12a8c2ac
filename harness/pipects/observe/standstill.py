"""The proof that nothing will happen any more among processes that only wait for each other.

All threads of all of them have slept without a break in waits that no clock ends in time and nobody
else can end. Whatever is not known to be such a wait is taken for one that may still end.
"""

from __future__ import annotations

import os
import re
import struct
import time
from collections.abc import Callable, Collection

from pipects.observe import NotObservable, calls, files, signals, sockets, syscalls
from pipects.observe import linux as system
from pipects.observe.rest import ASLEEP, Switches, status

_ALARM = 1 << 13
"""SIGALRM among the caught signals: a timer that the system does not show may be running."""
_FUTEX_COMMAND, _FUTEX_REAL_TIME = 127, 256
_FUTEX_UNTIL = (9, 11)
"""Commands whose timeout is a point in time: WAIT_BITSET, WAIT_REQUEUE_PI."""
_TIMER_ABSOLUTE = 1


class Standstill:
    """The looks at some processes. `until` is the time (time.monotonic) by which something should come.

    A wait for a child has no end while all processes are `known`: one of them ends if it is asked to. What
    a stranger among them is about, such as a debugger, nobody can say.
    """

    def __init__(
        self,
        living: Callable[[], Collection[int]],
        until: float,
        port: int,
        known: Callable[[], Collection[int]] = tuple,
    ) -> None:
        self._living = living
        self._known = known
        self._until = until
        self._port = port
        self._before: dict[int, Switches] | None = None
        self._since = 0.0
        self.disturbance = "it was never looked at"
        """Why the last look found no standstill."""

    @property
    def disturbed(self) -> bool:
        """Whether the last look found that something may still happen."""
        return self._before is None

    def lasts(self) -> float:
        """Looks once; tells for how many seconds nothing has been able to happen, 0 if something is."""
        begun = time.monotonic()
        try:
            still = self._asleep()
            proven = bool(still) and all(map(self._waits_for_nobody_else, still or ()))
            again = self._asleep() if proven else None
        except (OSError, NotObservable) as unseen:
            self.disturbance, still, proven, again = str(unseen), None, False, None
        if not proven or again != still:
            self._before = None
            return 0.0
        if self._before != still:
            self._before, self._since = still, time.monotonic()
        return max(0.0, begun - self._since)

    def _asleep(self) -> dict[int, Switches] | None:
        """How often each thread of each process has run, if all of them sleep."""
        found: dict[int, Switches] = {}
        for pid in self._living():
            found[pid] = {}
            for thread in system.threads(pid):
                state, found[pid][thread] = status(pid, thread)
                if state not in ASLEEP:
                    self.disturbance = f"thread {thread} of process {pid} runs"
                    return None
        return found

    def _waits_for_nobody_else(self, pid: int) -> bool:
        if reason := _clock_of(pid):
            self.disturbance = f"process {pid} {reason}"
            return False
        return all(self._endless(pid, thread) for thread in system.threads(pid))

    def _endless(self, pid: int, thread: int) -> bool:
        call, arguments = calls.system_call(pid, thread)
        if call == "ended" or status(pid, thread)[0] in ("X", "Z"):
            return True
        self.disturbance = f"thread {thread} of process {pid} is in {call}"
        if call in syscalls.CHILD_WAITS:
            return set(self._living()).issubset(self._known())
        if len(arguments) < 6 or not self._without_end(pid, call, arguments):
            return False
        waited = _descriptors(pid, call, arguments)
        return waited is not None and all(
            self._from_within(pid, call, descriptor) for descriptor in waited
        )

    def _without_end(self, pid: int, call: str, arguments: list[int]) -> bool:
        """Whether the call is a wait that time does not end before it is due."""
        if call in syscalls.UNTIMED:
            return True
        if call == "futex":
            command = arguments[1] & _FUTEX_COMMAND
            real = bool(arguments[1] & _FUTEX_REAL_TIME)
            return arguments[3] == 0 or (
                command in _FUTEX_UNTIL and self._too_late(pid, arguments[3], real)
            )
        if call == "clock_nanosleep":
            return bool(arguments[1] & _TIMER_ABSOLUTE) and (
                arguments[0] in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC)
                and self._too_late(pid, arguments[2], arguments[0] == time.CLOCK_REALTIME)
            )
        if call in syscalls.TIMEOUT_NUMBER:
            return bool(arguments[syscalls.TIMEOUT_NUMBER[call]] & 0x80000000)
        return call in syscalls.TIMEOUT_POINTER and not arguments[syscalls.TIMEOUT_POINTER[call]]

    def _too_late(self, pid: int, address: int, real: bool) -> bool:
        """Whether a point in time lies behind the one by which something should come."""
        data = calls.memory(pid, address, 16)
        if len(data) != 16:
            return False
        seconds, nanoseconds = struct.unpack("qq", data)
        now = time.time() if real else time.monotonic()
        left = seconds + nanoseconds / 1e9 - now
        return bool(left > self._until - time.monotonic())

    def _from_within(self, pid: int, call: str, descriptor: int) -> bool:
        """Whether only the processes themselves, or what they are asked, can end a wait for a descriptor."""
        target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
        self.disturbance += f" on {target}"
        if target in ("anon_inode:[eventfd]", "anon_inode:[timerfd]"):  # the clocks are looked at
            return True
        if target.startswith("pipe:["):
            return target not in {link for _, link in system.links(os.getpid())}
        if socket := re.fullmatch(r"socket:\[(\d+)\]", target):
            if call in syscalls.SOCKET_READS and not sockets.without_timeout(pid, descriptor):
                return False
            return sockets.silent(pid, socket[1], self._port)
        return False


def _clock_of(pid: int) -> str | None:
    """What may still wake a process although all its threads wait without an end."""
    if files.read(f"/proc/{pid}/timers"):
        return "has a timer"
    if int(signals.of_the_process(pid)["SigCgt"], 16) & _ALARM:
        return "handles SIGALRM"
    for descriptor, target in system.links(pid):
        if target == "anon_inode:[timerfd]":
            info = files.text(f"/proc/{pid}/fdinfo/{descriptor}")
            if "it_value: (0, 0)" not in info:
                return "has a timerfd that runs"
        if target in ("anon_inode:[io_uring]", "anon_inode:[signalfd]"):
            return f"has an {target}"
    return None


def _descriptors(pid: int, call: str, arguments: list[int]) -> list[int] | None:
    """What a call waits for, also for nothing but its closing; None if that can't be seen."""
    if call in syscalls.POLLS:
        count = arguments[1]
        data = calls.memory(pid, arguments[0], 8 * count) if count <= calls.MOST else b""
        if len(data) != 8 * count:
            return None
        return [each for each, _, _ in struct.iter_unpack("ihh", data) if each >= 0]
    if call in syscalls.SELECTS:
        size = (arguments[0] + 63) // 64 * 8
        sets = [address for address in arguments[1:4] if address]
        if any(len(calls.memory(pid, address, size)) != size for address in sets):
            return None
    if call == "splice":
        return [arguments[0], arguments[2]]
    if call == "sendfile":
        return arguments[:2]
    if call in syscalls.SOCKET_READS:
        return arguments[:1]
    return calls.waited_for(pid, call, arguments)


__all__ = ["Standstill"]
