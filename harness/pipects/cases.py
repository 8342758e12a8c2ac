"""Cases: the tables are read, and each row becomes a test of its own (spec/case-format.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipects import blame, datafile, needs, paths, steps, tables, wellformed
from pipects.errors import UserError
from pipects.spec import Spec
from pipects.steps import DIRECTING, Step

PLATFORMS = ("unix", "windows")
CHANGED_FOR_GOOD = ("signals", "threads")
"""What is observed of a process and may be as an earlier test has left it."""


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

    def naming(self, name: str) -> Step | None:
        """The step whose object, value or task is called so in the case."""
        return next((step for step in self.steps if step.options.get("as") == name), None)

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
            column: tables.substitute(
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
        useful = tuple(_useful([*steps.of_row(entry, row, where, covers, spec)]))
        needed = {
            *entry.get("needs", ()),
            *(n for step in useful for n in needs.of_step(step, spec)),
        }
        for need in sorted(needed):
            if need not in spec.capabilities:
                raise UserError(f"{where}: unknown capability '{need}'")
        columns = {name: value for name, value in row.items() if name not in tables.NOT_SHOWN}
        if row.get("platforms", "unix") not in PLATFORMS:
            raise UserError(f"{where}: a row's 'platforms' is unix or windows")
        yield Test(
            id=f"{entry['id']}/{suffix}" if suffix else entry["id"],
            case=entry["id"],
            title=str(tables.substitute(entry["title"], columns)),
            row=columns,
            covers=covers,
            fills=_fills({**entry.get("fills", {}), **row.get("fills", {})}, columns, spec, where),
            needs=tuple(sorted(needed)),
            platforms=row.get("platforms", entry.get("platforms", _asked_on(covers, spec))),
            deadline=float(entry.get("deadline", 5)),
            tags=tuple(entry.get("tags", ())),
            fresh=entry.get("fresh", any(map(_needs_unchanged, useful))),
            leak=blame.of_leak(covers, spec),
            steps=useful,
            file=file,
            line=entry.line,
        )


def _asked_on(covers: Sequence[str], spec: Spec) -> str:
    """The one platform that all these requirements are of, or any."""
    platforms = {spec.requirements[each].platforms for each in covers}
    return platforms.pop() if len(platforms) == 1 else "any"


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
    for axis, value in tables.substitute(said, row).items():
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
