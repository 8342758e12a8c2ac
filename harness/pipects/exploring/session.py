"""One sequence on a real family of processes: the model says what may come, and is narrowed by what does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipects import cases, matching, needs
from pipects.conversation import Differs
from pipects.errors import AdapterFault
from pipects.exploring import planning, translating
from pipects.exploring.looking import Course, Looking
from pipects.implementations import Implementation
from pipects.judging import Record
from pipects.observe import NotObservable, signals
from pipects.processes import Family
from pipects.spec import Spec
from pipects.protocol import Outcome as Seen
from pipects.protocol import Returned, Threw
from pipects.steps import Step
from spec.model import calling_back, rules
from spec.model.calls import MAIN, Call, Data
from spec.model.outcomes import Outcome, Unspecified, Waits
from spec.model.state import CLOSED, READ, May, World


class Session(Looking):
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
        if self.course.reached and not calling_back.is_closing(self.worlds[0]):
            self._compare_ends(self.course.reached[-1][1])
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

    def _end_of(self, name: str) -> str | None:
        return self.worlds[0].streams[name].access

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
        if self._is_lacking(step) or (call.verb == "answer" and self._family.director is None):
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
        if call.verb == "get" and call.thread == MAIN:
            return  # what a property has changed is seen behind the next call
        if calling_back.is_closing(self.worlds[0]):
            return  # what a callback closes is seen once it is over
        self._compare_ends(mays[0].requirement)
        self._compare_unread(call, mays[0].requirement)
        self._compare_others(call, mays[0].requirement)
        self._see_pending(call)

    def _is_lacking(self, step: Step) -> bool:
        """Whether the implementation said that it lacks what the step needs."""
        if not self._lacks:
            return False
        if step.member in self._lacks:
            return True
        return not self._lacks.isdisjoint(needs.of_step(step, self._spec))

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

    def _gone_wrong(
        self, kinds: tuple[type[Exception], ...] = (AdapterFault, Differs)
    ) -> Record | None:
        return None  # no step is there yet that says how a call left running must end

    def _clean_up(self) -> None:
        for name, stream in list(self.worlds[0].streams.items())[::-1]:
            if stream.state != CLOSED:
                self._make(Call("call", f"{name}.Dispose"))
        if self._may_wait():
            raise NotObservable("nobody says how what is left under way would end")
        self._compare_handles()
        super()._clean_up()

    def _may_wait(self) -> bool:
        """Whether something is left that may wait for ever when everything is disposed at the end."""
        world = self.worlds[0]
        return bool(world.pending()) or any(
            text.held and not text.closed and text.stream in world.streams
            for text in world.texters.values()
        )

    def _see_pending(self, call: Call) -> None:
        """Proves that an operation which was just begun, and should wait, does."""
        if not call.kept:
            return
        for world in self.worlds:
            operation = world.operations.get(call.kept)
            if operation is None or operation.ends or operation.thread:
                return
        self._look("pending", {"of": call.kept}, self.course.steps[-1].requirement)

    def _release(self) -> None:
        """Lets everything that still waits come to its end: a call left running would hold its thread."""
        while (waiting := self.worlds[0].pending()) and self.worlds[0].streams:
            before = len(self.course.calls)
            self._make(Call("call", f"{planning.ended_by(waiting[0][1])}.Dispose"))
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


def _told(outcome: Seen) -> str:
    """An outcome in few words: the exception's type and parameter, or a value that is no object."""
    if isinstance(outcome, Threw):
        return f"throws {outcome.type}" + (
            f" naming {outcome.parameter}" if outcome.parameter else ""
        )
    value = outcome.value if isinstance(outcome, Returned) else None
    return "returns" if isinstance(value, (dict, list)) else f"returns {value!r:.40}"
