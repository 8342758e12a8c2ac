"""The system calls that threads are in, and what they wait for there."""

from __future__ import annotations

import struct
from collections.abc import Collection

from pipects.observe import NotObservable, Proof, files, syscalls
from pipects.observe import linux as system
from pipects.observe.rest import RUNS, status

MOST = 4096
"""Descriptors of one call that are looked at."""


def waiting(pid: int, pipes: Collection[int]) -> tuple[list[Proof], Proof | None]:
    """The threads that wait on the pipes by themselves, and one that waits for others.

    A thread in a transfer, a poll or a select on a pipe is proof for one call. One in an epoll
    whose set holds the pipe may wait for any number of calls, or for none: the set may be there
    for ever.
    """
    direct: list[Proof] = []
    shared: Proof | None = None
    for thread in system.threads(pid):
        call, arguments = system_call(pid, thread)
        waits_on = [
            fd for fd in waited_for(pid, call, arguments) if system.pipe_of(pid, fd) in pipes
        ]
        if waits_on:
            detail = f"thread {thread} waits in {call} on descriptor {waits_on[0]}"
            if call in syscalls.EPOLLS:
                shared = Proof("strong", detail, thread)
            else:
                direct.append(Proof("strong", detail, thread))
    return direct, shared


def system_call(pid: int, thread: int) -> tuple[str, list[int]]:
    """The system call in which a thread sleeps, and its arguments; `running` or `ended` if in none.

    One that was woken for another processor, which has not heard of it yet, is shown in its call still, but as one
    that runs: where that processor is late, as a virtual one may be, for milliseconds.
    """
    try:
        text = files.text(f"/proc/{pid}/task/{thread}/syscall").split()
    except (FileNotFoundError, ProcessLookupError):
        return "ended", []
    except PermissionError as error:
        raise NotObservable(f"the system does not show the calls of process {pid}") from error
    if not text or not text[0].isdigit() or status(pid, thread)[0] == RUNS:
        return "running", []
    return syscalls.name_of(int(text[0])), [int(word, 16) for word in text[1:7]]


def waited_for(pid: int, call: str, arguments: list[int]) -> list[int]:
    """The descriptors that a system call waits for."""
    if call in syscalls.TRANSFERS:
        return arguments[:1]
    if call in syscalls.POLLS:
        data = memory(pid, arguments[0], 8 * min(arguments[1], MOST))
        return [fd for fd, events, _ in struct.iter_unpack("ihh", data) if fd >= 0 and events]
    if call in syscalls.SELECTS:
        size = (min(arguments[0], MOST) + 7) // 8
        sets = [memory(pid, address, size) for address in arguments[1:4] if address]
        return [
            8 * place + bit
            for members in sets
            for place, byte in enumerate(members)
            for bit in range(8)
            if byte >> bit & 1
        ]
    if call in syscalls.EPOLLS:
        try:
            info = files.text(f"/proc/{pid}/fdinfo/{arguments[0]}")
        except FileNotFoundError:
            return []
        return [int(line.split()[1]) for line in info.splitlines() if line.startswith("tfd:")]
    return []


def memory(pid: int, address: int, size: int) -> bytes:
    """What a process has at an address, in whole words of eight bytes; nothing if it can't be read."""
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
            file.seek(address)
            data = file.read(size)
    except (FileNotFoundError, OSError, OverflowError):
        return b""
    return data[: len(data) // 8 * 8]


def situation(pid: int) -> list[str]:
    """Where every thread of the process is, a line each."""
    lines = []
    for thread in system.threads(pid):
        try:
            call, arguments = system_call(pid, thread)
            name = files.text(f"/proc/{pid}/task/{thread}/comm").strip()
            on = [
                f"{fd} ({system.descriptor_target(pid, fd) or 'closed'})"
                for fd in waited_for(pid, call, arguments)[:4]
            ]
        except (FileNotFoundError, ProcessLookupError, NotObservable):
            continue
        lines.append(
            f"process {pid}, thread {thread} ({name}): {call}"
            + (f" on {', '.join(on)}" if on else "")
        )
    return lines
