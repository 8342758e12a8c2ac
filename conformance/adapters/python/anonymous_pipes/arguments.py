"""The checks of arguments that the streams share, in the documented order."""

from __future__ import annotations

from .exceptions import ArgumentNullException, ArgumentOutOfRangeException

ReadableBuffer = bytes | bytearray | memoryview
WritableBuffer = bytearray | memoryview


def region(buffer: ReadableBuffer | None, offset: int | None, count: int | None) -> memoryview:
    """The bytes that a call is about: count of an array from offset on, or a whole span."""
    if buffer is None:
        raise ArgumentNullException("buffer")
    view = memoryview(buffer).cast("B")
    if offset is None and count is None:
        return view
    if offset is None or count is None:
        raise TypeError("offset and count go together")
    if offset < 0:
        raise ArgumentOutOfRangeException("offset", "The offset is negative.")
    if count < 0 or count > len(view) - offset:
        raise ArgumentOutOfRangeException("count", "The range is not within the array.")
    return view[offset : offset + count]


def writable_region(
    buffer: WritableBuffer | None, offset: int | None, count: int | None
) -> memoryview:
    """The same for bytes that will be written in place."""
    view = region(buffer, offset, count)
    if view.readonly:
        raise TypeError("the buffer cannot be written")
    return view


def check_minimum(minimumBytes: int, view: memoryview) -> None:
    """A minimum is neither negative nor more than there is room for."""
    if minimumBytes < 0 or minimumBytes > len(view):
        raise ArgumentOutOfRangeException("minimumBytes", "The minimum is not within the buffer.")
