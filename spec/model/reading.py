"""What a StreamReader makes of the bytes that there are."""

from __future__ import annotations

import codecs

from spec.model.outcomes import Outcome, Returns, Unspecified
from spec.model.state import WRITE, Operation, World


def taken(world: World, operation: Operation) -> tuple[Outcome, str, int] | None:
    """What a reader's member comes to with what is there: its outcome, what says so, and the bytes
    that it takes; None if it goes on waiting."""
    pipe = world.pipes[world.streams[operation.stream].pipe]
    ended = not world.held(world.streams[operation.stream].pipe, WRITE)
    if operation.kind == "more":
        said = "text.reader.end-of-stream"
        if not pipe.content and not ended:
            return None
        if pipe.content.startswith(codecs.BOM_UTF8):
            raise Unspecified("a byte-order mark")
        return Returns(not pipe.content), said, 0
    content = pipe.content
    if operation.kind == "rest":
        if not ended:
            return None
        return Returns(_text(content)), "text.reader.to-end", len(content)
    found = min((p for p in map(content.find, (b"\n", b"\r")) if p >= 0), default=-1)
    if found < 0:
        if not ended:
            return None
        value = _text(content) if content else None
        return Returns(value), "text.reader.line", len(content)
    if content[found:] == b"\r" and not ended:
        raise Unspecified("whether a reader waits for the line feed behind a carriage return")
    length = 2 if content[found : found + 2] == b"\r\n" else 1
    return Returns(_text(content[:found])), "text.reader.line", found + length


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Unspecified("bytes that are no text") from None
    if text.startswith("\ufeff"):
        raise Unspecified("a byte-order mark")
    return text
