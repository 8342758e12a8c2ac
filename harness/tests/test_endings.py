"""How a run ends that is broken off, or that may not see what it looks for."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from bench import ENOUGH, ROOT, Bench, environment, finished
from pipects import owned

LOOK_AGAIN = 0.01


def building(bench: Bench) -> None:
    """The bench's adapter is built by a command whose child would outlive it."""
    bench.adapter("good")
    file = bench.folder / "adapters" / "fake.yaml"
    script = f"sleep {nap(bench)} & sleep {nap(bench)}"
    command = ["/usr/bin/env", "-i", "/bin/sh", "-c", script]
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("build: []", f"build: [{json.dumps(command)}]"), encoding="utf-8")


def nap(bench: Bench) -> str:
    """How many seconds the bench's build takes: five minutes, and a fraction that no other bench has."""
    return f"300.{zlib.crc32(bytes(bench.folder))}"


def sleepers(bench: Bench) -> list[int]:
    """The processes of the bench's build."""
    wanted = f"sleep\0{nap(bench)}\0".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and wanted in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def come_to_build(process: "subprocess.Popen[str]", bench: Bench) -> None:
    """Waits until the command has the bench's build under way."""
    until = time.monotonic() + ENOUGH
    while len(sleepers(bench)) < 2:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(LOOK_AGAIN)


def interrupted(process: "subprocess.Popen[str]", number: signal.Signals) -> tuple[str, str]:
    """Sends the signal; the command ends with status 2 and says so in one line."""
    os.kill(process.pid, number)
    output, errors = process.communicate(timeout=ENOUGH)
    assert "Traceback" not in errors and "Traceback" not in output
    assert process.returncode == 2, (process.returncode, output, errors)
    assert f"interrupted by {number.name}" in output + errors
    return output, errors


def begun(bench: Bench, *, hangup: str = "default") -> "subprocess.Popen[str]":
    """`pipects run fake`, begun, whatever these tests themselves make of SIGHUP (`nohup` has it ignored)."""
    command = bench.command("run", "fake", "--json", str(bench.folder / "results.json"))
    return subprocess.Popen(
        ["/usr/bin/env", f"--{hangup}-signal=HUP", *command],
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_build_leaves_nothing(bench: Bench, number: signal.Signals) -> None:
    """Neither the command nor what it started, which has no variable of ours."""
    building(bench)
    process = begun(bench)
    come_to_build(process, bench)
    interrupted(process, number)
    assert not sleepers(bench)


def test_a_command_that_outlives_its_terminal_ends_by_other_signals(bench: Bench) -> None:
    """`nohup` has SIGHUP ignored, and so it stays."""
    building(bench)
    process = begun(bench, hangup="ignore")
    come_to_build(process, bench)
    os.kill(process.pid, signal.SIGHUP)
    interrupted(process, signal.SIGTERM)


LOSES = """\
import os, signal, time, weakref
from pipects import errors, interrupts
class Gone: pass
interrupts.install()
gone = Gone()
kept = weakref.ref(gone, lambda _: os.kill(os.getpid(), signal.SIGTERM))
try:
    del gone
    time.sleep(5)
    print("lost")
except errors.Interrupted as interrupt:
    print(interrupt)
"""


def test_an_interrupt_is_not_lost_where_exceptions_are() -> None:
    """An import drops its locks in callbacks of weak references, from which none comes out."""
    done = subprocess.run(
        [sys.executable, "-c", LOSES], capture_output=True, text=True, timeout=ENOUGH, check=True
    )
    assert (done.stdout, done.stderr) == ("SIGTERM\n", "")


TOGETHER = """\
import os, signal
from pipects import errors, interrupts
interrupts.install()
signal.pthread_sigmask(signal.SIG_BLOCK, interrupts.ENDING)
for number in interrupts.ENDING:
    os.kill(os.getpid(), number)
try:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, interrupts.ENDING)
    print("lost")
except errors.Interrupted as interrupt:
    print(interrupt)
"""


def test_interrupts_that_come_together_are_one() -> None:
    """The interpreter complains of none of the others."""
    done = subprocess.run(
        ["/usr/bin/env", "--default-signal=HUP", sys.executable, "-c", TOGETHER],
        env=environment(), capture_output=True, text=True, timeout=ENOUGH, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("SIGHUP\n", "")


def test_an_interrupt_at_any_moment_ends_the_command(bench: Bench) -> None:
    """While it is loaded, greets, runs, writes: one line, status 2, no process; or it was done before."""
    bench.adapter("good")
    dice = random.Random(7)
    begun_at = time.monotonic()
    assert begun(bench).wait(ENOUGH) == 0
    usual = time.monotonic() - begun_at
    for _ in range(8):
        process = begun(bench)
        assert process.stdout is not None
        minded = Path(f"/proc/{process.pid}/status")
        while "SigCgt:\t0000000000000000" in minded.read_text(encoding="ascii"):
            time.sleep(LOOK_AGAIN / 10)  # the interpreter itself has not come to the first line yet
        while not signal_minded(minded, signal.SIGTERM) and process.poll() is None:
            time.sleep(LOOK_AGAIN / 10)
        time.sleep(dice.random() * usual)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=ENOUGH)
        assert process.returncode in (0, 2), (process.returncode, output, errors)
        assert "Traceback" not in output + errors
        assert process.returncode == 0 or "interrupted by SIGTERM" in output + errors
        assert bench.processes() == []


def test_an_interrupt_while_the_interpreter_starts_is_one_line() -> None:
    """It is held back until the command minds it."""
    for _ in range(3):
        process = subprocess.Popen(
            [ROOT / "pipects", "list", "members"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        command = Path(f"/proc/{process.pid}/cmdline")
        while not command.read_bytes().startswith(b"/usr/bin/python3\0"):
            assert process.poll() is None
            time.sleep(LOOK_AGAIN / 100)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=ENOUGH)
        assert (process.returncode, errors) == (2, b"pipects: interrupted by SIGINT\n")


def signal_minded(status: Path, number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal."""
    for line in status.read_text(encoding="ascii").splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def test_a_full_disk_keeps_what_was_won(bench: Bench) -> None:
    """The document does not fit any more: it is said, and the journal has every result."""
    bench.adapter("good")
    file = bench.folder / "results.json"
    most = 20_000  # bytes of a file: enough for the journal of two tests, too few for the document
    code = (
        f"import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most})); "
        "runpy.run_module('pipects', run_name='__main__', alter_sys=True)"
    )
    command = bench.command("run", "fake", "--json", str(file))
    done = finished([command[0], "-c", code, *command[3:]])
    assert done.status == 2 and "Traceback" not in done.errors
    assert f"{file}: can't be written" in done.errors and "2 results are kept in" in done.errors
    journal = bench.folder / "results.partial.jsonl"
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert sorted(line["verdict"] for line in lines) == ["pass", "pass"]


def test_two_runs_do_not_write_the_same_files(bench: Bench) -> None:
    """The second is refused before it has done anything; the first loses nothing; then it may."""
    bench.adapter("good")
    file = bench.folder / "results.json"
    held = owned.opened(file.with_suffix(".partial.jsonl"))
    held.write("won\n")
    held.flush()
    refused = bench.pipects("run", "fake", "--json", str(file))
    assert refused.status == 2 and refused.errors.count("\n") == 1, refused.errors
    assert "results.partial.jsonl: another command is writing it" in refused.errors
    assert file.with_suffix(".partial.jsonl").read_text(encoding="utf-8") == "won\n"
    held.close()
    assert bench.run().status == 0


def test_a_folder_is_shared_by_runs_that_write_other_files(bench: Bench) -> None:
    """Each has its own document and journal."""
    bench.adapter("good")
    files = [bench.folder / f"{name}.json" for name in ("one", "two", "three")]
    together = [
        subprocess.Popen(bench.command("run", "fake", "--json", str(file)), env=environment())
        for file in files
    ]
    assert [run.wait(ENOUGH) for run in together] == [0, 0, 0]
    for file in files:
        results = json.loads(file.read_text(encoding="utf-8"))
        assert results["complete"] and len(results["results"]) == 2
    assert not [*bench.folder.glob("*.jsonl")]


def test_a_fault_of_the_harness_is_one_line(bench: Bench) -> None:
    """And loses nothing that was won before it."""
    bench.adapter("good")
    file = bench.folder / "results.json"
    code = (
        "import runpy; from pipects import execution\n"
        "whole = execution.Execution.run\n"
        "def run(self):\n"
        "    if self._test.id == 'fake.can-write': raise KeyError('a fault')\n"
        "    return whole(self)\n"
        "execution.Execution.run = run\n"
        "runpy.run_module('pipects', run_name='__main__', alter_sys=True)"
    )
    command = bench.command("run", "fake", "--json", str(file), "--jobs", "1", "--repeat", "2")
    done = finished([command[0], "-c", code, *command[3:]])
    assert "1 verdicts in 0 whole repetitions" in done.output
    assert done.status == 2 and "Traceback" not in done.errors + done.output
    assert "a fault of pipects itself: KeyError" in done.output
    results = json.loads(file.read_text(encoding="utf-8"))
    assert not results["complete"] and "in the test fake.can-write" in results["broken_off"]
    assert [result["verdict"] for result in results["results"]] == ["pass"]


@pytest.mark.parametrize("closed", ["<&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_who_closes_standard_streams_gets_results_all_the_same(bench: Bench, closed: str) -> None:
    bench.adapter("good")
    file = bench.folder / "results.json"
    command = bench.command("run", "fake", "--json", str(file))
    done = finished(["sh", "-c", f'exec "$@" {closed}', "sh", *command])
    assert done.status == 0, done.output
    results = json.loads(file.read_text(encoding="utf-8"))
    assert [each["verdict"] for each in results["results"]] == ["pass"] * 2


def test_without_proc_nothing_is_observable(bench: Bench) -> None:
    """In a namespace whose /proc is empty: neither a pass nor the adapter's fault."""
    bench.adapter("good")
    file = bench.folder / "results.json"
    command = bench.command("run", "fake", "--json", str(file))
    script = 'mount -t tmpfs none /proc || exit 99; exec "$@"'
    done = finished(["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", *command])
    assert done.status != 99 and "Traceback" not in done.errors, done.errors
    results = json.loads(file.read_text(encoding="utf-8"))["results"]
    assert [each["verdict"] for each in results] == ["not observable"] * 2, done.output
    assert all("does not show" in each["reason"] for each in results)


def test_the_same_file_twice_is_refused_before_the_run(bench: Bench) -> None:
    """Nothing is run, nothing is written."""
    bench.adapter("good")
    page = bench.folder / "page"
    done = bench.pipects("run", "fake", "--json", str(page), "--html", str(page))
    assert done.status == 2 and "named twice" in done.errors and not page.exists()
    for odd in (".", str(bench.folder), "/"):
        done = bench.pipects("run", "fake", "--json", odd)
        assert done.status == 2 and "no file's name" in done.errors
