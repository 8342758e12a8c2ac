"""Tests on a mutated build, inside one worker: which places a test reaches, and which test kills a mutant."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipects import cases, implementations, paths, spec, verdicts
from pipects.cases import Test
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.mutation import binding, switch
from pipects.mutation.model import (
    HANDLE_TABLE,
    KILLED,
    NOT_REACHED,
    OUTCOME,
    PROCESS_TABLE,
    SURVIVED,
    Kill,
    Outcome,
)
from pipects.observe import linux
from pipects.pairs import Introduction, Pair, Settings, introduce
from pipects.running import Run
from pipects.verdicts import Result

SESSION = "PIPECTS_MUTATION"
"""Marks every process of a run of this command, so that none is left behind a killed worker."""
KERNELS = ("before-6.4", "before-6.18")
"""What the library does on older kernels only: a test's name behind one of these is the test on it."""
RED = frozenset({verdicts.FAIL, verdicts.HANG, verdicts.CRASH, verdicts.ADAPTER_ERROR})
HANDLES = frozenset({"ends", "descriptor"})
"""What is observed in the handle table; the rest is the process table's."""


@dataclass(frozen=True)
class Bench:
    """What a worker needs to know; it is sent to each with its task."""

    adapter: str
    session: str
    scale: float
    cases: str | None = None
    implementation: str = "reference"
    """Whose adapter it is, but for what was done to it."""
    kernel: str | None = None
    """The program below which the adapter finds an older kernel."""
    binding: str | None = None
    """The program with the binding's tests, if it was built."""


@dataclass(frozen=True)
class Reach:
    """Which places some tests reach, and which of them are red without any mutant."""

    places: dict[str, tuple[int, ...]]
    red: dict[str, str]


def on_kernel(kernel: str, test: str) -> str:
    """The name of a test on an older kernel."""
    return f"{kernel}:{test}"


def kernel_of(name: str) -> str:
    """The older kernel that a test is to run on, "" for the machine's own."""
    return name.rpartition(":")[0]


@dataclass(frozen=True)
class _Seen:
    """What some tests have said of a mutant."""

    run: int
    kill: Kill | None
    alone: bool | None


class _FirstRed(Exception):
    """The tests behind it need not be run."""


class Worker:
    """The suite as one process has loaded it, and the mutated adapter that it runs it on."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        os.environ[SESSION] = bench.session  # of what a platform needs, such as a server, too
        linux.adopt_orphans()
        self._spec = spec.load()
        tests = cases.load(self._spec, Path(bench.cases) if bench.cases else paths.CASES)
        self._tests = {test.id: test for test in tests}
        reference = implementations.load(self._spec)[bench.implementation]
        self._whole = dataclasses.replace(
            reference, id="mutant", build=(), sources=(), start=(bench.adapter,), deviations=(),
        )  # fmt: skip
        plain = self._with()
        self._introduction = introduce(plain, self._spec.capabilities, 1.0)
        if not self._introduction.ok:
            raise UserError("the mutated adapter is not fit to be asked, with no mutant on")

    def reach(self, names: Sequence[str]) -> Reach:
        """Runs each test with no mutant on, in processes of its own, and looks which places it reached.

        A test that is red on an older kernel reaches nothing there: the variant's own list says why it is.
        """
        reached: dict[str, tuple[int, ...]] = {}
        red: dict[str, str] = {}
        with _map() as file:
            for name in names:
                if name.startswith(binding.PREFIX):
                    failure = self._bound(name, file)
                    if failure is not None:
                        red[name] = failure
                    reached[name] = _marked(file)
                    continue
                plain = self._with(kernel_of(name), **{switch.REACHED: str(file)})
                test = self._test(name)
                if (failure := self._look(plain, test, file)) is not None:
                    failure = self._look(plain, test, file)  # a busy machine, perhaps
                found = _marked(file)
                if failure is not None and not kernel_of(name):
                    red[name] = failure
                reached[name] = () if failure is not None and kernel_of(name) else found
        return Reach(reached, red)

    def _test(self, name: str) -> Test:
        return self._tests[name.rpartition(":")[2]]

    def _bound(self, name: str, file: Path) -> str | None:
        """`_look`, at a test of the binding."""
        _empty(file)
        environment = {switch.REACHED: str(file), SESSION: self._bench.session}
        kill = binding.run(self._binding(), name, 1.0, environment)
        return kill.actual if kill else None

    def _binding(self) -> Path:
        assert self._bench.binding is not None, "a test of the binding needs its program"
        return Path(self._bench.binding)

    def _look(self, plain: Implementation, test: Test, file: Path) -> str | None:
        """Runs a test with an empty map. Returns what was wrong, if something was."""
        _empty(file)
        for result in self._run(plain, [test], 1.0):
            if result.verdict in RED:
                return result.failure.actual if result.failure else result.verdict
        return None

    def trial(self, number: int, names: Sequence[str], observations: bool) -> Outcome:
        """Runs the tests on one mutant up to the first that is red: those of the binding, then the cases'.

        Those on older kernels come last.

        With `observations` a kill by observation is not the end: the rest are run up to a red outcome, which
        says whether the observations alone have seen the mutant.
        """
        began = time.monotonic()
        kill: Kill | None = None
        alone: bool | None = None
        run = 0
        bound = [name for name in names if name.startswith(binding.PREFIX)]
        names = [name for name in names if not name.startswith(binding.PREFIX)]
        for name in bound:
            run += 1
            environment = {switch.ACTIVE: str(number), SESSION: self._bench.session}
            kill = binding.run(self._binding(), name, self._bench.scale, environment)
            if kill is not None:
                break
        for kernel in ("", *KERNELS) if kill is None else ():
            mutated = self._with(kernel, **{switch.ACTIVE: str(number)})
            tests = [self._test(name) for name in names if kernel_of(name) == kernel]
            found = self._on(mutated, tests, observations)
            run += found.run
            if found.kill is not None:
                kill = dataclasses.replace(
                    found.kill,
                    test=on_kernel(kernel, found.kill.test) if kernel else found.kill.test,
                )
                alone = found.alone
                break
        status = KILLED if kill else SURVIVED if names or bound else NOT_REACHED
        return Outcome(number, status, run, round(time.monotonic() - began, 3), kill, alone)

    def _on(self, mutated: Implementation, tests: Sequence[Test], observations: bool) -> _Seen:
        """What these tests, up to the first that is red, say of a mutant; `observations` as for `trial`."""
        kill: Kill | None = None
        alone: bool | None = None
        run = 0
        left = list(tests)
        while left:
            results = list(self._run(mutated, left, self._bench.scale))
            run += len(results)
            if not results or results[-1].verdict not in RED:
                break
            left = left[[test.id for test in left].index(results[-1].test) + 1 :]
            if self._is_busy(mutated, results[-1]):
                continue
            found = self._kill(results[-1])
            kill = kill or found
            if kill.by == OUTCOME or not observations:
                break
            alone = found.by != OUTCOME
            if not alone:
                break
        return _Seen(run, kill, alone)

    def _is_busy(self, mutated: Implementation, result: Result) -> bool:
        """Whether a test that seemed to hang only needs the whole of its time: the machine is busy."""
        if result.verdict != verdicts.HANG:
            return False
        again = self._run(mutated, [self._tests[result.test]], 1.0)
        return all(each.verdict not in RED for each in again)

    def _with(self, kernel: str = "", **environment: str) -> Implementation:
        launched = (self._bench.kernel, kernel) if kernel and self._bench.kernel else ()
        return dataclasses.replace(
            self._whole,
            start=(*launched, *self._whole.start),
            environment={**self._whole.environment, SESSION: self._bench.session, **environment},
        )

    def _run(
        self, implementation: Implementation, tests: Sequence[Test], scale: float
    ) -> Iterator[Result]:
        """The results up to the first that is red, with it."""
        results: list[Result] = []

        def each(result: Result) -> None:
            results.append(result)
            if result.verdict in RED:
                raise _FirstRed

        introductions: dict[str, Introduction] = {implementation.id: self._introduction}
        settings = Settings(jobs=1, scale=scale)
        with contextlib.suppress(_FirstRed):
            Run(Pair(implementation, implementation), introductions, settings).execute(tests, each)
        yield from results

    def _kill(self, result: Result) -> Kill:
        test, failure = self._tests[result.test], result.failure
        assert failure is not None
        return Kill(
            test=result.test,
            requirement=failure.requirement or test.covers[0],
            verdict=result.verdict,
            by=_seen_by(test, result),
            step=failure.text[:300],
            expected=failure.expected[:300],
            actual=failure.actual[:300],
        )


def _seen_by(test: Test, result: Result) -> str:
    """What showed it: the outcome of a call, or a look at the operating system's tables."""
    failure = result.failure
    if result.verdict != verdicts.FAIL or failure is None:
        return OUTCOME
    if failure.step is None:
        return HANDLE_TABLE  # what stays open behind a case
    step = test.steps[failure.step]
    if step.verb == "observe":
        return HANDLE_TABLE if step.target.split()[0] in HANDLES else PROCESS_TABLE
    if "until" in step.options and failure.expected == "the call waits on the pipe":
        return PROCESS_TABLE
    return OUTCOME


def _empty(file: Path) -> None:
    with file.open("r+b") as map_file:  # never shorter: who maps it would die
        map_file.write(bytes(switch.MOST))


def _marked(file: Path) -> tuple[int, ...]:
    return tuple(each.start() for each in re.finditer(b"\x01", file.read_bytes()))


@contextlib.contextmanager
def _map() -> Iterator[Path]:
    """A file that adapters map to note which places they reach."""
    handle, name = tempfile.mkstemp(prefix="pipects-reached-")
    os.truncate(handle, switch.MOST)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        os.unlink(name)


_WORKERS: dict[Bench, Worker] = {}


def _worker(bench: Bench) -> Worker:
    """This process's worker: the suite is loaded once."""
    if bench not in _WORKERS:
        _WORKERS.clear()
        _WORKERS[bench] = Worker(bench)
    return _WORKERS[bench]


def reach(bench: Bench, names: Sequence[str]) -> Reach:
    """`Worker.reach`, as a task for any process."""
    return _worker(bench).reach(names)


def trial(bench: Bench, number: int, names: Sequence[str], observations: bool) -> Outcome:
    """`Worker.trial`, as a task for any process."""
    return _worker(bench).trial(number, names, observations)
