"""Fixtures of the harness's tests."""

from __future__ import annotations

import ctypes
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import Bench, Done, run_pipects
from pipects import interrupts, paths, spec, suite
from pipects.cases import Test

PR_GET_CHILD_SUBREAPER = 37


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often the runs with odd answers are made: by CTest a few times, by hand as often as one likes."""
    parser.addoption("--fuzz-runs", type=int, default=3, metavar="N", help="runs of odd answers")
    parser.addoption(
        "--fuzz-from", type=int, default=0, metavar="SEED", help="the first one's seed"
    )


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """A test changes nothing of its process that those behind it would have from it."""
    before = inherited()
    yield
    assert inherited() == before


def inherited() -> tuple[object, ...]:
    """What a process's children have from it, or what becomes of their orphans."""
    adopts = ctypes.c_int()
    ctypes.CDLL(None).prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(adopts), 0, 0, 0)
    signals = [signal.getsignal(number) for number in interrupts.ENDING]
    return adopts.value, signals, signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bench; at the end no process of its adapters may be left."""
    monkeypatch.setenv("PIPECTS_BENCH", str(tmp_path))
    result = Bench(tmp_path)
    result.cases()
    yield result
    assert result.processes() == [], "processes were left behind"


@pytest.fixture(scope="session")
def every_test() -> list[Test]:
    """The suite's own tests."""
    return suite.tests_of(spec.load(), paths.CASES)


@pytest.fixture
def pipects() -> Callable[..., Done]:
    """The command itself, with the suite's own cases and implementations."""
    return run_pipects
