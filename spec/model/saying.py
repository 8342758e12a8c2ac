"""What says how an operation begins, goes on and ends: one line for each form of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spec.model.state import Operation


class Says(NamedTuple):
    """Ids of requirements; what begins with a point goes on behind the form's own name."""

    begins: str
    """That a task's call hands it back, or that a thread's waits."""
    all: str = ""
    """That it has moved what it was to move; of a read of some bytes also that it takes less."""
    some: str = ""
    end: str = ""
    """That its pipe has come to the end; and that it has so once more, or that this is no error where it need not be."""
    again: str = ""
    nothing: str = ""
    """That one of no bytes is done at once."""


_EMPTY = "stream.read-span.blocks-when-empty"
_FULL = "stream.write.blocks-when-full"
_NO_READ, _NO_READ_ASYNC = (
    "stream.zero.read-returns-at-once",
    "stream.zero.async-read-completes-at-once",
)
_NO_WRITE, _NO_WRITE_ASYNC = (
    "stream.zero.write-sends-nothing",
    "stream.zero.async-write-sends-nothing",
)
_FILLS = "stream.read-exactly-async.fills"
_BETWEEN = ".count-between-min-and-length"
_EARLY, _SHORT, _NO_WAIT = ".end-throws-by-default", ".end-short-count", ".minimum-zero-no-wait"
_COUNT, _ZERO = "stream.end-read.count", "stream.end-read.eof-zero"
_STICKY, _STICKY_ASYNC = "stream.eof.sticky", "stream.eof.async-sticky"

SAYS: Mapping[str, Says] = {
    "stream.read": Says(_EMPTY, ".count", ".short", ".eof-zero", _STICKY, _NO_READ),
    "stream.read-span": Says(_EMPTY, ".count", ".short", ".eof-zero", _STICKY, _NO_READ),
    "stream.read-byte": Says(_EMPTY, ".value", ".value", ".eof", _STICKY),
    "stream.read-async": Says(".no-caller-block", ".count", ".short", ".eof-zero", _STICKY_ASYNC, _NO_READ_ASYNC),
    "stream.read-async-memory": Says(".no-caller-block", ".count", ".short", ".eof-zero", _STICKY_ASYNC, _NO_READ_ASYNC),
    "stream.begin-read": Says(".returns-result", _COUNT, _COUNT, _ZERO, _ZERO, _NO_READ_ASYNC),
    "stream.read-exactly": Says(".fills-span", ".fills-span", "", ".end-before-count", "", ".count-zero-no-wait"),
    "stream.read-exactly-async": Says(".fills", ".fills", "", ".end-before-full", "", ".empty-no-wait"),
    "stream.read-at-least": Says(".waits-for-minimum", _BETWEEN, _BETWEEN, _EARLY, _SHORT, _NO_WAIT),
    "stream.read-at-least-async": Says(_FILLS, ".result", ".result", _EARLY, _SHORT, _NO_WAIT),
    "stream.write": Says(_FULL, ".range-sent", nothing=_NO_WRITE),
    "stream.write-span": Says(_FULL, ".all-bytes", nothing=_NO_WRITE),
    "stream.write-byte": Says(_FULL, ".sends-one"),
    "stream.write-async": Says(".no-caller-block", ".range-sent", nothing=_NO_WRITE_ASYNC),
    "stream.write-async-memory": Says(".no-caller-block", ".all-bytes", nothing=_NO_WRITE_ASYNC),
    "stream.begin-write": Says(".returns-result", ".range-sent", nothing=_NO_WRITE_ASYNC),
    "stream.copy-to": Says(".copies-to-end", end=".copies-to-end"),
    "stream.copy-to-async": Says(".does-not-block", end=".copies-to-end"),
    "stream.flush-async": Says(".completes"),
    "stream.wait-for-pipe-drain": Says(".blocks"),
    "text.writer": Says(_FULL, ".auto-flush"),
}  # fmt: skip
"""By form of a call."""
_OF_TEXT = {"line": ".line-in-pieces", "rest": ".to-end", "more": ".end-of-stream"}


def _id(operation: Operation, said: str) -> str:
    return operation.family + said if said.startswith(".") else said


def begun(operation: Operation) -> str:
    """That a call hands back a task or a result without waiting, or that it waits."""
    return _id(operation, _OF_TEXT.get(operation.kind) or SAYS[operation.family].begins)


def received(operation: Operation, full: bool = True) -> str:
    """That it has moved all that it was to move, or less, as a read may."""
    says = SAYS[operation.family]
    return _id(operation, says.all if full else says.some)


def ended(operation: Operation, again: bool) -> str:
    """That its pipe has come to the end."""
    says = SAYS[operation.family]
    lenient = not operation.strict if operation.kind == "least" else again
    return _id(operation, says.again or says.end if lenient else says.end)


def nothing(operation: Operation) -> str:
    """That an operation on no bytes is done at once."""
    return _id(operation, SAYS[operation.family].nothing)
