"""`pipects defects`: mistakes made by hand, each of which the suite must see at the requirement it breaks."""

from __future__ import annotations

import argparse
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from pipects import cases, fitting, parsing, paths, progress, spec
from pipects.cases import Test
from pipects.errors import Interrupted, UserError, said
from pipects.mutation import binding, build, catalogue, trial
from pipects.mutation.catalogue import Defect
from pipects.mutation.model import Kill, Outcome
from pipects.mutation.spread import LocalWorkers, Workers
from pipects.mutation.target import TARGETS, UNIX
from pipects.reports import output


def add(subparsers: Any) -> None:
    """Adds `defects`."""
    defects = subparsers.add_parser(
        "defects",
        help="break the reference in known ways and show that each is seen",
        description="Builds the reference with all defects of the catalogue behind a switch, and runs on each "
        "the tests of the requirement that it breaks: one of them must turn red. "
        "Exit status: 0 all were seen, 1 one was not, 2 it was broken off.",
    )
    defects.add_argument("ids", nargs="*", metavar="DEFECT", help="only these (all without any)")
    defects.add_argument(
        "--jobs", type=parsing.positive, default=2, metavar="N", help="defects at the same time (2)"
    )
    defects.add_argument(
        "--timeout-scale", type=float, default=0.4, metavar="X",
        help="multiply every deadline: what hangs is seen the sooner (0.4)",
    )  # fmt: skip
    defects.add_argument(
        "--repeat", type=parsing.positive, default=1, metavar="N",
        help="try each N times: it must be seen every time (1)",
    )  # fmt: skip
    defects.add_argument(
        "--elsewhere", action="store_true", help="run the whole suite on those that were missed"
    )
    defects.add_argument(
        "--system", choices=sorted(TARGETS), default=UNIX.system,
        help="build them for it: those for Windows run under Wine (unix)",
    )  # fmt: skip
    defects.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write the outcome as a table"
    )
    defects.add_argument("--list", action="store_true", help="list them and try none")
    defects.set_defaults(run=defects_command)


def defects_command(args: argparse.Namespace) -> int:
    """`pipects defects`. Returns the exit status."""
    the_spec = spec.load()
    target = TARGETS[args.system]
    every = catalogue.fitting(the_spec, target)
    chosen = choose(every, args.ids)
    output.check({"markdown": args.markdown}, {})
    if args.list:
        for defect in chosen:
            fitting.say(
                f"{defect.id:32} {defect.title}" + (f" ({defect.bug})" if defect.bug else "")
            )
        return 0
    console = Console(highlight=False, soft_wrap=True)
    tree = build.TREES / ("defects" if target is UNIX else f"defects-{target.system}")
    adapter = build.defects(tree, every, lambda text: console.print(f"{text} …"), target)
    tests = [each for each in cases.load(the_spec, paths.CASES) if target.takes(each.platforms)]
    session = secrets.token_hex(8)
    bench = trial.Bench(
        str(adapter), session, args.timeout_scale, implementation=target.implementation,
        binding=str(found) if (found := build.bound(adapter, target)) else None,
    )  # fmt: skip
    workers = LocalWorkers(args.jobs, session)
    try:
        kills = tried(every, chosen, tests, bench, workers, console, args.repeat)
        whole = [each for each in chosen if each.id in kills]
        if args.markdown is not None:
            output.write(args.markdown, _table(whole, kills, args.repeat))
        missed = [each for each in whole if len(kills[each.id]) < args.repeat]
        numbers = {defect.id: number for number, defect in enumerate(every, 1)}
        looks = args.elsewhere and len(whole) == len(chosen)
        elsewhere = _elsewhere(missed if looks else [], numbers, tests, bench, workers)
        _tell(whole, kills, elsewhere if looks else None, console, args.repeat)
        if len(whole) < len(chosen):
            console.print(f"{len(chosen) - len(whole)} were not tried to the end")
            return 2
        return 1 if missed else 0
    finally:
        workers.close()


def choose(every: Sequence[Defect], ids: Sequence[str]) -> list[Defect]:
    """The defects of these ids, all without any. Raises UserError for an unknown one."""
    known = {defect.id: defect for defect in every}
    for name in ids:
        if name not in known:
            raise UserError(f"unknown defect '{name}'", "'pipects defects --list' has them all")
    return [known[name] for name in ids or known]


def tried(
    every: Sequence[Defect], chosen: Sequence[Defect], tests: Sequence[Test], bench: trial.Bench,
    workers: Workers, console: Console, repeat: int,
) -> dict[str, list[Kill]]:  # fmt: skip
    """By defect, what has seen it in each try in which something did; none that an interrupt cut short."""
    own = {defect.id: covering(defect, tests, bench.binding is not None) for defect in chosen}
    numbers = {defect.id: number for number, defect in enumerate(every, 1)}
    _all_green({name for names in own.values() for name in names}, bench, workers)
    tasks = [(bench, numbers[each.id], own[each.id], False) for each in chosen] * repeat
    kills: dict[str, list[Kill]] = {each.id: [] for each in chosen}
    times: Counter[str] = Counter()
    try:
        with progress.Bar(console, "defects", len(tasks)) as bar:
            for task, outcome in workers.map(trial.trial, tasks):
                name = every[task[1] - 1].id
                times[name] += 1
                if outcome.kill is not None:
                    kills[name].append(outcome.kill)
                bar.advance(1)
    except (Exception, Interrupted) as reason:
        console.print(f"pipects: {said(reason)}", style="bold red")
    return {name: seen for name, seen in kills.items() if times[name] == repeat}


def _tell(
    chosen: Sequence[Defect], kills: Mapping[str, Sequence[Kill]],
    elsewhere: Mapping[str, Outcome] | None, console: Console, repeat: int,
) -> None:  # fmt: skip
    """Says of each defect what has seen it; of a missed one what `elsewhere`, if that was asked, has."""
    seen = 0
    for defect in chosen:
        seen_by = kills[defect.id]
        if len(seen_by) == repeat:
            seen += 1
            console.print(f"seen    {defect.id:32} {_seen_at(seen_by)}", markup=False)
            continue
        times = f" in {repeat - len(seen_by)} of {repeat} runs" if repeat > 1 else ""
        console.print(
            f"MISSED  {defect.id:32} {', '.join(defect.requirements)} held{times}", style="bold red"
        )
        if elsewhere is not None:
            found = elsewhere[defect.id].kill
            told = f"seen at {found.test} only" if found else "no test sees it"
            console.print(f"        {told}", style="red", markup=False)
    times = f" in every one of {repeat} runs" if repeat > 1 else ""
    console.print(
        f"{seen} of {len(chosen)} defects seen{times}, each at the requirement that names it"
    )


def _seen_at(kills: Sequence[Kill]) -> str:
    return ", ".join(sorted({kill.test for kill in kills}))


def _table(chosen: Sequence[Defect], kills: Mapping[str, Sequence[Kill]], repeat: int) -> str:
    """A row for each defect, as Markdown."""
    lines = ["| defect | what it does | seen at | by the test |", "|---|---|---|---|"]
    for defect in chosen:
        found = kills[defect.id]
        seen = len(found) == repeat
        where = (
            ", ".join(sorted({f"`{kill.requirement}`" for kill in found})) if seen else "**missed**"
        )
        tests = f"`{_seen_at(found)}`" if seen else ""
        lines.append(f"| `{defect.id}` | {defect.title} | {where} | {tests} |")
    return "\n".join(lines) + "\n"


def covering(defect: Defect, tests: Sequence[Test], bound: bool = True) -> list[str]:
    """The tests of a defect's requirements, with `bound` those of the binding, too.

    Raises UserError if there is none.
    """
    wanted = set(defect.requirements)
    names = [name for name, covered in binding.covers().items() if bound and wanted & set(covered)]
    if not defect.is_bound:
        names += [
            test.id for test in tests if wanted & set(test.covers) and "stress" not in test.tags
        ]
    if not names:
        raise UserError(f"{defect.where}: no test is about {', '.join(defect.requirements)}")
    return names


def _all_green(names: set[str], bench: trial.Bench, workers: Workers) -> None:
    """Raises UserError if a test is red with no defect on: it would see anything."""
    chunk = sorted(names)
    parts = [chunk[at :: workers.count] for at in range(workers.count)]
    for _, outcome in workers.map(trial.trial, [(bench, 0, part, False) for part in parts]):
        if outcome.kill is not None:
            raise UserError(f"the copy without a defect is red at {outcome.kill.test}")


def _elsewhere(
    missed: Sequence[Defect], numbers: Mapping[str, int], tests: Sequence[Test], bench: trial.Bench,
    workers: Workers,
) -> dict[str, Outcome]:  # fmt: skip
    """What the whole suite says of those that their own tests did not see."""
    names = [test.id for test in tests if "stress" not in test.tags]
    tasks = [(bench, numbers[each.id], names, False) for each in missed]
    by_number = {number: name for name, number in numbers.items()}
    return {by_number[task[1]]: outcome for task, outcome in workers.map(trial.trial, tasks)}
