"""Sequences in the model alone: what may come of each call is drawn, and no process takes part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from pipects.exploring import features, planning
from pipects.exploring.choosing import Choices
from pipects.exploring.planning import CALM, OFTEN, RULES, Planner
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
    features: set[int] = field(default_factory=set)
    """What the sequence tries (features.py): the hash of each, which is compared faster."""
    choices: set[int] = field(default_factory=set)
    """By hash: every two choices of a move that was made whole."""
    behind: dict[object, Transition] = field(default_factory=dict)
    """By pipe: the last transition on it."""
    asked: list[Call] = field(default_factory=list)
    """Those of the calls that nothing forced."""


DIRECTED = "failed", "filtered"
"""The rules that need a director."""
USUAL_RULES = [each for each in RULES if each not in DIRECTED]
NUMBERS = 40
"""That choose within a rule."""
SWARM = 0.7
"""The share of sequences that go by few of the rules, so that what needs several of one kind comes about."""
OF_FEW = 3, 9
"""How many rules such a sequence goes by."""
SHORTER = 3, 6, 12
"""How long it is: what is made at its beginning is not in the way for long."""
AT_ONCE = 14
"""Below how many calls a rule that changes nothing makes."""
USUAL = 0.9
"""The share of outcomes that are the first of those that may be: the one that mostly comes."""


def imagine(random: Random, length: int, directed: bool = False) -> Imagined:
    """A sequence of about so many rules; in a `directed` one the system fails calls."""
    names = [*USUAL_RULES, *OFTEN, *(DIRECTED * len(RULES) if directed else ())]
    if random.random() < SWARM:
        names = [random.choice(names) for _ in range(random.randrange(*OF_FEW))]
        length = random.choice(SHORTER)
    world, planner, course = World(), Planner(), Imagined()
    for place in range(length):
        rule = "pair" if place == 0 else random.choice(names)
        for _ in range(random.randrange(1, AT_ONCE) if rule in CALM else 1):
            choices = Choices([random.randrange(24) for _ in range(NUMBERS)])
            is_whole = True
            for call in planner.propose(world, rule, choices):
                before = len(course.calls)
                world = step(world, call, random, course)
                course.asked += course.calls[before:]
                is_whole &= len(course.calls) > before
                world = _collected(world, random, course)
            if is_whole:
                course.choices.update(map(hash, features.of_choices(rule, choices.picked)))
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
    chosen = mays[0] if random.random() < USUAL else random.choice(mays)
    transition = call.form, chosen.requirement
    tried = features.of(world, call, course.behind)
    course.features.update(hash((transition, each)) for each in tried)
    stream = features.subject(world, call)
    course.behind[stream and stream.pipe] = transition
    course.calls.append(call)
    course.transitions.append(transition)
    return chosen.after


def _collected(world: World, random: Random, course: Imagined) -> World:
    while (due := planning.forced(world)) is not None:
        before = len(course.calls)
        world = step(world, due, random, course)
        if len(course.calls) == before:
            break
    return world


def sequences(
    seed: int, number: int, length: int = 24, first: int = 0, directed: bool = False
) -> Iterator[Imagined]:  # fmt: skip
    """So many sequences from the `first` on, the same for the same seed."""
    for index in range(first, first + number):
        yield imagine(Random(f"{seed}/{index}"), length, directed)
