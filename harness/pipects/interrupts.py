"""Ctrl-C and the signals that ask for an end: one exception, raised once, wherever the command is."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

from pipects.errors import Interrupted

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def install() -> None:
    """From now on the first of these signals raises Interrupted in the main thread.

    What was told to outlive its terminal (`nohup`) still does. One that came while the interpreter
    started was held back (by `env --block-signal`) and comes now.
    """
    for number in ENDING:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupted)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def ignore() -> None:
    """From now on none of them does anything: the command is ending anyway."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupted(number: int, frame: FrameType | None) -> None:
    ignore()
    raise Interrupted(signal.Signals(number).name)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """What is done inside is done to its end: a signal that comes meanwhile takes effect behind it."""
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, lambda which, frame: came.append(which))
    try:
        yield
    finally:
        for number in ENDING:
            signal.signal(number, before[number])
        if came:
            os.kill(os.getpid(), came[0])
