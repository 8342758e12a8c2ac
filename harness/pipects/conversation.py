"""What a test in progress says and remembers: processes, names, calls left running, requests."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipects import bytespec, matching, protocol
from pipects.cases import Test
from pipects.director.order import Order
from pipects.director.process import Rule
from pipects.errors import AdapterFault, ConnectionLost, Deadlock, Overdue
from pipects.implementations import Implementation
from pipects.observe import NotObservable
from pipects.observe.deadline import Deadline
from pipects.observe.platform import Standstill
from pipects.processes import Adapter, Family
from pipects.protocol import Outcome, Refused, Returned
from pipects.steps import INSIDE, Step

SETTLE = 1.0
"""Seconds that a state which follows from a call (a handle closed behind it) may take to show."""
SLOW_END = 10.0
"""Seconds beyond its deadline that a process gets to end: a runtime may take its time, and load more."""
STANDSTILL = 0.3
"""Seconds for which nothing has been able to happen before it is said that nothing will."""
LOOK = 0.05
"""Seconds between two looks for that."""
SELDOM = 0.2
"""Seconds to the next one after a look that has found that something may still happen."""
BYTES_KEYS = bytespec.KEYS


class Differs(Exception):
    """A step did not come out as the case says."""

    def __init__(self, expected: str, actual: str, requirement: str | None = None) -> None:
        super().__init__(actual)
        self.expected = expected
        self.actual = actual
        self.requirement = requirement
        """What is broken, if it is not the step's."""


class LeftOpen(Differs):
    """Handles stayed open behind the case: a leak, or something that is made once and kept."""


class NoSuchMember(Differs):
    """The implementation lacks what the documentation has."""


class NotApplicable(Exception):
    """The implementation can't be asked this; the message says why."""


class Refusal(AdapterFault):
    """The adapter says that it can't do what it did not say it lacks."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Named:
    """What a step kept under a name: an object in a process, or a value."""

    process: str
    is_object: bool
    value: Any
    pipes: frozenset[int]
    origin: str = ""
    """The member whose operation it stands for, if it is a task, a result or a callback."""


class Names(dict[str, Named]):
    """What the steps so far have named."""

    def __missing__(self, name: str) -> Named:
        raise Differs(f"something is called '{name}'", "the step that should give it gave nothing")


@dataclass(frozen=True)
class Running:
    """A call left running on a thread."""

    process: str
    request: int
    step: Step
    pipes: frozenset[int]
    thread: int | None


class Conversation:
    """The processes of one test, and what its steps have named and left running."""

    def __init__(
        self,
        test: Test,
        family: Family,
        server: Implementation,
        client: Implementation,
        scale: float = 1.0,
        note: protocol.Listener | None = None,
        again: bool = False,
        order: Order | None = None,
    ) -> None:
        self._again = again
        """Whether the test is executed once more if it leaves anything open."""
        self._test = test
        self._family = family
        self._system = family.platform
        self._server = server
        self._client = client
        self._patience = test.deadline * scale
        self._settle = SETTLE * scale
        self._scale = scale
        self._note = note or ignore_note
        self._processes: dict[str, Adapter] = {"parent": family.parent}
        family.parent.connection.name("parent")
        self._ended: dict[str, Adapter] = {}
        self._names = Names()
        self._running: dict[str, Running] = {}
        self._born: set[int] = set()
        self._sizes: dict[int, int] = {}
        """By pipe: the size that its server was asked for, 0 if for none."""
        self._seen_with: tuple[Adapter, int, set[int]] | None = None
        """The pipes that a process was last seen with, and how much all had been asked by then; None
        while a call runs."""
        self._signals: dict[str, str] = {}
        self._before: Counter[str] = Counter()
        self._still_held: tuple[tuple[int, Step] | None, LeftOpen] | None = None
        """The step that saw what was held for too long, and what that was."""
        self._begun = 0.0
        """When the case began, by the clock that runs from the system's start: what is older is not left behind by it."""
        self._stock: tuple[list[tuple[int, str]], dict[str, str]] | None = None
        """What the first process held before the case, and did with signals."""
        self._tokens: dict[str, str] = {}
        """By child: what it is to present."""
        self._choices: dict[str, frozenset[int]] = {}
        """Which outcomes of `any` are still possible, by the name of the choice."""
        self._descriptors: dict[tuple[str, str], str | None] = {}
        """By process, and by the name or number that the case uses: what that was open on at first."""
        self._proofs: list[str] = []
        self._outcomes: list[tuple[Step, Outcome]] = []
        self._limited: list[Adapter] = []
        self._refused_number = False
        """Whether a constructor in the first process did not take a number that it was given as text."""
        self._rules: dict[str, Rule] = {}
        """What the director was told to hold or to record, by the name that the case gives it."""
        self._given: dict[str, tuple[Step, Rule]] = {}
        """All that it was told, by the rule's id."""
        self._explored = order
        self._order: Order | None = None
        """The order in which calls on pipes are made, while the case asks for one."""
        self._ordered: list[Rule] = []
        self._told: int | None = None
        """How many keys of descriptions could be compared; None if nothing was described."""
        self._step: tuple[int, Step] | None = None

    def _implementation(self, process: str) -> Implementation:
        return self._server if process == "parent" else self._client

    def _ask(
        self, step: Step, method: str, parameters: Mapping[str, Any], adapter: Adapter | None = None
    ) -> Outcome:
        adapter = adapter or self._adapter(step.process)
        request = adapter.connection.send(method, parameters)
        outcome = protocol.outcome_of(self._answer(adapter, request))
        if isinstance(outcome, Refused):
            raise refusal_of(outcome)
        return outcome

    def _keep(self, step: Step, outcome: Outcome) -> None:
        """Remembers what a step gave a name to, and which pipe it is about."""
        name = step.options.get("as")
        if not isinstance(outcome, Returned):
            return
        value = outcome.value
        if name is not None and (number := descriptor_of(value)) is not None:
            pid = self._adapter(step.process).pid
            self._descriptors[step.process, f"${name}"] = self._system.descriptor_target(
                pid, number
            )
        if name is not None:
            is_object = isinstance(value, dict) and "object" in value
            self._names[name] = Named(
                step.process, is_object, value, self._pipes(step), step.member
            )

    def _pipes(self, step: Step) -> frozenset[int]:
        """The pipes that a step is about: those of its object and of its arguments."""
        pipes: set[int] = set()
        head = step.subject
        if head in self._names:
            pipes |= self._names[head].pipes
        for name, value in (step.options.get("with") or {}).items():
            if isinstance(value, str) and value.startswith("$") and value[1:] in self._names:
                pipes |= self._names[value[1:]].pipes
            if name in ("pipeHandleAsString", "preexistingHandle"):
                number = descriptor_of(self._value(name, value))
                if number is not None:
                    pipe = self._system.pipe_of(self._adapter(step.process).pid, number)
                    pipes |= {pipe} if pipe is not None else set()
        return frozenset(pipes)

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
            return self._handle(self._value("", value))
        if isinstance(value, str) and "${" in value:
            return INSIDE.sub(lambda match: word_of(self._value("", f"${match[1]}")), value)
        if isinstance(value, str) and value.startswith("$"):
            name, _, rest = value[1:].partition(".")
            if rest:
                part, _, index = rest.partition(".")
                process = {**self._ended, **self._processes}.get(name)
                told = process.greeting.arguments if process else ()
                arguments = of_the_case(told, self._client.command().arguments)
                if part != "arguments" or index not in map(str, range(len(arguments))):
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

    @staticmethod
    def _handle(value: Any) -> int:
        """The number of a handle that a step before has given."""
        number = descriptor_of(word_of(value))
        if number is None:
            raise Differs("a handle's number", f"it is {matching.short(value)}")
        return number

    def _adapter(self, process: str) -> Adapter:
        if process not in self._processes:
            raise AdapterFault(f"the case uses the process '{process}' after its end")
        return self._processes[process]

    def _answer(self, adapter: Adapter, request: int) -> Any:
        """An adapter's answer. Raises Overdue if it does not come, Deadlock if it can't.

        Raises AdapterFault if a part of a line came, and never its end.
        """
        deadline = self._family.deadline(self._patience)

        def comes(seconds: float) -> bool:
            return adapter.connection.has_answer(request, seconds)

        try:
            self._wait(comes, deadline, f"no answer to request {request}")
        except (Overdue, Deadlock):
            adapter.connection.require_ended_line()
            raise
        return adapter.connection.answer(request, deadline.left)

    def _wait(self, comes: Callable[[float], bool], deadline: Deadline, missing: str) -> None:
        """Waits for what `comes` within so many seconds, asked again until the deadline. Raises Overdue, or Deadlock as soon as
        it is proven that nothing will happen any more."""
        enough = STANDSTILL * self._scale
        looks: Standstill | None = None
        pause = enough
        while not comes(min(deadline.left(), pause)):
            if not deadline.left():
                raise Overdue(missing, put_off=deadline.put_off)
            looks = looks or self._standstill(deadline.until)
            if looks.lasts() >= enough and not comes(0):
                raise Deadlock(missing)
            pause = SELDOM if looks.disturbed else LOOK

    def _standstill(self, until: float) -> Standstill:
        return self._system.standstill(
            self._family.living, until, self._family.meeting.port, self._own
        )

    def _own(self) -> set[int]:
        """The test's own processes, which do what they are asked."""
        pids = (adapter.watch.local for adapter in self._processes.values())
        return {pid for pid in pids if pid is not None}

    def _exit(self, name: str, adapter: Adapter, asked: Mapping[str, Any]) -> None:
        """Has a process end. That it does not is the adapter's fault, unless more than that runs at its end."""
        request = adapter.connection.send("exit", asked)
        with contextlib.suppress(ConnectionLost):
            protocol.acknowledge(self._answer(adapter, request), "exit", adapter.connection)
        try:
            self._await_end(name, adapter)
        except (Overdue, Deadlock) as stays:
            if "way" in asked or self._given:
                raise
            raise AdapterFault(f"{stays}, though it was told to exit") from stays
        if "way" not in asked:
            self._require_status(name, adapter, asked["status"])

    @staticmethod
    def _require_status(name: str, adapter: Adapter, status: int) -> None:
        """Raises AdapterFault if a process that was told to exit at once has ended with another status."""
        with contextlib.suppress(NotObservable):
            ended = adapter.watch.exit()
            if ended.status is not None and ended.status != status:
                raise AdapterFault(
                    f"the process '{name}' ended with {ended}, though it was told to exit with {status}"
                )

    def _await_end(self, name: str, adapter: Adapter) -> None:
        deadline = self._family.deadline(self._patience + SLOW_END * self._scale)
        self._wait(adapter.watch.ended, deadline, f"the process '{name}' does not end")
        self._ended[name] = self._processes.pop(name)
        self._note("observed", f"the process '{name}' has ended with {exit_of(adapter)}")


def word_of(value: Any) -> str:
    """A text or a number that a step before has given, as a word of a command line or a part of a text.

    Raises AdapterFault if an object stands there: it would be named, not said.
    """
    if isinstance(value, Mapping):
        shown = f"'{value['object']}' is an object" if "object" in value else "it is no text"
        raise AdapterFault(
            f"a text or a number is needed, and {shown}, by the adapter's answer (both are answered as JSON, also with 'as')"
        )
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise Differs("a text or a number", f"it is {matching.short(value)}")
    return str(value)


def descriptor_of(value: Any) -> int | None:
    """The number of a descriptor that a value is, or that a text says; None if it can be none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value).strip(" +\t")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def ignore_note(kind: str, text: str) -> None:
    """Takes no note."""


def refusal_of(outcome: Refused) -> Exception:
    """A member that is missing is the implementation's fault: the handshake has proved the adapter."""
    if outcome.code == protocol.NO_SUCH_MEMBER:
        return NoSuchMember("the member exists", f"has no such member: {outcome.message}")
    return Refusal(matching.say_actual(outcome), outcome.code)


def exit_of(adapter: Adapter) -> str:
    try:
        return str(adapter.watch.exit())
    except NotObservable:
        return "a status that the kernel does not tell"


def of_the_case(told: Sequence[str], start: Sequence[str]) -> tuple[str, ...]:
    """What a child tells of its arguments, from the case's first one on: a language may count the program's file among
    them, and a manifest may have words of its own behind it."""
    most = min(len(told), len(start))
    counted = next((n for n in range(most, 0, -1) if [*told[:n]] == [*start[-n:]]), 0)
    return tuple(told[counted:])
