"""A timeline as a file, so that a report can show it later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipects.errors import UserError
from pipects.reports import model
from pipects.reports.outcome_diff import OutcomeChange
from pipects.timeline import Row, Timeline

SCHEMA: Final = "pipects-timeline/1"


@dataclass(frozen=True)
class Told:
    """A timeline, with what a report says of it."""

    timeline: Timeline
    texts: Mapping[str, str]
    """What each requirement of its rows says."""
    command: str
    """What makes it again."""


def render(told: Told) -> str:
    """The text of the file ([schema](spec/schemas/timeline.schema.json))."""
    timeline = told.timeline
    document = {
        "schema": SCHEMA,
        "product": timeline.product,
        "command": told.command,
        "releases": timeline.releases,
        "tests": timeline.tests,
        "rows": [
            {
                "requirement": row.requirement,
                "text": told.texts[row.requirement],
                "cells": row.cells,
            }
            for row in timeline.rows
        ],
        "steps": [
            {
                "release": release,
                "changes": [
                    {"old": change.old, "new": change.new, "tests": change.tests}
                    for change in changes
                ],
            }
            for release, changes in timeline.steps
        ],
        "failed": dict(timeline.failed),
    }
    return json.dumps(document, indent=1) + "\n"


def load(path: Path) -> Told:
    """What `render` has written. Raises UserError if the file holds no timeline."""
    document = model.parse(path, "a timeline")
    problem = next(model.checker("timeline.schema.json")(document, "timeline"), None)
    if problem is not None:
        raise UserError(f"{path}: not a timeline: {problem}")
    for row in document["rows"]:
        if len(row["cells"]) != len(document["releases"]):
            raise UserError(f"{path}: not a timeline: {row['requirement']} lacks a cell")
    return Told(
        _timeline(document),
        {row["requirement"]: row["text"] for row in document["rows"]},
        document["command"],
    )


def _timeline(document: Any) -> Timeline:
    return Timeline(
        document["product"],
        tuple(document["releases"]),
        tuple(Row(row["requirement"], tuple(row["cells"])) for row in document["rows"]),
        tuple(
            (
                step["release"],
                tuple(
                    OutcomeChange(each["old"], each["new"], tuple(each["tests"]))
                    for each in step["changes"]
                ),
            )
            for step in document["steps"]
        ),
        document["failed"],
        document["tests"],
    )
