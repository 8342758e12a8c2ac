"""`pipects mutants`: small mistakes put into the reference by the hundred, and which test sees each."""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from pipects import cases, document, fitting, parsing, paths, progress, spec
from pipects.cases import Test
from pipects.errors import Interrupted, UserError, said
from pipects.mutation import binding, build, report, results, survivors, trial
from pipects.mutation.journal import OutcomeJournal, ReachJournal, fingerprint
from pipects.mutation.model import Candidate, Outcome
from pipects.mutation.order import Order
from pipects.mutation.spread import DaskWorkers, LocalWorkers, Workers
from pipects.reports import output

CHUNK = 16
"""How many tests a worker looks at before it tells which places they reach."""


def add(subparsers: Any) -> None:
    """Adds `mutants`."""
    mutants = subparsers.add_parser(
        "mutants",
        help="put small mistakes into the reference by the hundred and see which test kills each",
        description="Finds the places of the reference at which a small mistake can be made, compiles all of "
        "the mistakes into one build behind a switch, and runs on each the tests that reach its place, "
        "up to the first that is red. A run that is broken off goes on where it was. "
        "Exit status: 0 all were killed or are explained, 1 one was not, 2 it could not be done.",
    )
    choose = mutants.add_argument_group("which")
    choose.add_argument(
        "--only", action="append", default=[], metavar="FILE|N",
        help="only the mutants of a file, or one by its number; may be repeated",
    )  # fmt: skip
    choose.add_argument(
        "--sample", type=parsing.positive, metavar="N", help="only N of them, drawn by lot"
    )
    choose.add_argument(
        "--seed", type=int, default=1, metavar="SEED", help="what the lot begins with (1)"
    )
    choose.add_argument("--list", action="store_true", help="list them and try none")
    how = mutants.add_argument_group("how")
    how.add_argument(
        "--jobs", type=parsing.positive, default=2, metavar="N", help="mutants at the same time (2)"
    )
    how.add_argument("--dask", metavar="ADDRESS", help="on the workers of this Dask scheduler")
    how.add_argument(
        "--timeout-scale", type=float, default=0.4, metavar="X",
        help="multiply every deadline: what hangs is seen the sooner (0.4)",
    )  # fmt: skip
    how.add_argument(
        "--most", type=parsing.positive, metavar="N",
        help="run at most N tests on one mutant, the likeliest first: who outlives them counts as surviving",
    )  # fmt: skip
    how.add_argument(
        "--alone", action="store_true",
        help="go on behind a kill by observation: would an outcome have shown it, too?",
    )  # fmt: skip
    how.add_argument("--again", action="store_true", help="forget what earlier runs found")
    write = mutants.add_argument_group("what to write")
    write.add_argument("--json", type=Path, metavar="FILE", help="the results (out/mutants.json)")
    write.add_argument("--markdown", type=Path, metavar="FILE", help="a page (out/mutants.md)")
    mutants.set_defaults(run=mutants_command)


def mutants_command(args: argparse.Namespace) -> int:
    """`pipects mutants`. Returns the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    explained = survivors.load()
    built = build.mutants(build.TREES / "mutants", lambda text: console.print(f"{text} …"))
    chosen = choose(built.mutants, args)
    if args.list:
        for mutant in chosen:
            fitting.say(
                f"{mutant.number:5} {mutant.file}:{mutant.line} {mutant.operator}: {mutant.words}"
            )
        return 0
    tests = [test for test in cases.load(spec.load(), paths.CASES) if "stress" not in test.tags]
    session = secrets.token_hex(8)
    bench = trial.Bench(
        str(built.adapter), session, args.timeout_scale, kernel=str(built.adapter.parents[3] / build.KERNEL),
        binding=str(build.bound(built.adapter)),
    )  # fmt: skip
    run = _Run(built, tests, bench, args, console)
    started, clock, complete = document.now(), time.monotonic(), True
    workers = _workers(args, session)
    try:
        run.outcomes_of(chosen, run.reach(workers), workers)
    except Interrupted as reason:
        complete = False
        console.print(f"pipects: {said(reason)}; the next run goes on from here", style="bold red")
    finally:
        workers.close()
        run.close()
    judged = survivors.judge(built.mutants, run.outcomes, explained)
    about = {
        "complete": complete,
        "started": started,
        "seconds": round(time.monotonic() - clock, 1),
        "command": ["pipects", *sys.argv[1:]],
        "tests": len(tests),
    }
    composed = results.compose(built, chosen, run.outcomes, judged, about)
    _conclude(composed, args, console)
    if not complete:
        return 2
    return 1 if judged.unexplained or judged.stale else 0


def _workers(args: argparse.Namespace, session: str) -> Workers:
    if args.dask:
        return DaskWorkers(args.dask)
    return LocalWorkers(args.jobs, session)


def choose(mutants: Sequence[Candidate], args: argparse.Namespace) -> list[Candidate]:
    """The mutants that the options ask for. Raises UserError for a file or number that there is not."""
    chosen = list(mutants)
    if args.only:
        chosen = []
        for name in args.only:
            found = [
                mutant
                for mutant in mutants
                if (mutant.number == int(name) if name.isdigit() else mutant.file.endswith(name))
            ]
            if not found:
                raise UserError(
                    f"no mutant is of '{name}'", "'pipects mutants --list' has them all"
                )
            chosen += [mutant for mutant in found if mutant not in chosen]
    if args.sample is not None:
        chosen = random.Random(args.seed).sample(chosen, min(args.sample, len(chosen)))
        chosen.sort(key=lambda mutant: mutant.number)
    return chosen


class _Run:
    """A run under way: its journals, and what came of the mutants so far."""

    def __init__(
        self, built: build.Build, tests: Sequence[Test], bench: trial.Bench, args: argparse.Namespace,
        console: Console,
    ) -> None:  # fmt: skip
        self._bench, self._args, self._console = bench, args, console
        prints = {test.id: fingerprint(test) for test in tests}
        firsts = {test.id.partition("/")[0]: test.id for test in reversed(tests)}.values()
        prints |= {
            trial.on_kernel(kernel, name): prints[name] for kernel in trial.KERNELS for name in firsts
        }  # fmt: skip
        prints |= dict.fromkeys(binding.covers(), binding.fingerprint())
        self._names = list(prints)
        folder = build.TREES
        if args.again:
            for file in ("reach.jsonl", "outcomes.jsonl"):
                (folder / file).unlink(missing_ok=True)
        self._reach = ReachJournal(folder / "reach.jsonl", built.digest, prints)
        self._journal = OutcomeJournal(folder / "outcomes.jsonl", built.digest, prints)
        self.outcomes: dict[int, Outcome] = {}

    def reach(self, workers: Workers) -> dict[str, tuple[int, ...]]:
        """Which places every test reaches. Raises UserError if a test is red without any mutant."""
        missing = [name for name in self._names if name not in self._reach.known]
        chunks = [missing[at : at + CHUNK] for at in range(0, len(missing), CHUNK)]
        red: dict[str, str] = {}
        with progress.Bar(self._console, "which test reaches what", len(missing)) as bar:
            for task, found in workers.map(trial.reach, [(self._bench, chunk) for chunk in chunks]):
                self._reach.add(found)
                red |= found.red
                bar.advance(len(task[1]))
        if red:
            name = min(red)
            raise UserError(
                f"{len(red)} tests are red without any mutant; the first is {name}: {red[name]}"
            )
        return self._reach.known

    def outcomes_of(
        self, chosen: Sequence[Candidate], reach: dict[str, tuple[int, ...]], workers: Workers
    ) -> None:
        """Tries the mutants, but for those of which the journal still knows the outcome."""
        order = Order(reach, self._journal.killers)
        by_number = {mutant.number: mutant for mutant in chosen}
        asked: dict[int, list[str]] = {}
        with progress.Bar(self._console, "mutants", len(chosen)) as bar:

            def tasks() -> Iterator[tuple[Any, ...]]:
                for mutant in chosen:
                    names = at_most(order.of(mutant), self._args.most)
                    known = self._journal.known(mutant, names, self._args.alone)
                    if known is None:
                        asked[mutant.number] = names
                        yield (self._bench, mutant.number, names, self._args.alone)
                    else:
                        keep(mutant, known)

            def keep(mutant: Candidate, outcome: Outcome) -> None:
                self.outcomes[mutant.number] = outcome
                if outcome.kill is not None:
                    order.learn(mutant, outcome.kill.test)
                bar.advance(1)

            for task, outcome in workers.map(trial.trial, tasks()):
                mutant = by_number[task[1]]
                self._journal.add(mutant, asked.pop(mutant.number), outcome)
                keep(mutant, outcome)

    def close(self) -> None:
        """Closes the journals."""
        self._reach.close()
        self._journal.close()


def at_most(names: Sequence[str], most: int | None) -> list[str]:
    """The first tests so far as there are so many; the binding's and those on older kernels come besides."""
    bound = [name for name in names if name.startswith(binding.PREFIX)]
    older = [name for name in names if trial.kernel_of(name)]
    besides = {*bound, *older}
    here = [name for name in names if name not in besides]
    return [*bound, *here[:most], *older]


def _conclude(composed: dict[str, Any], args: argparse.Namespace, console: Console) -> None:
    living = [
        each for each in composed["mutants"] if "killed" not in each and "explained" not in each
    ]
    for each in living[:40]:
        where = f"{each['file']}:{each['line']}"
        console.print(f"SURVIVED {each['number']:5} {where}", style="bold red", markup=False)
        console.print(f"  {each['operator']}: {each['change']}"[:80], markup=False)
    if len(living) > 40:
        console.print(f"  and {len(living) - 40} more: see the report", style="red")
    for problem in composed["stale"]:
        console.print(problem, style="bold red", markup=False)
    console.print(report.summary(composed), markup=False)
    console.print("written:")
    for file, text in (
        (
            args.json or paths.OUT / "mutants.json",
            json.dumps(composed, indent=1, ensure_ascii=False) + "\n",
        ),
        (args.markdown or paths.OUT / "mutants.md", report.markdown(composed)),
    ):
        output.write(file, text)
        console.print(f"  {paths.shown(file)}", markup=False)
