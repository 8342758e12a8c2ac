"""Which platform an implementation's processes live on, by its manifest: one of each kind for each process of ours."""

from __future__ import annotations

import contextlib
import functools
import threading

from pipects.errors import UserError
from pipects.observe import NotObservable, windows_programs
from pipects.observe.on_linux import LINUX
from pipects.observe.on_wine import OnWine
from pipects.observe.platform import Platform
from pipects.observe.wine import Wine

UNIX, WINDOWS, ANY = "unix", "windows", "any"
_LOCK = threading.Lock()


def named(name: str) -> Platform:
    """The platform of this name, ready to be used. Raises UserError if it can't be had here."""
    if name == UNIX:
        return LINUX
    with _LOCK:
        return _wine()


@functools.cache
def _wine() -> OnWine:
    """Another one if the first is lost before it is ready. Raises UserError if none can be had."""
    programs = windows_programs.built()
    with contextlib.suppress(NotObservable):
        return _on_wine(programs)
    try:
        return _on_wine(programs)
    except NotObservable as lost:
        raise UserError(f"Wine can't be observed: {lost}") from lost


def _on_wine(programs: windows_programs.Programs) -> OnWine:
    wine = Wine()
    try:
        return OnWine(wine, programs)
    except BaseException:
        wine.end()
        raise


def replace(lost: Platform) -> None:
    """Ends a platform that serves no more, or hangs. Who asks for its kind from now on gets another one."""
    with _LOCK:
        if _wine.cache_info().currsize and _wine() is lost:
            _wine().end()
            _wine.cache_clear()


def leave() -> None:
    """Lets go, in a copy of the process that has them, of all that it was using: the copy has its own at need."""
    with _LOCK:
        if _wine.cache_info().currsize:
            _wine().leave()
            _wine.cache_clear()


def end() -> None:
    """Ends whatever was started for a platform. May be called again."""
    with _LOCK:
        if _wine.cache_info().currsize:
            _wine().end()
            _wine.cache_clear()
