"""Which platform an implementation's processes live on, by its manifest: one of each kind for a whole command."""

from __future__ import annotations

import functools

from pipects.errors import UserError
from pipects.observe.on_linux import LINUX
from pipects.observe.platform import Platform

UNIX, WINDOWS = "unix", "windows"


@functools.cache
def named(name: str) -> Platform:
    """The platform of this name, ready to be used. Raises UserError if it can't be had here."""
    if name == UNIX:
        return LINUX
    raise UserError("Windows processes can't be looked at yet")


def end() -> None:
    """Ends whatever was started for a platform. May be called again."""
    named.cache_clear()
