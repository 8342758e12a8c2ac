"""Steps: what a case does, one thing after the other, and what must come of it (spec/case-format.md)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from pipects import blame, tables, wellformed
from pipects.errors import UserError
from pipects.spec import Spec

VERBS = (
    "new", "call", "get", "set", "transfer", "describe", "start", "exit", "kill", "forget",
    "finish", "limit", "signal", "observe", "hold", "release", "answer", "record", "order",
)  # fmt: skip
DIRECTING = frozenset({"hold", "release", "answer", "record", "order"})
"""The verbs of steps that need processes whose system calls are directed."""
OUTCOME_KEYS = ("returns", "throws", "reads", "keeps", "any")
INSIDE = re.compile(r"\$\{([a-z_][A-Za-z0-9_.]*)\}")
"""A value's text inside a longer text."""

DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""What writes YAML: the quick one, if the library has it."""


@dataclass(frozen=True)
class Step:
    """One thing done to one object in one process, and what must come of it."""

    verb: str
    target: str
    """What follows the verb: a type, OBJECT.MEMBER, a process, a thread, or what to observe."""
    process: str
    thread: str
    options: Mapping[str, Any]
    """The step's other keys, with the row's values in place."""
    expectation: Mapping[str, Any]
    """The outcome keys only; empty means that it must return, whatever the value."""
    requirement: str = ""
    """What is broken if it does not come out as it must."""

    @property
    def subject(self) -> str:
        """The object or the type that it begins with; the whole target, if it names no member."""
        return self.target.partition(".")[0]

    @property
    def owner(self) -> str:
        """All before the member; empty if it names none."""
        return self.target.rpartition(".")[0]

    @property
    def member(self) -> str:
        """The member that it is about; the whole target, if it names none."""
        return self.target.rpartition(".")[2]

    @functools.cached_property
    def text(self) -> str:
        """The step as its author would write it in one line."""
        shown = {self.verb: self.target, **self.options, **self.expectation}
        line = yaml.dump(
            _plain(shown),
            Dumper=DUMPER,
            default_flow_style=True,
            sort_keys=False,
            width=10**6,
            allow_unicode=True,
        )
        return str(line).strip().replace("'on': ", "on: ")


def of_row(
    entry: Any, row: Mapping[str, Any], where: str, covers: Sequence[str], spec: Spec
) -> Iterator[Step]:
    """The steps of a case with a row's values in place, each at the requirement that it shows.

    Raises UserError with the line of the step that makes no sense.
    """
    names = {"parent": "parent"}
    """Process of every object, value and process that the steps so far have named."""
    running: dict[str, Step] = {}
    """By thread: the call that was left running there."""
    ended: set[str] = set()
    """Processes that have gone, and with them what ran there."""
    for raw, number in _repeated(entry["steps"]):
        line = f"{where.rpartition(':')[0]}:{raw.line}"
        step = dict(tables.substitute(raw, row))
        if step.pop("repeat", None):
            step = _numbered(step, number)
        expected = step.pop("expect", None) or {}
        if not isinstance(expected, Mapping) or not set(OUTCOME_KEYS).issuperset(expected):
            raise UserError(f"{line}: 'expect' has the keys {', '.join(OUTCOME_KEYS)} only")
        step.update(expected)
        verb = next(iter(step))
        if verb not in VERBS:
            raise UserError(f"{line}: a step begins with its verb, one of {', '.join(VERBS)}")
        target = step.pop(verb)
        if isinstance(target, list):
            target = " ".join(map(str, target))
        own = step.pop("covers", None)
        if own is not None and own not in covers:
            raise UserError(f"{line}: the step's requirement '{own}' is none that the case covers")
        wellformed.check_step(verb, target, step, line)
        process = _process(verb, target, step, names, running, line)
        thread = step.get("on", "main")
        expectation = {name: step.pop(name) for name in OUTCOME_KEYS if name in step}
        if "any" in expectation and "because" not in entry:
            raise UserError(f"{line}: 'any' allows several outcomes; the case must say 'because'")
        if "choice" in step and "any" not in expectation:
            raise UserError(f"{line}: 'choice' is for the outcomes of 'any'")
        if "wait" in step and ("as" in step or "until" in step):
            raise UserError(f"{line}: 'wait' keeps no task and leaves nothing running")
        for used in _references((step, expectation)):
            if used.partition(".")[0] not in names:
                raise UserError(f"{line}: '${used}' is neither a column nor a name given before")
        what = running[target].target if verb == "finish" and target in running else target
        requirement = own or blame.of_step(covers, what, spec)
        made = Step(verb, target, process, thread, step, expectation, requirement)
        if "until" in step:
            if thread in running:
                raise UserError(f"{line}: a call is left running on '{thread}' already")
            running[thread] = made
        call = running.pop(target) if verb == "finish" else made
        if verb in ("exit", "kill"):
            ended.add(target)
        given = call.options.get("with") or {}
        for missing in _arrays_missing(expectation, given):
            raise UserError(
                f"{line}: '{missing}' looks at an array that the call itself is given as 'buffer'"
            )
        for name in [step.get("as"), *_callbacks(step), *([target] if verb == "start" else [])]:
            if name is not None:
                if name in names:
                    raise UserError(f"{line}: the name '{name}' is given twice")
                names[name] = target if verb == "start" else process
        yield made
    for thread, call in running.items():
        if call.process not in ended:
            raise UserError(f"{where}: no step finishes what runs on '{thread}'")


def _arrays_missing(expectation: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """The keys of an expectation that ask for an array which is not among the arguments."""
    buffer = given.get("buffer")
    for choice in (expectation, *expectation.get("any", ())):
        if "reads" in choice and not isinstance(buffer, Mapping):
            yield "reads"
        if choice.get("keeps") and isinstance(buffer, str):  # the name of one made before
            yield "keeps"


def _repeated(steps: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    for step in steps:
        for number in range(1, step.get("repeat", 1) + 1):
            yield step, number


def _numbered(value: Any, number: int) -> Any:
    """Puts the number of a repeated step in place of each `#`."""
    if isinstance(value, str):
        return value.replace("#", str(number))
    if isinstance(value, Mapping):
        return {key: _numbered(inner, number) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbered(inner, number) for inner in value]
    return value


def _process(
    verb: str, target: str, step: Mapping[str, Any], names: Mapping[str, str],
    running: Mapping[str, Step], line: str,
) -> str:  # fmt: skip
    """The process that a step is about."""

    def of(name: str) -> str:
        if name not in names:
            raise UserError(f"{line}: nothing is called '{name}' here")
        return names[name]

    def left_on(thread: str) -> str:
        if thread not in running:
            raise UserError(f"{line}: no call was left running on '{thread}'")
        return running[thread].process

    if verb in ("call", "get", "set", "transfer"):
        head = target.partition(".")[0]
        return of(step.get("in", "parent")) if head[0].isupper() else of(head)
    if verb in ("exit", "kill", "limit", "release"):
        return of(target)
    if verb == "forget":
        return of(target.split()[0])
    if verb in ("finish", "signal"):
        return left_on(target)
    if verb == "observe" and "on" in step:
        return left_on(step["on"])
    if verb in ("observe", *DIRECTING) and "in" not in step and "of" in step:
        return of(step["of"])
    return of(step.get("in", "parent"))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("$") and not value.startswith("${"):
        yield value[1:]
    elif isinstance(value, str):
        yield from INSIDE.findall(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _references(inner)


def _callbacks(step: Mapping[str, Any]) -> Iterable[str]:
    arguments = step.get("with") or {}
    return [
        value["callback"]
        for value in arguments.values()
        if isinstance(value, Mapping) and "callback" in value
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
