"""Requirements against cases, both ways: what is covered, by what, and what nothing covers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from pipects import paths
from pipects.cases import Test
from pipects.errors import UserError
from pipects.spec import Spec

BINDING = paths.ROOT / "conformance" / "inprocess" / "binding-covers.yaml"
"""What only the in-process runner can show, and which of its cases does."""
REFERENCE = paths.ROOT / "reference"
_ID = r"[a-z-]+(?:\.[a-z0-9-]+)+"
NAMED = re.compile(rf"\[({_ID}(?:, {_ID})*)\]")
"""How a comment of the reference names the requirements that a line is there for."""


def binding_covers(spec: Spec, file: Path = BINDING) -> dict[str, list[str]]:
    """By requirement: the in-process runner's own cases that cover it."""
    if not file.exists():
        return {}
    found: dict[str, list[str]] = {}
    for case, requirements in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        for requirement in requirements:
            if requirement not in spec.requirements:
                raise UserError(f"{paths.shown(file)}: unknown requirement '{requirement}'")
            found.setdefault(requirement, []).append(case)
    return found


def covering(spec: Spec, tests: Sequence[Test]) -> dict[str, list[str]]:
    """By requirement: the cases that cover it, in order; an empty list where none does."""
    cases: dict[str, list[str]] = {identifier: [] for identifier in spec.requirements}
    for test in tests:
        for requirement in test.covers:
            if test.case not in cases[requirement]:
                cases[requirement].append(test.case)
    for requirement, binding in binding_covers(spec).items():
        cases[requirement] += binding
    return cases


def uncovered(spec: Spec, tests: Sequence[Test]) -> list[str]:
    """Requirements that no case covers."""
    return [identifier for identifier, cases in covering(spec, tests).items() if not cases]


def only_covered_by(spec: Spec, tests: Sequence[Test]) -> dict[str, list[str]]:
    """By case: the requirements that would lose their last case without it."""
    alone: dict[str, list[str]] = {test.case: [] for test in tests}
    for requirement, cases in covering(spec, tests).items():
        if len(cases) == 1 and cases[0] in alone:
            alone[cases[0]].append(requirement)
    return alone


def unknown_in_reference(spec: Spec, folder: Path = REFERENCE) -> list[str]:
    """Places in the reference's comments that name a requirement which there is none of."""
    return [
        f"{paths.shown(file)}:{number}: {name}"
        for file in sorted(path for path in folder.rglob("*") if path.suffix in (".cpp", ".hpp"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for listed in NAMED.findall(line.partition("//")[2])
        for name in listed.split(", ")
        if name not in spec.requirements
    ]


def check(spec: Spec, tests: Sequence[Test]) -> None:
    """Raises UserError if a requirement has no case, or the reference names one that there is not."""
    if missing := uncovered(spec, tests):
        raise UserError(
            f"{len(missing)} requirements have no case, {missing[0]} for one",
            "'pipects list requirements --uncovered' names them",
        )
    if unknown := unknown_in_reference(spec):
        raise UserError(
            f"{unknown[0]} is no requirement",
            "'pipects list requirements' has them all; spec/not-taken.yaml says what became of others",
        )
