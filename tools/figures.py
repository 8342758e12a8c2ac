"""Writes into README.md what the suite's own tables say: how many tests, requirements, cells and defects.

Usage: figures.py [--check]. With --check nothing is written; the exit status is 1 if the README says
something else, and what it should say is printed.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SUITE = re.compile(r"^\| the suite \|[^|]*\|", re.MULTILINE)
CELLS = re.compile(r"^(\| cells checked of cells[^|]*\|)[^|]*\|", re.MULTILINE)
DEFECTS = re.compile(r"^(\| defects made by hand \|)[^|]*\|", re.MULTILINE)
MEMBERS = re.compile(r"^\| member \|.*?^\| in all \|[^\n]*\n", re.MULTILINE | re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Brings the README up to date, or says in what it is not. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Writes the suite's figures into README.md.")
    parser.add_argument("--check", action="store_true", help="write nothing, tell what differs")
    args = parser.parse_args(arguments)
    before = README.read_text(encoding="utf-8")
    after = updated(before)
    if not args.check:
        README.write_text(after, encoding="utf-8")
        return 0
    sys.stdout.writelines(
        difflib.unified_diff(
            before.splitlines(True), after.splitlines(True), "README.md", "tools/figures.py", n=0
        )
    )
    return int(before != after)


def updated(text: str) -> str:
    """The README with today's figures. Raises ValueError if a place for one is gone."""
    tests = listed("cases")
    cases = len({test["case"] for test in tests})
    requirements = len(listed("requirements"))
    members = pipects("list", "members")
    cells = members.splitlines()[-1].split("|")[3].strip()
    defects = len(pipects("defects", "--list").splitlines())
    for place, figure in (
        (
            SUITE,
            f"| the suite | {len(tests):,} tests of {cases} cases for {requirements} requirements |",
        ),
        (CELLS, rf"\g<1> {cells} |"),
        (DEFECTS, rf"\g<1> {defects} on Linux, each with the requirement that it breaks |"),
        (MEMBERS, members.replace("\\", r"\\")),
    ):
        text, places = place.subn(figure, text)
        if places != 1:
            raise ValueError(f"README.md has {places} places for {place.pattern}")
    return text


def listed(what: str) -> list[dict[str, Any]]:
    """A list of `pipects list`."""
    found: list[dict[str, Any]] = json.loads(pipects("list", what, "--format", "json"))
    return found


def pipects(*arguments: str) -> str:
    """What the command prints."""
    command = [str(ROOT / "pipects"), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
