"""Starts of processes, and who looks for a moment without one."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench import ENOUGH
from pipects.observe import LOOK_AGAIN
from pipects.observe.starts import Starts

SHORT = 0.05


def looked(starts: Starts) -> bool:
    """Whether a look for such a moment finds none under way."""
    with starts.held(quiet=True) as none:
        return none


def test_a_look_waits_for_the_starts_that_are_under_way() -> None:
    starts = Starts(ENOUGH)
    assert looked(starts)
    starts.begin("first")
    with ThreadPoolExecutor() as pool:
        look = pool.submit(looked, starts)
        starts.end("first")
        assert look.result(ENOUGH)
    assert not starts.hang()


def test_who_needs_no_quiet_is_told_of_what_is_under_way() -> None:
    starts = Starts(ENOUGH)
    starts.begin("first")
    with starts.held(quiet=False) as none:
        assert not none
    assert not starts.hang()


def test_a_start_that_hangs_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = Starts(SHORT)
    starts.begin("hangs")
    assert not looked(starts) and starts.hang()
    monkeypatch.setattr(starts, "_patience", 4 * ENOUGH)
    with ThreadPoolExecutor() as pool:
        assert not pool.submit(looked, starts).result(ENOUGH)
    starts.end("hangs")
    assert looked(starts) and not starts.hang()


def test_starts_that_follow_each_other_let_a_look_pass() -> None:
    """Two threads whose starts overlap all the time, until the look has come."""
    starts = Starts(ENOUGH)
    stop = threading.Event()
    mine, others = threading.Semaphore(0), threading.Semaphore(0)

    def begin_before_the_other_ends(
        token: str, own: threading.Semaphore, other: threading.Semaphore
    ) -> None:
        while not stop.is_set():
            starts.begin(token)
            other.release()
            own.acquire(timeout=SHORT)
            starts.end(token)

    with ThreadPoolExecutor() as pool:
        pool.submit(begin_before_the_other_ends, "one", mine, others)
        pool.submit(begin_before_the_other_ends, "two", others, mine)
        try:
            assert looked(starts)
        finally:
            stop.set()


def test_who_has_a_start_under_way_may_begin_another() -> None:
    starts = Starts(ENOUGH)
    starts.begin("first")
    with ThreadPoolExecutor() as pool:
        look = pool.submit(looked, starts)
        while not starts._lookers:
            time.sleep(LOOK_AGAIN)
        starts.begin("second")
        assert not look.done()
        starts.end("first")
        starts.end("second")
        assert look.result(ENOUGH)
