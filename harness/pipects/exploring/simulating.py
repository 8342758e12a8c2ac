"""Sequences in the model alone: what may come of each call is drawn, and no process takes part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from pipects.exploring import planning
from pipects.exploring.planning import OFTEN, RULES, Planner
from spec.model import rules
from spec.model.calls import MAIN, Call
from spec.model.outcomes import Unspecified, Waits
from spec.model.state import World

Transition = tuple[str, str]
"""The form of a call, and the requirement that its outcome goes by."""


@dataclass
class Imagined:
    """A sequence, and the transitions that it takes."""

    calls: list[Call] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)


def imagine(random: Random, length: int) -> Imagined:
    """A sequence of about so many rules."""
    names = [*RULES, *OFTEN]
    world, planner, course = World(), Planner(), Imagined()
    for place in range(length):
        rule = "pair" if place == 0 else random.choice(names)
        numbers = [random.randrange(24) for _ in range(6)]
        for call in planner.propose(world, rule, numbers):
            world = step(world, call, random, course)
            world = _collected(world, random, course)
    return course


def step(world: World, call: Call, random: Random, course: Imagined) -> World:
    """What holds after a call: one of the worlds that may be; the same where nobody says."""
    try:
        mays = rules.possibilities(world, call)
    except (Unspecified, KeyError):
        return world
    waits = [may.outcome == Waits() for may in mays]
    if not mays or (any(waits) and (not all(waits) or call.thread == MAIN)):
        return world
    chosen = random.choice(mays)
    course.calls.append(call)
    course.transitions.append((call.form, chosen.requirement))
    return chosen.after


def _collected(world: World, random: Random, course: Imagined) -> World:
    while (due := planning.forced(world)) is not None:
        before = len(course.calls)
        world = step(world, due, random, course)
        if len(course.calls) == before:
            break
    return world


def sequences(seed: int, number: int, length: int = 24) -> Iterator[Imagined]:
    """So many sequences, the same for the same seed."""
    for index in range(number):
        yield imagine(Random(f"{seed}/{index}"), length)
