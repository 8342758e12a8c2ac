"""Which requirement a failure is about: the step's own, else the one whose member the step uses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipects.spec import Spec

if TYPE_CHECKING:
    from pipects.cases import Step

LEFT_OPEN = "stream.dispose.releases-handle"
"""Broken where an end of a pipe outlives its disposed stream and the case is about something else."""
NO_READER = "stream.epipe.no-signal"
"""Broken where a write without a reader ends the process, whatever the case is about."""
LEFT_BEHIND = "lifetime.rounds-leave-nothing"
"""Broken where anything else is left: descriptors beyond the pipes, processes."""
CLOSING = ("Dispose", "Close", "DisposeAsync", "DisposeLocalCopyOfClientHandle", "Finalize")


def of_step(covers: Sequence[str], target: str, spec: Spec) -> str:
    """The requirement that a step checks if it does not say so: the first that is about its member."""
    member = target.rpartition(".")[2] if "." in target else f"{target}..ctor"
    return next(_about(covers, [member], spec), covers[0])


def settled(steps: Sequence[Step], covers: Sequence[str], spec: Spec) -> tuple[Step, ...]:
    """The steps, none of which breaks a rule that their test turned out not to be about."""
    running = {step.options["on"]: step for step in steps if "until" in step.options}
    told = []
    for step in steps:
        if step.requirement not in covers:
            call = running.get(step.target) if step.verb == "finish" else None
            what = (call or step).target
            step = dataclasses.replace(step, requirement=of_step(covers, what, spec))
        told.append(step)
    return tuple(told)


def of_leak(covers: Sequence[str], spec: Spec) -> str:
    """The requirement that an end which stayed open breaks."""
    return next(_about(covers, CLOSING, spec), LEFT_OPEN)


def _about(covers: Sequence[str], members: Sequence[str], spec: Spec) -> Iterator[str]:
    for identifier in covers:
        if any(is_about(identifier, member, spec) for member in members):
            yield identifier


def is_about(requirement: str, member: str, spec: Spec) -> bool:
    """Whether a requirement is about a member, whichever type has it."""
    bare = (name.partition("(")[0] for name in spec.requirements[requirement].members)
    return any(name == member or name.endswith(f".{member}") for name in bare)
