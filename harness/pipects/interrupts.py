"""Ctrl-C and the signals that ask for an end: one exception, raised once, wherever the command is."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from pipects.errors import Interrupted

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
AGAIN_S = 0.01
"""After this time a callback in which an exception is lost is over."""


def install() -> None:
    """From now on the first of these signals raises Interrupted in the main thread.

    What was told to outlive its terminal (`nohup`) still does. One that came while the interpreter
    started was held back (by `env --block-signal`) and comes now.
    """
    for number in ENDING:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupted)
    sys.unraisablehook = _lost
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def ignore() -> None:
    """From now on none of them does anything: the command is ending anyway."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupted(number: int, frame: FrameType | None) -> None:
    # one more may have come already, of which the interpreter complains if it is ignored by now
    for each in ENDING:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, _nothing)
    raise Interrupted(signal.Signals(number).name)


def _nothing(number: int, frame: FrameType | None) -> None:
    """The command is ending."""


def _lost(unraisable: sys.UnraisableHookArgs) -> None:
    """What was raised where nobody can be told, as in a callback of a weak reference: an interrupt comes again."""
    if not isinstance(unraisable.exc_value, Interrupted):
        sys.__unraisablehook__(unraisable)
        return
    number = signal.Signals[str(unraisable.exc_value)]
    signal.signal(number, _interrupted)
    threading.Timer(AGAIN_S, os.kill, (os.getpid(), number)).start()


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
