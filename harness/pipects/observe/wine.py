"""A Wine of a run's own: a prefix in the build folder, its one server, and the end of both."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from pipects import owned, paths
from pipects.errors import UserError
from pipects.observe import LOOK_AGAIN, NotObservable, descent, rest, sockets

PREFIXES = paths.BUILD / "wine"
"""One for each command that goes on at the same time: a server serves a whole prefix."""
MADE = "made"
MAKING = (
    ("wineboot", "--init"),
    ("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"),
)
"""What makes a prefix: .NET wants Windows 10."""
WITHOUT_OTHERS = {"WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=d"}
"""So that Wine offers nobody to fetch Mono or Gecko, and puts nothing into menus."""
FIRST_START = 120.0
"""Seconds for a new prefix."""
END = 10.0
"""Seconds for the server to end all processes of the prefix."""
SERVES = 30.0
"""Seconds for the server until it can be spoken to."""
SETTLES = 60.0
"""Seconds for the services of a new prefix until they have nothing left to do."""
LINGER = "5"
"""Seconds that the server outlives the last process, should nobody be left to end it."""


class Wine:
    """A prefix with a server that runs. Raises UserError if that can't be had."""

    def __init__(self) -> None:
        for program in ("wine", "wineserver"):
            if shutil.which(program) is None:
                raise UserError(f"{program} is not installed")
        self._lock, self._folder = _free()
        self.environment: Mapping[str, str] = {
            "WINEPREFIX": str(self._folder / "prefix"),
            "WINEDEBUG": "-all",
            "WINEARCH": "win64",
            "DISPLAY": "",
        }
        self.is_new = not (self._folder / MADE).exists()
        """Whether the prefix is one that was made just now."""
        self._all = {**os.environ, **self.environment}
        self._kill()  # what a command has left that was ended by force
        if self.is_new:
            shutil.rmtree(self._folder / "prefix", ignore_errors=True)
            (self._folder / "prefix").mkdir()  # no server serves without it
        self._server = self._serve()
        if not self.is_new:
            return
        try:
            self._make()
            # What has made the prefix serves on for a while: a first program met it and came to an end.
            self._stop()
            self._server = self._serve()
        except BaseException:
            self.end()
            raise

    @property
    def server(self) -> int:
        """The server's process."""
        return self._server.pid

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
        self._stop()
        self._lock.close()

    def _serve(self) -> subprocess.Popen[bytes]:
        """Starts the prefix's server, and waits until it serves: a program that came first would start one of its own."""
        server = subprocess.Popen(
            ["wineserver", "-f", f"-p{LINGER}"],
            env=self._all,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + SERVES
        while not sockets.listens(server.pid):
            if server.poll() is not None:
                raise UserError(f"Wine's server ended with status {server.returncode}")
            if time.monotonic() > until:
                server.kill()
                server.wait()
                raise UserError(f"Wine's server does not serve within {SERVES:g} s")
            time.sleep(LOOK_AGAIN)
        return server

    def _stop(self) -> None:
        self._kill()
        try:
            self._server.wait(END)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        _collect()

    def _make(self) -> None:
        for words in MAKING:
            try:
                done = subprocess.run(
                    ["wine", *words],
                    env={**self._all, **WITHOUT_OTHERS},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=FIRST_START,
                    check=False,
                    start_new_session=True,
                )
            except subprocess.TimeoutExpired as error:
                raise UserError(f"Wine makes no prefix within {FIRST_START:g} s") from error
            if done.returncode != 0:
                raise UserError(
                    f"Wine can't make a prefix: {words[0]} ended with status {done.returncode}"
                )
        (self._folder / MADE).touch()

    def _kill(self) -> None:
        """Has a server of the prefix, if there is one, end all processes and itself."""
        if not (self._folder / "prefix").is_dir():
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                ["wineserver", "-k"], env=self._all, capture_output=True, timeout=END, check=False
            )


def _collect() -> None:
    """Collects what has ended: each process of Wine's is an orphan, and so a child of this one."""
    with contextlib.suppress(NotObservable):
        own = descent.descendants(os.getpid(), descent.table())
        descent.collect(each.pid for each in own if each.zombie)


def windows_path(path: str) -> str:
    """The path of a file as processes under Wine have it."""
    return "Z:" + path.replace("/", "\\")


def _free() -> tuple[IO[str], Path]:
    """A folder that no other command uses, with its lock."""
    for number in itertools.count(1):
        folder = PREFIXES / str(number)
        with contextlib.suppress(UserError):
            return owned.opened(folder / "lock"), folder
    raise AssertionError("there is always another number")
