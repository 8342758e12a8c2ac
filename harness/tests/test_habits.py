"""What a process does beside its calls is seen: processor time, what its children get, how they are started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import ENOUGH, Bench
from pipects.observe import calls, comes, linux, signals
from pipects.starting import redirected

HEAD = """\
- id: fake.habit
  title: A habit
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
"""
CHILD = "    - {start: child, on: starter, program: plain}\n"
IDLE = HEAD + "    - {observe: idle, in: parent}\n"
HANDLES = HEAD + CHILD + "    - {observe: handles, in: child, is: []}\n"
SIGNALS = HEAD + CHILD + "    - {observe: signals, in: child}\n"


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (IDLE, "turns", "most of all thread"),
        (HANDLES, "hands-on", "it holds eventfd"),
        (SIGNALS, "ignores-signal", "also 0000000008000000"),
    ],
)
def test_a_habit_is_seen_and_its_absence_passes(
    bench: Bench, text: str, mode: str, words: str
) -> None:
    """The same case, with an adapter that has the habit and one that has not."""
    bench.cases(text)
    bench.adapter("good")
    assert bench.run().verdicts() == {"fake.habit": "pass"}
    bench.adapter(mode)
    done = bench.run()
    assert done.verdicts() == {"fake.habit": "fail"}
    assert words in done.failure("fake.habit")["actual"]


def test_a_file_that_a_child_is_born_with_is_no_matter_of_the_case(bench: Bench) -> None:
    bench.adapter("hands-file-on")
    bench.cases(HANDLES)
    failure = bench.run().failure("fake.habit")
    assert failure["requirement"] == "lifetime.child-gets-pipes-only"


def test_children_start_at_once_on_threads(bench: Bench) -> None:
    """Neither start waits for the other's answer."""
    bench.adapter("good")
    bench.cases(
        HEAD + "    - {start: one, on: first, until: running, program: plain}\n"
        "    - {start: other, on: second, until: running, program: plain, streams: {in: closed}}\n"
        "    - {finish: second}\n    - {finish: first}\n"
        "    - {exit: one}\n    - {observe: exit, of: one, is: {status: 0}}\n"
    )
    assert bench.run().verdicts() == {"fake.habit": "pass"}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("{start: child, streams: {in: open}}", "'open' is not one of"),
        ("{start: child, streams: {input: closed}}", "unknown key 'input'"),
        ("{start: child, until: blocked}", "'running' was expected"),
        ("{observe: handles, in: parent, is: pipe}", "'is' of handles is a list"),
        ("{observe: handles, in: child, is: as-before}", "asked of the parent"),
    ],
)
def test_what_cannot_be_asked_is_said(bench: Bench, step: str, words: str) -> None:
    """With file and line."""
    bench.adapter("good")
    file = bench.cases(HEAD + f"    - {step}\n")
    done = bench.pipects("list", "cases")
    assert done.status == 2
    assert words in done.errors and f"{file}:6:" in done.errors


def test_streams_become_a_shells_redirections() -> None:
    """Each of them, in the shell's words."""
    assert redirected({"in": "closed", "err": "devnull"}) == 'exec "$0" "$@" 0<&- 2>/dev/null'


def test_a_fifo_is_one_for_both_streams_and_has_no_name_left(tmp_path: Path) -> None:
    """What goes out comes in; nothing else is open on it."""
    asked = "echo round; read word; ls /proc/self/fd >&2; echo $word >&2"
    done = subprocess.run(
        ["sh", "-c", redirected({"in": "fifo", "out": "fifo"}), "sh", "-c", asked],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stderr.split()[-1] == "round" and "9" not in done.stderr.split()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", range(3, 10))
def test_a_fifo_leaves_the_other_numbers_to_the_child(tmp_path: Path, number: int) -> None:
    """Whichever an end's handle has that the child inherits: another FIFO of ours hid that of number 9."""
    script = redirected({"in": "fifo", "out": "fifo-both", "err": "fifo"})
    given = tmp_path / "given"
    given.touch()
    command = ["sh", "-c", f'exec {number}<"$1"; shift; exec sh -c "$@"', "sh", str(given), script]
    shown = tmp_path / "shown"
    asked = ["sh", "-c", f'readlink /proc/self/fd/{number} >"{shown}"']
    subprocess.run([*command, *asked], timeout=30, check=True)
    assert shown.read_text().strip() == str(given)


def test_a_mask_that_changes_is_a_change_and_a_new_thread_is_none() -> None:
    """Threads that come or go have no mask to keep."""
    before = {"SigIgn": "0", "SigBlk of thread 7": "1", "SigBlk of thread 8": "0"}
    assert not signals.changed(before, {"SigIgn": "0", "SigBlk of thread 9": "4"})
    assert signals.changed(before, {**before, "SigBlk of thread 8": "2"}) == ["SigBlk of thread 8"]


@contextlib.contextmanager
def program(source: str) -> Iterator[subprocess.Popen[str]]:
    """A program that has said its first line, and goes on at each line that it is told."""
    with subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        heard(process)
        yield process


def heard(process: subprocess.Popen[str]) -> None:
    """Waits for the program's next line."""
    assert process.stdout
    process.stdout.readline()


def go_on(process: subprocess.Popen[str]) -> None:
    """Lets the program go on."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def seen_while_it_goes_on(process: subprocess.Popen[str]) -> int:
    """What its main thread blocks, looked at from before the program goes on; then it may end."""
    seen: list[dict[str, str]] = []
    looking = threading.Thread(target=lambda: seen.append(signals.now(process.pid)))
    looking.start()
    go_on(process)
    looking.join()
    go_on(process)
    return int(seen[0]["SigBlk of the main thread"], 16)


IN_THE_C_LIBRARY = """\
import ctypes, platform, sys
call = ctypes.CDLL(None).syscall
every = ctypes.c_uint64(2**64 - 1)
none = ctypes.c_uint64(0)
mask = 14 if platform.machine() == "x86_64" else 135
call(mask, 2, ctypes.byref(every), None, 8)
print("blocks all", flush=True)
sys.stdin.readline()
call(mask, 2, ctypes.byref(none), None, 8)
sys.stdin.readline()
"""
"""Blocks by the bare system call (rt_sigprocmask) what only the C library can block otherwise."""


def test_a_thread_that_ends_while_it_is_looked_at_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told beside those that are there, and is gone by the time that its mask is read."""
    there = linux.threads(os.getpid())
    ended = 2**22 + 1  # more than the system counts to
    monkeypatch.setattr(linux, "threads", lambda pid: [*there, ended])
    assert [thread for thread, _ in linux.statuses(os.getpid())] == there
    assert set(linux.open_to(os.getpid(), signal.SIGWINCH)) <= set(there)


def test_what_the_c_library_blocks_while_it_starts_a_thread_is_not_the_threads_mask() -> None:
    """It is looked at again until the thread has its own."""
    with program(IN_THE_C_LIBRARY) as process:
        assert int(signals._threads(process.pid)["the main thread"]["SigBlk"], 16) >> 32 & 1
        assert seen_while_it_goes_on(process) == 0


A_RUNTIME_S = """\
import select, signal, sys
signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
print("blocks all that it can", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    pass
sys.stdin.readline()
signal.pthread_sigmask(signal.SIG_SETMASK, [])
sys.stdin.readline()
"""


def test_what_a_runtime_blocks_while_it_starts_a_thread_is_not_the_threads_mask() -> None:
    """The thread runs meanwhile, which tells it from one that blocks all for good, and waits for work."""
    with program(A_RUNTIME_S) as process:
        assert seen_while_it_goes_on(process) == 0


WAITS_WITH_A_MASK = """\
import ctypes, select, signal, sys
signal.signal(signal.SIGCHLD, lambda *_: None)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
print("blocks one", flush=True)
sys.stdin.readline()
libc = ctypes.CDLL(None)
none = (ctypes.c_uint64 * 16)()
libc.ppoll(None, 0, None, none)
"""
"""As an event loop that wants to hear of children only while it waits."""


def test_the_mask_of_a_call_that_waits_is_not_its_threads() -> None:
    """It holds for the time of the wait, in which the thread's own is hidden."""
    with program(WAITS_WITH_A_MASK) as process:
        before = signals.now(process.pid)
        assert int(before["SigBlk of the main thread"], 16) == 1 << (signal.SIGCHLD - 1)
        go_on(process)
        assert comes(lambda: calls.system_call(process.pid, process.pid)[0] == "ppoll", ENOUGH)
        after = signals.now(process.pid)
        process.kill()
    assert not signals.changed(before, after)


FIRST_THREAD = """\
import sys, threading
print("has no other thread yet", flush=True)
sys.stdin.readline()
thread = threading.Thread(target=sys.stdin.readline)
thread.start()
print("has one", flush=True)
thread.join()
"""


def test_what_the_c_library_handles_from_the_first_thread_on_is_no_change_of_the_programs() -> None:
    """A process whose first thread is an operation's minds its signals as before."""
    with program(FIRST_THREAD) as process:
        before, bare = signals.now(process.pid), _handled(process.pid)
        go_on(process)
        heard(process)
        assert _handled(process.pid) != bare, "the C library handles what it handled before"
        assert not signals.changed(before, signals.now(process.pid))
        go_on(process)


def _handled(pid: int) -> str:
    """The mask of handled signals as the system shows it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(line for line in status.splitlines() if line.startswith("SigCgt"))
