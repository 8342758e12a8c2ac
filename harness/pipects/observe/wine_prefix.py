"""Prefixes of Wine's in the build folder: one is made by Wine, the others have a registry of their own and share its disk."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import shutil
import subprocess
from pathlib import Path
from typing import IO

from pipects import owned, paths
from pipects.errors import UserError
from pipects.observe.wine_server import WineServer, end_of, environment

PREFIXES = paths.BUILD / "wine"
"""The model, and one for each process of a command at the same time: a server serves a whole prefix."""
MODEL = PREFIXES / "model"
PREFIX = "prefix"
DISK = "drive_c"
"""What of a prefix is large, and is only read."""
MADE = "made"
"""Beside a prefix: the Wine that it was made by."""
MAKING = (
    ("wineboot", "--init"),
    ("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"),
)
"""What makes a prefix: .NET wants Windows 10."""
WITHOUT_OTHERS = {"WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=d"}
"""So that Wine offers nobody to fetch Mono or Gecko, and puts nothing into menus."""
FIRST_START = 120.0
"""Seconds for a new prefix."""


class Prefix:
    """One that nobody else has. Raises UserError if it can't be had."""

    def __init__(self) -> None:
        self._lock, folder = _free()
        self.folder = folder / PREFIX
        wine = _version()
        made = folder / MADE
        try:
            end_of(self.folder)  # what a command has left that was ended by force
            self.is_new = not _is_made(made, wine)
            """Whether it was made just now."""
            if self.is_new:
                made.unlink(missing_ok=True)
                _copy(_model(wine), self.folder)
                made.write_text(wine, encoding="utf-8")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets others have it."""
        self._lock.close()


def _free() -> tuple[IO[str], Path]:
    """A folder that nobody uses, with its lock."""
    for number in itertools.count(1):
        folder = PREFIXES / str(number)
        with contextlib.suppress(UserError):
            return owned.opened(folder / "lock"), folder
    raise AssertionError("there is always another number")


def _version() -> str:
    """Which Wine is here."""
    told = subprocess.run(
        ["wine", "--version"], capture_output=True, text=True, errors="replace", check=False
    )
    return told.stdout.strip()


def _is_made(made: Path, wine: str) -> bool:
    return made.exists() and made.read_text(encoding="utf-8") == wine


def _model(wine: str) -> Path:
    """The prefix that the others are copies of, made if it is not there."""
    prefix, made = MODEL / PREFIX, MODEL / MADE
    MODEL.mkdir(parents=True, exist_ok=True)
    with open(MODEL / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_made(made, wine):
            return prefix
        made.unlink(missing_ok=True)
        end_of(prefix)
        shutil.rmtree(prefix, ignore_errors=True)
        prefix.mkdir()  # no server serves without it
        server = WineServer(prefix)
        try:
            _make(prefix)
        finally:
            server.stop()
        made.write_text(wine, encoding="utf-8")
    return prefix


def _make(prefix: Path) -> None:
    for words in MAKING:
        try:
            done = subprocess.run(
                ["wine", *words],
                env={**os.environ, **environment(prefix), **WITHOUT_OTHERS},
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


def _copy(model: Path, prefix: Path) -> None:
    """A prefix like another: with its disk, and all else its own."""
    shutil.rmtree(prefix, ignore_errors=True)
    ignored = shutil.ignore_patterns(DISK)
    shutil.copytree(model, prefix, symlinks=True, ignore=ignored)
    (prefix / DISK).symlink_to(model / DISK)
