"""The observer's side of a pipe: a program among Windows processes that tells what they hold (conformance/windows/observer)."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipects.observe import NotObservable

VERSION = "1"
PATIENCE = 10.0
"""Seconds for an answer: an observer that takes longer is given up."""
START = 120.0
"""Seconds for the first one: before the first of its programs Wine starts services, and waits for them."""
GONE = ("gone", "not watched")
"""How it says that a process is no more."""


@dataclass(frozen=True)
class Handle:
    """A handle of a process on a file, a pipe or a socket."""

    number: int
    access: int
    inheritable: bool
    nonblocking: bool
    kind: str
    name: str


class Observer:
    """Asks the observer; one question at a time, from any thread."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        self._buffer = bytearray()
        self._lost = False
        (hello,) = self._ask("hello", patience=START)
        version, _, self.system = hello.partition(" ")
        if version != VERSION:
            raise NotObservable(f"the observer speaks version {version}, not {VERSION}")

    @property
    def pid(self) -> int:
        """The process that it is here."""
        return self._process.pid

    @property
    def serves(self) -> bool:
        """Whether it has answered whatever it was asked, and is there to be asked again."""
        return not self._lost and self._process.poll() is None

    def close(self) -> None:
        """Ends it. May be called again, and while somebody asks."""
        with self._lock, contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def leave(self) -> None:
        """Lets go of it in a copy of the process that asks it."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.returncode = 0  # it is nobody's child here, whose end would be waited for

    def watch(self, pid: int) -> int:
        """Holds a process, so that its number stays its own; tells its parent. Raises ProcessLookupError."""
        return int(self._ask("watch", pid)[0])

    def unwatch(self, pid: int) -> None:
        """Lets go of a process."""
        self._ask("unwatch", pid)

    def status(self, pid: int) -> int | None:
        """How a process ended; None while it runs."""
        word, _, status = self._ask("state", pid)[0].partition(" ")
        return int(status) if word == "ended" else None

    def kill(self, pid: int, status: int) -> None:
        """Ends a process at once."""
        self._ask("kill", pid, status)

    def handles(
        self, pid: int, *, listed: bool = True, fresh: bool = False, only: int | None = None
    ) -> list[Handle]:
        """What the process holds: by the system's table, or found by trying, which tells nothing of inheritance.

        `fresh` asks anew of what stands in the table as it did before, too, such as a pipe's mode. `only` is the
        handle that is asked about: the others are told as they were when they were last looked at.
        """
        found = []
        how = "fresh" if fresh else "known"
        which = () if only is None else (only,)
        for line in self._ask("handles" if listed else "try", pid, how, *which):
            number, access, inheritable, nonblocking, kind, name = line.split(" ", 5)
            found.append(
                Handle(int(number), int(access), inheritable == "1", nonblocking == "1", kind, name)
            )
        return found

    def pipe(self, pid: int, handle: int) -> tuple[int, int]:
        """How many bytes are unread in the pipe of a handle, and how many it can hold."""
        unread, capacity = self._ask("pipe", pid, handle)[0].split()
        return int(unread), int(capacity)

    def _ask(self, *words: object, patience: float = PATIENCE) -> list[str]:
        with self._lock:
            stream = self._process.stdin
            assert stream is not None
            if stream.closed:  # by who has replaced it, while another test still asked
                raise NotObservable("the observer is gone")
            try:
                stream.write((" ".join(map(str, words)) + "\n").encode())
                stream.flush()
                lines = self._answer(time.monotonic() + patience)
            except OSError as error:
                self._lost = True
                raise NotObservable(f"the observer is gone: {error.strerror}") from error
            except NotObservable:
                self._lost = True
                raise
        if lines and lines[0].startswith("!"):
            if lines[0][1:] in GONE:
                raise ProcessLookupError(lines[0][1:])
            raise NotObservable(f"the observer, asked '{words[0]}': {lines[0][1:]}")
        return lines

    def _answer(self, until: float) -> list[str]:
        """The lines of an answer, without the one that ends it."""
        output = self._process.stdout
        assert output is not None
        while not (self._buffer.endswith(b"\n.\n") or self._buffer == b".\n"):
            ready, _, _ = select.select([output], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                self._process.kill()
                raise NotObservable("the observer does not answer")
            piece = os.read(output.fileno(), 1 << 16).replace(b"\r", b"")
            if not piece:
                raise NotObservable("the observer is gone")
            self._buffer += piece
        lines = self._buffer.decode("utf-8", "replace").splitlines()[:-1]
        self._buffer.clear()
        return lines
