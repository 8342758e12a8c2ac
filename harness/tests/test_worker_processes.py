"""Workers that are processes of their own: how they end, and what becomes of a run without one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench import ENOUGH, Bench, environment
from pipects import running
from pipects.observe import comes, descent, files
from pipects.pairs import Settings
from pipects.verdicts import Result
from pipects.worker import Task

PASSING = "".join(
    f"- id: fake.n{number:02}\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
    "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
    "    - {get: server.CanWrite, returns: true}\n"
    for number in range(5)
)
WAITING = (
    "- id: fake.waits\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
    "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
    "    - {get: server.CanRead, returns: false}\n"
)


def begun(bench: Bench) -> "subprocess.Popen[str]":
    """A run by two workers whose last test waits, at that."""
    bench.adapter("never")
    bench.cases(PASSING + WAITING)
    file = bench.folder / "results.json"
    process = subprocess.Popen(
        bench.command(
            "run", "fake", "--json", str(file), "--jobs", "2", "--timeout-scale", "20", "--verbose"
        ),
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    seen = 0
    while seen < 5:
        line = process.stdout.readline()
        assert line, "the run has ended"
        seen += "fake.n" in line
    return process


def workers(process: "subprocess.Popen[str]") -> list[int]:
    """The command's workers: its children that are Python."""
    return [
        each.pid
        for each in descent.table().values()
        if each.parent == process.pid and not each.zombie and is_command(each.pid)
    ]


def is_command(pid: int) -> bool:
    try:
        return b"\0-m\0pipects\0" in files.read(f"/proc/{pid}/cmdline")
    except OSError:  # ended since
        return False


def living(pids: Iterable[int]) -> list[int]:
    """Those of them that have not ended."""
    return [pid for pid in pids if (found := descent.look(str(pid))) and not found.zombie]


def test_a_killed_worker_is_said_with_its_test(bench: Bench) -> None:
    """One line, status 2, all results so far, and no process of its tests is left."""
    process = begun(bench)
    assert comes(lambda: len(workers(process)) == 1, ENOUGH / 2), "the idle one has ended"
    (worker,) = workers(process)
    os.kill(worker, signal.SIGKILL)
    rest, _ = process.communicate(timeout=ENOUGH)
    assert process.returncode == 2 and "Traceback" not in rest
    assert f"(process {worker}) ended with signal SIGKILL in the middle of the test fake.waits" in (
        " ".join(rest.split())
    )
    results = json.loads((bench.folder / "results.json").read_text(encoding="utf-8"))
    assert not results["complete"]
    assert [result["verdict"] for result in results["results"]] == ["pass"] * 5
    assert bench.processes() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_of_all_processes_ends_them(bench: Bench, number: signal.Signals) -> None:
    """As a terminal sends it: to the workers, too, which leave it to the command."""
    process = begun(bench)
    taken = workers(process)
    assert taken
    for pid in (*taken, process.pid):
        os.kill(pid, number)
    rest, _ = process.communicate(timeout=ENOUGH)
    assert process.returncode == 2 and "Traceback" not in rest
    assert f"interrupted by {number.name}" in rest
    results = json.loads((bench.folder / "results.json").read_text(encoding="utf-8"))
    assert [result["verdict"] for result in results["results"]] == ["pass"] * 5
    assert bench.processes() == [] and not any(pid in descent.table() for pid in taken)


def test_workers_end_when_the_command_is_killed(bench: Bench) -> None:
    """Nobody tells them any more; they see it, and their tests' processes go with them."""
    process = begun(bench)
    taken = workers(process)
    assert taken and bench.processes()
    process.kill()
    process.communicate(timeout=ENOUGH)
    assert comes(lambda: not bench.processes(), ENOUGH / 2)
    assert comes(lambda: not living(taken), ENOUGH / 2), "whoever adopts them need not collect them"


def test_an_interrupt_while_the_workers_are_started_is_none_of_their_faults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes before one of those who hand out the tests has begun: nobody waits for the end of that one."""

    class Idle:
        stopped = False

        def work(self, tasks: Iterable[Task], done: Callable[[Result], None]) -> None:
            for _ in tasks:
                pass

        def stop(self) -> None:
            self.stopped = True

    idle = [Idle(), Idle()]
    nobody = SimpleNamespace(deviations=())
    run = running.Run(cast(Any, nobody), {}, Settings(jobs=2))
    start = threading.Thread.start

    def starts_one(thread: threading.Thread) -> None:
        if thread.name == "worker 1":
            raise KeyboardInterrupt
        start(thread)

    monkeypatch.setattr(run, "_busy", lambda tests: idle)
    monkeypatch.setattr(threading.Thread, "start", starts_one)
    with pytest.raises(KeyboardInterrupt):
        run.execute([], lambda result: None)
    assert [each.stopped for each in idle] == [True, True]
