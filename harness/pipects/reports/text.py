"""Text that came from a program under test, made fit for a report: it may hold anything."""

from __future__ import annotations

import re
from typing import Final

#: What XML, terminals and browsers don't take: control characters, lone surrogates, noncharacters.
_ODD: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def readable(text: str) -> str:
    """The text with odd characters written out (`\\x1b`); line ends and tabs stay, a CR LF is a line end."""
    return _ODD.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(readable(text).split())


def shortened(text: str, length: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def seconds(value: float) -> str:
    """A time as a reader wants it."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60:02d} s"


def plural(count: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
