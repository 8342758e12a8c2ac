"""What processes print: read to its end, so that none waits for a reader, and its last lines kept."""

from __future__ import annotations

import collections
import os
import re
import threading
import time
from collections.abc import Callable
from typing import IO

KEPT_LINES = 200
LAST_LINES = 12
NAMED_LINES = 4
NAMES_AN_ERROR = re.compile(r"(?=\S).*(error|exception|panic|fatal)", re.IGNORECASE)
"""At the beginning of a line: what a trace has above its frames, which are set in."""


class Output:
    """The last lines that a process and its children printed. Read to the end, so none blocks.

    `watch` is told of each line as it comes, on a thread of its own.
    """

    def __init__(self, stream: IO[bytes], watch: Callable[[str], None] | None = None) -> None:
        self._watch = watch
        self._lines: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
        self._stream = stream
        self.heard = 0.0
        """When something was printed last, by time.monotonic."""
        self._thread = threading.Thread(target=self._drain, daemon=True, name="output")
        self._thread.start()

    def _drain(self) -> None:
        rest = b""
        with self._stream:
            while chunk := os.read(self._stream.fileno(), 1 << 16):
                self.heard = time.monotonic()
                *lines, rest = (rest + chunk)[-(1 << 17) :].rsplit(b"\n", KEPT_LINES + 1)
                shown = [line[:500].decode("utf-8", "replace") for line in lines[-KEPT_LINES:]]
                self._lines.extend(shown)
                if self._watch is not None:
                    for line in shown:
                        self._watch(line)
        if rest:
            self._lines.append(rest[:500].decode("utf-8", "replace"))

    def lines(self) -> list[str]:
        """What is kept so far."""
        return list(self._lines)

    def told(self) -> list[str]:
        """The last lines, and those that name an error where the trace below it has more lines than that."""
        lines = self.lines()
        before = [line for line in lines[:-LAST_LINES] if NAMES_AN_ERROR.match(line)]
        return [*before[-NAMED_LINES:], *lines[-LAST_LINES:]]

    def settle(self, seconds: float) -> None:
        """Waits until all who could print are gone, for at most `seconds`."""
        self._thread.join(seconds)
