"""Cases: the tables are read, and each row becomes a test of its own (spec/case-format.md)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipects import blame, datafile, paths, tables, wellformed
from pipects.errors import UserError
from pipects.spec import Spec

VERBS = (
    "new", "call", "get", "set", "transfer", "describe", "start", "exit", "kill", "forget",
    "finish", "limit", "signal", "observe", "hold", "release", "answer", "record", "order",
)  # fmt: skip
DIRECTING = frozenset({"hold", "release", "answer", "record", "order"})
"""The verbs of steps that need processes whose system calls are directed."""
PLATFORMS = ("unix", "windows")
OUTCOME_KEYS = ("returns", "throws", "reads", "keeps", "any")
ENUM_PARAMETERS = ("direction", "inheritability")
CHANGED_FOR_GOOD = ("signals", "threads")
"""What is observed of a process and may be as an earlier test has left it."""
OPTIONAL = ("callback", "state")
"""Parameters that a caller may leave out by passing a null."""
INSIDE = re.compile(r"\$\{([a-z_][A-Za-z0-9_.]*)\}")
"""A value's text inside a longer text."""
HANDLE_PARAMETERS = ("safePipeHandle", "serverSafePipeHandle", "clientSafePipeHandle")
SPANNABLE = ("Read", "Write", "ReadAsync", "WriteAsync", "ReadExactly", "ReadExactlyAsync")


_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


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

    @functools.cached_property
    def text(self) -> str:
        """The step as its author would write it in one line."""
        shown = {self.verb: self.target, **self.options, **self.expectation}
        line = yaml.dump(
            _plain(shown),
            Dumper=_DUMPER,
            default_flow_style=True,
            sort_keys=False,
            width=10**6,
            allow_unicode=True,
        )
        return str(line).strip().replace("'on': ", "on: ")


@dataclass(frozen=True)
class Test:
    """One row of one case: what a run executes and gives a verdict."""

    __test__ = False

    id: str
    case: str
    title: str
    row: Mapping[str, Any]
    covers: tuple[str, ...]
    fills: Mapping[str, tuple[str, ...]]
    """By axis: the values that the case says it fills (what its steps show needs no saying)."""
    needs: tuple[str, ...]
    platforms: str
    deadline: float
    tags: tuple[str, ...]
    fresh: bool
    """Whether it asks what an earlier test can have changed for good, and so wants a process of its own."""
    leak: str
    """The requirement that is broken if an end stays open behind the case."""
    steps: tuple[Step, ...]
    file: Path
    line: int
    cells: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By requirement that it covers: the places of the cells that it is about."""

    @property
    def directed(self) -> bool:
        """Whether its processes' system calls are directed."""
        return any(step.verb in DIRECTING for step in self.steps)

    @property
    def processes(self) -> int:
        """How many processes take part."""
        return 1 + sum(step.verb == "start" for step in self.steps)


def nameless(steps: Sequence[Step] = ()) -> Test:
    """A test that stands in no file: steps that are made up while they are done, or are looked at as one test."""
    return Test(
        id="explored", case="explored", title="", row={}, covers=("stream.type.base",), fills={},
        needs=(), platforms="any", deadline=5.0, tags=(), fresh=False,
        leak="stream.dispose.releases-handle", steps=tuple(steps), file=Path("explored.yaml"), line=1,
    )  # fmt: skip


def load(spec: Spec, folder: Path = paths.CASES) -> list[Test]:
    """Reads every case below `folder`, sorted by id. Raises UserError with file and line."""
    if not folder.is_dir():
        raise UserError(f"{paths.shown(folder)}: no such folder of cases")
    tests: dict[str, Test] = {}
    cases: dict[str, str] = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.suffix != ".yaml":
            raise UserError(f"{paths.shown(file)}: not a case file (*.yaml)")
        for entry in datafile.load(file, "case"):
            where = f"{paths.shown(file)}:{entry.line}"
            if entry["id"] in cases:
                raise UserError(
                    f"{where}: the case {entry['id']} stands twice, first at {cases[entry['id']]}"
                )
            cases[entry["id"]] = where
            with datafile.blaming(where):
                for test in _expand(entry, file, spec):
                    if test.id in tests:
                        raise UserError(
                            f"{where}: two rows are called {test.id}; name more columns in 'key'"
                        )
                    tests[test.id] = test
    for name, where in cases.items():
        above = next((each for each in _above(name) if each in cases), None)
        if above is not None:
            raise UserError(f"{where}: the case {name} stands below another case, {above}")
    return [tests[name] for name in sorted(tests)]


def _above(name: str) -> Iterator[str]:
    """The ids that are a case's id without its last parts: a case is no folder of others."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _expand(entry: Any, file: Path, spec: Spec) -> Iterator[Test]:
    where = f"{paths.shown(file)}:{entry.line}"
    wellformed.check_size(entry, where)
    key = tables.key(entry, where)
    for table_row in tables.rows(entry, where):
        row = {
            column: _substitute(
                value, {name: table_row[name] for name in table_row if name != column}
            )
            for column, value in table_row.items()
        }
        for column in key:
            if column not in row:
                raise UserError(f"{where}: a row lacks the column '{column}', which names it")
        suffix = ",".join(tables.slug(row[column], where) for column in key)
        covers = (*row.get("covers", ()), *entry.get("covers", ()))
        if not covers:
            raise UserError(f"{where}: a row covers no requirement")
        for requirement in covers:
            if not isinstance(requirement, str) or requirement not in spec.requirements:
                raise UserError(
                    f"{where}: unknown requirement '{requirement}'",
                    "'pipects list requirements' has them all",
                )
        steps = tuple(_useful([*_steps(entry, row, where, covers, spec)]))
        needs = {*entry.get("needs", ()), *(n for step in steps for n in needs_of(step, spec))}
        for need in sorted(needs):
            if need not in spec.capabilities:
                raise UserError(f"{where}: unknown capability '{need}'")
        columns = {name: value for name, value in row.items() if name not in tables.NOT_SHOWN}
        if row.get("platforms", "unix") not in PLATFORMS:
            raise UserError(f"{where}: a row's 'platforms' is unix or windows")
        yield Test(
            id=f"{entry['id']}/{suffix}" if suffix else entry["id"],
            case=entry["id"],
            title=str(_substitute(entry["title"], columns)),
            row=columns,
            covers=covers,
            fills=_fills({**entry.get("fills", {}), **row.get("fills", {})}, columns, spec, where),
            needs=tuple(sorted(needs)),
            platforms=row.get("platforms", entry.get("platforms", "any")),
            deadline=float(entry.get("deadline", 5)),
            tags=tuple(entry.get("tags", ())),
            fresh=entry.get("fresh", any(map(_needs_unchanged, steps))),
            leak=blame.of_leak(covers, spec),
            steps=steps,
            file=file,
            line=entry.line,
        )


def _useful(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps, without the making of a stream in memory for other rows: one that is lacking keeps from copying only."""
    for step in steps:
        if step.target != "MemoryStream" or _is_used(step, steps):
            yield step


def _is_used(made: Step, steps: Sequence[Step]) -> bool:
    others = (step for step in steps if step is not made)
    said = " ".join(f"{step.target} {step.options} {step.expectation}" for step in others)
    return made.options.get("as") in re.findall(r"\w+", said)


def _fills(
    said: Mapping[str, Any], row: Mapping[str, Any], spec: Spec, where: str
) -> dict[str, tuple[str, ...]]:
    """What a case says that it fills, with the row's values in place."""
    found: dict[str, tuple[str, ...]] = {}
    for axis, value in _substitute(said, row).items():
        if axis not in spec.axes.axes:
            known = ", ".join(spec.axes.axes)
            raise UserError(f"{where}: 'fills' names an unknown axis '{axis}' (known: {known})")
        values = value if isinstance(value, list) else [value]
        for each in values:
            if each not in spec.axes.axes[axis].values:
                raise UserError(
                    f"{where}: 'fills' has {each!r}, no value of the axis '{axis}' "
                    f"(known: {', '.join(spec.axes.axes[axis].values)})"
                )
        found[axis] = tuple(values)
    return found


def _needs_unchanged(step: Step) -> bool:
    """Whether a step shows what an earlier test has changed: a blocked signal is not taken, either."""
    return step.verb == "signal" or step.target in CHANGED_FOR_GOOD


def _steps(
    entry: Any, row: Mapping[str, Any], where: str, covers: Sequence[str], spec: Spec
) -> Iterator[Step]:
    names = {"parent": "parent"}
    """Process of every object, value and process that the steps so far have named."""
    running: dict[str, Step] = {}
    """By thread: the call that was left running there."""
    ended: set[str] = set()
    """Processes that have gone, and with them what ran there."""
    for raw, number in _repeated(entry["steps"]):
        line = f"{where.rpartition(':')[0]}:{raw.line}"
        step = dict(_substitute(raw, row))
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


def _substitute(value: Any, row: Mapping[str, Any]) -> Any:
    """Puts the row's values in place of `$column`; other `$names` stay for the run."""
    if isinstance(value, str):
        if value.startswith("$") and value[1:] in row:
            return row[value[1:]]
        return re.sub(
            r"\$([a-z_][a-z0-9_]*)",
            lambda match: str(row[match[1]]) if match[1] in row else match[0],
            value,
        )
    if isinstance(value, Mapping):
        return {key: _substitute(inner, row) for key, inner in value.items()}
    if isinstance(value, list):
        return [_substitute(inner, row) for inner in value]
    return value


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


def needs_of(step: Step, spec: Spec) -> Iterator[str]:
    """The capabilities that a step needs by what it uses."""
    member = step.target.rpartition(".")[2] if "." in step.target else ""
    if step.verb == "describe":
        yield "describe"
    for capability in spec.capabilities.values():
        if step.target.partition(".")[0] in capability.types or member in capability.members:
            yield capability.id
    arguments = step.options.get("with") or {}
    if step.verb in ("new", "call", "set", "get", "transfer"):
        if any(arguments[name] is None for name in arguments if name not in OPTIONAL):
            yield "null-arguments"
        if any(name in arguments for name in HANDLE_PARAMETERS):
            yield "safe-handle"
        if any(isinstance(arguments.get(name), int) for name in ENUM_PARAMETERS):
            yield "undefined-enum"
        if step.verb == "set" and member == "ReadMode" and isinstance(step.options["to"], int):
            yield "undefined-enum"
        if member in SPANNABLE and "buffer" in arguments and "offset" not in arguments:
            yield "span"
        if arguments.get("overload") == "span":
            yield "span"
    if step.verb == "start" and step.options.get("way") == "platform":
        yield "start-platform"
    if step.verb == "forget":
        yield "collect"
    if step.verb == "signal":
        yield "signal"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
