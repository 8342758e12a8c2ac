"""Whether a process leaves the processor alone."""

from __future__ import annotations

import subprocess
import sys

from pipects.observe import Use, comes
from pipects.observe import idle

ENOUGH = 1.0
PATIENCE = 20.0
BUSY, QUIET = 1.0, 0.0


def test_who_is_hardly_let_run_is_looked_at_for_longer() -> None:
    """As a runtime that compiles in the background, on a machine that has no processor to give."""
    looks = iter([Use(BUSY, 0.001, "thread 1")] * 300 + [Use(QUIET, 0.0, "thread 1")])
    idles, uses = idle.settles(lambda: next(looks), ENOUGH, PATIENCE)
    assert idles
    assert len(uses) == 301


def test_who_runs_on_is_not_idle() -> None:
    idles, uses = idle.settles(lambda: Use(BUSY, 0.3, "thread 1"), ENOUGH, PATIENCE)
    assert not idles
    assert len(uses) == 4, "no more than a second of its own time"


def test_who_is_never_let_run_ends_the_patience() -> None:
    idles, uses = idle.settles(lambda: Use(BUSY, 0.0, "thread 1"), ENOUGH, 0.05)
    assert not idles
    assert uses


def test_the_busiest_thread_is_named() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinning:
        try:
            assert comes(lambda: idle.use(spinning.pid).share == BUSY, PATIENCE)
            assert idle.use(spinning.pid).busiest.startswith(f"thread {spinning.pid} (python")
        finally:
            spinning.kill()
