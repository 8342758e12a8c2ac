"""Disagreements: what they are told apart by, and how one becomes a case that anyone can run."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipects import cases, cells, verdicts
from pipects.exploring import translating
from pipects.judging import Record
from pipects.spec import Spec
from pipects.steps import DUMPER, Step
from pipects.verdicts import Result
from spec.model.calls import Call

RED = frozenset({verdicts.FAIL, verdicts.HANG, verdicts.CRASH, verdicts.ADAPTER_ERROR})
ANY = "lifetime.rounds-leave-nothing"
"""A rule that holds of every sequence."""
BECAUSE = "The documentation allows each of these."


@dataclass(frozen=True)
class Finding:
    """Something that an implementation did and the model does not allow."""

    signature: str
    """The same for sequences that show the same thing."""
    verdict: str
    requirement: str
    expected: str
    actual: str
    steps: tuple[Step, ...]
    calls: tuple[Call, ...] = field(default=(), compare=False)

    @property
    def size(self) -> int:
        """How long the sequence is."""
        return len(self.steps)


def of(
    record: Record | Result, steps: Sequence[Step], calls: Sequence[Call] = ()
) -> Finding | None:
    """The finding that a record, or the result of a test, tells of, if it tells of one."""
    failure = record.failure
    if record.verdict not in RED or failure is None:
        return None
    where = steps[failure.step] if failure.step is not None and failure.step < len(steps) else None
    done = f"{where.verb} {where.target.rpartition('.')[2]}" if where else "after the last step"
    done = re.sub(r"\d+", "N", done)
    outcome = re.match(r"threw \w+( naming \w+)?|returned", failure.actual)
    told = outcome[0] if outcome else re.sub(r"\d+", "N", failure.actual)[:80]
    if done == "observe ends":
        told += f", {_measured(failure.expected, failure.actual)}"
    requirement = failure.requirement or ""
    signature = f"{requirement}: {record.verdict}: {done}: {told}"
    used = tuple(steps[: failure.step + 1] if failure.step is not None else steps)
    return Finding(
        signature, record.verdict, requirement, failure.expected, failure.actual, used, tuple(calls)
    )


def _measured(expected: str, actual: str) -> str:
    """Whether a process holds more ends than it should, or fewer, as `pipects.ends` lists them."""
    wanted, held = (len(re.findall(r"\b(read|write)\b", each)) for each in (expected, actual))
    return "too many" if held > wanted else "too few" if held < wanted else "of another kind"


def case(finding: Finding, name: str, spec: Spec) -> dict[str, Any]:
    """The finding as a case: its steps, with what may come of each."""
    title = f"Found by exploring: {done(finding)}"
    return sequence(finding.steps, name, spec, title, finding.requirement)


def sequence(
    steps: Sequence[Step], name: str, spec: Spec, title: str = "Generated", requirement: str = ""
) -> dict[str, Any]:
    """Steps as a case, with what may come of each."""
    whole = _closed(steps)
    lines = [_line(step, spec) for step in whole]
    named = [requirement, *(line["covers"] for line in lines if "covers" in line)]
    listed = tuple(dict.fromkeys(each for each in named if each in spec.requirements))
    known = cells.about(spec, dataclasses.replace(cases.nameless(whole), covers=listed))
    covers = [each for each in listed if each in known] or [ANY]
    for line in lines:
        if line.get("covers") not in covers:
            line.pop("covers", None)
    allowed = {"because": BECAUSE} if any("any" in line for line in lines) else {}
    return {
        "id": name,
        "title": title,
        "covers": covers,
        **allowed,
        "steps": lines,
    }


def done(finding: Finding) -> str:
    """What was done last, in a few words."""
    last = finding.steps[-1] if finding.steps else None
    return f"{last.verb} {last.target}" if last else "nothing"


def _closed(steps: Iterable[Step]) -> list[Step]:
    """The steps, and a `finish` for each call that they leave running."""
    running: dict[str, Step] = {}
    whole = list(steps)
    for step in whole:
        if "until" in step.options:
            running[step.thread] = step
        elif step.verb == "finish":
            running.pop(step.target, None)
    late = {
        "any": [
            {"returns": translating.RETURNED},
            {"throws": {"type": "SystemException", "derived": True}},
        ]
    }
    for thread, step in running.items():
        whole.append(Step("finish", thread, step.process, thread, {}, late, step.requirement))
    return whole


def _line(step: Step, spec: Spec) -> dict[str, Any]:
    line: dict[str, Any] = {step.verb: step.target, **step.options, **step.expectation}
    if step.verb == "finish":
        line.pop("on", None)
    if step.verb == "forget":
        line["forget"] = step.target.split()
    if step.verb == "start" and "arguments" in line and not line["arguments"]:
        del line["arguments"]
    if step.requirement in spec.requirements and step.verb not in ("start", "kill", "exit"):
        line["covers"] = step.requirement
    return line


class _Dumper(DUMPER):  # type: ignore[misc]
    """Steps in one line, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """A case file has none."""
        return True


def text(case: Mapping[str, Any]) -> str:
    """A case as a file of the suite has it."""
    lines = []
    for key, content in case.items():
        if key == "steps":
            lines += ["  steps:", *(f"    - {flow(step)}" for step in content)]
        else:
            lines.append(f"{'- ' if not lines else '  '}{key}: {flow(content)}")
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value in one line."""
    dumped = str(yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10**6,
        allow_unicode=True,
    ))  # fmt: skip
    return dumped.removesuffix("\n").removesuffix("\n...").replace("'on': ", "on: ")


def write(folder: Path, name: str, content: Mapping[str, Any]) -> Path:
    """Writes a case into a folder of cases, which `pipects run --cases` takes. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    file.write_text(text(content), encoding="utf-8")
    return file
