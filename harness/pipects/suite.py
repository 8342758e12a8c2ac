"""Everything that a command works on: the specification, the tests and the implementations."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import dataclass
from pathlib import Path

from pipects import cases, implementations, paths, spec
from pipects.cases import Test
from pipects.implementations import Implementation
from pipects.spec import Spec


@dataclass(frozen=True)
class Suite:
    """What was loaded, whole and checked file by file."""

    spec: Spec
    tests: list[Test]
    implementations: dict[str, Implementation]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say where cases and implementations are."""
    group = parser.add_argument_group("where things are")
    group.add_argument(
        "--adapters",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="implementations' manifests in this folder, beside those of the suite",
    )
    group.add_argument(
        "--cases",
        type=Path,
        metavar="DIR",
        help="the cases in this folder, in place of the suite's",
    )


def repeated(args: argparse.Namespace) -> str:
    """The options as a command line, for a command that is to find the same things."""
    options = [("--adapters", folder) for folder in args.adapters]
    options += [("--cases", args.cases)] if args.cases else []
    return "".join(f" {name} {shlex.quote(str(folder))}" for name, folder in options)


def load(args: argparse.Namespace) -> Suite:
    """Loads what the options name. Raises UserError with file and line for what is wrong."""
    the_spec = spec.load()
    tests = cases.load(the_spec, args.cases or paths.CASES)
    known = implementations.load(the_spec, [paths.ADAPTERS, *args.adapters])
    return Suite(the_spec, tests, known)
