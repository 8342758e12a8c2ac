"""One test, executed: its steps are sent to the processes, and what comes of them is judged."""

from __future__ import annotations

import contextlib
import itertools
import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipects import blame, bytespec, forms, matching, protocol, verdicts
from pipects.conversation import BYTES_KEYS, Differs, LeftOpen, Named, NoSuchMember
from pipects.conversation import Refusal
from pipects.conversation import NotApplicable, Running
from pipects.conversation import ignore_note, refusal_of
from pipects.errors import AdapterFault, ConnectionLost, Deadlock, Overdue
from pipects.judging import DEADLOCK, Record
from pipects.meeting import Adapter
from pipects.observe import NotObservable
from pipects.numbering import Numbering
from pipects.protocol import Outcome, Refused, Returned
from pipects.steps import Step


MAKES_PIPES = "AnonymousPipeServerStream"
"""The only type whose objects make a pipe."""
FILTERED = "stream.calls.filtered"
"""The requirement about forms of calls that are refused."""


class Execution(Numbering):
    """A test in progress on a family of processes."""

    def run(self) -> Record:
        """Executes the test to its end and cleans up behind it. Never raises for what it meets."""
        record = self._about_the_case(self._guarded())
        with contextlib.suppress(NotObservable):  # a director that is gone holds nothing
            self._stop_directing()
        for adapter in self._limited:
            with contextlib.suppress(OSError):  # it may have ended with the case
                if not adapter.watch.ended():
                    self._system.limit_handles(adapter.pid, None)
        for adapter in (*self._processes.values(), *self._ended.values()):
            if adapter is not self._family.parent:
                adapter.close()
        record.proofs = self._proofs
        record.outcomes = self._outcomes
        return record

    def _about_the_case(self, record: Record) -> Record:
        """The same, unless what has failed is a rule of other cases: nothing of what this one refuses was asked for."""
        if record.verdict not in (verdicts.FAIL, verdicts.HANG) or record.failure is None:
            return record
        if record.failure.requirement != FILTERED:
            return record
        try:
            reason = self._never_refused()
        except NotObservable as gone:
            reason = str(gone)
        if reason is None:
            return record
        return replace(record, verdict=verdicts.NOT_OBSERVABLE, failure=None, reason=reason)

    def _guarded(self) -> Record:
        try:
            self._take_stock()
            if any(
                step.verb == "observe" and step.target == "signals" for step in self._test.steps
            ):
                self._signals = self._system.signals(self._family.parent.pid)
            self._perform()
            self._step = None
            self._end_directing()
            self._clean_up()
            if self._told == 0:
                raise NotApplicable(f"{self._server.language} can't tell this of a declaration")
            reusable = "parent" in self._processes and not self._refused_number
            return Record(verdicts.PASS, reusable=reusable)
        except Differs as difference:
            if earlier := self._gone_wrong((AdapterFault,)):
                return earlier
            record = self._failed(
                verdicts.FAIL, difference.expected, difference.actual, difference.requirement
            )
            record.reusable = record.leaves = isinstance(difference, LeftOpen)
            record.restored = self._restored()
            return record
        except Deadlock as deadlock:
            return self._gone_wrong() or self._hung(deadlock, proof=DEADLOCK)
        except Overdue as overdue:
            if (dying := self._dying()) is not None:
                return dying
            return self._gone_wrong() or self._hung(overdue)
        except (ConnectionLost, FileNotFoundError, ProcessLookupError) as lost:
            return self._lost(lost)
        except PermissionError as refused:
            return Record(
                verdicts.NOT_OBSERVABLE, reason=f"the system refuses to show it: {refused}"
            )
        except AdapterFault as fault:
            return self._at_fault(fault)
        except NotObservable as unseen:
            return Record(verdicts.NOT_OBSERVABLE, reason=str(unseen))
        except NotApplicable as reason:
            return Record(verdicts.NOT_APPLICABLE, reason=str(reason), reusable=True)

    def _at_fault(self, fault: AdapterFault) -> Record:
        said = str(fault)
        at_own = self._step is not None and self._step[1].target in forms.OWN
        if isinstance(fault, Refusal) and self._test.needs and not at_own:
            needs = ", ".join(self._test.needs)
            said += f"; the case needs what it does not say that it lacks: {needs}"
        return self._failed(verdicts.ADAPTER_ERROR, "an answer as the protocol says", said)

    def _gone_wrong(
        self, kinds: tuple[type[Exception], ...] = (AdapterFault, Differs)
    ) -> Record | None:
        """The verdict on the first call left running that has ended otherwise than it must, if there is one: what it
        leaves undone is what the step at hand waits for, or does not find."""
        at = self._step
        for thread, running in self._running.items():
            end, wrong = self._ended_wrong(thread, running)
            if wrong is None or not isinstance(wrong, kinds):
                continue
            self._step = end
            if isinstance(wrong, Differs):
                record = self._failed(
                    verdicts.FAIL, wrong.expected, wrong.actual, wrong.requirement
                )
            else:
                record = self._at_fault(wrong)
            if at and record.failure:
                met = f"it had ended so by step {at[0] + 1}, {at[1].text}"
                seen = (*record.failure.observed, met)
                record.failure = replace(record.failure, observed=seen)
            return record
        return None

    def _ended_wrong(
        self, thread: str, running: Running
    ) -> tuple[tuple[int, Step], AdapterFault | Differs | None]:
        """The step that collects a call left running, and what is wrong with its end; nothing if it goes on or ended
        as it must."""
        after = itertools.dropwhile(
            lambda each: each[1] is not running.step, enumerate(self._test.steps)
        )
        begun = next(after)
        end = next((e for e in after if (e[1].verb, e[1].target) == ("finish", thread)), begun)
        adapter = self._processes.get(running.process)
        try:
            if adapter is None or not adapter.connection.has_answer(running.request):
                return end, None
            outcome = protocol.outcome_of(self._answer(adapter, running.request))
            if isinstance(outcome, Refused):
                raise refusal_of(outcome)
            if end is not begun and self._known(end[1].expectation):
                choice = end[1].options.get("choice")
                self._judge(running.step, outcome, end[1].expectation, choice)
        except (AdapterFault, Differs) as wrong:
            return end, wrong
        except (ConnectionLost, NotObservable):
            pass
        return end, None

    def _known(self, expectation: Mapping[str, Any]) -> bool:
        """Whether all that an expectation names has been given by now."""
        try:
            self._resolve(expectation)
        except Differs:
            return False
        return True

    def _hung(self, missing: Overdue, proof: str | None = None) -> Record:
        """That nothing came, unless the test's own hand holds the process up."""
        seconds = self._patience if missing.within is None else missing.within
        record = self._failed(
            verdicts.HANG,
            f"an end within {seconds:g} s",
            f"nothing came: {missing}",
            self._kept_waiting(self._step[1]) if self._step else None,
            proof=proof,
        )
        try:
            reason = self._held_up()
            deaf = [] if reason else self._deaf()
        except (ConnectionLost, AdapterFault, NotObservable):  # it has broken: that is told above
            return record
        if reason:
            return Record(verdicts.NOT_OBSERVABLE, reason=reason)
        late: list[str] = []
        if missing.put_off:
            late = [f"put off by {missing.put_off:.1f} s: threads wanted a processor and got none"]
        if record.failure:
            seen = (*record.failure.observed, *late, *deaf)
            record.failure = replace(record.failure, observed=seen)
        record.restored = not deaf and self._restored()
        return record

    def _perform(self) -> None:
        """Does what the test says, step by step."""
        for index, step in enumerate(self._test.steps):
            self._step = index, step
            if self._note is not ignore_note:
                self._note("step", step.text)
            getattr(self, f"_do_{step.verb}")(step)

    # What steps do

    def _do_new(self, step: Step) -> None:
        if step.target != MAKES_PIPES:
            before = self._numbers(step) if self._is_placed(step) else set()
            try:
                self._invoke_as_seen(step, "create", {"type": step.target})
            finally:
                self._refused_number = self._refused_number or self._has_refused_number(step)
            if before:
                self._require_lowest(before, self._numbers(step) - before)
            return
        adapter = self._adapter(step.process)
        before = self._pipes_before(adapter)
        try:
            self._invoke(step, "create", {"type": step.target})
        finally:
            if step.process in self._processes:
                held = self._system.pipes(adapter.pid, newcomers=True)
                new = held - before
                self._born |= new
                self._sizes |= dict.fromkeys(new, self._size_asked(step))
                self._seen_with = None if self._running else (adapter, self._asked(), held)
        name = step.options.get("as")
        if new and isinstance(name, str) and name in self._names and self._names[name].is_object:
            known = self._names[name]
            self._names[name] = Named(known.process, True, known.value, known.pipes | new)

    def _size_asked(self, step: Step) -> int:
        """The size that a server is asked for; 0 if for none, or for no size at all."""
        size = self._value("bufferSize", (step.options.get("with") or {}).get("bufferSize", 0))
        return size if isinstance(size, int) and size > 0 else 0

    def _pipes_before(self, adapter: Adapter) -> set[int]:
        """The pipes that a process holds: as last seen, if nobody has been asked since for what may make one."""
        if self._seen_with and self._seen_with[:2] == (adapter, self._asked()):
            return self._seen_with[2]
        return self._system.pipes(adapter.pid)

    def _do_call(self, step: Step) -> None:
        head, member = step.target.split(".", 1)
        whom = {"type": head} if head[0].isupper() else {"object": head}
        self._invoke(step, "call", {**whom, "member": member})

    def _do_get(self, step: Step) -> None:
        name, member = step.target.split(".", 1)
        self._invoke_as_seen(step, "get", {"object": name, "member": member})

    def _invoke_as_seen(self, step: Step, method: str, parameters: Mapping[str, Any]) -> None:
        """Sends a request that makes no pipe: what was seen before it still holds."""
        seen = self._seen_with if self._seen_with and self._seen_with[1] == self._asked() else None
        self._invoke(step, method, parameters)
        if seen is not None and not self._running:
            self._seen_with = seen[0], self._asked(), seen[2]

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
        except Refusal as refusal:
            if refusal.code == protocol.NO_SUCH_METHOD:
                raise NotApplicable(f"{self._server.id} leaves 'describe' out") from refusal
            raise
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

    def _do_exit(self, step: Step) -> None:
        adapter = self._adapter(step.target)
        asked = {"status": step.options.get("status", 0)}
        if "way" in step.options:
            asked["way"] = step.options["way"]
        self._exit(step.target, adapter, asked)

    def _do_kill(self, step: Step) -> None:
        adapter = self._adapter(step.target)
        number = signal.Signals[step.options.get("signal", "SIGKILL")]
        adapter.watch.signal(number)
        self._await_end(step.target, adapter)

    def _do_forget(self, step: Step) -> None:
        names = step.target.split()
        adapter = self._adapter(step.process)
        request = adapter.connection.send("forget", {"objects": names, "dispose": False})
        protocol.acknowledge(self._answer(adapter, request), "forget", adapter.connection)

    def _do_finish(self, step: Step) -> None:
        running = self._running[step.target]
        adapter = self._adapter(running.process)
        try:
            outcome = protocol.outcome_of(self._answer(adapter, running.request))
        except Overdue as missing:
            if running.step.verb == "start":
                self._blame_start(running.step, missing)
            raise
        del self._running[step.target]
        if running.step.verb == "start":
            self._started(running.step, outcome)
            return
        self._keep(running.step, outcome)
        self._judge(running.step, outcome, step.expectation, step.options.get("choice"))

    def _do_limit(self, step: Step) -> None:
        adapter = self._adapter(step.target)
        pid = adapter.pid
        self._limited.append(adapter)
        self._system.limit_handles(pid, step.options["handles"])

    def _do_signal(self, step: Step) -> None:
        running = self._running[step.target]
        pid = self._adapter(running.process).pid
        for _ in range(step.options.get("times", 1)):
            takes = self._system.open_to(pid, signal.SIGUSR1)
            # the thread that waits for all calls may take none
            for thread in [running.thread] if running.thread in takes else takes:
                self._system.send_signal(pid, thread, signal.SIGUSR1)

    def _do_observe(self, step: Step) -> None:
        getattr(self, f"_observe_{step.target}")(step)

    # Requests

    def _invoke(self, step: Step, method: str, parameters: Mapping[str, Any]) -> None:
        """Sends a step's request, and judges its outcome unless it is left running."""
        self._begin(step)
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
                self._names[value["callback"]] = Named(
                    step.process, True, None, self._pipes(step), step.member
                )
        if "until" in step.options:
            adapter = self._adapter(step.process)
            request = adapter.connection.send(method, full)
            self._running[step.thread] = Running(
                step.process, request, step, self._pipes(step), None
            )
            if step.options["until"] == "blocked":
                self._prove_blocked(self._running[step.thread])
            self._has_left(step)
            return
        if step.options.get("wait"):
            full["as"] = f"task_of_step_{self._step[0] if self._step else 0}"
        outcome = self._ask(step, method, full)
        if step.options.get("wait") and _is_task(outcome):
            wait = {"object": full["as"], "member": "Wait", "thread": step.thread}
            outcome = self._ask(step, "call", wait)
        self._keep(step, outcome)
        self._judge(step, outcome, step.expectation)

    def _judge(
        self,
        step: Step,
        outcome: Outcome,
        expectation: Mapping[str, Any],
        choice: str | None = None,
    ) -> None:
        self._outcomes.append((step, outcome))
        if isinstance(outcome, Refused):
            raise refusal_of(outcome)
        if wrong := forms.amiss(self._test, step, outcome):
            raise AdapterFault(wrong)
        resolved = self._resolve(expectation)
        arguments = step.options.get("with") or {}
        if matching.looks_at_arrays(resolved):
            self._require_arrays(outcome.arrays, arguments)
        if choice := choice or step.options.get("choice"):
            resolved = self._choose(choice, resolved, outcome, arguments)
        if not matching.holds(resolved, outcome, arguments):
            if bare := forms.without_namespace(outcome):
                if matching.holds(resolved, bare, arguments):
                    raise AdapterFault(forms.NAMESPACE.format(matching.say_actual(outcome)))
            member = self._origin(step)
            if silent := forms.without_value(member, outcome):
                if matching.holds(resolved, silent, arguments):
                    said = matching.say_actual(outcome).removeprefix("returned ")
                    raise AdapterFault(forms.SAYS_NOTHING.format(member, said))
            tokenless = matching.without_token(resolved)
            token = tokenless != resolved and matching.holds(tokenless, outcome, arguments)
            raise Differs(
                matching.say_expected(resolved, outcome),
                matching.say_actual(outcome),
                blame.of_token(member) if token else self._left_unread(step, outcome, resolved),
            )

    def _left_unread(
        self, step: Step, outcome: Outcome, expectation: Mapping[str, Any]
    ) -> str | None:
        """The requirement that a read breaks whose bytes are right, but not all for which it has room."""
        read = blame.of_short_read(step, self._test)
        arguments = read[0].options.get("with") or {} if read else {}
        if read is None or not matching.is_beginning(expectation, outcome, arguments):
            return None
        call, broken = read
        try:
            pid = self._adapter(call.process).pid
            pipes = self._names[call.owner].pipes
            return broken if any(self._system.unread(pid, pipe) for pipe in pipes) else None
        except (KeyError, OSError, NotObservable):
            return None

    def _require_arrays(self, shown: Mapping[str, str], arguments: Mapping[str, Any]) -> None:
        """That the answer shows the arrays that the call was given, and no other."""
        for name in shown:
            given = arguments.get(name)
            if not isinstance(given, Mapping) or not BYTES_KEYS.issuperset(given):
                raise AdapterFault(f"the answer shows an array '{name}' that nobody gave it")
        buffer = arguments.get("buffer")
        if isinstance(buffer, Mapping) and "buffer" not in shown:
            if bytespec.length(buffer) <= protocol.LARGEST_SHOWN:
                raise AdapterFault(
                    "the answer has no 'bytes' for 'buffer': what it holds is unknown"
                )

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


def _is_task(outcome: Outcome) -> bool:
    """Whether it is an object that can be waited for; what a Begin member returns has no Wait."""
    return (
        isinstance(outcome, Returned)
        and isinstance(outcome.value, dict)
        and "object" in outcome.value
        and outcome.value.get("type") != "IAsyncResult"
    )
