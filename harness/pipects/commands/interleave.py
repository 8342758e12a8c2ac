"""`pipects interleave`: a case in every order of its threads' system calls."""

from __future__ import annotations

import argparse
import time
from typing import Any

from pipects import parsing, selection, suite, verdicts
from pipects.cases import Test
from pipects.commands import run
from pipects.director import exploring
from pipects.director.order import Order
from pipects.director.process import Director
from pipects.execution import Execution
from pipects.implementations import Implementation
from pipects.judging import Record
from pipects.processes import Family
from pipects.pairs import introduce


def add(subparsers: Any) -> None:
    """Adds `interleave`."""
    interleave = subparsers.add_parser(
        "interleave",
        help="run a case in every order of its threads' system calls",
        description="Holds every system call that a case's threads make on its pipes, from the first step on that "
        "leaves a call running, and lets them go one at a time: in each order once, depth-first, up to a bound. An "
        "order that fails is printed as a case. Exit status: 0 all held, 1 one did not.",
    )
    interleave.add_argument("case", metavar="CASE")
    interleave.add_argument("--implementation", default="reference", metavar="IMPLEMENTATION")
    interleave.add_argument(
        "--orders",
        type=parsing.positive,
        default=200,
        metavar="N",
        help="run at most N orders of a test (200)",
    )
    interleave.add_argument(
        "--depth",
        type=parsing.positive,
        default=16,
        metavar="N",
        help="order the first N calls of a test (16)",
    )
    interleave.add_argument(
        "--seed", type=int, default=1, metavar="N", help="which orders come first (1)"
    )
    interleave.add_argument("--timeout-scale", type=run.factor, default=1.0, metavar="X")
    suite.add_options(interleave)
    interleave.set_defaults(run=interleave_command)


def interleave_command(args: argparse.Namespace) -> int:
    """`pipects interleave`. Returns the exit status."""
    loaded = suite.load(args)
    tests = selection.select(loaded.tests, loaded.spec, [args.case])
    (implementation,) = loaded.chosen([args.implementation])
    introduction = introduce(implementation, loaded.spec.lackable, args.timeout_scale)
    if not introduction.ok:
        print(f"{implementation.id}: {introduction.reason or 'its adapter is not fit to be asked'}")
        return 1 if introduction.greeting else 2
    bad = 0
    for test in tests:
        bad += _explored(exploring.ordered(test), implementation, args)
    return 1 if bad else 0


def _explored(test: Test, implementation: Implementation, args: argparse.Namespace) -> int:
    """Explores one test. Returns how many orders failed."""
    bench = _Bench(test, implementation, args.timeout_scale)
    started, run_, bad = time.monotonic(), 0, 0
    print(test.id)
    try:
        for order, record in exploring.explore(bench.run, args.orders, args.depth, args.seed):
            run_ += 1
            made = [decision.chosen for decision in order.decisions]
            why = record.failure.actual if record.failure else record.reason
            print(f"  {record.verdict:15} {exploring.shown(made)}" + (f": {why}" if why else ""))
            if record.verdict in verdicts.BAD:
                bad += 1
                print("\n".join(f"    {line}" for line in exploring.kept(test, order)))
    finally:
        bench.end()
    bound = ", and there are more" if run_ == args.orders else ""
    print(f"  {run_} orders{bound}, {bad} failed, {time.monotonic() - started:.1f} s")
    return bad


class _Bench:
    """Processes for one order after the other."""

    def __init__(self, test: Test, implementation: Implementation, scale: float) -> None:
        self._test = test
        self._implementation = implementation
        self._scale = scale
        self._family: Family | None = None

    def run(self, order: Order) -> Record:
        """Executes the test in an order."""
        family = self._family or self._start()
        whom = self._implementation
        record = Execution(self._test, family, whom, whom, self._scale, order=order).run()
        if not record.reusable:
            self.end()
        return record

    def end(self) -> None:
        """Ends the processes, if there are some."""
        if self._family:
            self._family.end()
        self._family = None

    def _start(self) -> Family:
        director = Director()
        seconds = self._implementation.start_seconds * self._scale
        self._family = Family(self._implementation.command(), seconds, director=director)
        return self._family
