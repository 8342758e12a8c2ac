"""The binding's own tests on a mutated build: what only a class in C++ sees, as one that is derived does."""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from pipects import paths, verdicts
from pipects.mutation.model import OUTCOME, Kill
from pipects.traceability import BINDING

PROGRAM = Path("conformance/inprocess/pipects-binding")
"""Where a build has the program that holds the tests and nothing else."""
PREFIX = "binding/"
"""How the name of each begins, which no case's does."""
PATIENCE = 20.0
"""Seconds after which one hangs; none takes a tenth of a second."""


@functools.cache
def covers() -> Mapping[str, tuple[str, ...]]:
    """By test, the requirements that it covers."""
    written = yaml.safe_load(BINDING.read_text(encoding="utf-8"))
    return {name: tuple(requirements) for name, requirements in written.items()}


def fingerprint() -> str:
    """Of all of them: they are compiled as one."""
    hasher = hashlib.sha256()
    for file in sorted((paths.ROOT / "conformance" / "inprocess" / "binding").iterdir()):
        hasher.update(file.read_bytes())
    return hasher.hexdigest()[:16]


def run(program: Path, name: str, scale: float, environment: Mapping[str, str]) -> Kill | None:
    """Runs one test in a process of its own. Returns what it has shown, if it is red."""
    try:
        done = subprocess.run(
            [program, f"--run_test={name}", "--log_level=error", "--report_level=no",
             "--color_output=no"],
            env={**os.environ, **environment}, capture_output=True, text=True, errors="replace",
            stdin=subprocess.DEVNULL, timeout=PATIENCE * scale, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _kill(name, verdicts.HANG, "it does not end")
    if done.returncode == 0:
        return None
    crashed = done.returncode < 0 or "fatal error: " in done.stdout
    told = next((line for line in done.stdout.splitlines() if "error: in " in line), "")
    return _kill(
        name,
        verdicts.CRASH if crashed else verdicts.FAIL,
        told.partition("error: in ")[2] or f"exit status {done.returncode}",
    )


def _kill(name: str, verdict: str, actual: str) -> Kill:
    return Kill(name, covers()[name][0], verdict, OUTCOME, name, "what it checks", actual[:300])
