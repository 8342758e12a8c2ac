"""The server of a prefix of Wine's: every process of the prefix asks it, and ends with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from pipects.errors import UserError
from pipects.observe import LOOK_AGAIN, NotObservable, descent, sockets

END = 10.0
"""Seconds for the server to end all processes of the prefix."""
SERVES = 30.0
"""Seconds for the server until it can be spoken to."""
LINGER = "5"
"""Seconds that the server outlives the last process, should nobody be left to end it."""


def environment(prefix: Path) -> Mapping[str, str]:
    """What the processes of a prefix are given."""
    return {"WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "WINEARCH": "win64", "DISPLAY": ""}


class WineServer:
    """Serves a prefix from its start on: a program that came first would start a server of its own.

    Raises UserError if it can't.
    """

    def __init__(self, prefix: Path) -> None:
        self._prefix = prefix
        self._process = subprocess.Popen(
            ["wineserver", "-f", f"-p{LINGER}"],
            env={**os.environ, **environment(prefix)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + SERVES
        while not sockets.listens(self._process.pid):
            if self._process.poll() is not None:
                raise UserError(f"Wine's server ended with status {self._process.returncode}")
            if time.monotonic() > until:
                self._process.kill()
                self._process.wait()
                raise UserError(f"Wine's server does not serve within {SERVES:g} s")
            time.sleep(LOOK_AGAIN)

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    @property
    def serves(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends every process of the prefix, the server last. May be called again."""
        end_of(self._prefix)
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _collect()


def end_of(prefix: Path) -> None:
    """Has a server of the prefix, if there is one, whoever has started it, end all processes and itself."""
    if not prefix.is_dir():
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            ["wineserver", "-k"],
            env={**os.environ, **environment(prefix)},
            capture_output=True,
            timeout=END,
            check=False,
        )


def _collect() -> None:
    """Collects what has ended: each process of Wine's is an orphan, and so a child of this one."""
    with contextlib.suppress(NotObservable):
        own = descent.descendants(os.getpid(), descent.table())
        descent.collect(each.pid for each in own if each.zombie)
