"""Lines that fit the terminal they go to. What goes to a file or another program stays as it is."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TextIO

from pipects.reports.text import readable

HANG = 4
"""How much further in a line goes on."""


def columns(stream: TextIO) -> int | None:
    """How wide the terminal is (or what COLUMNS says); None where there is none, or one that does not say."""
    said = os.environ.get("COLUMNS", "")
    if said.isdigit() and int(said) >= 20:
        return int(said)
    try:
        return (os.get_terminal_size(stream.fileno()).columns or None) if stream.isatty() else None
    except (OSError, ValueError):
        return None


def fitted(text: str, width: int | None) -> str:
    """Every line in `width` columns, going on further in; an id or address that is longer stands whole."""
    if width is None:
        return text
    return "\n".join(part for line in text.split("\n") for part in _lines(line, width))


def say(text: str, stream: TextIO | None = None) -> None:
    """Prints text, standard output being the usual place."""
    to = sys.stdout if stream is None else stream
    print(fitted(readable(text), columns(to)), file=to)


def _lines(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip(" "))]
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=indent + " " * HANG,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
