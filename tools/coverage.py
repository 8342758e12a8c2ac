"""Holds what the tests reach of the reference against what is explained, and writes a table of it.

Usage: coverage.py GCOVR.json UNREACHED.yaml TABLE.md. Exit status 1 if a line or a branch is neither
reached nor explained, or explained although it is reached.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

ENTRIES = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["file", "code", "reason"],
        "properties": {
            "file": {"type": "string", "pattern": "^reference/"},
            "code": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "reason": {"type": "string", "minLength": 1},
            "sometimes": {"const": True, "description": "another run may reach it: a race"},
        },
    },
}


@dataclass(frozen=True)
class Gap:
    """A line that no test reaches, or one that leaves a branch untaken."""

    file: str
    number: int
    code: str
    branches: int
    """How many of its branches are not taken; 0 if the line itself is not reached."""

    def __str__(self) -> str:
        what = f"{self.branches} of its branches not taken" if self.branches else "not reached"
        return f"{self.file}:{self.number}: {what}: {self.code}"


@dataclass(frozen=True)
class Figures:
    """What is reached of one file."""

    file: str
    lines: int
    lines_reached: int
    branches: int
    branches_taken: int

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.file,
            self.lines + other.lines,
            self.lines_reached + other.lines_reached,
            self.branches + other.branches,
            self.branches_taken + other.branches_taken,
        )


def measure(measured: dict[str, Any]) -> Iterator[tuple[Figures, list[Gap]]]:
    """By file of gcovr's JSON: its figures and its gaps."""
    for entry in sorted(measured["files"], key=lambda entry: str(entry["file"])):
        file = entry["file"]
        source = Path(file).read_text(encoding="utf-8").splitlines()
        lines = [line for line in entry["lines"] if not line.get("gcovr/noncode")]
        branches = [branch for line in lines for branch in line["branches"]]
        gaps = []
        for line in lines:
            untaken = sum(not branch["count"] for branch in line["branches"])
            if not line["count"] or untaken:
                number = line["line_number"]
                code = source[number - 1].strip()
                gaps.append(Gap(file, number, code, untaken if line["count"] else 0))
        yield Figures(
            file,
            len(lines),
            sum(line["count"] > 0 for line in lines),
            len(branches),
            sum(branch["count"] > 0 for branch in branches),
        ), gaps


def share(part: int, whole: int) -> str:
    """A part in percent, rounded down, so that 100 % is all."""
    return f"{1000 * part // whole / 10:.1f} %" if whole else "–"


def table(files: Sequence[Figures], entries: Sequence[dict[str, Any]]) -> str:
    """The report, as Markdown."""
    total = Figures("**all**", 0, 0, 0, 0)
    for figures in files:
        total += figures
    rows = [
        f"| {each.file.removeprefix('reference/')} | {each.lines_reached} of {each.lines} "
        f"| {share(each.lines_reached, each.lines)} | {each.branches_taken} of {each.branches} "
        f"| {share(each.branches_taken, each.branches)} |"
        for each in (total, *files)
    ]
    text = [
        "# What the tests reach of the reference",
        "",
        "All tests together: library, adapter kit, in-process runner and the whole conformance run between processes.",
        "Branches that only an exception takes, such as running out of memory, are not counted. Made by",
        "`tools/coverage.sh`, which fails as soon as anything is neither reached nor explained below.",
        "",
        "| file | lines reached | | branches taken | |",
        "|---|---:|---:|---:|---:|",
        *rows,
        "",
        "## What no test reaches, and why",
        "",
    ]
    for entry in entries:
        text.append(f"- `{entry['file'].removeprefix('reference/')}`: {entry['reason'].strip()}")
        text.extend(f"  - `{code}`" for code in entry["code"])
    return "\n".join(text) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status."""
    measured, explained, report = map(Path, arguments)
    entries = yaml.safe_load(explained.read_text(encoding="utf-8")) or []
    jsonschema.validate(entries, ENTRIES)
    reasons = {(entry["file"], code): entry for entry in entries for code in entry["code"]}
    files, unexplained, met = [], [], set()
    for figures, gaps in measure(json.loads(measured.read_text(encoding="utf-8"))):
        files.append(figures)
        for gap in gaps:
            key = gap.file, gap.code
            met.add(key)
            if key not in reasons:
                unexplained.append(str(gap))
    stale = [
        f"{explained}: all of it is reached: {file}: {code}"
        for (file, code), entry in reasons.items()
        if (file, code) not in met and not entry.get("sometimes")
    ]
    for line in (*unexplained, *stale):
        print(line, file=sys.stderr)
    if unexplained or stale:
        print(f"coverage: {len(unexplained)} gaps, {len(stale)} stale reasons", file=sys.stderr)
        return 1
    report.write_text(table(files, entries), encoding="utf-8")
    print(f"coverage: every gap is explained; wrote {report}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
