"""Builds of adapters: commands run to their end, and what they are made of."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import string
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from pipects import paths
from pipects.errors import NotBuilt, UserError
from pipects.output import Output

PLACES = ("source", "build", "root")
"""What stands in braces in a manifest's words: its folder, where its build goes, the project."""
MOST_FILES = 20_000
ENOUGH = 3600.0
"""Seconds after which a build is given up."""
SETTLE = 1.0
"""Seconds for the last lines of a build; a server that it left behind may hold its output for ever."""


def problem(word: str) -> str | None:
    """Why a manifest's word can't be used; None if it can."""
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in word):
        return f"{word!r:.80} holds a control character"
    try:
        parts = [*string.Formatter().parse(word)]
    except ValueError as error:
        return f"{word!r:.80}: {error}"
    for _, field, form, how in parts:
        if field is not None and (field not in PLACES or form or how):
            return f"{word!r:.80}: in braces stands one of {', '.join(PLACES)}; a brace itself is doubled"
    return None


def braced(file: Path) -> str:
    """A path as it stands in a manifest's word."""
    return str(file).replace("{", "{{").replace("}", "}}")


Watch = Callable[[str], None]
"""Is told of each line that a build prints."""
Show = Callable[[str, float | None], AbstractContextManager[Watch]]
"""Shows a build: whose, and how many seconds it took the last time, if it was built before."""


def unshown(whom: str, last: float | None) -> AbstractContextManager[Watch]:
    """A build that nobody looks at."""
    return contextlib.nullcontext(lambda line: None)


def run(
    command: Sequence[str], environment: Mapping[str, str], whom: str, watch: Watch | None = None
) -> None:
    """Runs one command of a build. Raises NotBuilt, with its last lines, if that fails."""
    shown = " ".join(command)
    try:
        process = subprocess.Popen(
            command,
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise NotBuilt(f"{whom} can't be built: '{shown}' can't be started: {why}") from error
    assert process.stdout is not None
    output = Output(process.stdout, watch)
    try:
        status = process.wait(ENOUGH)
    except BaseException as error:
        process.kill()
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise NotBuilt(
                f"{whom} can't be built: '{shown}' did not end within {ENOUGH:g} s"
            ) from error
        raise
    output.settle(SETTLE)
    if status != 0:
        lines = output.lines()
        errors = [line for line in lines[:-10] if re.search("error", line, re.IGNORECASE)][:5]
        tail = "\n  ".join([*errors, *lines[-10:]])
        raise NotBuilt(f"{whom} can't be built: '{shown}' ended with status {status}:\n  {tail}")


def digest(of: object, files: Sequence[Path]) -> str:
    """What tells one state of sources from another. Raises UserError for a file that can't be read."""
    hasher = hashlib.sha256(repr(of).encode())
    for file in sorted(files):
        try:
            with file.open("rb") as opened:
                hasher.update(str(file).encode(errors="surrogateescape"))
                hasher.update(hashlib.file_digest(opened, "sha256").digest())
        except OSError as error:
            raise UserError(f"{file}: can't be read: {error.strerror}") from error
    return hasher.hexdigest()


def sources(folder: Path, pattern: str, whom: str) -> Iterator[Path]:
    """The files that a pattern of a manifest in `folder` names. Raises UserError if it names none."""
    base, rest = folder, pattern
    if rest.startswith("/"):
        base, rest = Path("/"), rest[1:]
    while rest.startswith("../"):
        base, rest = base.parent, rest[3:]
    if base == Path("/") and re.match(r"[^/]*[*?\[]", rest):
        raise UserError(f"{whom}: its sources '{pattern}' are the whole machine")
    found = 0
    try:
        for file in base.glob(rest):
            if file.is_file():
                found += 1
                yield file
            if found > MOST_FILES:
                raise UserError(
                    f"{whom}: its sources '{pattern}' are more than {MOST_FILES:,} files"
                )
    except (OSError, ValueError, NotImplementedError) as error:
        raise UserError(f"{whom}: its sources '{pattern}' can't be looked for: {error}") from error
    if not found:
        raise UserError(f"{whom}: its sources '{pattern}' match no file")
