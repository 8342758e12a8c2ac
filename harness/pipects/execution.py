"""One test, executed: its steps are sent to the processes, and what comes of them is judged."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipects import matching, paths, protocol, verdicts
from pipects.cases import INSIDE, Step, Test
from pipects.errors import AdapterFault, ConnectionLost, Overdue
from pipects.implementations import Implementation
from pipects.observe import NotObservable, Proof
from pipects.observe import linux as system
from pipects.processes import GRACE, Adapter, Command, Family
from pipects.protocol import Outcome, Refused, Returned
from pipects.verdicts import Failure

SETTLE = 1.0
"""Seconds that a state which follows from a call (a handle closed behind it) may take to show."""
BYTES_KEYS = frozenset({"text", "hex", "length", "pattern"})
PLAIN_PEER = Command(
    sys.executable, ("-m", "pipects.plain_peer"), {"PYTHONPATH": str(paths.ROOT / "harness")}
)
WRITERS = ("Write", "WriteByte", "WriteAsync", "WaitForPipeDrain", "BeginWrite", "EndWrite")


class Differs(Exception):
    """A step did not come out as the case says."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(actual)
        self.expected = expected
        self.actual = actual


class NoSuchMember(Differs):
    """The implementation lacks what the documentation has."""


class NotApplicable(Exception):
    """The implementation can't be asked this; the message says why."""


class Refusal(AdapterFault):
    """The adapter says that it can't do what it did not say it lacks."""


@dataclass(frozen=True)
class Named:
    """What a step kept under a name: an object in a process, or a value."""

    process: str
    is_object: bool
    value: Any
    pipes: frozenset[int]


@dataclass(frozen=True)
class Running:
    """A call left running on a thread."""

    process: str
    request: int
    step: Step
    pipes: frozenset[int]
    thread: int | None


@dataclass
class Record:
    """What is known when a test has been executed."""

    verdict: str
    reason: str | None = None
    failure: Failure | None = None
    proofs: list[str] = field(default_factory=list)
    reusable: bool = False
    """Whether the parent process may serve the next test."""


class Execution:
    """A test in progress on a family of processes."""

    def __init__(
        self,
        test: Test,
        family: Family,
        server: Implementation,
        client: Implementation,
        scale: float = 1.0,
        note: protocol.Listener | None = None,
    ) -> None:
        self._test = test
        self._family = family
        self._server = server
        self._client = client
        self._patience = test.deadline * scale
        self._settle = SETTLE * scale
        self._note = note or _ignore
        self._processes: dict[str, Adapter] = {"parent": family.parent}
        self._ended: dict[str, Adapter] = {}
        self._names: dict[str, Named] = {}
        self._running: dict[str, Running] = {}
        self._born: set[int] = set()
        self._choices: dict[str, frozenset[int]] = {}
        """Which outcomes of `any` are still possible, by the name of the choice."""
        self._descriptors: dict[tuple[str, int], str | None] = {}
        self._proofs: list[str] = []
        self._limited: list[int] = []
        self._told: int | None = None
        """How many keys of descriptions could be compared; None if nothing was described."""
        self._step: tuple[int, Step] | None = None

    def run(self) -> Record:
        """Executes the test to its end and cleans up behind it. Never raises for what it meets."""
        record = self._guarded()
        for pid in self._limited:
            with contextlib.suppress(ProcessLookupError):  # it may have ended with the case
                system.limit_handles(pid, None)
        for adapter in (*self._processes.values(), *self._ended.values()):
            if adapter is not self._family.parent:
                adapter.close()
        record.proofs = self._proofs
        return record

    def _guarded(self) -> Record:
        try:
            self._before = system.handle_count(self._family.parent.pid)
            if any(
                step.verb == "observe" and step.target == "signals" for step in self._test.steps
            ):
                self._signals = {"parent": system.signals(self._family.parent.pid)}
            for index, step in enumerate(self._test.steps):
                self._step = index, step
                if self._note is not _ignore:
                    self._note("step", step.text)
                getattr(self, f"_do_{step.verb}")(step)
            self._step = None
            self._clean_up()
            if self._told == 0:
                raise NotApplicable(f"{self._server.language} can't tell this of a declaration")
            return Record(verdicts.PASS, reusable="parent" in self._processes)
        except Differs as difference:
            return self._failed(verdicts.FAIL, difference.expected, difference.actual)
        except Overdue as overdue:
            return self._failed(
                verdicts.HANG, f"an end within {self._patience:g} s", f"nothing came: {overdue}"
            )
        except (ConnectionLost, FileNotFoundError, ProcessLookupError) as lost:
            return self._lost(lost)
        except AdapterFault as fault:
            return self._failed(
                verdicts.ADAPTER_ERROR, "an answer as the protocol says", str(fault)
            )
        except NotObservable as unseen:
            return Record(verdicts.NOT_OBSERVABLE, reason=str(unseen))
        except NotApplicable as reason:
            return Record(verdicts.NOT_APPLICABLE, reason=str(reason), reusable=True)

    def _lost(self, lost: Exception) -> Record:
        """The verdict when a process is gone, or its connection, or what /proc had of it."""
        for name, adapter in self._processes.items():
            if adapter.watch.ended(0.05):
                try:
                    how = str(adapter.watch.exit())
                except NotObservable:
                    how = "unknown status"
                return self._failed(
                    verdicts.CRASH, "the process lives on", f"the process '{name}' ended with {how}"
                )
        for name, adapter in self._processes.items():
            if adapter.watch.ended(GRACE):
                how = str(adapter.watch.exit())
                return self._failed(
                    verdicts.CRASH, "the process lives on", f"the process '{name}' ended with {how}"
                )
        return self._failed(verdicts.ADAPTER_ERROR, "an answer as the protocol says", str(lost))

    def _failed(self, verdict: str, expected: str, actual: str) -> Record:
        observed: list[str] = []
        threads: list[str] = []
        for name, adapter in self._processes.items():
            if not adapter.watch.ended():
                observed += [f"'{name}' (process {adapter.pid}) holds {self._held(adapter.pid)}"]
                threads += system.situation(adapter.pid)
        if verdict == verdicts.CRASH:
            self._family.output.settle(GRACE)
        index, step = self._step if self._step else (None, None)
        return Record(
            verdict,
            failure=Failure(
                step=index,
                text=step.text if step else "after the last step",
                requirement=self._test.covers[0],
                expected=expected,
                actual=actual,
                observed=tuple(observed),
                stderr=tuple(self._family.output.lines()[-12:]),
                threads=tuple(threads) if verdict == verdicts.HANG else (),
            ),
        )

    def _held(self, pid: int) -> str:
        try:
            ends = [end for end in system.pipe_ends(pid) if end.pipe in self._born]
        except NotObservable as unseen:
            return str(unseen)
        return ", ".join(f"{end.kind} end (descriptor {end.descriptor})" for end in ends) or (
            "no end of the case's pipes"
        )

    # What steps do

    def _do_new(self, step: Step) -> None:
        pid = self._adapter(step.process).pid
        before = system.pipes(pid)
        try:
            self._invoke(step, "create", {"type": step.target})
        finally:
            if step.process in self._processes:
                new = system.pipes(pid) - before
                self._born |= new
        name = step.options.get("as")
        if new and name in self._names and self._names[name].is_object:
            known = self._names[name]
            self._names[name] = Named(known.process, True, known.value, known.pipes | new)

    def _do_call(self, step: Step) -> None:
        head, member = step.target.split(".", 1)
        whom = {"type": head} if head[0].isupper() else {"object": head}
        self._invoke(step, "call", {**whom, "member": member})

    def _do_get(self, step: Step) -> None:
        name, member = step.target.split(".", 1)
        self._invoke(step, "get", {"object": name, "member": member})

    def _do_set(self, step: Step) -> None:
        name, member = step.target.split(".", 1)
        value = self._value("value", step.options["to"])
        self._invoke(step, "set", {"object": name, "member": member, "value": value})

    def _do_transfer(self, step: Step) -> None:
        name, member = step.target.split(".", 1)
        options = dict(step.options["with"])
        overload = {"array": ["buffer", "offset", "count"], "span": ["buffer"]}[
            options.pop("overload", "array")
        ]
        values = {key: self._value(key, value) for key, value in options.items()}
        parameters = {"object": name, "member": member, "overload": overload, **values}
        self._invoke(step, "transfer", parameters)

    def _do_describe(self, step: Step) -> None:
        type_name, _, member = step.target.partition(".")
        wanted = step.expectation.get("returns", {})
        try:
            outcome = self._ask(
                step, "describe", {"type": type_name, **({"member": member} if member else {})}
            )
        except NoSuchMember:
            if wanted.get("access", "public") == "public":
                raise
            self._told = self._told or 0  # a language may not see what is not public
            return
        if isinstance(outcome, Returned) and isinstance(outcome.value, dict):
            told = {key: value for key, value in wanted.items() if key in outcome.value}
            self._told = (self._told or 0) + len(told)
            self._judge(step, outcome, {"returns": told})
        else:
            self._judge(step, outcome, step.expectation)

    def _do_start(self, step: Step) -> None:
        plain = step.options.get("program") == "plain"
        command = PLAIN_PEER if plain else self._client.command()
        token = self._family.meeting.token()
        arguments = [self._value("argument", value) for value in step.options.get("arguments", [])]
        outcome = self._ask(
            step,
            "start",
            {
                "program": command.program,
                "arguments": [*command.arguments, *map(str, arguments)],
                "environment": {**command.environment, **self._family.variables(token)},
                "way": step.options.get("way", self._server.starts_children),
            },
        )
        if not isinstance(outcome, Returned) or not isinstance(outcome.value, int):
            raise Differs("a child is started", matching.say_actual(outcome))
        self._processes[step.target] = self._family.child(
            token, outcome.value, self._deadline(step)
        )

    def _do_exit(self, step: Step) -> None:
        adapter = self._adapter(step.target)
        request = adapter.connection.send("exit", {"status": step.options.get("status", 0)})
        try:
            adapter.connection.answer(request, self._deadline(step))
        except ConnectionLost:
            pass
        self._await_end(step.target, adapter)

    def _do_kill(self, step: Step) -> None:
        adapter = self._adapter(step.target)
        number = signal.Signals[step.options.get("signal", "SIGKILL")]
        adapter.watch.signal(number)
        self._await_end(step.target, adapter)

    def _await_end(self, name: str, adapter: Adapter) -> None:
        if not adapter.watch.ended(self._patience):
            raise Overdue(f"the process '{name}' does not end")
        self._ended[name] = self._processes.pop(name)
        self._note("observed", f"the process '{name}' has ended with {_exit_of(adapter)}")

    def _do_forget(self, step: Step) -> None:
        names = step.target.split()
        connection = self._adapter(step.process).connection
        request = connection.send("forget", {"objects": names, "dispose": False})
        protocol.acknowledge(connection.answer(request, self._deadline(step)))

    def _do_finish(self, step: Step) -> None:
        running = self._running[step.target]
        connection = self._adapter(running.process).connection
        outcome = protocol.outcome_of(connection.answer(running.request, self._deadline(step)))
        del self._running[step.target]
        self._keep(running.step, outcome)
        self._judge(running.step, outcome, step.expectation, step.options.get("choice"))

    def _do_limit(self, step: Step) -> None:
        pid = self._adapter(step.target).pid
        self._limited.append(pid)
        system.limit_handles(pid, system.next_free_descriptors(pid, step.options["handles"]))

    def _do_signal(self, step: Step) -> None:
        running = self._running[step.target]
        pid = self._adapter(running.process).pid
        for _ in range(step.options.get("times", 1)):
            for thread in (
                [running.thread] if running.thread else system.open_to(pid, signal.SIGUSR1)
            ):
                system.send_signal(pid, thread, signal.SIGUSR1)

    def _do_observe(self, step: Step) -> None:
        getattr(self, f"_observe_{step.target}")(step)

    # What the operating system shows

    def _observe_ends(self, step: Step) -> None:
        pid = self._adapter(step.options.get("in", step.process)).pid
        pipes = self._names[step.options["of"]].pipes
        if not pipes:
            raise AdapterFault(f"no pipe is known of '{step.options['of']}'")
        wanted = sorted(step.options["are"])
        found: list[str] = []

        def as_wanted() -> bool:
            found[:] = sorted(end.kind for end in system.pipe_ends(pid) if end.pipe in pipes)
            return _same_ends(wanted, found)

        if not self._comes(as_wanted):
            raise Differs(
                f"the process holds {_listed(wanted)}", f"the process holds {_listed(found)}"
            )
        self._note("observed", f"process {pid} holds {_listed(found)}")

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
        number = int(self._value("number", step.options["number"]))
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

    def _comes(self, state: "State") -> bool:
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

    # Requests

    def _invoke(self, step: Step, method: str, parameters: Mapping[str, Any]) -> None:
        """Sends a step's request, and judges its outcome unless it is left running."""
        arguments = {
            name: self._value(name, value)
            for name, value in (step.options.get("with") or {}).items()
        }
        full: dict[str, Any] = {**parameters, "thread": step.thread}
        if method in ("create", "call"):
            full["arguments"] = arguments
        if "as" in step.options:
            full["as"] = step.options["as"]
        for value in arguments.values():
            if isinstance(value, dict) and "callback" in value:
                self._names[value["callback"]] = Named(step.process, True, None, self._pipes(step))
        if "until" in step.options:
            adapter = self._adapter(step.process)
            request = adapter.connection.send(method, full)
            self._running[step.thread] = Running(
                step.process, request, step, self._pipes(step), None
            )
            if step.options["until"] == "blocked":
                self._prove_blocked(self._running[step.thread])
            return
        if step.options.get("wait"):
            full["as"] = f"task_of_step_{self._step[0] if self._step else 0}"
        outcome = self._ask(step, method, full)
        if step.options.get("wait") and isinstance(outcome, Returned):
            wait = {"object": full["as"], "member": "Wait", "thread": step.thread}
            outcome = self._ask(step, "call", wait)
        self._keep(step, outcome)
        self._judge(step, outcome, step.expectation)

    def _ask(
        self, step: Step, method: str, parameters: Mapping[str, Any], adapter: Adapter | None = None
    ) -> Outcome:
        adapter = adapter or self._adapter(step.process)
        request = adapter.connection.send(method, parameters)
        outcome = protocol.outcome_of(adapter.connection.answer(request, self._deadline(step)))
        if isinstance(outcome, Refused):
            raise _refusal(outcome)
        return outcome

    def _keep(self, step: Step, outcome: Outcome) -> None:
        """Remembers what a step gave a name to, and which pipe it is about."""
        name = step.options.get("as")
        if not isinstance(outcome, Returned):
            return
        value = outcome.value
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            if str(value).isdigit() and len(str(value)) < 10:
                pid = self._adapter(step.process).pid
                self._descriptors[step.process, int(value)] = system.descriptor_target(
                    pid, int(value)
                )
        if name is not None:
            is_object = isinstance(value, dict) and "object" in value
            self._names[name] = Named(step.process, is_object, value, self._pipes(step))

    def _pipes(self, step: Step) -> frozenset[int]:
        """The pipes that a step is about: those of its object and of its arguments."""
        pipes: set[int] = set()
        head = step.target.partition(".")[0]
        if head in self._names:
            pipes |= self._names[head].pipes
        for name, value in (step.options.get("with") or {}).items():
            if isinstance(value, str) and value.startswith("$") and value[1:] in self._names:
                pipes |= self._names[value[1:]].pipes
            if name in ("pipeHandleAsString", "preexistingHandle"):
                text = str(self._value(name, value)).strip(" +\t")
                if text.isdigit() and len(text) < 10:
                    pipe = system.pipe_of(self._adapter(step.process).pid, int(text))
                    pipes |= {pipe} if pipe is not None else set()
        return frozenset(pipes)

    def _judge(
        self,
        step: Step,
        outcome: Outcome,
        expectation: Mapping[str, Any],
        choice: str | None = None,
    ) -> None:
        if isinstance(outcome, Refused):
            raise _refusal(outcome)
        resolved = self._resolve(expectation)
        arguments = step.options.get("with") or {}
        if choice := choice or step.options.get("choice"):
            resolved = self._choose(choice, resolved, outcome, arguments)
        if not matching.holds(resolved, outcome, arguments):
            raise Differs(matching.say_expected(resolved), matching.say_actual(outcome))

    def _choose(
        self, choice: str, expectation: Any, outcome: Outcome, arguments: Mapping[str, Any]
    ) -> Any:
        """The outcomes that go with those of the steps before, and notes which are possible now."""
        outcomes = expectation["any"]
        possible = self._choices.get(choice, frozenset(range(len(outcomes))))
        self._choices[choice] = frozenset(
            index for index in possible if matching.holds(outcomes[index], outcome, arguments)
        )
        return {"any": [outcomes[index] for index in sorted(possible)]}

    def _resolve(self, value: Any) -> Any:
        """An expectation with the values of names in place."""
        if isinstance(value, str) and (value.startswith("$") or "${" in value):
            return self._value("", value)
        if isinstance(value, Mapping):
            return {key: self._resolve(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._resolve(inner) for inner in value]
        return value

    def _value(self, parameter: str, value: Any) -> Any:
        """A value as the protocol carries it."""
        if parameter == "preexistingHandle" and isinstance(value, str):
            return int(self._value("", value))
        if isinstance(value, str) and "${" in value:
            return INSIDE.sub(lambda match: str(self._value("", f"${match[1]}")), value)
        if isinstance(value, str) and value.startswith("$"):
            name, _, rest = value[1:].partition(".")
            if rest:
                part, _, index = rest.partition(".")
                arguments = {**self._ended, **self._processes}[name].greeting.arguments
                if part != "arguments" or int(index) >= len(arguments):
                    raise Differs(
                        f"the process '{name}' has argument {index}", f"it has {arguments}"
                    )
                return arguments[int(index)]
            known = self._names[name]
            return {"object": name} if known.is_object else known.value
        if parameter == "buffer" and isinstance(value, Mapping) and BYTES_KEYS.issuperset(value):
            return {"bytes": dict(value)}
        if isinstance(value, Mapping):
            return {key: self._value("", inner) for key, inner in value.items()}
        return value

    def _adapter(self, process: str) -> Adapter:
        if process not in self._processes:
            raise AdapterFault(f"the case uses the process '{process}' after its end")
        return self._processes[process]

    def _deadline(self, step: Step) -> float:
        return time.monotonic() + self._patience

    # Afterwards

    def _clean_up(self) -> None:
        """Ends the children, disposes what is left, and looks for what stayed behind."""
        for name in [name for name in self._processes if name != "parent"]:
            adapter = self._processes[name]
            request = adapter.connection.send("exit", {"status": 0})
            try:
                adapter.connection.answer(request, time.monotonic() + self._patience)
            except ConnectionLost:
                pass
            self._await_end(name, adapter)
        if self._ended and "parent" in self._processes:
            zombies = [a.pid for a in self._ended.values() if a is not self._family.parent]
            if not self._comes(lambda: not any(map(system.is_zombie, zombies))):
                raise AdapterFault(f"the adapter does not collect its ended children {zombies}")
            strays = [pid for pid in self._family.members() if pid != self._family.parent.pid]
            if strays:
                raise Differs("no process is left behind", f"processes {strays} are")
        if "parent" not in self._processes:
            return
        parent = self._family.parent
        request = parent.connection.send("forget", {"dispose": True})
        protocol.acknowledge(parent.connection.answer(request, time.monotonic() + self._patience))
        left: list[str] = []

        def nothing_left() -> bool:
            left[:] = [
                f"{end.kind} end (descriptor {end.descriptor})"
                for end in system.pipe_ends(parent.pid)
                if end.pipe in self._born
            ]
            if self._server.strict_handles:
                more = system.handle_count(parent.pid) - self._before
                if more > 0 and not left:
                    left.append(f"{more} descriptors more than before the case")
            return not left

        if not self._comes(nothing_left):
            raise Differs("no handle stays open behind the case", f"left open: {', '.join(left)}")


def _ignore(kind: str, text: str) -> None:
    """Takes no note."""


def _refusal(outcome: Refused) -> Exception:
    """A member that is missing is the implementation's fault: the handshake has proved the adapter."""
    if outcome.code == protocol.NO_SUCH_MEMBER:
        return NoSuchMember("the member exists", f"has no such member: {outcome.message}")
    return Refusal(matching.say_actual(outcome))


def _exit_of(adapter: Adapter) -> str:
    try:
        return str(adapter.watch.exit())
    except NotObservable:
        return "a status that the kernel does not tell"


def _same_ends(wanted: list[str], found: list[str]) -> bool:
    """Whether the ends are those wanted; `read*` and `write*` take what no other names."""
    rest = list(found)
    for end in sorted(wanted, key=lambda each: each.endswith("*")):
        access = end[:-1] if end.endswith("*") else None
        match = next((each for each in rest if each == end or each.split()[0] == access), None)
        if match is None:
            return False
        rest.remove(match)
    return not rest


def _listed(kinds: list[str]) -> str:
    return (
        " and ".join(
            f"a {kind[:-1]} end in whatever mode" if kind.endswith("*") else f"a {kind} end"
            for kind in kinds
        )
        or "no end of it"
    )


State = Any
"""A function that looks whether a state is there."""
