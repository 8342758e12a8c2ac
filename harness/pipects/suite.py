"""Everything that a command works on: the specification, the tests and the implementations."""

from __future__ import annotations

import argparse
import gc
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipects import (
    cases,
    cells,
    implementations,
    parsing,
    paths,
    products,
    remembered,
    selection,
    spec,
)
from pipects.cases import Test
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.products import NEWEST, Product
from pipects.spec import Spec


WORTH = 0.1
"""Seconds of processor from which on it is worth remembering what was made of files."""


GENERATED = paths.BUILD / "generated"


@dataclass(frozen=True)
class Suite:
    """What was loaded, whole and checked file by file."""

    spec: Spec
    tests: list[Test]
    implementations: dict[str, Implementation]
    products: dict[str, Product]

    def chosen(self, names: Sequence[str]) -> list[Implementation]:
        """The implementations of these names, the reference without any; NAME@RELEASE is one release."""
        for name in names:
            if "@" in name and name not in self.implementations:
                self.implementations[name] = self._release(name)
            elif name in self.products and name not in self.implementations:
                raise UserError(
                    f"'{name}' is a product: say which release, {name}@{NEWEST} or {name}@RELEASE",
                    f"'pipects list releases {name}' has them all",
                )
        return selection.implementations(self.implementations, names)

    def product(self, name: str) -> Product:
        """The product of this name. Raises UserError if there is none."""
        if name not in self.products:
            known = ", ".join(self.products) or "none"
            raise UserError(
                f"'{name}' is nothing of which any release can be had", f"there is: {known}"
            )
        return self.products[name]

    def _release(self, name: str) -> Implementation:
        product, _, release = name.partition("@")
        found = self.product(product)
        return found.implementation(found.newest() if release == NEWEST else release)


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
    group.add_argument(
        "--generated",
        action="store_true",
        help="the cases that are made of spec/model, in place of the suite's: the first time takes minutes",
    )
    group.add_argument(
        "--sequences",
        type=parsing.positive,
        metavar="N",
        help="with --generated: of so many sequences, drawn by lot (4000)",
    )


def repeated(args: argparse.Namespace) -> str:
    """The options as a command line, for a command that is to find the same things."""
    options = [("--adapters", folder) for folder in args.adapters]
    options += [("--cases", args.cases)] if args.cases else []
    return "".join(f" {name} {shlex.quote(str(folder))}" for name, folder in options)


def load(args: argparse.Namespace) -> Suite:
    """Loads what the options name. Raises UserError with file and line for what is wrong."""
    the_spec = remembered.of("spec", [paths.SPEC], spec.load, worth=WORTH)
    if args.generated:
        args.cases = _generated(the_spec, args.sequences)
    elif args.sequences:
        raise UserError("--sequences is about the cases of --generated")
    tests = tests_of(the_spec, args.cases or paths.CASES)
    own = remembered.of(
        "implementations",
        [paths.SPEC, *implementations.files(paths.ADAPTERS)],
        lambda: implementations.load(the_spec),
        worth=WORTH,
    )
    known = implementations.load(the_spec, args.adapters, own)
    gc.freeze()  # all of it stays to the end: no collection need look at it
    return Suite(the_spec, tests, known, products.load(the_spec, [paths.ADAPTERS, *args.adapters]))


def tests_of(the_spec: Spec, folder: Path) -> list[Test]:
    """Every test of the case files in a folder, with its cells. Raises UserError with file and line for what is wrong."""
    return remembered.of(
        "tests",
        [paths.SPEC, folder],
        lambda: _with_texts(cells.settle(the_spec, cases.load(the_spec, folder))),
        worth=WORTH,
    )


def _with_texts(tests: list[Test]) -> list[Test]:
    """The tests, whose steps know their texts: every report tells them, and they take long to make."""
    for test in tests:
        for step in test.steps:
            step.text  # noqa: B018  # remembered where it is first asked for
    return tests


def _generated(the_spec: Spec, sequences: int | None) -> Path:
    """The folder with the cases that the model makes, written anew: they are the same each time."""
    from pipects.exploring import generating  # it takes its time, and few ask for it

    tried = sequences or generating.TRIED
    texts = remembered.of(
        f"generated of {tried}", [paths.SPEC], lambda: generating.texts(the_spec, tried=tried)
    )
    generating.write(GENERATED, texts)
    return GENERATED


def without_cases(adapters: Sequence[Path]) -> Suite:
    """The specification and the implementations, for a command that needs no case."""
    the_spec = spec.load()
    known = implementations.load(the_spec, [paths.ADAPTERS, *adapters])
    return Suite(the_spec, [], known, products.load(the_spec, [paths.ADAPTERS, *adapters]))
