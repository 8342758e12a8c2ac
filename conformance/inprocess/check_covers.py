#!/usr/bin/python3
"""Holds binding-covers.yaml to what the binding's tests say that they cover.

Usage: check_covers.py RUNNER [--write]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "binding-covers.yaml"
HEAD = """\
# What only the in-process runner can show: its tests, and the requirements that each covers.
# Written by check_covers.py --write from the tests' own labels; a CTest test compares.
"""


def main() -> int:
    """Compares, or writes. Returns the exit status."""
    listed = subprocess.run(
        [sys.argv[1], "--list_tests"], capture_output=True, text=True, check=True
    )
    lines = [line.split("\t") for line in listed.stdout.splitlines()]
    covers = {path: labels for _, path, *labels in lines if labels}
    if "--write" in sys.argv[2:]:
        FILE.write_text(HEAD + yaml.safe_dump(covers, width=10**6), encoding="utf-8")
    written = yaml.safe_load(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for path in sorted(covers.keys() | written.keys()):
        if covers.get(path) != written.get(path):
            print(f"{path}: covers {covers.get(path)}, but {FILE.name} says {written.get(path)}")
    return int(covers != written)


if __name__ == "__main__":
    sys.exit(main())
