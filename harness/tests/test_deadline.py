"""A deadline counts the time in which who is waited for was let run, or had nothing to do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

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


def test_who_has_nothing_to_do_gets_none() -> None:
    """However busy the machine is."""
    with program("import time; time.sleep(60)") as pid:
        deadline = Deadline(LENGTH, lambda: [pid])
        until = deadline.until
        waited(deadline)
        assert deadline.until == until


def test_where_nothing_is_shown_all_time_counts() -> None:
    """Of a process that is gone nobody can say whether it wanted to run."""
    with program("") as pid:
        pass
    deadline = Deadline(LENGTH, lambda: [pid])
    until = deadline.until
    waited(deadline)
    assert deadline.until == until
