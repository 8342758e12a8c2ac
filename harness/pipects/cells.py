"""Cells against tests: which point of a rule's space each test looks at, and which nothing does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from pipects import blame, facts, paths, spaces
from pipects.cases import Test
from pipects.errors import UserError
from pipects.facts import Facts
from pipects.spaces import Axes, Cell
from pipects.spec import Requirement, Spec

STATED = frozenset({"end", "direction", "member", "form", "token", "waiting", "peer",
                    "inheritability", "handle", "size"})  # fmt: skip
"""Axes of which a step's own word is final. How an end's state came about may be said instead."""
CLOSED_BY = {state: method for method, state in facts.CLOSING.items()}


def settle(spec: Spec, tests: Iterable[Test]) -> list[Test]:
    """Gives each test its cells, and takes from what it covers the rules that it is not about.

    The rows of a table need not all be about every rule that the case lists. Raises UserError
    for a claim that the steps contradict, for a test that is about none of the rules that it
    lists, and for a rule that no row of the case that lists it is about.
    """
    settled: list[Test] = []
    listed: dict[tuple[str, str], tuple[Test, str]] = {}
    met: set[tuple[str, str]] = set()
    for test in tests:
        found, reasons = _look(spec, test)
        if not found:
            raise _beside(test, test.covers[0], reasons[test.covers[0]])
        met.update((test.case, name) for name in found)
        listed.update({(test.case, name): (test, reason) for name, reason in reasons.items()})
        covers = tuple(name for name in test.covers if name in found)
        settled.append(
            dataclasses.replace(
                test,
                covers=covers,
                cells=found,
                leak=blame.of_leak(covers, spec),
                steps=blame.settled(test.steps, covers, spec),
            )
        )
    for (case, name), (test, reason) in listed.items():
        if (case, name) not in met:
            raise _beside(test, name, reason)
    return settled


def about(spec: Spec, test: Test) -> frozenset[str]:
    """Those of the rules that a test lists that its steps are about."""
    return frozenset(_look(spec, test)[0])


def checked(tests: Iterable[Test]) -> dict[str, set[int]]:
    """By requirement: the places of its cells that some test is about."""
    found: dict[str, set[int]] = {}
    for test in tests:
        for requirement, places in test.cells.items():
            found.setdefault(requirement, set()).update(places)
    return found


def _beside(test: Test, requirement: str, reason: str) -> UserError:
    return UserError(
        f"{paths.shown(test.file)}:{test.line}: {test.id} covers {requirement} "
        f"and is about no cell of it; {reason}",
        f"'pipects show {requirement}' has its space; 'fills' says what no step shows",
    )


def _look(spec: Spec, test: Test) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """The test's cells by requirement, and for a requirement that it is not about, why."""
    needed = test.fills or any(spec.requirements[name].space.over for name in test.covers)
    shown = facts.of(test, spec.axes) if needed else []
    _check_claims(test, shown)
    found: dict[str, tuple[int, ...]] = {}
    reasons: dict[str, str] = {}
    for name in test.covers:
        requirement = spec.requirements[name]
        if not requirement.space.over:
            found[name] = (0,)
            continue
        met = {
            cell
            for each in shown
            if _is_about(each, requirement, spec.axes)
            for cell in _points(requirement, each, test, spec.axes)
        }
        places = sorted(requirement.space.number[c] for c in met if c in requirement.space.number)
        if places:
            found[name] = tuple(places)
        else:
            reasons[name] = _seen(requirement, shown, met, spec.axes)
    return found, reasons


def _is_about(each: Facts, requirement: Requirement, axes: Axes) -> bool:
    """Whether the step does what the requirement is about."""
    member = each.values.get("member", frozenset())
    if "member" in requirement.space.over:
        return not member.isdisjoint(requirement.space.over["member"])
    named = members(requirement, axes)
    return not named or not member.isdisjoint(named)


def members(requirement: Requirement, axes: Axes) -> frozenset[str]:
    """The values of `member` that the requirement's documented members stand for."""
    found: set[str] = set()
    for text in requirement.members:
        kind, _, rest = text.partition(".")
        plain = spaces.signature(kind + rest[len(".ctor") :] if rest.startswith(".ctor") else rest)
        found |= axes.by_signature.get(plain, frozenset())
    return frozenset(found)


def _points(requirement: Requirement, each: Facts, test: Test, axes: Axes) -> Sequence[Cell]:
    """The cells that one step meets, with what the test says of what the step does not show."""
    values: dict[str, list[str]] = {}
    for axis, wanted in requirement.space.over.items():
        shown = each.values.get(axis, frozenset())
        said = test.fills.get(axis)
        if said is not None:
            kept = shown.intersection(said) if shown and axis in STATED else frozenset(said)
        else:
            kept = shown or _column(test, axis, axes)
        values[axis] = [value for value in wanted if value in kept]
    return list(requirement.space.points(values))


def _column(test: Test, axis: str, axes: Axes) -> frozenset[str]:
    """A column named like an axis says what no step shows."""
    value = test.row.get(axis)
    if isinstance(value, str) and value in axes.axes[axis].values:
        return frozenset({value})
    return frozenset()


def _check_claims(test: Test, shown: Sequence[Facts]) -> None:
    for axis, values in test.fills.items():
        seen: set[str] = {value for each in shown for value in each.values.get(axis, ())}
        if axis == "peer":
            seen |= facts.peers(test)
        if axis == "state":
            called = {step.member for step in test.steps if step.verb == "call"}
            wrong = [v for v in values if v in CLOSED_BY and CLOSED_BY[v] not in called]
        else:
            wrong = [value for value in values if seen and value not in seen]
        if wrong:
            raise UserError(
                f"{paths.shown(test.file)}:{test.line}: {test.id} says that it fills "
                f"{axis} {wrong[0]}, but its steps show "
                f"{', '.join(sorted(seen)) if axis != 'state' else 'no ' + CLOSED_BY[wrong[0]]}"
            )


def _seen(requirement: Requirement, shown: Sequence[Facts], met: set[Cell], axes: Axes) -> str:
    """Why a test meets no cell, in a few words."""
    if met:
        return f"it is about {spaces.say(min(met))}, which is left out"
    about = [each for each in shown if _is_about(each, requirement, axes)]
    if not about:
        named = requirement.space.over.get("member") or sorted(members(requirement, axes))
        return f"no step is one of {', '.join(named)}"
    told = []
    for axis, wanted in requirement.space.over.items():
        values = {value for each in about for value in each.values.get(axis, ())}
        if not values.intersection(wanted):
            told.append(f"{axis} is {', '.join(sorted(values)) or 'not shown'}")
    return "its " + " and ".join(told or ["values meet in no cell"])
