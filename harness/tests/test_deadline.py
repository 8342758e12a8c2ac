"""A deadline counts the time in which who is waited for was let run, or had nothing to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from bench import FAKE, Bench
from pipects.observe.deadline import AT_MOST, Deadline

LENGTH = 0.4
"""Seconds of the deadlines here."""
RIVALS = 3
"""Those who want the same processor all the time: a quarter of it is what each gets, if nobody else wants it."""


@contextmanager
def program(code: str) -> Iterator[int]:
    """A program that has begun, and is killed in the end."""
    begun = f"import os\n{{}}\nprint(flush=True)\n{code}"
    one = f"os.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}})"
    with subprocess.Popen(
        [sys.executable, "-c", begun.format(one)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.kill()


def waited(deadline: Deadline) -> float:
    """The seconds until it has passed."""
    begun = time.monotonic()
    while left := deadline.left():
        time.sleep(min(left, 0.02))
    return time.monotonic() - begun


def test_who_gets_no_processor_gets_more_time() -> None:
    """But not without end: what spins would never be overdue."""
    with ExitStack() as stack:
        spins = "while True: pass"
        pids = [stack.enter_context(program(spins)) for _ in range(RIVALS + 1)]
        deadline = Deadline(LENGTH, lambda: pids[:1])
        latest = deadline.until + AT_MOST * LENGTH
        assert waited(deadline) > LENGTH * 1.5
        assert deadline.until <= latest
        assert deadline.put_off == pytest.approx(deadline.until - latest + AT_MOST * LENGTH)


def test_who_has_nothing_to_do_gets_none() -> None:
    """However busy the machine is."""
    with program("import time; time.sleep(60)") as pid:
        deadline = Deadline(LENGTH, lambda: [pid])
        until = deadline.until
        waited(deadline)
        assert deadline.until == until
        assert deadline.put_off == 0


def test_where_nothing_is_shown_all_time_counts() -> None:
    """Of a process that is gone nobody can say whether it wanted to run."""
    with program("") as pid:
        pass
    deadline = Deadline(LENGTH, lambda: [pid])
    until = deadline.until
    waited(deadline)
    assert deadline.until == until


CASE = """\
- id: fake.spins
  title: A Read waits until the other end is closed
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.Read, with: {buffer: {length: 1}, offset: 0, count: 1}}
"""


def test_a_hang_says_by_how_much_its_deadline_was_put_off(bench: Bench) -> None:
    """Else a report would show a test of minutes beside a deadline of seconds."""
    bench.adapter("spins")
    manifest = bench.folder / "adapters" / "fake.yaml"
    one = str(min(os.sched_getaffinity(0)))
    start = json.dumps(["taskset", "-c", one, sys.executable, str(FAKE), "spins"])
    lines = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    lines = [f"start: {start}\n" if line.startswith("start:") else line for line in lines]
    manifest.write_text("".join(lines), encoding="utf-8")
    bench.cases(CASE)
    with program("while True: pass"):
        done = bench.run("--timeout-scale", "0.1")
    failure = done.failure("fake.spins")
    assert done.verdicts() == {"fake.spins": "hang"}, done.output
    assert any(seen.startswith("put off by ") for seen in failure["observed"]), failure
