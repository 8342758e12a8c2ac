"""The documented enumerations, with their documented values."""

from enum import IntEnum
from typing import TypeVar

from .exceptions import ArgumentOutOfRangeException

_Member = TypeVar("_Member", bound=IntEnum)


class PipeDirection(IntEnum):
    """Which way a pipe end carries data."""

    In = 1
    Out = 2
    InOut = 3


class PipeTransmissionMode(IntEnum):
    """How a pipe carries data: anonymous pipes know bytes only."""

    Byte = 0
    Message = 1


class HandleInheritability(IntEnum):
    """Whether a child process receives the handle."""

    None_ = 0
    Inheritable = 1


class SeekOrigin(IntEnum):
    """What an offset counts from."""

    Begin = 0
    Current = 1
    End = 2


def member_of(kind: type[_Member], value: int, parameter: str) -> _Member:
    """The member that value stands for; refuses a number that stands for none."""
    try:
        return kind(value)
    except ValueError:
        raise ArgumentOutOfRangeException(
            parameter, f"{value} is no value of {kind.__name__}."
        ) from None
