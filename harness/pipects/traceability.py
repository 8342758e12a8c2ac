"""Requirements against cases, both ways: what is covered, by what, and what nothing covers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from pipects import paths
from pipects.cases import Test
from pipects.errors import UserError
from pipects.spec import Spec

BINDING = paths.ROOT / "conformance" / "inprocess" / "binding-covers.yaml"
"""What only the in-process runner can show, and which of its cases does."""


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


def check(spec: Spec, tests: Sequence[Test]) -> None:
    """Raises UserError if a requirement has no case."""
    if missing := uncovered(spec, tests):
        raise UserError(
            f"{len(missing)} requirements have no case, {missing[0]} for one",
            "'pipects list requirements --uncovered' names them",
        )
