"""That a call waits is seen however it waits; where it can't be seen, that is no hang."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from types import SimpleNamespace
from typing import cast

import pytest

from bench import Bench
from pipects.observe import calls, files, linux, syscalls
from pipects.observe.rest import Rest
from pipects.waiting import Waiting

CASE = """\
- id: fake.waits
  title: A Read waits until the other end is closed
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.Read, with: {buffer: {length: 1}, offset: 0, count: 1}, on: reader, until: blocked}
    - {observe: blocked, on: reader}
    - {call: server.DisposeLocalCopyOfClientHandle}
    - {finish: reader, returns: 0}
"""

TRANSFER = """\
- id: fake.toils
  title: A transfer waits when the pipe is full
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {transfer: server.WriteByte, with: {pattern: 1, total: 65537, chunk: 1}, on: writer, until: blocked}
    - {observe: unread, of: server, in: parent, returns: 65536}
    - {call: server.DisposeLocalCopyOfClientHandle}
    - {finish: writer, throws: IOException}
"""


@pytest.mark.parametrize("way", ["good", "looks", "naps", "parked", "spins"])
def test_however_a_call_waits_it_is_seen(bench: Bench, way: str) -> None:
    """In the read itself, by looking each millisecond, in short polls, beside a timer, spinning."""
    bench.adapter(way)
    bench.cases(CASE)
    done = bench.run()
    assert done.verdicts() == {"fake.waits": "pass"}, done.output


def test_a_transfer_that_works_hard_does_not_wait_yet(bench: Bench) -> None:
    """It uses as much of the processor as a wait that spins, and what is in the pipe shows that it goes on."""
    bench.adapter("good")
    bench.cases(TRANSFER)
    done = bench.run()
    assert done.verdicts() == {"fake.toils": "pass"}, done.output


def test_who_gives_up_after_a_while_is_seen_by_looking_later(bench: Bench) -> None:
    """It waits at first, and the case says how much later it must still do so."""
    bench.adapter("gives-up")
    bench.cases(
        CASE.replace("{observe: blocked, on: reader}", "{observe: blocked, on: reader, for: 2.5}")
    )
    done = bench.run()
    assert done.verdicts() == {"fake.waits": "fail"}, done.output
    assert done.results is not None
    actual = done.results["results"][0]["failure"]["actual"]
    assert actual.startswith("returned 0"), actual


def test_what_cannot_be_seen_is_no_hang(bench: Bench) -> None:
    """Where no moment of rest is ever seen, nothing is known of the call, and what was seen is said."""
    bench.adapter("bustles")
    bench.cases(CASE)
    done = bench.run("--timeout-scale", "0.3")
    assert done.verdicts() == {"fake.waits": "not observable"}, done.output
    assert done.results is not None
    assert "running or about to: thread" in done.results["results"][0]["reason"]


def test_who_sleeps_for_a_moment_is_not_at_rest() -> None:
    """A clock that is late wakes it all the same: what it is about to do has not been left out."""
    code = (
        "import sys, time; print(flush=True); time.sleep(0.1); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as sleeper:
        assert sleeper.stdin is not None and sleeper.stdout is not None
        os.read(sleeper.stdout.fileno(), 1)
        looks = Rest(sleeper.pid)
        while not looks.rests:
            looks.look()
        woke = bool(select.select([sleeper.stdout], [], [], 0)[0])
        sleeper.stdin.close()
    assert woke


def test_what_the_last_look_has_found_counts() -> None:
    """On a busy machine a look may last until the deadline has passed."""

    class Seen:
        rests = False

        def look(self) -> None:
            self.rests = True

        def seen(self) -> str:
            return "in 6 of 1 looks every thread slept"

    over = SimpleNamespace(left=lambda: 0.0)
    family = SimpleNamespace(deadline=lambda seconds: over, stirred=frozenset)
    system = SimpleNamespace(rest=lambda *unused: Seen())
    judge = SimpleNamespace(_patience=5.0, _scale=1.0, _family=family, _system=system)
    Waiting._come_to_rest(cast(Waiting, judge), os.getpid())


def test_who_wakes_while_it_is_looked_at_is_not_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pause is over, and so is none that would be seen; it has not been given a processor yet."""
    state = "S (sleeping)"

    def told(path: str) -> str:
        nonlocal state
        if path.endswith("wchan"):
            state = "R (running)"
            return "0"
        if path.endswith("stat"):
            return "1 (sleeper) R" + " 0" * 20
        return f"Name:\tsleeper\nState:\t{state}\n\nvoluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t0\n"

    monkeypatch.setattr(files, "text", told)
    monkeypatch.setattr(linux, "threads", lambda pid: [pid])
    looks = Rest(1)
    for _ in range(2):
        looks.look()
    assert state.startswith("R") and not looks.rests


@pytest.mark.parametrize(("state", "call"), [("S (sleeping)", "read"), ("R (running)", "running")])
def test_who_was_woken_is_in_no_call_though_the_system_still_tells_of_it(
    monkeypatch: pytest.MonkeyPatch, state: str, call: str
) -> None:
    """As one is that another processor is to go on with, until that hears of it."""
    number = next(each for each in range(500) if syscalls.name_of(each) == "read")
    told = {
        "syscall": f"{number} 0x3 0x0 0x1 0x0 0x0 0x0 0x7ffd 0x7f00\n",
        "status": f"Name:\treader\nState:\t{state}\n\nvoluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t0\n",
    }
    monkeypatch.setattr(files, "text", lambda path: told[path.rpartition("/")[2]])
    assert calls.system_call(1, 1)[0] == call
