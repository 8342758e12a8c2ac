"""What the operating system shows behind each call of a sequence, held against the model's handle table."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipects import ends
from pipects.conversation import Differs
from pipects.execution import Execution
from pipects.observe import LOOK_AGAIN, End
from pipects.steps import Step
from pipects.wellformed import AS_BEFORE
from spec.model.calls import MAIN, Call
from spec.model.state import CLOSED, World


@dataclass
class Course:
    """What a sequence came to: its calls and the steps that made them."""

    calls: list[Call] = field(default_factory=list)
    asked: list[Call] = field(default_factory=list)
    """Those of the calls that nothing forced: what makes the sequence again."""
    steps: list[Step] = field(default_factory=list)
    reached: list[tuple[str, str]] = field(default_factory=list)
    """The transitions: form of the call, and the requirement by which its outcome was right."""
    came: list[tuple[Call, str]] = field(default_factory=list)
    """What came of the calls, in few words."""


class Looking(Execution):
    """A sequence in progress: what is looked at beside the outcomes of its calls."""

    worlds: list[World]
    """Those that may be the real one."""
    course: Course

    def _log(self, step: Step) -> None:
        self._step = len(self.course.steps), step
        self.course.steps.append(step)

    def _compare_ends(self, requirement: str) -> None:
        """Compares the ends that every process holds with those of the model's handle table."""
        for process in list(self._processes):
            if process not in self.worlds[0].processes:
                continue
            pid = self._adapter(process).pid
            inodes = {pipe: self._inodes(maker) for pipe, maker in self._made()}
            until = time.monotonic() + self._settle
            while not (left := self._agreeing(pid, process, inodes)):
                if time.monotonic() > until:
                    self._tell_ends(process, requirement)
                time.sleep(LOOK_AGAIN)
            self.worlds = left

    def _made(self) -> list[tuple[int, str]]:
        """The pipes, each with the server that made it: of a FIFO nobody knows which it is."""
        return [(pipe, each.maker) for pipe, each in self.worlds[0].pipes.items() if each.maker]

    def _inodes(self, maker: str) -> frozenset[int]:
        return self._names[maker].pipes if maker in self._names else frozenset()

    def _agreeing(
        self, pid: int, process: str, inodes: Mapping[int, frozenset[int]]
    ) -> list[World]:
        found = self._system.pipe_ends(pid)
        return [
            world
            for world in self.worlds
            if all(_agrees(world, process, pipe, inodes[pipe], found) for pipe in inodes)
        ]

    def _tell_ends(self, process: str, requirement: str) -> None:
        """Makes the step that shows which ends differ, and fails by it."""
        world = self.worlds[0]
        found = self._system.pipe_ends(self._adapter(process).pid)
        for pipe, maker in self._made():
            if _agrees(world, process, pipe, self._inodes(maker), found):
                continue
            options = {"of": maker, "in": process, "are": world.ends(process, pipe)}
            step = Step("observe", "ends", process, MAIN, options, {}, requirement)
            self._step = len(self.course.steps), step
            try:
                self._observe_ends(step)
            except Differs:
                self.course.steps.append(step)
                raise

    def _compare_unread(self, call: Call, requirement: str) -> None:
        """That the pipes which a transfer was about hold what they must: not a byte more, or less, was taken."""
        world = self.worlds[0]
        stream = world.streams.get(world.stream_of(call.object) or "")
        if stream is None or stream.process != "parent" or call.verb in ("get", "set", "forget"):
            return
        self._await_copies()
        for number in (stream.pipe, *_handed_on(world, stream.pipe)):
            pipe, inodes = world.pipes[number], self._inodes(world.pipes[number].maker)
            wanted = self._unread(number)
            if wanted is None or not inodes:
                continue
            pid = self._family.parent.pid
            if not self._comes(lambda: self._system.unread(pid, min(inodes)) == wanted):
                options = {"of": pipe.maker, "in": "parent"}
                self._look("unread", options, requirement, {"returns": wanted})

    def _await_copies(self) -> None:
        """Until a copy that waits for room has taken what it hands on: closed before, it would have nothing to hand on."""
        world, pid = self.worlds[0], self._family.parent.pid
        for _, each in world.pending():
            source = world.streams[each.stream]
            if each.kind != "copy" or not each.left or source.state == CLOSED:
                continue
            inodes = self._inodes(world.pipes[source.pipe].maker)
            if inodes and world.ends("parent", source.pipe):
                self._comes(lambda: self._system.unread(pid, min(inodes)) < len(each.left))

    def _unread(self, number: int) -> int | None:
        """How many bytes a pipe must come to hold; None if nobody knows, or an operation under way changes it."""
        world = self.worlds[0]
        pipe = world.pipes[number]
        amounts = {len(each.pipes[number].content) for each in self.worlds}
        if pipe.blurred or pipe.ahead or pipe.partly or len(amounts) > 1:
            return None
        if not world.ends("parent", number):
            return None
        (wanted,) = amounts
        for _, each in world.pending():
            takes_all = each.kind in ("read", "byte", "copy") and not (wanted or each.left)
            is_here = world.streams[each.stream].pipe == number and each.kind != "join"
            if is_here and not takes_all:
                return None
        return wanted

    def _compare_others(self, call: Call, requirement: str) -> None:
        """That files are still open which nobody closed; that a plain child holds nothing but ends."""
        for name in self.worlds[0].files:
            known = self._names.get(name)
            if known is not None and (("parent", f"${name}")) in self._descriptors:
                first = self._descriptors["parent", f"${name}"]
                if self._system.descriptor_target(self._family.parent.pid, known.value) != first:
                    options = {"number": f"${name}", "in": "parent", "is": "open"}
                    self._look("descriptor", options, "lifetime.recycled-number-safe")
        if call.verb == "start" and call.target in self.worlds[0].plain:
            held = [h for h in self.worlds[0].handles.values() if h.process == call.target]
            self._look("handles", {"in": call.target, "is": ["pipe"] * len(held)}, requirement)
        if call.verb == "signal":
            self._look("blocked", {"on": call.target}, requirement)

    def _look(
        self, what: str, options: Mapping[str, Any], requirement: str,
        expectation: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Makes a step that asks the operating system."""
        process = str(options.get("in", "parent"))
        self._log(Step("observe", what, process, MAIN, options, expectation or {}, requirement))
        getattr(self, f"_observe_{what}")(self.course.steps[-1])

    def _compare_handles(self) -> None:
        """That the first process has open what it had before, and pipes, if all streams are disposed by now."""
        world = self.worlds[0]
        if not self._server.strict_handles or len(self._processes) > 1 or world.descriptors:
            return
        if world.pending() or any(each.state != CLOSED for each in world.streams.values()):
            return
        options = {"in": "parent", "is": AS_BEFORE}
        step = Step(
            "observe", "handles", "parent", MAIN, options, {}, "lifetime.rounds-leave-nothing"
        )
        self._step = len(self.course.steps), step
        self._observe_handles(step)
        if self._still_held is not None:
            self.course.steps.append(step)


def _handed_on(world: World, number: int) -> list[int]:
    """The pipes into which copies that are under way hand on what comes through a pipe."""
    return [
        world.streams[each.into].pipe
        for _, each in world.pending()
        if each.kind == "copy" and world.streams[each.stream].pipe == number
        if each.into in world.streams and world.streams[each.into].process == "parent"
    ]


def _agrees(
    world: World, process: str, pipe: int, inodes: frozenset[int], found: Sequence[End]
) -> bool:
    """Whether a process may hold those of the ends that are the pipe's."""
    wanted = world.ends(process, pipe)
    there = [end for end in found if end.pipe in inodes]
    if process == "parent" and world.is_shared(
        pipe
    ):  # who waits may watch a copy: there may be more of each kind
        return {each.split()[0] for each in wanted} <= {end.access for end in there}
    return ends.fit(wanted, there)
