"""Mutants on a Dask cluster: a worker that is killed loses nothing, and what is missing is said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipects.errors import UserError
from pipects.mutation.spread import DaskWorkers

TESTS = Path(__file__).parent


def killed_once(number: int, mark: str) -> tuple[int, int]:
    """A task that ends its worker the first time."""
    if number == 3 and not os.path.exists(mark):
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number, os.getpid()


def _dask(program: str, folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", "scheduler.json",
         "--no-dashboard", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(name="cluster")
def _cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers of its own."""
    processes = [_dask("dask_scheduler", tmp_path, "--host", "127.0.0.1", "--port", "0")]
    file = tmp_path / "scheduler.json"
    try:
        until = time.monotonic() + 120
        while not file.exists() or not file.read_text(encoding="utf-8").rstrip().endswith("}"):
            assert time.monotonic() < until, "no scheduler came up"
            time.sleep(0.05)
        for name in ("first", "second"):
            processes.append(
                _dask("dask_worker", tmp_path, "--name", name, "--nthreads", "1", "--no-nanny")
            )
        yield str(json.loads(file.read_text(encoding="utf-8"))["address"])
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_worker_that_is_killed_loses_nothing(cluster: str, tmp_path: Path) -> None:
    """The cluster gives its task to another."""
    workers = DaskWorkers(cluster, workers=2, patience=120)
    try:
        tasks = [(number, str(tmp_path / "mark")) for number in range(12)]
        done = {task[0]: value for task, value in workers.map(killed_once, tasks)}
    finally:
        workers.close()
    assert (tmp_path / "mark").exists()
    assert {number: value for number, (value, _) in done.items()} == {
        number: number * number for number in range(12)
    }
    assert os.getpid() not in {pid for _, pid in done.values()}


def test_a_scheduler_that_does_not_answer_is_said() -> None:
    """In one line."""
    with pytest.raises(UserError, match="no Dask scheduler answers at 127.0.0.1:9"):
        DaskWorkers("127.0.0.1:9", patience=1)
