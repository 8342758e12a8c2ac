"""AnonymousPipeClientStream: the end that is made from a handle that the server gave out."""

from __future__ import annotations

from typing import Any, final, overload

from .enumerations import PipeDirection, PipeTransmissionMode
from .exceptions import ArgumentException, ArgumentNullException
from .handles import SafePipeHandle
from .pipe_stream import PipeStream, check_direction, check_handles, check_pipe

_ABSENT: Any = object()
_BLANKS = " \t\n\v\f\r"


@final
class AnonymousPipeClientStream(PipeStream):
    """The client's end of an anonymous pipe."""

    @overload
    def __init__(self, pipeHandleAsString: str | None, /) -> None:
        ...

    @overload
    def __init__(self, *, pipeHandleAsString: str | None) -> None:
        ...

    @overload
    def __init__(self, direction: int, pipeHandleAsString: str | None) -> None:
        ...

    @overload
    def __init__(self, direction: int, *, safePipeHandle: SafePipeHandle | None) -> None:
        ...

    def __init__(
        self,
        direction: Any = _ABSENT,
        pipeHandleAsString: str | None = _ABSENT,
        safePipeHandle: SafePipeHandle | None = _ABSENT,
    ) -> None:
        if direction is None or isinstance(direction, str):
            direction, pipeHandleAsString = _ABSENT, direction
        if direction is _ABSENT:
            direction = PipeDirection.In
        super().__init__(direction, 0)
        check_direction(self)
        if safePipeHandle is _ABSENT:
            handle = _handle_from(pipeHandleAsString)
        else:
            [handle] = check_handles({"safePipeHandle": safePipeHandle})
        self._InitializeHandle(handle, True, False)

    @property
    def TransmissionMode(self) -> PipeTransmissionMode:
        return super().TransmissionMode

    @property
    def ReadMode(self) -> PipeTransmissionMode:
        return super().ReadMode

    @ReadMode.setter
    def ReadMode(self, value: int) -> None:
        self._SetReadMode(value)


def _handle_from(text: str | None) -> SafePipeHandle:
    """The owner of the handle that text names. Nothing is owned before all is checked."""
    if text is None:
        raise ArgumentNullException("pipeHandleAsString")
    number = _number(text)
    if number is None or number < 0:
        raise ArgumentException("The text is no handle.", "pipeHandleAsString")
    check_pipe(number)
    return SafePipeHandle.take_over(number)


def _number(text: str) -> int | None:
    """A decimal number of 64 bits, with blanks around it and a sign tolerated."""
    digits = text.strip(_BLANKS)
    unsigned = digits[1:] if digits[:1] in ("+", "-") else digits
    if not (unsigned.isascii() and unsigned.isdigit()) or len(unsigned) > 4000:
        return None
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else None
