"""`pipects explore`: random sequences, judged by the model of `spec/model`."""

from __future__ import annotations

import argparse
import re
import secrets
from pathlib import Path
from typing import Any

from rich.console import Console

from pipects import cases, parsing, paths, suite
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.mutation.spread import DaskWorkers, LocalWorkers, Workers
from pipects.pairs import introduce
from pipects.suite import Suite

FOUND = paths.OUT / "explored"
UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600}
SEARCHED = "60s"
"""For how long an implementation is tried, unless one says."""
HUNTED = "2m"
"""How long it may take to find a defect or a mutant."""
TOGETHER = 3
"""Searches that look for the same one at the same time: so many keep two cores busy, for each waits now and then."""
MUTANTS = paths.OUT / "mutants.json"


def add(subparsers: Any) -> None:
    """Adds `explore`."""
    explore = subparsers.add_parser(
        "explore",
        help="try random sequences of calls and see whether the documentation allows what comes",
        description="Draws sequences of calls at random, makes them in real processes, and has the executable "
        "specification (spec/model) judge each answer and the handles that each process holds. What it does not "
        "allow is made as short as may be and written as a case, for 'pipects run --cases'. "
        "Exit status: 0 nothing was found, 1 something was.",
    )
    explore.add_argument(
        "implementations", nargs="*", metavar="IMPLEMENTATION", help="whom to try (the reference)"
    )
    explore.add_argument("--seed", type=int, metavar="N", help="draw the same again (any)")
    explore.add_argument(
        "--budget", metavar="TIME",
        help=f"for how long each: 90s, 10m, 1h ({SEARCHED}; a defect or a mutant {HUNTED})",
    )  # fmt: skip
    explore.add_argument(
        "--against", metavar="OTHER",
        help="make the kept and the drawn sequences on this one, too, and tell where they differ",
    )  # fmt: skip
    explore.add_argument(
        "--jobs", type=parsing.positive, metavar="N",
        help=f"searches at the same time, with seeds N, N + 1, … (1; {TOGETHER} for a defect or a mutant)",
    )  # fmt: skip
    explore.add_argument(
        "--directed", action="store_true", help="have a director fail system calls now and then"
    )
    explore.add_argument("--dask", metavar="ADDRESS", help="search on a Dask cluster")
    explore.add_argument(
        "--timeout-scale", type=float, default=1.0, metavar="X", help="multiply every deadline"
    )
    explore.add_argument(
        "--out", type=Path, default=FOUND, metavar="DIR",
        help=f"where cases and the corpus are kept ({paths.shown(FOUND)})",
    )  # fmt: skip
    explore.add_argument(
        "--defects", type=parsing.positive, metavar="N",
        help="look for N defects of the catalogue, drawn by the seed, without being told where they are",
    )  # fmt: skip
    explore.add_argument(
        "--mutants", type=Path, nargs="?", const=MUTANTS, metavar="FILE",
        help=f"look for those that survived, unexplained, a run of 'pipects mutants' ({paths.shown(MUTANTS)})",
    )  # fmt: skip
    explore.add_argument(
        "--model", action="store_true", help="hold the model against the cases, and explore nothing"
    )
    explore.add_argument(
        "--adapters", action="append", type=Path, default=[], metavar="DIR",
        help="implementations' manifests in this folder, beside those of the suite",
    )  # fmt: skip
    explore.set_defaults(run=explore_command)


def explore_command(args: argparse.Namespace) -> int:
    """`pipects explore`. Returns the exit status."""
    # what these are made with need not be there for other commands
    from pipects.exploring import campaign, differing, hunting, telling

    console = Console(highlight=False, soft_wrap=True)
    loaded = suite.without_cases(args.adapters)
    if args.model:
        return telling.model(cases.load(loaded.spec, paths.CASES), loaded.spec, console)
    is_hunt = args.defects is not None or args.mutants is not None
    budget = args.budget or (HUNTED if is_hunt else SEARCHED)
    enough = seconds(budget)
    seed = args.seed if args.seed is not None else secrets.randbelow(10**6)
    session = secrets.token_hex(8)
    workers = _workers(args, session, TOGETHER if is_hunt else 1)
    try:
        beside = min(TOGETHER, workers.count)
        hunt = campaign.Hunt(seed, enough, args.timeout_scale, session, beside)
        if args.defects is not None:
            return hunting.defects(loaded, args.defects, hunt, workers, console)
        if args.mutants is not None:
            return hunting.mutants(loaded, args.mutants, hunt, workers, console)
        found = 0
        for implementation in loaded.chosen(args.implementations or ["reference"]):
            console.print(f"{implementation.id}: {budget}, --seed {seed}")
            for each in (implementation, *_against(args, loaded)):
                _introduce(each, loaded, args)
            found += telling.explore(
                implementation, loaded.spec, seed, enough, args.timeout_scale, session, workers,
                args.out / implementation.id, console, args.directed,
            )  # fmt: skip
            for other in _against(args, loaded):
                found += differing.differing(
                    implementation, other, seed, enough, args.timeout_scale, args.out, console
                )
        return 1 if found else 0
    finally:
        workers.close()


def _workers(args: argparse.Namespace, session: str, usual: int) -> Workers:
    if args.dask:
        return DaskWorkers(args.dask)
    return LocalWorkers(args.jobs or usual, session)


def _against(args: argparse.Namespace, loaded: Suite) -> list[Implementation]:
    return loaded.chosen([args.against]) if args.against else []


def _introduce(implementation: Implementation, loaded: Suite, args: argparse.Namespace) -> None:
    """Builds it. Raises UserError if it is not fit to be asked."""
    introduction = introduce(implementation, loaded.spec.capabilities, args.timeout_scale)
    if not introduction.ok:
        failed = [check.detail for check in introduction.checks if not check.ok]
        raise UserError(
            f"{implementation.id} can't be explored: {introduction.reason or failed[0]}"
        )


def seconds(text: str) -> float:
    """A time that a user gives. Raises UserError if it is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|m|min|h)?", text)
    if match is None or not float(match[1]):
        raise UserError(f"'{text}' is no time", "write 90s, 10m or 1h")
    return float(match[1]) * UNITS[match[2] or ""]
