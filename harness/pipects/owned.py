"""Files that grow as a command goes: one command at a time has such a file."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO

from pipects import paths
from pipects.errors import UserError


def opened(path: Path) -> IO[str]:
    """The file, made if it is not there, to read and to append to; nobody else gets it until it is closed.

    Raises UserError if another command has it, and OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = path.open("a+", encoding="utf-8", errors="backslashreplace")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UserError(
                f"{paths.shown(path)}: another command is writing it",
                "wait for its end, or say where else to write",
            ) from None
        except OSError:  # a file system without locks
            return file
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.stat(path), os.fstat(file.fileno())):
                return file
        file.close()  # who had it has removed it in the meantime
