"""The steps that ask the operating system, and the proof that a call is blocked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from pipects import ends, matching, protocol
from pipects.cases import Step
from pipects.conversation import Conversation, Differs, Named, Running
from pipects.errors import AdapterFault, Overdue
from pipects.observe import End, Proof
from pipects.observe import linux as system
from pipects.protocol import Returned

WRITERS = ("Write", "WriteByte", "WriteAsync", "WaitForPipeDrain", "BeginWrite", "EndWrite")


class Observing(Conversation):
    """What the operating system knows of the test's processes."""

    def _observe_ends(self, step: Step) -> None:
        pid = self._adapter(step.options.get("in", step.process)).pid
        pipes = self._names[step.options["of"]].pipes
        if not pipes:
            raise AdapterFault(f"no pipe is known of '{step.options['of']}'")
        wanted = sorted(step.options["are"])
        found: list[End] = []

        def as_wanted() -> bool:
            found[:] = [end for end in system.pipe_ends(pid) if end.pipe in pipes]
            return ends.same(wanted, found)

        fits = self._comes(as_wanted)
        held = ends.listed(sorted(end.kind for end in found))
        if not fits:
            raise Differs(f"the process holds {ends.listed(wanted)}", f"the process holds {held}")
        self._note("observed", f"process {pid} holds {held}")

    def _observe_blocked(self, step: Step) -> None:
        self._prove_blocked(self._running[step.options["on"]])

    def _observe_pending(self, step: Step) -> None:
        name = step.options["of"]
        adapter = self._adapter(self._names[name].process)
        until = self._deadline(step)
        while not system.at_rest(adapter.pid):
            if time.monotonic() > until:
                raise Overdue(f"process {adapter.pid} does not come to rest")
        outcome = self._ask(step, "get", {"object": name, "member": "IsCompleted"}, adapter)
        if not isinstance(outcome, Returned) or outcome.value is not False:
            raise Differs("the operation is pending", matching.say_actual(outcome))
        self._proofs.append("weak")
        self._note("observed", f"'{name}' is pending, process {adapter.pid} at rest")

    def _observe_exit(self, step: Step) -> None:
        name = step.options["of"]
        adapter = self._ended.get(name) or self._adapter(name)
        if name not in self._ended:
            self._await_end(name, adapter)
        how, wanted = adapter.watch.exit(), step.options["is"]
        if wanted not in ({"status": how.status}, {"signal": how.signal}):
            raise Differs(
                f"the process ends with {next(iter(wanted))} {next(iter(wanted.values()))}",
                f"it ended with {how}",
            )

    def _observe_descriptor(self, step: Step) -> None:
        process = step.options.get("in", step.process)
        number = self._handle(self._value("number", step.options["number"]))
        pid = self._adapter(process).pid
        if (process, number) not in self._descriptors:
            self._descriptors[process, number] = system.descriptor_target(pid, number)
        first = self._descriptors[process, number]
        found: list[str | None] = [None]

        def as_wanted() -> bool:
            found[0] = system.descriptor_target(pid, number)
            if step.options["is"] == "open":
                return found[0] is not None and found[0] == first
            return found[0] is None or found[0] != first

        if not self._comes(as_wanted):
            raise Differs(
                f"descriptor {number} is {step.options['is']} on {first}",
                f"it is {'open on ' + found[0] if found[0] else 'closed'}",
            )
        self._note("observed", f"descriptor {number} of process {pid}: {found[0] or 'closed'}")

    def _observe_signals(self, step: Step) -> None:
        process = step.options.get("in", step.process)
        before = self._signals["parent"]
        after = system.signals(self._adapter(process).pid)
        if after != before:
            changed = [name for name in before if before[name] != after[name]]
            raise Differs(
                ", ".join(f"{name} {before[name]}" for name in changed),
                ", ".join(f"{name} {after[name]}" for name in changed),
            )

    def _observe_threads(self, step: Step) -> None:
        pid = self._adapter(step.options.get("in", step.process)).pid
        self._number(step, len(system.threads(pid)))

    def _observe_capacity(self, step: Step) -> None:
        self._number(step, *(system.capacity(pid, pipe) for pid, pipe in self._places(step)))

    def _observe_unread(self, step: Step) -> None:
        self._number(step, *(system.unread(pid, pipe) for pid, pipe in self._places(step)))

    def _places(self, step: Step) -> Iterator[tuple[int, int]]:
        pid = self._adapter(step.options.get("in", step.process)).pid
        return ((pid, pipe) for pipe in list(self._names[step.options["of"]].pipes)[:1])

    def _number(self, step: Step, *numbers: int) -> None:
        (number,) = numbers
        self._note("observed", f"{step.target}: {number}")
        if "as" in step.options:
            self._names[step.options["as"]] = Named(step.process, False, number, frozenset())
        wanted = self._resolve(step.expectation.get("returns", number))
        if not matching.matches(wanted, number):
            raise Differs(f"{step.target} {matching.short(wanted)}", f"{step.target} {number}")

    def _comes(self, state: Callable[[], bool]) -> bool:
        """Whether a state is there, or comes within the time that things may take to settle."""
        until = time.monotonic() + self._settle
        while not state():
            if time.monotonic() > until:
                return False
            time.sleep(system.LOOK_AGAIN)
        return True

    def _prove_blocked(self, running: Running) -> None:
        adapter = self._adapter(running.process)
        until = time.monotonic() + self._patience
        calls = sum(
            other.process == running.process and bool(other.pipes & running.pipes)
            for other in self._running.values()
        )
        proof: Proof | None = None
        while True:
            if adapter.connection.has_answer(running.request):  # of a proof's two looks, too
                message = adapter.connection.answer(running.request, until)
                actual = matching.say_actual(protocol.outcome_of(message))
                raise Differs("the call waits on the pipe", actual)
            if proof:
                break
            if proof := self._proof(adapter.pid, running, calls):
                continue
            if time.monotonic() > until:
                raise Overdue("the call neither ends nor is seen to wait on the pipe")
            time.sleep(system.LOOK_AGAIN)
        self._running[running.step.thread] = Running(
            running.process, running.request, running.step, running.pipes, proof.thread
        )
        self._proofs.append(proof.strength)
        self._note("observed", f"blocked, {proof.strength} proof: {proof.detail}")

    def _proof(self, pid: int, running: Running, calls: int) -> Proof | None:
        if running.pipes and (proof := system.blocked(pid, running.pipes, calls)):
            return proof
        if not system.at_rest(pid):
            return None
        if running.pipes and (proof := system.blocked(pid, running.pipes, calls)):
            return proof  # it had not begun to wait at the first look
        member = running.step.target.rpartition(".")[2]
        for pipe in running.pipes:
            bytes_there = system.unread(pid, pipe)
            if (bytes_there > 0) != (member in WRITERS):
                return None
        return Proof(
            "weak", f"every thread of process {pid} sleeps and the call is unanswered", None
        )
