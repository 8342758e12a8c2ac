"""`pipects explore`: random sequences, judged by the model of `spec/model`."""

from __future__ import annotations

import argparse
import re
import secrets
from pathlib import Path
from typing import Any

from rich.console import Console

from pipects import paths, suite
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.running import introduce
from pipects.suite import Suite

FOUND = paths.OUT / "explored"
UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600}


def add(subparsers: Any) -> None:
    """Adds `explore`."""
    explore = subparsers.add_parser(
        "explore",
        help="try random sequences of calls and see whether the documentation allows what comes",
        description="Draws sequences of calls at random, makes them in real processes, and has the executable "
        "specification (spec/model) judge each answer and the handles that each process holds. What it does not "
        "allow is made as short as may be and written as a case. "
        "Exit status: 0 nothing was found, 1 something was.",
    )
    explore.add_argument(
        "implementations", nargs="*", metavar="IMPLEMENTATION", help="whom to try (the reference)"
    )
    explore.add_argument("--seed", type=int, metavar="N", help="draw the same again (any)")
    explore.add_argument(
        "--budget", default="60s", metavar="TIME", help="for how long each: 90s, 10m, 1h (60s)"
    )
    explore.add_argument(
        "--timeout-scale", type=float, default=1.0, metavar="X", help="multiply every deadline"
    )
    explore.add_argument(
        "--out",
        type=Path,
        default=FOUND,
        metavar="DIR",
        help=f"where cases go ({paths.shown(FOUND)})",
    )
    explore.add_argument(
        "--adapters", action="append", type=Path, default=[], metavar="DIR",
        help="implementations' manifests in this folder, beside those of the suite",
    )  # fmt: skip
    explore.set_defaults(run=explore_command)


def explore_command(args: argparse.Namespace) -> int:
    """`pipects explore`. Returns the exit status."""
    loaded = suite.without_cases(args.adapters)
    budget = seconds(args.budget)
    seed = args.seed if args.seed is not None else secrets.randbelow(10**6)
    console = Console(highlight=False, soft_wrap=True)
    found = 0
    for implementation in loaded.chosen(args.implementations or ["reference"]):
        console.print(f"{implementation.id}: {args.budget}, --seed {seed}")
        found += _explore(implementation, loaded, seed, budget, args, console)
    return 1 if found else 0


def seconds(text: str) -> float:
    """A time that a user gives. Raises UserError if it is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|m|min|h)?", text)
    if match is None or not float(match[1]):
        raise UserError(f"'{text}' is no time", "write 90s, 10m or 1h")
    return float(match[1]) * UNITS[match[2] or ""]


def _explore(
    implementation: Implementation, loaded: Suite, seed: int, budget: float,
    args: argparse.Namespace, console: Console,
) -> int:  # fmt: skip
    from pipects.exploring import findings  # what they are made with need not be there
    from pipects.exploring.findings import Finding
    from pipects.exploring.search import Search

    introduction = introduce(implementation, loaded.spec.capabilities, args.timeout_scale)
    if not introduction.ok:
        why = introduction.reason or next(c.detail for c in introduction.checks if not c.ok)
        raise UserError(f"{implementation.id} can't be explored: {why}")
    folder = args.out / implementation.id
    for old in folder.glob("found-*.yaml"):
        old.unlink()

    def tell(finding: Finding) -> None:
        name = f"found-{len(search.tally.findings):03}"
        case = findings.case(finding, name, loaded.spec)
        file = findings.write(folder, name, case)
        known = loaded.spec.requirements.get(finding.requirement)
        console.print(f"{finding.verdict.upper():5} {finding.requirement}", markup=False)
        if known is not None:
            console.print(f"      requires  {known.text}", markup=False)
        for step in case["steps"]:
            shown = {key: value for key, value in step.items() if key != "covers"}
            console.print(f"      step      {findings.flow(shown)}", markup=False)
        console.print(f"      expected  {finding.expected}", markup=False)
        console.print(f"      actual    {finding.actual}", markup=False)
        console.print(f"      case      {paths.shown(file)}", markup=False)

    search = Search(implementation, seed, args.timeout_scale, tell)
    tally = search.run(budget)
    console.print(
        f"{implementation.id}: {tally.sequences} sequences, {tally.calls} calls, "
        f"{len(tally.reached)} transitions, {len(tally.findings)} findings"
    )
    for reason, times in tally.unclear.most_common(3):
        console.print(f"  {times} came to no verdict: {reason}", markup=False)
    return len(tally.findings)
