"""What takes long to make of files, and is kept until one of them changes."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar, cast

from pipects import paths

T = TypeVar("T")

KEPT = 4
"""How many states of the files are remembered."""


def of(
    name: str,
    places: Iterable[Path],
    make: Callable[[], T],
    keep: Path | None = None,
    worth: float = 0.0,
) -> T:
    """What `make` makes of files and folders: kept from an earlier time, if they are as they were.

    The package's own modules count as files of it. What `make` raises is not remembered, nor what
    took less than `worth` seconds of processor.
    """
    folder = (keep or paths.BUILD) / "remembered"
    file = folder / f"{name}-{_fingerprint(places)}.pickle"
    with contextlib.suppress(
        OSError, ValueError, EOFError, pickle.UnpicklingError, AttributeError, ImportError
    ):
        with _no_collection():
            content = cast(T, pickle.loads(file.read_bytes()))  # our own file in the build folder
        file.touch()
        return content
    began = time.thread_time()
    made = make()
    if time.thread_time() - began < worth:
        return made
    with contextlib.suppress(OSError):  # it only saves the time of making it again
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as scratch:
            scratch.write(pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
        os.replace(scratch.name, file)
        _forget(folder, name)
    return made


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage is collected inside: of many new objects that all stay, none is any."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _forget(folder: Path, name: str) -> None:
    known = sorted(folder.glob(f"{name}-*.pickle"), key=lambda file: -file.stat().st_mtime_ns)
    for old in known[KEPT:]:
        old.unlink(missing_ok=True)


def _fingerprint(places: Iterable[Path]) -> str:
    hasher = hashlib.sha256()
    for place in (Path(__file__).parent, *places):
        pattern = "*.py" if place == Path(__file__).parent else "*"
        for file in sorted(place.rglob(pattern)) if place.is_dir() else [place]:
            hasher.update(f"{file}\0".encode(errors="surrogateescape"))
            if file.is_file():
                with contextlib.suppress(OSError):
                    hasher.update(hashlib.sha256(file.read_bytes()).digest())
    return hasher.hexdigest()[:32]
