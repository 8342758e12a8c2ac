"""What the system's own files say: read whole, by the few calls that it takes."""

from __future__ import annotations

import os

_PIECE = 1 << 16


def read(path: str) -> bytes:
    """A file's contents. Raises OSError; ProcessLookupError if it is a process's, and that has ended."""
    handle = os.open(path, os.O_RDONLY)
    try:
        pieces = []
        while piece := os.read(handle, _PIECE):
            pieces.append(piece)
    finally:
        os.close(handle)
    return b"".join(pieces)


def text(path: str) -> str:
    """A file's text, whatever bytes a program has put into it."""
    return read(path).decode("utf-8", "replace")
