"""Windows processes under Wine: what is seen of them, and that nothing of Wine outlives a command."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench import ENOUGH, Bench, environment, finished
from pipects import implementations, spec, worker
from pipects.cases import Test, nameless
from pipects.observe import pairing, windows_programs
from pipects.observe.observer import Handle
from pipects.pairs import Pair, Settings
from pipects.steps import Step
from pipects.verdicts import Failure, Result
from pipects.worker import Worker

LOOK_AGAIN = 0.02
PIPECTS = [sys.executable, "-m", "pipects"]
ASKED = "PIPECTS_WINE"
"""With this variable programs are tried under Wine: it takes minutes, the most of it for making prefixes and building for Windows."""


def on(implementation: str, *programs: str) -> object:
    """An implementation under Wine to try, if what it needs is here."""
    needs = ("wine", "wineserver", windows_programs.COMPILER, *programs)
    missing = [each for each in needs if not shutil.which(each)]
    reason = f"{', '.join(missing)} not installed" if missing else f"{ASKED} is not set"
    skipped = bool(missing) or ASKED not in os.environ
    return pytest.param(implementation, marks=pytest.mark.skipif(skipped, reason=reason))


every_implementation = pytest.mark.parametrize(
    "implementation", [on("reference-windows"), on("dotnet-10-windows", "dotnet")]
)


def of_wine(bench: Bench) -> list[str]:
    """The bench's processes that are Wine's, or live under it."""
    names = []
    for pid in bench.processes():
        try:
            names.append(Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip())
        except OSError:
            continue
    return [name for name in names if "wine" in name or name.endswith(".exe")]


@every_implementation
def test_a_run_sees_the_handles_and_leaves_no_wine(bench: Bench, implementation: str) -> None:
    """Both ends, which of them is inherited, a child's own, the end of a process; then no server, no service."""
    results = bench.folder / "results.json"
    cases = ("example.conversation", "handles.local-copy.shows-dispose", "server.construct.inout")
    chosen = [word for case in cases for word in ("--case", case)]
    done = finished([*PIPECTS, "run", implementation, *chosen, "--json", str(results)], 4 * ENOUGH)
    told = json.loads(results.read_text(encoding="utf-8"))["results"]
    assert {each["verdict"] for each in told} == {"pass"}, done.output + done.errors
    assert of_wine(bench) == []


@every_implementation
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_wine(
    bench: Bench, number: signal.Signals, implementation: str
) -> None:
    """Broken off while adapters serve: neither they nor the server are left."""
    results = bench.folder / "results.json"
    process = subprocess.Popen(
        [*PIPECTS, "run", implementation, "--case", "stream.*", "--json", str(results)],
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journal = results.with_suffix(".partial.jsonl")
    until = time.monotonic() + 4 * ENOUGH
    while not (journal.exists() and journal.stat().st_size):
        assert time.monotonic() < until and process.poll() is None
        time.sleep(LOOK_AGAIN)
    assert any("wineserver" in name for name in of_wine(bench))
    process.send_signal(number)
    assert process.wait(ENOUGH) == 2
    assert of_wine(bench) == []


@every_implementation
@pytest.mark.parametrize("lost", ["pipects-observer.exe", "wineserver"])
@pytest.mark.parametrize("cases", ["handles.local-copy.*", "stream.dispose-pending.*"])
def test_what_is_lost_of_wine_changes_no_verdict(
    bench: Bench, implementation: str, cases: str, lost: str
) -> None:
    """Whoever is killed is replaced, and what was asked meanwhile is asked again: also of many known hangs at a time."""
    results = bench.folder / "results.json"
    command = [*PIPECTS, "run", implementation, "--case", cases, "--repeat", "4"]
    process = subprocess.Popen(
        [*command, "--json", str(results)],
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    journal = results.with_suffix(".partial.jsonl")
    until, killed = time.monotonic() + 4 * ENOUGH, 0
    for _ in range(2):
        size = journal.stat().st_size if journal.exists() else 0
        while not journal.exists() or journal.stat().st_size == size:
            assert time.monotonic() < until
            assert process.poll() is None, process.communicate()[0]
            time.sleep(LOOK_AGAIN)
        for pid in bench.processes():
            command_line = Path(f"/proc/{pid}/cmdline")
            with contextlib.suppress(OSError):
                if lost in command_line.read_text(encoding="utf-8").partition("\0")[0]:
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
    output, _ = process.communicate(timeout=4 * ENOUGH)
    assert process.returncode == 0, output
    told = json.loads(results.read_text(encoding="utf-8"))["results"]
    wanted = {"pass", "known deviation", "not applicable"}
    assert killed and {each["verdict"] for each in told} <= wanted, output
    assert of_wine(bench) == []


class Elsewhere:
    """A platform whose starts fail or hang now and then."""

    starts_fail = True

    def __init__(self, serving: bool = True) -> None:
        self.serving = serving

    def serves(self) -> bool:
        return self.serving


START = Step("start", "child", "parent", "main", {}, {}, "server.pipe.unnamed")
CALL = Step("call", "server.Dispose", "parent", "main", {}, {}, "server.pipe.unnamed")
Came = tuple[str, int | str | None]
"""A verdict, and the step that failed, or where it did without one."""


@pytest.mark.parametrize(
    ("came", "serving", "tries"),
    [
        ([("hang", 0), ("pass", None)], True, 2),
        ([("adapter error", 0), ("hang", 0), ("pass", None)], True, 3),
        ([("hang", 0), ("hang", 0), ("hang", 0)], True, 3),
        ([("crash", 1), ("pass", None)], False, 2),
        ([("adapter error", worker.UNSTARTED), ("pass", None)], True, 2),
        ([("adapter error", "behind the case")], True, 1),
        ([("hang", 1)], True, 1),
        ([("fail", 0), ("pass", None)], True, 2),
        ([("fail", 1)], True, 1),
        ([("pass", None)], True, 1),
    ],
)
def test_what_the_platform_spoils_is_tried_on_another(
    monkeypatch: pytest.MonkeyPatch, came: list[Came], serving: bool, tries: int
) -> None:
    """A start that fails or hangs, or whatever came while the platform was lost; nothing else is asked twice."""
    test = nameless([START, CALL])
    reference = implementations.load(spec.load())["reference"]
    tried = Worker(Pair(reference, reference), {}, Settings())
    places = [Elsewhere(serving), Elsewhere(), Elsewhere()]
    replaced: list[object] = []
    outcomes = iter(zip(places, came, strict=False))

    def next_one(_: Test, repetition: int) -> tuple[Elsewhere, Result]:
        place, (verdict, step) = next(outcomes)
        at = step if isinstance(step, int) else None
        failure = None if step is None else Failure(at, str(step), "", "", "")
        return place, Result("", "", "", repetition, verdict, 0.0, "", failure=failure)

    monkeypatch.setattr(worker, "lacking", lambda *_: None)
    monkeypatch.setattr(tried, "_tried", next_one)
    monkeypatch.setattr(worker.platforms, "replace", replaced.append)
    results: list[Result] = []
    tried.work([(1, test)], results.append)
    assert [each.verdict for each in results] == [came[tries - 1][0]]
    assert replaced == places[: tries - 1]


def end(number: int, access: int, name: str = "") -> Handle:
    return Handle(number, access, False, False, "pipe", name)


def test_processes_come_while_others_are_looked_at() -> None:
    known = pairing.Pairing()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor() as pool:
            coming = pool.submit(
                lambda: [known.pipes(pid, [end(4, pairing.READ)]) for pid in range(1, 4001)]
            )
            while not coming.done():
                known.holders(0)
            assert len({pipe for found in coming.result() for pipe in found.values()}) == 4000
    finally:
        sys.setswitchinterval(interval)


def test_ends_are_paired_by_name_and_remembered_without_it() -> None:
    """Wine forgets a pipe's name with the first of its ends."""
    name = "\\Device\\NamedPipe\\Win32.Pipes.1.1"
    known = pairing.Pairing()
    known.begin(1, 0)
    both = known.pipes(1, [end(4, pairing.READ, name), end(8, pairing.WRITE, name)])
    assert both[4] == both[8]
    known.begin(2, 1)
    assert known.pipes(2, [end(4, pairing.READ)])[4] == both[4], "inherited under its number"
    assert known.pipes(1, [end(8, pairing.WRITE)])[8] == both[8]
    other = known.pipes(1, [end(4, pairing.READ, name + "1"), end(8, pairing.WRITE)])
    assert other[4] != both[4], "a number that is used again stands for another pipe"


def test_nameless_ends_that_come_together_are_a_pipe() -> None:
    """Windows gives anonymous pipes no names."""
    known = pairing.Pairing()
    known.begin(1, 0)
    first = known.pipes(1, [end(4, pairing.READ), end(8, pairing.WRITE)])
    assert first[4] == first[8]
    second = known.pipes(1, [*(end(n, a) for n, a in ((4, 1), (8, 2), (12, 1), (16, 2)))])
    assert second[12] == second[16] != first[4]
    assert known.holders(first[4]) == [1]
