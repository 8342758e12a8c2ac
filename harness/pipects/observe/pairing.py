"""Which ends belong to one pipe, on a system that tells only the handles.

An end that has a name goes by that; under Wine each pipe has one of its own, as long as it has both ends. One without
is what its handle was known for, in its own process or in the one that it was inherited from; and two that appear
at once, one to read and one to write, are the two ends of a new pipe.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence

from pipects.observe.observer import Handle

READ, WRITE = 0x1, 0x2
"""FILE_READ_DATA and FILE_WRITE_DATA."""


def access(handle: Handle) -> str:
    """What the end is for."""
    return "write" if handle.access & WRITE else "read"


class Pairing:
    """The pipes of all processes by number, as far as they have been seen. A process may come while another is looked at."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._named: dict[str, int] = {}
        self._known: dict[int, dict[int, int]] = {}
        self._parents: dict[int, int] = {}
        self._last = 0

    def begin(self, pid: int, parent: int) -> None:
        """A process has come; another that had its number is forgotten."""
        with self._lock:
            self._known.pop(pid, None)
            self._parents[pid] = parent

    def holders(self, pipe: int) -> list[int]:
        """The processes that had an end of a pipe when they were last looked at."""
        with self._lock:
            return [pid for pid, found in self._known.items() if pipe in found.values()]

    def pipes(self, pid: int, handles: Sequence[Handle]) -> Mapping[int, int]:
        """By handle, the pipes that a process has ends of."""
        ends = [handle for handle in handles if handle.kind == "pipe"]
        with self._lock:
            found = self._known[pid] = self._paired(pid, ends)
        return found

    def _paired(self, pid: int, ends: Sequence[Handle]) -> dict[int, int]:
        found: dict[int, int] = {}
        new: list[Handle] = []
        for end in ends:
            pipe = self._by_name(end.name) or self._remembered(pid, end.number)
            if pipe is None:
                new.append(end)
            else:
                found[end.number] = pipe
        for end in new:
            found[end.number] = self._new(end, new, found)
        return found

    def _by_name(self, name: str) -> int | None:
        if not name.strip("\\").partition("\\")[2].partition("\\")[2]:  # \Device\NamedPipe alone
            return None
        if name not in self._named:
            self._named[name] = self._next()
        return self._named[name]

    def _remembered(self, pid: int, number: int) -> int | None:
        if pid in self._known:
            return self._known[pid].get(number)
        inherited: Mapping[int, int] = self._known.get(self._parents.get(pid, 0), {})
        return inherited.get(number)

    def _new(self, end: Handle, new: Collection[Handle], found: Mapping[int, int]) -> int:
        for other in new:
            if other.number in found and access(other) != access(end):
                if sum(pipe == found[other.number] for pipe in found.values()) == 1:
                    return found[other.number]
        return self._next()

    def _next(self) -> int:
        self._last += 1
        return self._last
