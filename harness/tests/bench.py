"""What the tests of the harness share: the command, run for real on an implementation made up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FAKE = Path(__file__).parent / "fakes" / "adapter.py"
ENOUGH = 120
"""Seconds after which a command that should have ended is given up."""

CASES = """\
- id: fake.can-read
  title: A server that writes can't read
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {get: server.CanRead, returns: false}
- id: fake.can-write
  title: A server that writes can write
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {get: server.CanWrite, returns: true}
"""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    output: str
    errors: str
    results: dict[str, Any] | None

    def verdicts(self) -> dict[str, str]:
        """By test: its verdict."""
        assert self.results is not None, self.output + self.errors
        return {result["test"]: result["verdict"] for result in self.results["results"]}

    def failure(self, test: str) -> dict[str, Any]:
        """The failure of a test."""
        assert self.results is not None, self.output + self.errors
        (found,) = [result for result in self.results["results"] if result["test"] == test]
        assert found["failure"] is not None, found
        return dict(found["failure"])


@dataclass(frozen=True)
class Bench:
    """A folder with an implementation that misbehaves and cases for it."""

    folder: Path

    def adapter(self, mode: str, name: str = "fake", more: str = "") -> None:
        """Puts an implementation there whose adapter misbehaves in one way."""
        (self.folder / "adapters").mkdir(exist_ok=True)
        (self.folder / "adapters" / f"{name}.yaml").write_text(
            f"name: Fake\nlanguage: Python\nsources: []\nrequires: []\nbuild: []\n"
            f"start: {json.dumps([sys.executable, str(FAKE), braced(mode)])}\nstart-seconds: 30\n{more}",
            encoding="utf-8",
        )

    def cases(self, text: str = CASES, name: str = "fake.yaml") -> Path:
        """Puts a file of cases there."""
        (self.folder / "cases").mkdir(exist_ok=True)
        file = self.folder / "cases" / name
        file.write_text(text, encoding="utf-8")
        return file

    def command(self, *arguments: str) -> list[str]:
        """The command line of `pipects` with the bench's adapters and cases."""
        where = ["--adapters", str(self.folder / "adapters"), "--cases", str(self.folder / "cases")]
        return [sys.executable, "-m", "pipects", *arguments, *where]

    def run(self, *arguments: str) -> Done:
        """`pipects run fake` with more arguments, to its end."""
        file = self.folder / "results.json"
        done = self.pipects("run", "fake", "--json", str(file), *arguments, enough=ENOUGH)
        results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        return replace(done, results=results)

    def pipects(self, *arguments: str, enough: float = ENOUGH / 2) -> Done:
        """`pipects` with the bench's adapters and cases, to its end; `enough` seconds at most."""
        return finished(self.command(*arguments), enough)

    def processes(self) -> list[int]:
        """The processes of the bench's adapters that are still there."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "environ").read_bytes()
                except OSError:
                    continue
                if f"PIPECTS_BENCH={self.folder}".encode() in command:
                    found.append(int(entry.name))
        return found


def braced(word: str) -> str:
    """A word of a manifest that means this text."""
    return word.replace("{", "{{").replace("}", "}}")


def environment(**more: str) -> dict[str, str]:
    """The environment in which the command finds its package."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "harness"), **more}


def run_pipects(*arguments: str) -> Done:
    """The command with these arguments, to its end."""
    return finished([sys.executable, "-m", "pipects", *arguments])


def finished(command: Sequence[str], enough: float = ENOUGH) -> Done:
    """A command line, to its end; `enough` seconds at most."""
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=enough, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr, None)
