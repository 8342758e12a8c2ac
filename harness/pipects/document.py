"""results.json: what a run writes down, as it goes and at its end."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from pipects import __version__, owned, traceability
from pipects.cases import Test
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.reports import output, summary
from pipects.reports.document import Results, rendered
from pipects.pairs import Introduction
from pipects.spec import Spec
from pipects.verdicts import Result


def now() -> str:
    """The time, as results.json has it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def machine() -> dict[str, Any]:
    """The machine that a run took place on."""
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(
                (line.split(":", 1)[1].strip() for line in file if "model name" in line), model
            )
    except OSError:
        pass
    return {
        "system": f"{platform.system()} {platform.release()}",
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
    }


class Journal:
    """Results on disk as they come, a line each, so that nothing won is lost however a run ends.

    Raises UserError if it can't be written, and if another run is writing it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept = 0
        """How many results stand in the file, whole."""
        self._file: IO[str] | None = None
        try:
            self._file = owned.opened(path)
            self._file.truncate(0)
        except OSError as error:
            raise UserError(f"{path}: can't be written: {error.strerror}") from error

    @property
    def path(self) -> Path:
        """Where the results are."""
        return self._path

    def add(self, result: Result) -> None:
        """Writes one result through to the file."""
        assert self._file is not None
        try:
            self._file.write(json.dumps(result.as_json(), ensure_ascii=False) + "\n")
            self._file.flush()
            self.kept += 1
        except OSError as error:
            raise UserError(f"{self._path}: can't be written: {error.strerror}") from error

    def close(self, *, keep: bool) -> None:
        """Closes the file; removes it where the results stand in a whole document by now."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                keep = True
            self._file = None
            if not keep:
                self._path.unlink(missing_ok=True)


def compose(
    spec: Spec,
    tests: Sequence[Test],
    every_test: Sequence[Test],
    results: Sequence[Result],
    implementations: Sequence[tuple[Implementation, Introduction, list[str]]],
    run: Mapping[str, Any],
) -> Results:
    """The whole document. `run` has the keys that describe the run itself."""
    covering = traceability.covering(spec, every_test)
    document = {
        "schema": "pipects-results/1",
        "pipects": __version__,
        **run,
        "machine": machine(),
        "implementations": [_implementation(spec, *each) for each in implementations],
        "requirements": [
            {
                "id": requirement.id,
                "members": list(requirement.members),
                "text": requirement.text,
                "level": requirement.level,
                "platforms": requirement.platforms,
                "sources": list(requirement.sources),
                "note": requirement.note,
                "cases": covering[requirement.id],
                "held": {},
                "cells": len(requirement.space.cells),
            }
            for requirement in spec.requirements.values()
        ],
        "sources": {
            key: {"title": source.title, "url": source.url} for key, source in spec.sources.items()
        },
        "tests": [
            {
                "id": test.id,
                "case": test.case,
                "row": _plain(test.row),
                "title": test.title,
                "covers": list(test.covers),
                "cells": {name: list(places) for name, places in test.cells.items()},
                "steps": [step.text for step in test.steps],
                "processes": test.processes,
                "needs": list(test.needs),
                "file": test.file.name,
                "line": test.line,
            }
            for test in tests
        ],
        "results": [
            result.as_json()
            for result in sorted(
                results, key=lambda each: (each.server, each.client, each.test, each.repetition)
            )
        ],
    }
    return summary.sum_up(cast(Any, document))


def write(document: Results, path: Path) -> None:
    """Writes the document, whole or not at all."""
    output.write(path, rendered(document))


def _implementation(
    spec: Spec, implementation: Implementation, introduction: Introduction, unused: list[str]
) -> dict[str, Any]:
    greeting = introduction.greeting
    lacks = sorted({*(greeting.lacks if greeting else ()), *implementation.lacks})
    ran = "not run" if introduction.reason else "pass" if introduction.ok else "fail"
    return {
        "id": implementation.id,
        "name": implementation.name,
        "version": greeting.version if greeting else "",
        "language": implementation.language,
        "runtime": greeting.runtime if greeting else "",
        "os": greeting.os if greeting else "",
        "lacks": [
            {
                "capability": lack,
                "text": spec.capabilities[lack].text if lack in spec.capabilities else "unknown",
            }
            for lack in lacks
        ],
        "smoke": {
            "verdict": ran,
            "checks": [
                {"check": check.check, "ok": check.ok, "detail": check.detail}
                for check in introduction.checks
            ],
        },
        "reason": introduction.reason,
        "unused_deviations": unused,
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(json.dumps(row, default=dict)))
