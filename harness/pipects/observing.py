"""The steps that ask the operating system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from pipects import blame, ends, matching
from pipects.conversation import Differs, LeftOpen, Named
from pipects.errors import AdapterFault, Overdue
from pipects.observe import End, comes_while, kinds
from pipects.observe import idle, signals
from pipects.processes import Adapter
from pipects.protocol import Outcome, Returned
from pipects.steps import Step
from pipects.waiting import Waiting
from pipects.wellformed import AS_BEFORE

AT_FIRST = 0.2
"""The share of the time to settle for which is waited where the case is done again in any event."""
CONNECTION = "socket"
"""What an adapter speaks with the harness by: not the implementation's."""


class Observing(Waiting):
    """What the operating system knows of the test's processes."""

    def _observe_ends(self, step: Step) -> None:
        pid = self._adapter(step.options.get("in", step.process)).pid
        pipes = self._names[step.options["of"]].pipes
        if not pipes:
            raise AdapterFault(f"no pipe is known of '{step.options['of']}'")
        wanted = sorted(step.options["are"])
        found: list[End] = []

        def as_wanted() -> bool:
            found[:] = [end for end in self._system.pipe_ends(pid) if end.pipe in pipes]
            return ends.fit(wanted, found)

        fits = self._comes(as_wanted)
        held = ends.listed(sorted(end.kind for end in found))
        if not fits:
            raise Differs(f"the process holds {ends.listed(wanted)}", f"the process holds {held}")
        self._note("observed", f"process {pid} holds {held}")

    def _observe_blocked(self, step: Step) -> None:
        thread = step.options["on"]
        self._prove_blocked(self._running[thread])
        if "for" in step.options:
            running = self._running[thread]
            connection = self._adapter(running.process).connection
            connection.has_answer(running.request, step.options["for"])
            self._prove_blocked(running)

    def _observe_pending(self, step: Step) -> None:
        name = step.options["of"]
        adapter = self._adapter(self._names[name].process)
        self._come_to_rest(adapter.pid)
        outcome = self._ask(step, "get", {"object": name, "member": "IsCompleted"}, adapter)
        if not isinstance(outcome, Returned) or outcome.value is not False:
            self._require_fitting(self._names[name].pipes, "the operation is pending", outcome)
            ended = self._how_it_ended(step, outcome, adapter)
            raise Differs("the operation is pending", ended, self._done_early(name, ended))
        self._proofs.append("weak")
        self._note("observed", f"'{name}' is pending, process {adapter.pid} at rest")

    def _done_early(self, name: str, ended: str) -> str | None:
        """The requirement that a write breaks whose task or result is complete while it can't have sent all, unless
        it has failed."""
        begun = self._test.naming(name)
        if begun is None or begun.verb != "call" or "threw" in ended:
            return None
        return self._too_early(begun, self._names[name].pipes)

    def _how_it_ended(self, step: Step, outcome: Outcome, adapter: Adapter) -> str:
        """What is told of an operation that does not wait: a task that has ended also tells what it came to."""
        said = matching.say_actual(outcome)
        if not (isinstance(outcome, Returned) and outcome.value is True):
            return said
        asked = {"object": step.options["of"], "member": "Wait", "arguments": {}}
        try:
            ended = self._ask(step, "call", asked, adapter)
        except (Differs, AdapterFault, Overdue):  # as of the result of a Begin, which has no Wait
            return said
        return f"{said}; the operation {matching.say_actual(ended)}"

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
        named = process, str(step.options["number"])
        if named not in self._descriptors:
            self._descriptors[named] = self._system.descriptor_target(pid, number)
        first = self._descriptors[named]
        found: list[str | None] = [None]

        def as_wanted() -> bool:
            found[0] = self._system.descriptor_target(pid, number)
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
        pid, before = self._adapter(step.process).pid, self._signals
        if step.process != "parent":
            self._observe_birth(pid)
            return
        after: dict[str, str] = {}

        def as_before() -> bool:
            after.clear()
            after.update(self._system.signals(pid))
            return not signals.changed(before, after)

        if not self._comes(as_before):
            changed = signals.changed(before, after)
            raise Differs(
                ", ".join(f"{name} {before[name]}" for name in changed),
                ", ".join(f"{name} {after[name]}" for name in changed),
            )

    def _observe_birth(self, pid: int) -> None:
        """That the child was born with no ignored or blocked signal but what its parent had before the case."""
        had = {
            "ignores": self._signals["SigIgn"],
            "blocks": self._signals.get("SigBlk of the main thread"),
        }
        for does, mask in self._system.signals_at_birth(pid).items():
            parents = had[does]
            if parents is None:
                self._note("observed", f"what the parent {does} is hidden by a call's own mask")
            elif more := mask & ~int(parents, 16):
                raise Differs(f"the child {does} no more than {parents}", f"also {more:016x}")

    def _observe_idle(self, step: Step) -> None:
        pid = self._adapter(step.process).pid
        idles, uses = idle.settles(
            lambda: self._system.processor_use(pid), self._settle, self._patience
        )
        if not idles:
            least = min(uses, key=lambda use: use.share)
            raise Differs(
                f"process {pid} leaves the processor alone",
                f"it wants {least.share:.0%} of one, at the least in {len(uses)} looks, most of all {least.busiest}",
            )
        self._note("observed", f"process {pid} wants {uses[-1].share:.0%} of a processor")

    def _observe_handles(self, step: Step) -> None:
        if step.options["is"] == AS_BEFORE:
            self._observe_handles_added(step)
            return
        adapter, wanted = self._adapter(step.process), sorted(step.options["is"])
        pid = adapter.pid
        found: list[str] = []

        def as_wanted() -> bool:
            found[:] = sorted(
                kind
                for kind in self._system.beside_streams(pid, adapter.streams)
                if kind != CONNECTION
            )
            return found == wanted

        if not self._comes(as_wanted):
            raise Differs(
                f"the process holds {', '.join(wanted) or 'nothing'}",
                f"it holds {', '.join(found) or 'nothing'}",
                blame.INHERITED if _are_files(Counter(found) - Counter(wanted)) else None,
            )
        self._note("observed", f"process {pid} holds {', '.join(found) or 'nothing'}")

    def _observe_handles_added(self, step: Step) -> None:
        """What the first process has open that it had not before the case, but for the ends of pipes.

        It is told behind the case, which may be done again: what is made once, and stays, is no leak.
        """
        if not self._server.strict_handles:
            self._note("observed", "not looked at: the runtime's own handles come and go")
            return
        pid = self._adapter(step.process).pid
        more: list[str] = []

        def as_before() -> bool:
            targets = (target for _, target in self._system.links(pid))
            more[:] = self._added(each for each in targets if not each.startswith("pipe:"))
            return not more

        if self._comes(as_before, AT_FIRST if self._again else 1.0):
            self._note("observed", f"process {pid} holds what it held before the case")
            return
        added = ", ".join(more)
        self._note("observed", f"process {pid} holds {added} more than before the case")
        self._still_held = self._step, LeftOpen(
            "the process holds what it held before the case, and ends of pipes",
            f"left open: {added}",
        )

    def _added(self, targets: Iterable[str]) -> list[str]:
        """Of what the first process has open, how many of each kind there were not before the case."""
        return [f"{n} of {kind}" for kind, n in sorted((kinds(targets) - self._before).items())]

    def _observe_threads(self, step: Step) -> None:
        pid = self._adapter(step.options.get("in", step.process)).pid
        self._number(step, len(self._system.threads(pid)))

    def _observe_capacity(self, step: Step) -> None:
        self._number(step, *(self._system.capacity(pid, pipe) for pid, pipe in self._places(step)))

    def _observe_unread(self, step: Step) -> None:
        self._number(step, *(self._system.unread(pid, pipe) for pid, pipe in self._places(step)))

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

    def _comes(self, state: Callable[[], bool], share: float = 1.0) -> bool:
        """Whether a state is there, or comes within (a share of) the time that things may take to settle."""
        deadline = self._family.deadline(self._settle * share)
        return comes_while(state, deadline.left)


def _are_files(found: Counter[str]) -> bool:
    """Whether something was found, all of it files."""
    return bool(found) and all(kind.startswith("/") for kind in found)
