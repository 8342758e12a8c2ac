"""Fixtures of the harness's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import Bench, Done, run_pipects


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often the runs with odd answers are made: by CTest a few times, by hand as often as one likes."""
    parser.addoption("--fuzz-runs", type=int, default=3, metavar="N", help="runs of odd answers")
    parser.addoption(
        "--fuzz-from", type=int, default=0, metavar="SEED", help="the first one's seed"
    )


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bench; at the end no process of its adapters may be left."""
    monkeypatch.setenv("PIPECTS_BENCH", str(tmp_path))
    result = Bench(tmp_path)
    result.cases()
    yield result
    assert result.processes() == [], "processes were left behind"


@pytest.fixture
def pipects() -> Callable[..., Done]:
    """The command itself, with the suite's own cases and implementations."""
    return run_pipects
