"""Numbers of the system calls in which a thread may wait on a pipe, by machine."""

from __future__ import annotations

import platform

_X86_64 = {
    0: "read", 1: "write", 19: "readv", 20: "writev", 327: "preadv2", 328: "pwritev2",
    7: "poll", 271: "ppoll", 23: "select", 270: "pselect6", 232: "epoll_wait",
    281: "epoll_pwait", 441: "epoll_pwait2", 202: "futex", 275: "splice", 40: "sendfile",
    45: "recvfrom", 47: "recvmsg", 43: "accept", 288: "accept4", 34: "pause", 130: "rt_sigsuspend",
    35: "nanosleep", 230: "clock_nanosleep", 61: "wait4", 247: "waitid",
}  # fmt: skip
_AARCH64 = {
    63: "read", 64: "write", 65: "readv", 66: "writev", 286: "preadv2", 287: "pwritev2",
    73: "ppoll", 72: "pselect6", 22: "epoll_pwait", 441: "epoll_pwait2", 98: "futex",
    76: "splice", 71: "sendfile", 207: "recvfrom", 212: "recvmsg", 202: "accept", 242: "accept4", 133: "rt_sigsuspend",
    101: "nanosleep", 115: "clock_nanosleep",
    260: "wait4", 95: "waitid",
}  # fmt: skip

TRANSFERS = ("read", "write", "readv", "writev", "preadv2", "pwritev2", "splice", "sendfile")
POLLS = ("poll", "ppoll")
SELECTS = ("select", "pselect6")
EPOLLS = ("epoll_wait", "epoll_pwait", "epoll_pwait2")
SOCKET_READS = ("read", "readv", "recvfrom", "recvmsg", "accept", "accept4")
"""Calls that end with the socket's own time limit, if that has one."""
UNTIMED = (
    *TRANSFERS, "recvfrom", "recvmsg", "accept", "accept4", "pause",
    "rt_sigsuspend",
)  # fmt: skip
"""Calls that take no timeout."""
CHILD_WAITS = ("wait4", "waitid")
"""Calls that wait for a process of one's own."""
TIMEOUT_NUMBER = {"poll": 2, "epoll_wait": 3, "epoll_pwait": 3}
"""By call, the place of a timeout that is negative for none."""
TIMEOUT_POINTER = {"ppoll": 2, "select": 4, "pselect6": 4, "epoll_pwait2": 3}
"""By call, the place of a timeout that is null for none."""
MASK_POINTER = {"ppoll": 3, "pselect6": 5, "epoll_pwait": 4, "epoll_pwait2": 4, "rt_sigsuspend": 0}
"""By call, the place of the signals that are blocked while it waits, in place of the thread's own; null for none."""


def name_of(number: int) -> str:
    """The call's name, or its number where it is none of those that matter here."""
    table = _AARCH64 if platform.machine() == "aarch64" else _X86_64
    return table.get(number, f"system call {number}")
