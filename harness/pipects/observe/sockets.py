"""What can come by a socket of another process: nothing, or something from outside."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterator

from pipects.observe import files, linux

_LIBC = ctypes.CDLL(None, use_errno=True)
_PIDFD_GETFD = 438
_ESTABLISHED, _LISTENS = "01", "0A"
_ACCEPTS = 0x10000
"""The flag of a listening socket in /proc/net/unix."""


def silent(pid: int, inode: str, port: int) -> bool:
    """Whether nobody will say anything by the socket: it listens only, or leads to the local `port`,
    where whoever waits for an answer says nothing, and all that was sent has arrived there."""
    for family in ("tcp", "tcp6"):
        for fields in _table(pid, family):
            if len(fields) > 9 and fields[9] == inode:
                leads = int(fields[2].rpartition(":")[2], 16) == port
                unsent = int(fields[4].partition(":")[0], 16)
                return fields[3] == _LISTENS or (
                    fields[3] == _ESTABLISHED and leads and unsent == 0
                )
    return any(
        len(fields) > 6 and fields[6] == inode and bool(int(fields[3], 16) & _ACCEPTS)
        for fields in _table(pid, "unix")
    )


def inode(port: int, to: int) -> str | None:
    """The inode of the end at `port` of the connection between two local ports, None if there is none.

    One port alone may be that of several: of an end that is gone, of a connection with somebody else.
    """
    ends = f":{port:04X}", f":{to:04X}"
    for family in ("tcp", "tcp6"):
        for fields in _table(os.getpid(), family):
            if fields[1].endswith(ends[0]) and fields[2].endswith(ends[1]):
                if fields[3] == _ESTABLISHED:
                    return fields[9]
    return None


def listens(pid: int) -> bool:
    """Whether a process accepts connections by a local socket. So does not one that has ended."""
    own = {target for _, target in linux.links(pid)}
    return any(
        bool(int(fields[3], 16) & _ACCEPTS) and f"socket:[{fields[6]}]" in own
        for fields in _table(os.getpid(), "unix")
    )


def _table(pid: int, family: str) -> Iterator[list[str]]:
    with contextlib.suppress(FileNotFoundError):  # a system without that family
        for line in files.text(f"/proc/{pid}/net/{family}").splitlines()[1:]:
            yield line.split()


def without_timeout(pid: int, descriptor: int) -> bool:
    """Whether a receive on a socket has no time limit of its own; looks at a copy of it for a moment."""
    handle = os.pidfd_open(pid)
    try:
        copy = int(_LIBC.syscall(_PIDFD_GETFD, handle, descriptor, 0))
    finally:
        os.close(handle)
    if copy < 0:
        return False
    with socket.socket(fileno=copy) as link:
        return not any(link.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16))
