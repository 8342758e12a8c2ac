"""What a run has won, on disk as it comes: a run that is killed loses nothing, the next one goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipects import owned
from pipects.cases import Test
from pipects.mutation.model import KILLED, Candidate, Kill, Outcome
from pipects.mutation.trial import Reach


def fingerprint(test: Test) -> str:
    """A test as far as its verdict can depend on it."""
    content = repr((test.steps, test.covers, test.needs, test.deadline))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


class _Lines:
    """A file of JSON lines for one build; what another build has left there is passed on once."""

    def __init__(self, file: Path, digest: str) -> None:
        self._stream = owned.opened(file)
        lines = list(_read(file))
        self.valid = bool(lines) and lines[0] == {"digest": digest}
        self.earlier = lines[1:]
        if not self.valid:
            self._stream.truncate(0)
            self.add({"digest": digest})

    def add(self, content: Mapping[str, Any]) -> None:
        """Writes a line through to the file."""
        self._stream.write(json.dumps(content, ensure_ascii=False) + "\n")
        self._stream.flush()

    def close(self) -> None:
        self._stream.close()


def _read(file: Path) -> Iterator[Any]:
    """The lines that are whole; the last may have been cut by who killed the run."""
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue


class ReachJournal:
    """Which places each test reaches."""

    def __init__(self, file: Path, digest: str, tests: Mapping[str, str]) -> None:
        self._lines = _Lines(file, digest)
        self._tests = tests
        self.known: dict[str, tuple[int, ...]] = {}
        if self._lines.valid:
            for line in self._lines.earlier:
                if tests.get(line["test"]) == line["fingerprint"]:
                    self.known[line["test"]] = tuple(line["places"])

    def add(self, reach: Reach) -> None:
        """Keeps what was found, but not of a test that is red: it is to be asked again."""
        for test, places in reach.places.items():
            if test not in reach.red:
                self.known[test] = places
                self._lines.add(
                    {"test": test, "fingerprint": self._tests[test], "places": list(places)}
                )

    def close(self) -> None:
        """Closes the file."""
        self._lines.close()


class OutcomeJournal:
    """What came of each mutant, as long as the tests that said so are the same."""

    def __init__(self, file: Path, digest: str, tests: Mapping[str, str]) -> None:
        self._lines = _Lines(file, digest)
        self._tests = tests
        self.killers: dict[str, str] = {}
        """By the mutant's key: who killed it in the last run, be it of another build."""
        self._known: dict[int, tuple[str, Outcome]] = {}
        for line in self._lines.earlier:
            kill = Kill(**line["kill"]) if line["kill"] else None
            if kill is not None:
                self.killers[line["key"]] = kill.test
            if self._lines.valid:
                words = {
                    name: line[name] for name in ("number", "status", "tests", "seconds", "alone")
                }
                self._known[line["number"]] = line["proof"], Outcome(**words, kill=kill)

    def known(self, mutant: Candidate, names: Sequence[str], observations: bool) -> Outcome | None:
        """The outcome that still holds, if there is one."""
        if mutant.number not in self._known:
            return None
        proof, outcome = self._known[mutant.number]
        if observations and outcome.kill and outcome.kill.by != "outcome" and outcome.alone is None:
            return None
        return outcome if proof == self._proof(outcome, names) else None

    def add(self, mutant: Candidate, names: Sequence[str], outcome: Outcome) -> None:
        """Keeps an outcome with what it rests on."""
        self._lines.add(
            {**asdict(outcome), "key": mutant.key, "proof": self._proof(outcome, names)}
        )

    def _proof(self, outcome: Outcome, names: Sequence[str]) -> str:
        """What must be the same for the outcome to hold: the killer, or all who could be it."""
        if outcome.status == KILLED and outcome.kill is not None:
            return self._tests.get(outcome.kill.test, "gone")
        whole = sorted(f"{name} {self._tests[name]}" for name in names)
        return hashlib.sha256("\n".join(whole).encode()).hexdigest()

    def close(self) -> None:
        """Closes the file."""
        self._lines.close()
