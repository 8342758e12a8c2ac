"""One sequence on a real family of processes: the model says what may come, and is narrowed by what does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipects import cases, ends, matching
from pipects.cases import Step
from pipects.cleaning import kinds
from pipects.conversation import Differs, LeftOpen
from pipects.execution import Execution
from pipects.exploring import planning, translating
from pipects.implementations import Implementation
from pipects.observe import LOOK_AGAIN
from pipects.observe import signals
from pipects.processes import Family
from pipects.spec import Spec
from pipects.protocol import Outcome as Seen
from pipects.protocol import Returned, Threw
from spec.model import rules
from spec.model.calls import MAIN, Call, Data
from spec.model.outcomes import Outcome, Unspecified, Waits
from spec.model.state import CLOSED, READ, May, World


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


class Session(Execution):
    """A test whose steps are chosen one by one, as the model allows."""

    def __init__(
        self, source: Callable[[Session], Iterator[Call]], family: Family, server: Implementation,
        client: Implementation, scale: float, spec: Spec,
    ) -> None:  # fmt: skip
        super().__init__(cases.nameless(), family, server, client, scale)
        self._source = source
        self._spec = spec
        self._lacks = frozenset({*family.parent.greeting.lacks, *server.lacks})
        self.worlds: list[World] = [World()]
        self.course = Course()
        self._mays: list[May] = []
        self._holds_array = False

    def _perform(self) -> None:
        """Makes calls until the source has no more, and collects what is left running."""
        before = self._system.signals(self._family.parent.pid)
        self._signals = before
        for call in self._source_calls():
            self._make(call)
        self._release()
        for name in list(self.worlds[0].callbacks):
            self._make(Call("get", f"{name}.Count"))
        started = any(call.verb == "start" for call in self.course.calls)
        if started:  # a runtime may handle signals of children from the first one on
            return
        if signals.changed(before, self._system.signals(self._family.parent.pid)):
            self._look("signals", {}, "stream.signals.dispositions-unchanged")

    def _source_calls(self) -> Iterator[Call]:
        calls = self._source(self)
        while True:
            while (due := planning.forced(self.worlds[0])) is not None:
                before = len(self.course.calls)
                yield due
                if len(self.course.calls) == before:
                    break  # nobody says what would come of it
            try:
                call = next(calls)
            except StopIteration:
                return
            self.course.asked.append(call)
            yield call

    def world(self) -> World:
        """The world as far as it is known: the first of those that may be."""
        return self.worlds[0]

    def _make(self, call: Call) -> None:
        try:
            mays = rules.all_of(self.worlds, call)
        except (Unspecified, KeyError):
            return  # nobody says what would come of it, or what it is about is gone
        waits = [may.outcome == Waits() for may in mays]
        if any(waits) and (not all(waits) or call.thread == MAIN):
            return  # it might never end
        here = replace(call, process=self._process_of(call))
        step = translating.step(here, (may.outcome for may in mays), mays[0].requirement)
        if self._is_lacking(step):
            return
        if call.verb == "rest":
            self._look("idle", {"in": call.target}, mays[0].requirement)
            self.course.calls.append(call)
            self.course.reached.append((call.form, mays[0].requirement))
            return
        self._mays, self._holds_array = mays, translating.holds_array(call)
        self._log(step)
        self.course.calls.append(call)
        getattr(self, f"_do_{step.verb}")(step)
        if step.verb in translating.OBSERVED or all(waits):
            self.worlds = [may.after for may in mays]
            self.course.reached.append((call.form, mays[0].requirement))
        self._compare_ends(mays[0].requirement)
        self._compare_unread(call, mays[0].requirement)
        self._compare_others(call, mays[0].requirement)
        self._see_pending(call)

    def _is_lacking(self, step: Step) -> bool:
        """Whether the implementation said that it lacks what the step needs."""
        if not self._lacks:
            return False
        if step.target.rpartition(".")[2] in self._lacks:
            return True
        return not self._lacks.isdisjoint(cases.needs_of(step, self._spec))

    def _log(self, step: Step) -> None:
        self._step = len(self.course.steps), step
        self.course.steps.append(step)

    def _process_of(self, call: Call) -> str:
        world = self.worlds[0]
        name = world.stream_of(call.target if call.verb in ("finish", "signal") else call.object)
        return world.streams[name].process if name in world.streams else call.process

    def _judge(
        self, step: Step, outcome: Seen, expectation: Mapping[str, Any], choice: str | None = None
    ) -> None:
        super()._judge(step, outcome, expectation, choice)
        arguments = step.options.get("with") or {}

        def fits(allowed: Outcome) -> bool:
            wanted = self._resolve(translating.one(allowed, self._holds_array))
            return matching.holds(wanted, outcome, arguments)

        self.course.came.append((self.course.calls[-1], _told(outcome)))
        fitting = [may for may in self._mays if may.outcome != Waits() and fits(may.outcome)]
        self.worlds = rules.narrow(fitting, fits)
        call = self.course.calls[-1]
        self.course.reached.append((call.form, fitting[0].requirement))

    def _clean_up(self) -> None:
        kept = self._kept_when_closed()
        super()._clean_up()
        if kept:
            raise LeftOpen(
                "what is disposed holds no handle, also while it is still kept",
                f"left open: {kept}",
                "lifetime.rounds-leave-nothing",
            )

    def _kept_when_closed(self) -> str:
        """What the first process has open that it had not, and is no pipe's, once all streams are disposed."""
        world = self.worlds[0]
        if not self._server.strict_handles or len(self._processes) > 1 or world.descriptors:
            return ""
        for name, stream in list(world.streams.items()):
            if stream.state != CLOSED:
                self._make(Call("call", f"{name}.Dispose"))
        world = self.worlds[0]
        if world.pending() or any(each.state != CLOSED for each in world.streams.values()):
            return ""
        more: Counter[str] = Counter()

        def nothing_more() -> bool:
            more.clear()
            more.update(kinds(each for _, each in self._system.links(self._family.parent.pid)))
            more.subtract(self._before)
            return not _beside_pipes(more)

        return "" if self._comes(nothing_more) else _beside_pipes(more)

    # What the operating system shows

    def _compare_ends(self, requirement: str) -> None:
        """Compares the ends that every process holds with those of the model's handle table."""
        for process in list(self._processes):
            if process not in self.worlds[0].processes:
                continue
            pid = self._adapter(process).pid
            inodes = {
                pipe: self._inodes(known.maker) for pipe, known in self.worlds[0].pipes.items()
            }
            until = time.monotonic() + self._settle
            while not (left := self._agreeing(pid, process, inodes)):
                if time.monotonic() > until:
                    self._tell_ends(process, requirement)
                time.sleep(LOOK_AGAIN)
            self.worlds = left

    def _inodes(self, maker: str) -> frozenset[int]:
        return self._names[maker].pipes if maker in self._names else frozenset()

    def _agreeing(
        self, pid: int, process: str, inodes: Mapping[int, frozenset[int]]
    ) -> list[World]:
        found = self._system.pipe_ends(pid)
        return [
            world
            for world in self.worlds
            if all(
                world.is_shared(pipe)
                or ends.same(
                    world.ends(process, pipe), [e for e in found if e.pipe in inodes[pipe]]
                )
                for pipe in inodes
            )
        ]

    def _tell_ends(self, process: str, requirement: str) -> None:
        """Makes the step that shows which ends differ, and fails by it."""
        world = self.worlds[0]
        for pipe, known in world.pipes.items():
            options = {"of": known.maker, "in": process, "are": world.ends(process, pipe)}
            step = Step("observe", "ends", process, MAIN, options, {}, requirement)
            self._step = len(self.course.steps), step
            try:
                self._observe_ends(step)
            except Differs:
                self.course.steps.append(step)
                raise

    def _compare_unread(self, call: Call, requirement: str) -> None:
        """That a pipe which a transfer was about holds what it must: not a byte more was taken."""
        stream = self.worlds[0].streams.get(self.worlds[0].stream_of(call.object) or "")
        if stream is None or stream.process != "parent" or call.verb in ("get", "set", "forget"):
            return
        pipe = self.worlds[0].pipes[stream.pipe]
        amounts = {len(world.pipes[stream.pipe].content) for world in self.worlds}
        busy = any(
            self.worlds[0].streams[o.stream].pipe == stream.pipe
            for _, o in self.worlds[0].pending()
            if o.kind != "join"
        )
        if (
            pipe.blurred
            or pipe.ahead
            or pipe.partly
            or busy
            or len(amounts) > 1
            or not self.worlds[0].ends("parent", stream.pipe)
        ):
            return
        (wanted,), pid = amounts, self._family.parent.pid
        if not self._comes(
            lambda: self._system.unread(pid, next(iter(self._inodes(pipe.maker)))) == wanted
        ):
            options = {"of": pipe.maker, "in": "parent"}
            self._look("unread", options, requirement, {"returns": wanted})

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

    def _see_pending(self, call: Call) -> None:
        """Proves that an operation which was just begun, and should wait, does."""
        operation = self.worlds[0].operations.get(call.kept) if call.kept else None
        if operation is None or operation.ends or operation.thread:
            return
        self._look("pending", {"of": call.kept}, self.course.steps[-1].requirement)

    def _release(self) -> None:
        """Lets everything that still waits come to its end: a call left running would hold its thread."""
        while (waiting := self.worlds[0].pending()) and self.worlds[0].streams:
            first = waiting[0][1]
            stream = first.into if first.into and first.left else first.stream
            before = len(self.course.calls)
            self._make(Call("call", f"{stream}.Dispose"))
            while (due := planning.forced(self.worlds[0])) is not None:
                done = len(self.course.calls)
                self._make(due)
                if len(self.course.calls) == done:
                    break
            if len(self.course.calls) == before:
                break
        for name in planning.left_open(self.worlds[0]):
            self._make(Call("call", f"{name}.DisposeLocalCopyOfClientHandle"))
        for name, text in list(self.worlds[0].texters.items()):
            if text.held and text.stream in self.worlds[0].streams:
                self._make(Call("call", f"{name}.Dispose"))
                if not self.worlds[0].texters[name].closed:
                    self._break(self.worlds[0].streams[text.stream].pipe)
                    self._make(Call("call", f"{name}.Dispose"))

    def _break(self, pipe: int) -> None:
        """Leaves a pipe empty or without a reader: who holds text for it must not wait for room at the end."""
        content = self.worlds[0].pipes[pipe].content
        for name, stream in list(self.worlds[0].streams.items()):
            if stream.pipe == pipe and stream.access == READ and content:
                array = Data(b"\xa5" * len(content))
                self._make(Call("call", f"{name}.ReadExactly", {"buffer": array}))
                content = self.worlds[0].pipes[pipe].content
        for name, stream in list(self.worlds[0].streams.items()):
            if stream.pipe == pipe and stream.access == READ:
                self._make(Call("call", f"{name}.Dispose"))
            elif stream.pipe == pipe and stream.server:
                self._make(Call("call", f"{name}.DisposeLocalCopyOfClientHandle"))


def _beside_pipes(more: Counter[str]) -> str:
    """What there is more of, but for the ends of pipes, which handle objects may still hold."""
    return ", ".join(
        f"{n} of {kind}" for kind, n in sorted(more.items()) if n > 0 and kind != "pipe"
    )


def _told(outcome: Seen) -> str:
    """An outcome in few words: the exception's type and parameter, or a value that is no object."""
    if isinstance(outcome, Threw):
        return f"throws {outcome.type}" + (
            f" naming {outcome.parameter}" if outcome.parameter else ""
        )
    value = outcome.value if isinstance(outcome, Returned) else None
    return "returns" if isinstance(value, (dict, list)) else f"returns {value!r:.40}"
