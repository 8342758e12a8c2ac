"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipects.errors import UserError


def check(outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None]) -> None:
    """Makes sure, before any work is done, that no file is named by two options (`{"json": PATH}`).

    Raises UserError, also for a folder, and for a name that no file can have.
    """
    taken: dict[Path, str] = {}
    named = [(option, path, False) for option, path in inputs.items()]
    named += [(option, path, True) for option, path in outputs.items()]
    for option, path, written in named:
        if path is None:
            continue
        if written and (path.is_dir() or not path.name or "\0" in str(path)):
            raise UserError(f"{path}: can't be written: it is no file's name")
        try:
            place = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise UserError(f"{path}: {error}") from error
        if written and place in taken and (place.is_file() or not place.exists()):
            raise UserError(f"{path} is named twice: by {taken[place]} and by {option}")
        taken[place] = option


def write(path: Path, text: str) -> None:
    """Writes a text file so that a reader finds the old content or the new one, never a part.

    Raises UserError, and leaves the old file, if it can't be done.
    """
    if path.exists() and not path.is_file():  # a terminal or a pipe: nothing to replace
        try:
            path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        except OSError as error:
            raise UserError(f"{path}: can't be written: {error.strerror}") from error
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        try:
            with open(
                descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
            ) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(scratch, 0o666 & ~_umask())
            os.replace(scratch, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(scratch)
            raise
    except OSError as error:
        raise UserError(f"{path}: can't be written: {error.strerror}") from error


def _umask() -> int:
    """The process's mask for new files, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
