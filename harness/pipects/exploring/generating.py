"""A suite made of the model: sequences that take every pair of consecutive transitions, as cases.

What may come of a call is here what may come in any of the worlds that its forerunners allow: nobody has looked yet.
The cases are the same each time, so that they are made when they are wanted and not kept.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from pathlib import Path
from random import Random

from pipects import datafile
from pipects.exploring import findings, planning, translating
from pipects.exploring.choosing import Choices
from pipects.exploring.planning import OFTEN, Planner
from pipects.exploring.simulating import NUMBERS, USUAL_RULES
from pipects.mutation.spread import LocalWorkers
from pipects.spec import Spec
from pipects.steps import Step
from spec.model import rules
from spec.model.calls import MAIN, Call, Ref
from spec.model.outcomes import Unspecified, Waits
from spec.model.state import World

Transition = tuple[str, str]
MOST_WORLDS = 24
LENGTH = 16
"""Rules of a sequence, each one call or a few."""
TRIED = 4_000
"""Sequences that are drawn; those that take a new pair are kept."""
A_SHARE = 50
"""Sequences that one process draws at a time."""
MOST = 40_000
"""Characters of a case: one in ten has longer texts, and all of those together more than the others."""
A_FILE = 20
"""Cases in one file, at the most."""
FULL = datafile.LARGEST // 2
"""Characters with which a file is full: long texts make long cases."""


@dataclass
class Written:
    """A sequence as a case would have it."""

    steps: list[Step] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)


@dataclass(frozen=True)
class Drawn:
    """A sequence as a file has it, and its pairs of consecutive transitions."""

    pairs: frozenset[tuple[Transition, Transition]]
    text: str


class Writer:
    """Writes down one sequence, in all worlds at once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._worlds = [World()]
        self._missing: set[str] = set()
        """The names of what would have come of calls that were not made."""
        self.written = Written()

    def write(self) -> Written:
        """About so many rules, the first of which makes a pipe, and the end of all that waits then."""
        names = [*USUAL_RULES, *OFTEN]
        planner = Planner()
        for place in range(LENGTH):
            rule = "pair" if place == 0 else self._random.choice(names)
            choices = Choices([self._random.randrange(24) for _ in range(NUMBERS)])
            for call in planner.propose(self._worlds[0], rule, choices):
                self.make(call)
                while (due := planning.forced(self._worlds[0])) is not None and self.make(due):
                    pass
        self._end()
        return self.written

    def make(self, call: Call) -> bool:
        """Makes a call if it can be, and what it is about was made. Says whether it was made."""
        named = {each.name for each in call.arguments.values() if isinstance(each, Ref)}
        made = self._missing.isdisjoint({call.object, *named}) and self._is_made(call)
        if not made and call.kept:
            self._missing.add(call.kept)
        return made

    def _is_made(self, call: Call) -> bool:
        """Makes a call if all worlds agree on whether it waits."""
        if call.verb in ("signal", "kill", "exit", "rest", "answer"):
            return False  # a case shows these in other words
        try:
            mays = rules.all_of(self._worlds, call)
        except (Unspecified, KeyError):
            return False
        waits = [may.outcome == Waits() for may in mays]
        if not mays or (any(waits) and (not all(waits) or call.thread == MAIN)):
            return False
        after: list[World] = []
        for may in mays:
            if may.after not in after:
                after.append(may.after)
        if len(after) > MOST_WORLDS or len({_shape(world) for world in after}) > 1:
            return False
        here = replace(call, process=_process(self._worlds[0], call))
        requirement = mays[0].requirement
        self.written.steps.append(
            translating.step(here, (may.outcome for may in mays), requirement)
        )
        self._worlds = after
        self.written.transitions.append((call.form, requirement))
        return True

    def _end(self) -> None:
        """Lets all that waits come to its end."""
        disposed: set[str] = set()
        while waiting := self._worlds[0].pending():
            stream = planning.ended_by(waiting[0][1])
            if stream in disposed or not self.make(Call("call", f"{stream}.Dispose")):
                break
            disposed.add(stream)
        while (due := planning.forced(self._worlds[0])) is not None and self.make(due):
            pass
        for name in planning.left_open(self._worlds[0]):
            self.make(Call("call", f"{name}.DisposeLocalCopyOfClientHandle"))


def _shape(world: World) -> tuple[object, ...]:
    """What must be the same in all worlds for the next call to make sense in each."""
    ends = sorted(
        (process, pipe, tuple(world.ends(process, pipe)))
        for process in world.processes
        for pipe in world.pipes
    )
    ended = tuple((name, bool(each.ends)) for name, each in world.operations.items())
    states = tuple((name, each.state) for name, each in world.streams.items())
    return tuple(ends), ended, states


def _process(world: World, call: Call) -> str:
    name = world.stream_of(call.object) or world.stream_of(call.target)
    return world.streams[name].process if name in world.streams else call.process


def drawn(seed: int, numbers: Sequence[int], spec: Spec) -> list[Drawn]:
    """The sequences of these numbers, in any process; none that leaves a call running, or is too long."""
    found = []
    for number in numbers:
        written = Writer(Random(f"generated/{seed}/{number}")).write()
        if written.steps and not _open(written.steps):
            name = f"generated.n{number:05}"
            text = findings.text(findings.sequence(written.steps, name, spec))
            if len(text) <= MOST:
                found.append(Drawn(frozenset(pairwise(written.transitions)), text))
    return found


def _open(steps: Sequence[Step]) -> list[Step]:
    """The steps whose calls are still running at the end."""
    running: dict[str, Step] = {}
    for step in steps:
        if "until" in step.options:
            running[step.thread] = step
        elif step.verb == "finish":
            running.pop(step.target, None)
    return list(running.values())


def texts(spec: Spec, seed: int = 1, tried: int = TRIED) -> list[str]:
    """The suite's cases, each as a file has it: each takes a pair of transitions that none before it takes."""
    shares = [range(first, min(first + A_SHARE, tried)) for first in range(0, tried, A_SHARE)]
    tasks = [(seed, share, spec) for share in shares]
    workers = LocalWorkers(len(os.sched_getaffinity(0)), secrets.token_hex(8))
    try:
        came = {task[1]: result for task, result in workers.map(drawn, tasks)}
    finally:
        workers.close()
    taken: set[tuple[Transition, Transition]] = set()
    kept = []
    for each in chain.from_iterable(came[share] for share in shares):
        if not each.pairs <= taken:
            taken |= each.pairs
            kept.append(each.text)
    return kept


def _files(cases: Sequence[str]) -> Iterator[list[str]]:
    """The cases of each file, in their order."""
    held: list[str] = []
    for case in cases:
        if held and (len(held) == A_FILE or sum(map(len, held)) + len(case) > FULL):
            yield held
            held = []
        held.append(case)
    if held:
        yield held


def write(folder: Path, cases: Sequence[str]) -> None:
    """Writes cases into a folder of theirs. A file that is the same stays untouched."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        f"generated-{number:03}.yaml": "".join(each) for number, each in enumerate(_files(cases), 1)
    }
    for old in folder.glob("generated-*.yaml"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
