"""The director's two programs: built when they are first needed, and tried before anyone relies on them."""

from __future__ import annotations

import fcntl
import functools
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipects import building, paths
from pipects.errors import NotBuilt, UserError

SOURCES = paths.ROOT / "conformance" / "director"
BUILT = paths.BUILD / "release" / "conformance" / "director"
COMMANDS = (
    ("cmake", "--preset", "release"),
    ("cmake", "--build", "--preset", "release", "--target", "pipects-direct"),
)
PATIENCE = 10.0
"""Seconds for the director to direct a program that does nothing."""


@dataclass(frozen=True)
class Programs:
    """Where they are, or why they are of no use here."""

    director: Path = BUILT / "pipects-director"
    launcher: Path = BUILT / "pipects-directed"
    missing: str | None = None


@functools.cache
def programs() -> Programs:
    """The programs, built and tried. Never raises: what is wrong is said in `missing`."""
    found = Programs()
    try:
        _build(found)
    except NotBuilt as error:
        return Programs(missing=str(error))  # who can't be built it says itself
    except (UserError, OSError) as error:
        return Programs(missing=f"the director can't be built: {error}")
    return Programs(missing=_tried(found))


def _build(wanted: Programs) -> None:
    BUILT.mkdir(parents=True, exist_ok=True)
    with open(BUILT / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = BUILT / "built-from"
        digest = building.digest(COMMANDS, [*SOURCES.glob("*.[ch]pp"), SOURCES / "CMakeLists.txt"])
        known = stamp.read_text(encoding="utf-8") if stamp.exists() else ""
        if known == digest and wanted.director.exists() and wanted.launcher.exists():
            return
        for command in COMMANDS:
            building.run(command, {}, "the director")
        stamp.write_text(digest, encoding="utf-8")


def _tried(found: Programs) -> str | None:
    """Why the system lets nobody direct; None if it does."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with subprocess.Popen(
            [found.director, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as director:
            try:
                done = subprocess.run(
                    [found.launcher, str(ours.fileno()), "true"],
                    pass_fds=[ours.fileno()],
                    capture_output=True,
                    text=True,
                    timeout=PATIENCE,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return "a directed program does not end"
            finally:
                assert director.stdin is not None
                director.stdin.close()
    return (
        f"the system lets nobody direct: {done.stderr.strip()[:200]}" if done.returncode else None
    )
