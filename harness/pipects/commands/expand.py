"""`pipects expand`: every row as a test of its own, in JSON, for a runner that is not this one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pipects import blame, missing, paths, suite
from pipects.cases import Test
from pipects.reports import output
from pipects.steps import DIRECTING, Step

NEEDS_A_PROCESS_OF_ITS_OWN = {
    "start": "it starts another process",
    "exit": "it ends a process",
    "kill": "it kills a process",
    "limit": "it limits the handles of the whole process",
    **dict.fromkeys(DIRECTING, "it directs the process's system calls"),
}

SEEN_FROM_WITHIN = {
    "blocked", "capacity", "descriptor", "ends", "pending", "signals", "threads", "unread",
}  # fmt: skip
"""What a process can observe of itself while a case runs in it."""


def add(subparsers: Any) -> None:
    """Adds `expand`."""
    expand = subparsers.add_parser(
        "expand",
        help="write every row as a test of its own, in JSON",
        description="Writes the cases with their rows' values in place, as JSON, for runners in "
        "other languages. A test that can't run inside one process says why.",
    )
    expand.add_argument("--out", type=Path, metavar="FILE", help="the file (standard output)")
    suite.add_options(expand)
    expand.set_defaults(run=expand_command)


def expand_command(args: argparse.Namespace) -> int:
    """`pipects expand`. Returns the exit status."""
    loaded = suite.load(args)
    told = {requirement for test in loaded.tests for requirement in (*test.covers, test.leak)}
    told |= {blame.LEFT_BEHIND, blame.NO_READER}
    requirements = {
        name: {"text": requirement.text, "level": requirement.level}
        for name, requirement in loaded.spec.requirements.items()
        if name in told
    }
    rows = ",\n".join(_json(_expanded(test)) for test in loaded.tests)
    text = f'{{"schema": "pipects-tests/1",\n"requirements": {_json(requirements)},\n"tests": [\n{rows}\n]}}\n'
    if args.out:
        output.write(args.out, text)
    else:
        sys.stdout.write(text)
    return 0


def _expanded(test: Test) -> dict[str, Any]:
    """A row; its steps are last, so that a reader finds what is before them without a look at them."""
    reasons = map(_keeps_out, test.steps)
    return {
        "id": test.id,
        "case": test.case,
        "title": test.title,
        "file": paths.shown(test.file),
        "line": test.line,
        "row": test.row,
        "covers": test.covers,
        "blame": {
            "leak": test.leak,
            "left_behind": blame.LEFT_BEHIND,
            "no_reader": blame.NO_READER,
        },
        "needs": test.needs,
        "platforms": test.platforms,
        "deadline": test.deadline,
        "tags": test.tags,
        "not_in_process": next(filter(None, reasons), None),
        "names": missing.named(test),
        "steps": [
            {
                "verb": step.verb,
                "target": step.target,
                "thread": step.thread,
                "options": step.options,
                "expectation": step.expectation,
                "text": step.text,
                "requirement": step.requirement,
            }
            for step in test.steps
        ],
    }


def _keeps_out(step: Step) -> str | None:
    """Why a step can't be done in the process that is tested, if it can't."""
    if step.verb == "observe" and step.target not in SEEN_FROM_WITHIN:
        return f"it looks at a process's {step.target} from outside"
    return NEEDS_A_PROCESS_OF_ITS_OWN.get(step.verb)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_jsonable)


def _jsonable(value: Any) -> Any:
    return dict(value) if hasattr(value, "keys") else list(value)
