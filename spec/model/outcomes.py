"""What may come of a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ANYTHING: Final = object()
"""Stands for every value."""


@dataclass(frozen=True)
class Returns:
    """The call returns this value."""

    value: object = ANYTHING


@dataclass(frozen=True)
class Gives:
    """The call returns an object of this type."""

    type: str


@dataclass(frozen=True)
class Same:
    """The call returns the very object that has this name."""

    name: str


@dataclass(frozen=True)
class TextOf:
    """The call returns the text, or the number as a text, that has this name."""

    name: str


@dataclass(frozen=True)
class Matches:
    """The call returns a text in which this regular expression is found."""

    pattern: str


@dataclass(frozen=True)
class Reads:
    """The call returns how many bytes these are, and they stand in its array from the offset on."""

    data: bytes
    counted: bool = True
    """Whether the call returns their number; one that fills its array returns nothing."""


@dataclass(frozen=True)
class Throws:
    """The call throws this very type of exception, or with `derived` one that derives from it."""

    type: str
    parameter: str | None = None
    derived: bool = False
    token: str | None = None
    """The token that the exception carries."""


@dataclass(frozen=True)
class Waits:
    """The call does not end before something else happens."""


Outcome = Returns | Gives | Same | TextOf | Matches | Reads | Throws | Waits

DONE: Final = Returns(None)
"""A call that has nothing to return."""
UNSUPPORTED: Final = Throws("NotSupportedException")
CLOSED: Final = Throws("ObjectDisposedException")
BROKEN: Final = Throws("IOException")


class Unspecified(Exception):
    """The documentation does not say what comes of this call; the text says why."""
