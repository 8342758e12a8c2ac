"""The model against the tables: what it says of every step of a case that it can express."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipects import bytespec, ends, matching
from pipects.cases import Test
from pipects.exploring import translating
from pipects.observe import End
from pipects.protocol import Outcome as Seen
from pipects.protocol import Returned, Threw
from pipects.steps import Step
from spec.model import calling_back, making, rules
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.outcomes import ANYTHING, Gives, Matches, Outcome, Reads, Returns, Same, TextOf
from spec.model.outcomes import Throws, Unspecified, Waits
from spec.model.state import May, World

SKIPPED = ("exit", "descriptor", "handles", "idle", "signals", "blocked", "unread")
"""What is observed and the model says nothing of, or only when it is asked for an outcome."""
MADE = (making.SERVER, making.CLIENT, "SafePipeHandle", "Bytes", "MemoryStream",
        "CancellationTokenSource", "Descriptor", "StreamReader", "StreamWriter")  # fmt: skip


class Inexpressible(Exception):
    """Something that the model has no word for; the text says what."""


class Contradiction(Exception):
    """The model and a case can't both be right."""


@dataclass
class Compared:
    """What came of comparing."""

    agreeing: list[str] = field(default_factory=list)
    narrower: list[str] = field(default_factory=list)
    """Tests that allow less than the model: a full read, where the documentation allows a short one."""
    contradicting: dict[str, str] = field(default_factory=dict)
    beyond: Counter[str] = field(default_factory=Counter)
    """Why tests can't be expressed."""
    stated: set[str] = field(default_factory=set)
    """The requirements by which the outcomes of the agreeing tests are right."""


def compare(tests: Iterable[Test]) -> Compared:
    """Holds every test against the model."""
    result = Compared()
    for test in tests:
        if test.platforms == "windows":
            result.beyond["for Windows"] += 1
            continue
        reader = _Reader(test)
        try:
            for index, step in enumerate(test.steps, 1):
                try:
                    reader.take(step)
                except Contradiction as contradiction:
                    raise Contradiction(f"step {index}, {step.text}: {contradiction}") from None
        except Inexpressible as lack:
            result.beyond[str(lack)] += 1
        except Unspecified as note:
            result.beyond[f"left open: {note}"] += 1
        except Contradiction as contradiction:
            result.contradicting[test.id] = str(contradiction)
        else:
            (result.narrower if reader.narrower else result.agreeing).append(test.id)
            result.stated |= reader.stated
    return result


class _Reader:
    """One test, read step by step in the model."""

    def __init__(self, test: Test) -> None:
        self._test = test
        self.worlds = [World()]
        self.narrower = False
        self.stated: set[str] = set()
        self._left: dict[str, Call] = {}
        self._values: dict[str, Any] = {}
        """By name, with its sign: the value that a step before has given."""

    def take(self, step: Step) -> None:
        """One step. Raises Inexpressible, Unspecified or Contradiction."""
        if step.verb == "observe":
            self._observe(step)
            return
        call = self._call(step)
        try:
            mays = rules.all_of(self.worlds, call)
        except (KeyError, IndexError) as missing:
            raise Inexpressible(f"what {missing} is") from None
        if step.options.get("until") == "blocked":
            waiting = [may for may in mays if may.outcome == Waits()]
            if not waiting:
                raise Contradiction("the model lets it end at once")
            self._go_on(waiting)
            self._left[call.thread] = call
            return
        ending = [may for may in mays if may.outcome != Waits()]
        if not ending:
            raise Contradiction("the model has it wait")
        given = self._left.pop(step.target, call) if step.verb == "finish" else call
        if step.verb in translating.OBSERVED:
            self._go_on(ending)
            return
        held = [may for may in ending if self._holds(step, given, may)]
        if not held:
            said = matching.say_expected(
                translating.expectation([m.outcome for m in ending], False)
            )
            raise Contradiction(f"the model says: {said}")
        if len(held) < len(ending):
            self.narrower = True
        if call.kept and isinstance(held[0].outcome, Returns):
            self._values[f"${call.kept}"] = held[0].outcome.value
        self._go_on(held)

    def _go_on(self, mays: Iterable[May]) -> None:
        self.worlds = []
        for may in mays:
            if may.after not in self.worlds:
                self.worlds.append(may.after)
            self.stated.add(may.requirement)
        if len(self.worlds) > 64:
            raise Inexpressible("so many ways at once")

    def _observe(self, step: Step) -> None:
        if step.target == "ends":
            maker = step.options["of"]
            self.worlds = [each for each in self.worlds if self._has_ends(each, maker, step)]
            if not self.worlds:
                raise Contradiction("the model has other ends")
        elif step.target == "pending":
            name = step.options["of"]
            known = [each.operations.get(name) for each in self.worlds]
            if not all(known):
                raise Inexpressible("what waits")
            if any(each is not None and each.ends for each in known):
                raise Contradiction("the model has it end")
        elif step.target not in SKIPPED:
            raise Inexpressible(f"observe {step.target}")

    def _has_ends(self, world: World, of: str, step: Step) -> bool:
        process = step.options.get("in", step.process)
        pipes = (
            {world.streams[of].pipe}
            if of in world.streams
            else {key for key, each in world.pipes.items() if each.maker == of}
        )
        if not pipes or process not in world.processes:
            raise Inexpressible("whose ends are looked at")
        held = [
            each
            for each in world.handles.values()
            if each.process == process and each.pipe in pipes
        ]
        wanted = step.options["are"]
        found = [
            End(each.access, each.inheritable is True, False, each.pipe, number)
            for number, each in enumerate(held)
        ]
        if any(each.inheritable is None for each in held):  # of a child's nobody says it
            wanted = [each.split()[0] for each in wanted]
        return ends.same([_without_mode(each) for each in wanted], found)

    # Steps as calls

    def _call(self, step: Step) -> Call:
        if step.verb in ("transfer", "describe", "limit"):
            raise Inexpressible(step.verb)
        if step.options.get("until") == "running":
            raise Inexpressible("a call that may or may not have ended")
        if step.verb == "new" and step.target not in MADE:
            raise Inexpressible(step.target)
        given = {name: self._argument(name, each) for name, each in
                 (step.options.get("with") or {}).items()}  # fmt: skip
        if step.verb == "set":
            given = {"value": self._argument("value", step.options["to"])}
        elif step.verb == "start":
            if set(step.options) - {"arguments", "on"}:
                raise Inexpressible("a child that is started otherwise")
            given = {str(place): self._argument("", each)
                     for place, each in enumerate(step.options.get("arguments", ()))}  # fmt: skip
        elif step.verb == "signal":
            raise Inexpressible("signal")
        if (
            step.target == "MemoryStream"
            and set(given) - {"writable"}
            or step.target == "Bytes"
            and "length" not in given
        ):
            raise Inexpressible("what is in it at first")
        call = Call(
            step.verb, step.target, given, step.options.get("as", ""), step.process,
            step.target if step.verb == "finish" else step.thread, bool(step.options.get("wait")),
        )  # fmt: skip
        self._require_known(call)
        if (
            not call.kept
            and step.verb == "call"
            and call.member.endswith("Async")
            and not call.awaited
        ):
            if call.member != "DisposeAsync":
                call = Call(call.verb, call.target, given, f"nameless_{id(step)}", call.process)
        return call

    def _require_known(self, call: Call) -> None:
        """That the model has the member."""
        world = self.worlds[0]
        if call.verb in ("call", "get", "set"):
            if call.target == "Stream.Synchronized":
                return
            if call.target[0].isupper():
                raise Inexpressible("a static member")
            known = call.object in world.streams and (
                call.verb != "call" or call.member in rules.STREAM
            )
            named: tuple[Mapping[str, object], ...] = (
                world.safe_names,
                world.callbacks,
                world.texters,
                world.wrappers,
            )
            if known or any(call.object in each for each in named):
                return
            if call.member not in rules.OTHERS:
                raise Inexpressible(f"{call.verb} {call.member}")
            held = {*world.operations, *world.sources, *world.arrays, *world.memories}
            if call.object not in held and call.member != "Number":
                raise Inexpressible("what became of an object")

    def _argument(self, parameter: str, value: Any) -> Argument:
        if isinstance(value, Mapping):
            if parameter == "buffer" and bytespec.KEYS.issuperset(value):
                if bytespec.length(value) > 1 << 20:
                    raise Inexpressible("so many bytes")
                return Data(bytespec.make(value))
            if "callback" in value:
                calls = str(value.get("calls", ""))
                if calls not in ("", calling_back.READS_ON, *calling_back.CLOSES):
                    raise Inexpressible("what a callback calls")
                return Callback(str(value["callback"]), str(value.get("ends", "")), calls)
            raise Inexpressible("a mapping")
        if isinstance(value, str) and "${" in value and parameter != "pipeHandleAsString":
            raise Inexpressible("a text with another one in it")
        if isinstance(value, str) and value.startswith("$"):
            return Ref(value[1:])
        if isinstance(value, float):
            raise Inexpressible("a fraction")
        return value if isinstance(value, (bool, int, str)) else None

    # Outcomes

    def _holds(self, step: Step, call: Call, may: May) -> bool:
        """Whether the case accepts an outcome that the model allows."""
        arguments = {name: _plain(each) for name, each in call.arguments.items()}
        expected = step.expectation
        outcome = self._seen(may.outcome, call, expected)
        return matching.holds(self._resolved(expected), outcome, arguments)

    def _resolved(self, expected: Mapping[str, Any]) -> dict[str, Any]:
        wanted = expected.get("returns")
        known = self._values.get(wanted, ANYTHING) if isinstance(wanted, str) else ANYTHING
        return {**expected, "returns": known} if known is not ANYTHING else dict(expected)

    def _seen(self, outcome: Outcome, call: Call, expected: Mapping[str, Any]) -> Seen:
        """The outcome as an implementation would show it."""
        buffer = call.arguments.get("buffer")
        before = buffer.content if isinstance(buffer, Data) else b""
        arrays = {"buffer": before.hex()} if isinstance(buffer, Data) else {}
        match outcome:
            case Reads(data, counted):
                offset = call.arguments.get("offset", 0)
                assert isinstance(offset, int)
                after = before[:offset] + data + before[offset + len(data) :]
                return Returned(len(data) if counted else None, {"buffer": after.hex()})
            case Throws(kind, parameter, derived, token):
                if derived:
                    kind = _derived(kind, expected)
                    parameter = parameter or _parameter(expected)
                return Threw(kind, parameter, "said", token, arrays)
            case Gives(kind):
                return Returned({"object": call.kept, "type": kind, "same": call.kept}, arrays)
            case Same(name):
                return Returned({"object": name, "same": name, "type": "SafePipeHandle"}, arrays)
            case Returns(value) if value is not ANYTHING:
                return Returned(value, arrays)
            case Returns() | Matches() | TextOf():
                if expected.get("returns", ANYTHING) not in (ANYTHING, *_texts(expected)):
                    raise Inexpressible("a value that the model does not know")
                return Returned(self._resolved(expected).get("returns"), arrays)
        raise AssertionError(outcome)


def _without_mode(end: str) -> str:
    return end.replace(" nonblocking", "").replace(" blocking", "")


def _plain(argument: Argument) -> Any:
    return {"hex": argument.content.hex()} if isinstance(argument, Data) else argument


def _texts(expected: Mapping[str, Any]) -> list[Any]:
    """Expectations that ask for the text or the number that a name stands for."""
    wanted = expected.get("returns")
    return [wanted] if isinstance(wanted, str) and wanted.startswith("$") else []


def _wanted(expected: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What may be thrown, as mappings."""
    each = [one.get("throws") for one in (expected, *expected.get("any", ()))]
    return [{"type": one} if isinstance(one, str) else one for one in each if one]


def _derived(kind: str, expected: Mapping[str, Any]) -> str:
    """The type that a case asks for, where the model allows any that derives from one."""
    for wanted in _wanted(expected):
        if matching.derives(wanted["type"], kind):
            return str(wanted["type"])
    return kind


def _parameter(expected: Mapping[str, Any]) -> str | None:
    """The parameter that a case asks for, where the documentation names none."""
    return next((wanted.get("parameter") for wanted in _wanted(expected)), None)
