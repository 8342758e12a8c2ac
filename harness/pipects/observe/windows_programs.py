"""The programs that live among Windows processes: built when they are first needed (conformance/windows)."""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipects import building, paths
from pipects.errors import UserError

SOURCES = paths.ROOT / "conformance" / "windows"
BUILT = paths.BUILD / "windows"
COMPILER = "x86_64-w64-mingw32-g++-posix"
COMMANDS = (
    ("cmake", "-S", str(SOURCES), "-B", str(BUILT), "-G", "Ninja", "-DCMAKE_SYSTEM_NAME=Windows",
     f"-DCMAKE_CXX_COMPILER={COMPILER}"),
    ("cmake", "--build", str(BUILT)),
)  # fmt: skip


@dataclass(frozen=True)
class Programs:
    """Where they are."""

    observer: Path = BUILT / "pipects-observer.exe"
    plain_peer: Path = BUILT / "pipects-plain-peer.exe"
    guard: Path = BUILT / "pipects-wine-guard.dll"


def built() -> Programs:
    """The programs, built anew if their sources have changed. Raises UserError if that can't be done."""
    if shutil.which(COMPILER) is None:
        raise UserError(f"{COMPILER} is not installed")
    programs = Programs()
    BUILT.mkdir(parents=True, exist_ok=True)
    with open(BUILT / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = BUILT / "built-from"
        sources = [*SOURCES.glob("**/*.[ch]pp"), SOURCES / "CMakeLists.txt"]
        digest = building.digest(COMMANDS, sources)
        known = stamp.read_text(encoding="utf-8") if stamp.exists() else ""
        there = all(each.exists() for each in vars(programs).values())
        if known != digest or not there:
            for command in COMMANDS:
                building.run(command, {}, "the observer of Windows processes")
            stamp.write_text(digest, encoding="utf-8")
    return programs
