"""A Wine of a process's own: a prefix in the build folder, its one server, and the end of both."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipects.errors import UserError
from pipects.observe import LOOK_AGAIN, descent, rest
from pipects.observe.wine_prefix import Prefix
from pipects.observe.wine_server import WineServer, environment

SETTLES = 60.0
"""Seconds for the services of a new prefix until they have nothing left to do."""


class Wine:
    """A prefix with a server that runs. Raises UserError if that can't be had."""

    def __init__(self) -> None:
        for program in ("wine", "wineserver"):
            if shutil.which(program) is None:
                raise UserError(f"{program} is not installed")
        self._prefix = Prefix()
        self.environment: Mapping[str, str] = environment(self._prefix.folder)
        self.is_new = self._prefix.is_new
        """Whether the prefix is one that was made just now."""
        try:
            self._server = WineServer(self._prefix.folder)
        except BaseException:
            self._prefix.close()
            raise

    @property
    def server(self) -> int:
        """The server's process."""
        return self._server.pid

    @property
    def serves(self) -> bool:
        """Whether its server does."""
        return self._server.serves

    def command(self, program: Path, *arguments: str) -> Sequence[str]:
        """How a Windows program is started."""
        return ["wine", str(program), *arguments]

    def settle(self) -> None:
        """Waits until every service of the prefix sleeps, for so long at the most.

        In a new one they have much to do, beside which a first program did not start in its time.
        """
        calm, until = 0, time.monotonic() + SETTLES
        while calm < rest.CALM_LOOKS and time.monotonic() < until:
            there = descent.descendants(os.getpid(), descent.table())
            calm = calm + 1 if all(rest.is_asleep(each.pid) for each in there) else 0
            time.sleep(LOOK_AGAIN)

    def end(self) -> None:
        """Ends every process of the prefix, the server last. May be called again."""
        self._server.stop()
        self._prefix.close()

    def leave(self) -> None:
        """Lets go of it in a copy of the process that has it, which goes on with it."""
        self._prefix.close()


def windows_path(path: str) -> str:
    """The path of a file as processes under Wine have it."""
    return "Z:" + path.replace("/", "\\")
