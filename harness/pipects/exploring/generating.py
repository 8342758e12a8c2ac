"""A suite made of the model: sequences that take every pair of consecutive transitions, as cases.

What may come of a call is here what may come in any of the worlds that its forerunners allow: nobody has looked yet.
The cases are the same each time, so that they are made when they are wanted and not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random

from pipects import datafile
from pipects.exploring import findings, planning, translating
from pipects.exploring.choosing import Choices
from pipects.exploring.planning import OFTEN, Planner
from pipects.exploring.simulating import NUMBERS, USUAL_RULES
from pipects.spec import Spec
from pipects.steps import Step
from spec.model import rules
from spec.model.calls import MAIN, Call
from spec.model.outcomes import Unspecified, Waits
from spec.model.state import World

Transition = tuple[str, str]
MOST_WORLDS = 24
LENGTH = 16
"""Rules of a sequence, each one call or a few."""
TRIED = 400
"""Sequences that are drawn; those that take a new pair are kept, up to their last new one."""
A_FILE = 20
"""Cases in one file, at the most."""
FULL = datafile.LARGEST // 2
"""Characters with which a file is full: long texts make long cases."""


@dataclass
class Written:
    """A sequence as a case would have it."""

    steps: list[Step] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)


class _Writer:
    """Writes down one sequence, in all worlds at once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._worlds = [World()]
        self._before: list[list[World]] = []
        """By step: the worlds that there were before it."""
        self.written = Written()

    def write(self) -> Written:
        """About so many rules, the first of which makes a pipe."""
        names = [*USUAL_RULES, *OFTEN]
        planner = Planner()
        for place in range(LENGTH):
            rule = "pair" if place == 0 else self._random.choice(names)
            choices = Choices([self._random.randrange(24) for _ in range(NUMBERS)])
            for call in planner.propose(self._worlds[0], rule, choices):
                self._make(call)
                while (due := planning.forced(self._worlds[0])) is not None and self._make(due):
                    pass
        return self.written

    def _make(self, call: Call) -> bool:
        """Makes a call if all worlds agree on whether it waits. Says whether it was made."""
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
        self._before.append(self._worlds)
        self._worlds = after
        self.written.transitions.append((call.form, requirement))
        return True

    def end(self, transitions: int) -> Written:
        """Leaves out what comes behind so many transitions, and lets all that waits then come to its end."""
        if transitions < len(self._before):
            self._worlds = self._before[transitions]
        del self.written.steps[transitions:], self.written.transitions[transitions:]
        while waiting := self._worlds[0].pending():
            if not self._make(Call("call", f"{waiting[0][1].stream}.Dispose")):
                break
        while (due := planning.forced(self._worlds[0])) is not None and self._make(due):
            pass
        for name in planning.left_open(self._worlds[0]):
            self._make(Call("call", f"{name}.DisposeLocalCopyOfClientHandle"))
        return self.written


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


def sequences(seed: int = 1, tried: int = TRIED) -> Iterator[Written]:
    """The sequences that take a pair of consecutive transitions that none before them takes."""
    taken: set[tuple[Transition, Transition]] = set()
    for number in range(tried):
        writer = _Writer(Random(f"generated/{seed}/{number}"))
        written = writer.write()
        last = 0
        for place, pair in enumerate(pairwise(written.transitions), 2):
            if pair not in taken:
                last = place
        if last:
            written = writer.end(last)
            taken.update(pairwise(written.transitions))
            if not _open(written.steps):
                yield written


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
    """The suite's cases, each as a file has it."""
    return [
        findings.text(findings.sequence(written.steps, f"generated.n{number:05}", spec))
        for number, written in enumerate(sequences(seed, tried), 1)
    ]


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
