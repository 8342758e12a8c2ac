"""For which system a copy of the reference is built: what is compiled there, how, and who runs it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipects.errors import UserError
from pipects.mutation import binding
from pipects.observe import platforms, windows_programs

TOOLCHAIN = Path("cmake/mingw-w64/toolchain.cmake")


@dataclass(frozen=True)
class Target:
    """A system that the reference is built for."""

    system: str
    """`unix` or `windows`, as in cases."""
    elsewhere: str
    """The folder of what is compiled for another one."""
    implementation: str
    """Whose adapter the copy is."""
    options: tuple[str, ...] = ()
    """For CMake, relative to the copy's folder."""
    flags: str = ""
    """For the compiler."""
    optimised: str = "-O0"
    """How far, which is what building takes the least time with."""
    suffix: str = ""
    """Of a program's file."""
    besides: tuple[Path, ...] = ()
    """What is built beside the adapter."""

    def parsing(self) -> list[str]:
        """What libclang is told beside the language and our own folders. Raises UserError without a compiler."""
        return _windows_headers() if self.system == platforms.WINDOWS else _builtin()

    def takes(self, system: str) -> bool:
        """Whether what is stated for a system, or for any, is stated for this one."""
        return system in (platforms.ANY, self.system)

    def holds(self, file: Path) -> bool:
        """Whether a source is compiled for the system."""
        return file.parent.name != self.elsewhere


UNIX = Target(platforms.UNIX, "windows", "reference", besides=(binding.PROGRAM,))
WINDOWS = Target(
    platforms.WINDOWS,
    "posix",
    "reference-windows",
    options=(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAIN}",),
    flags=" -Wa,-mbig-obj",  # several sections for every function
    optimised="-O1",  # else there are so many of them that linking takes a minute
    suffix=".exe",
)
TARGETS = {each.system: each for each in (UNIX, WINDOWS)}


def _builtin() -> list[str]:
    """Where the compiler's own headers are, if libclang's are not installed."""
    if _clangs_own():
        return []
    found = subprocess.run(
        ["c++", "-print-file-name=include"], capture_output=True, text=True, check=False
    )
    return ["-isystem", found.stdout.strip()]


def _clangs_own() -> Sequence[Path]:
    return [each.parent for each in Path("/usr/lib").glob("llvm-*/lib/clang/*/include/stddef.h")]


def _windows_headers() -> list[str]:
    """The headers of MinGW-w64's compiler, but with libclang's in place of what is that compiler's alone."""
    try:
        told = subprocess.run(
            [windows_programs.COMPILER, "-xc++", "-E", "-v", "/dev/null"],
            capture_output=True, text=True, check=False,
        ).stderr  # fmt: skip
    except FileNotFoundError:
        raise UserError(f"{windows_programs.COMPILER} is not installed") from None
    listed = re.search(r"search starts here:\n(.*)\nEnd of search list", told, re.DOTALL)
    folders = listed[1].split() if listed else []
    of_the_language = [each for each in folders if "/c++" in each]
    of_the_system = [each for each in folders if Path(each, "windows.h").exists()]
    arguments = ["--target=x86_64-w64-windows-gnu", "-nostdinc", "-D_WIN32_WINNT=0x0A00"]
    for folder in (*of_the_language, *_clangs_own()[:1], *of_the_system):
        arguments += ["-isystem", str(folder)]
    return arguments
