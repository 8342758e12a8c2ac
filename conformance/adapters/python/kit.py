"""What the adapter offers to cases beside the implementation: bytes by rule, and a few types."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from array import array
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

import anonymous_pipes
from anonymous_pipes import CancellationToken, IAsyncResult, ObjectDisposedException, Stream, Task

BLOCK = 65536
ARRAY = ["buffer", "offset", "count"]

# Bytes by rule


@cache
def multiples() -> int:
    """BLOCK multiples of the rule's factor, each in 32 bits of one big number."""
    lanes = array("I", (i * 2654435761 % 2**24 for i in range(BLOCK)))
    return int.from_bytes(lanes.tobytes(), "little")


@lru_cache(maxsize=512)
def block(base: int) -> bytes:
    """BLOCK bytes of the rule: one addition for all of them."""
    bases = int.from_bytes(base.to_bytes(4, "little") * BLOCK, "little")
    return (multiples() + bases).to_bytes(4 * BLOCK, "little")[2::4]


def pattern(seed: int, offset: int, count: int) -> bytes:
    first = offset - offset % BLOCK
    bases = (i * 2654435761 + seed * 2246822519 for i in range(first, offset + count, BLOCK))
    return b"".join(block(base % 2**24) for base in bases)[offset - first :][:count]


def first_difference(seed: int, offset: int, data: bytes | bytearray | memoryview) -> int:
    expected = pattern(seed, offset, len(data))
    if data == expected:
        return -1
    return offset + next(i for i, pair in enumerate(zip(data, expected)) if pair[0] != pair[1])


def make_bytes(text: str | None = None, hex: str | None = None, **rule: int) -> bytearray:
    if text is not None:
        return bytearray(text.encode())
    if hex is not None:
        return bytearray.fromhex(hex)
    if "pattern" in rule:
        return bytearray(pattern(rule["pattern"], 0, rule["length"]))
    return bytearray(b"\xa5") * rule["length"]


# Types beside the streams


class Bytes:
    """An array of bytes that calls are given by name."""

    def __init__(self, **content: Any) -> None:
        self.array = make_bytes(**content)

    @property
    def Hex(self) -> str:
        return self.array.hex()

    @property
    def Length(self) -> int:
        return len(self.array)

    def FirstDifference(self, pattern: int, offset: int, count: int) -> int:
        return first_difference(pattern, offset, memoryview(self.array)[offset : offset + count])


class Descriptor:
    """A descriptor that is no pipe's."""

    Number = -1

    def __init__(self, kind: str) -> None:
        if kind == "socket":
            self.Number = socket.socket(socket.AF_UNIX).detach()
        elif kind == "directory":
            self.Number = os.open("/", os.O_RDONLY)
        else:
            self.Number, path = tempfile.mkstemp()
            os.unlink(path)

    def Dispose(self) -> None:
        number, self.Number = self.Number, -1
        if number >= 0:
            os.close(number)


class MemoryStream(Stream):
    """Python's own stream in memory."""

    def __init__(self, writable: bool = True) -> None:
        self.content = BytesIO()
        self.last = b""  # what was in it when it was closed
        self.writable = writable

    @property
    def CanRead(self) -> bool:
        return not self.content.closed

    @property
    def CanWrite(self) -> bool:
        return self.writable and not self.content.closed

    @property
    def Hex(self) -> str:
        return (self.last if self.content.closed else self.content.getvalue()).hex()

    @property
    def Length(self) -> int:
        return len(self._open().getvalue())

    @property
    def Position(self) -> int:
        return self._open().tell()

    @Position.setter
    def Position(self, value: int) -> None:
        self._open().seek(value)

    def _open(self) -> BytesIO:
        if self.content.closed:
            raise ObjectDisposedException("MemoryStream")
        return self.content

    def _Read(self, view: memoryview) -> int:
        return self._open().readinto(view)

    def _Write(self, view: memoryview) -> None:
        self._open().write(view)

    def Flush(self) -> None:
        pass

    def _Dispose(self, disposing: bool) -> None:
        self.last = self.last if self.content.closed else self.content.getvalue()
        self.content.close()


class Callback:
    """A callback that may end its operation, and call another member behind that."""

    Count = 0
    SameThread = False

    def __init__(self, owner: Any, ends: str | None, calls: str | None) -> None:
        self.end = getattr(owner, ends) if ends else lambda result: None
        self.call = getattr(owner, calls) if calls else None
        self.caller = threading.current_thread()  # an id is given again once its thread has ended
        self.outcome = Task[Any]()

    def __call__(self, result: Any) -> None:
        self.Count += 1
        self.SameThread = threading.current_thread() is self.caller
        self.outcome._complete(lambda: self.work(result))

    def work(self, result: Any) -> Any:
        ended = self.end(result)
        return ended if self.call is None else self.call()

    def Wait(self) -> Any:
        return self.outcome.Wait()


ENUMERATIONS = {
    "direction": anonymous_pipes.PipeDirection,
    "inheritability": anonymous_pipes.HandleInheritability,
    "transmissionMode": anonymous_pipes.PipeTransmissionMode,
    "ReadMode": anonymous_pipes.PipeTransmissionMode,
    "origin": anonymous_pipes.SeekOrigin,
}
TYPES: dict[str, Any] = {
    name: getattr(anonymous_pipes, name) for name in anonymous_pipes.__all__
} | {kind.__name__: kind for kind in (Bytes, Descriptor, MemoryStream)}


# Many calls in one message


def transfer(
    owner: Any, member: str, overload: list[str], seed: int, total: int | None, chunk: int
) -> dict[str, Any]:
    """Calls a reading or writing member until all is done, or until the end is met."""
    call = getattr(owner, member)
    overload = overload or ARRAY
    one = member.endswith("Byte")
    reading = "Read" in member
    buffer = bytearray(1 if one else chunk)
    count = calls = 0
    difference, ended = -1, False
    while total is None or count < total:
        size = len(buffer) if total is None else min(len(buffer), total - count)
        if not reading:
            buffer[:size] = pattern(seed, count, size)
        values: dict[str, Any] = {
            "buffer": buffer if "count" in overload else memoryview(buffer)[:size],
            "offset": 0,
            "count": size,
            "cancellationToken": CancellationToken(),
            "callback": None,
            "state": None,
        }
        if one:
            result = call() if reading else call(buffer[0])
        else:
            result = call(**{name: values[name] for name in overload})
        calls += 1
        if isinstance(result, IAsyncResult):
            result = getattr(owner, member.replace("Begin", "End"))(result)
        elif isinstance(result, Task):
            result = result.Wait()
        if one and reading and result >= 0:
            buffer[0], result = result, 1
        moved = size if result is None else max(result, 0)
        ended = moved == 0
        if ended:
            break
        if reading and difference < 0:
            difference = first_difference(seed, count, memoryview(buffer)[:moved])
        count += moved
    return {"count": count, "calls": calls, "firstDifference": difference, "ended": ended}
