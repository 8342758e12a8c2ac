"""The strict list of survivors: each is explained, or it is an error; an entry that fits none is one, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipects import datafile, paths
from pipects.mutation.model import KILLED, Candidate, Outcome

FILE = paths.ROOT / "conformance" / "mutants" / "survivors.yaml"
FIELDS = ("file", "function", "operator", "text", "becomes")


@dataclass(frozen=True)
class Explanation:
    """Why mutants that read so survive."""

    wanted: Mapping[str, str]
    kind: str
    """`equivalent`: it does the same; `unseen`: no user of the public members can see it."""
    reason: str
    where: str

    def fits(self, mutant: Candidate) -> bool:
        """Whether it is about this mutant: places are told by their text, never by their line."""
        return all(getattr(mutant, name) == value for name, value in self.wanted.items())


def load(file: Path = FILE) -> list[Explanation]:
    """Reads the list. Raises UserError with file and line for what is wrong in it."""
    return [
        Explanation(
            {name: entry[name] for name in FIELDS if name in entry},
            entry["kind"],
            entry["reason"],
            f"{paths.shown(file)}:{entry.line}",
        )  # fmt: skip
        for entry in datafile.load(file, "survivor")
    ]


@dataclass(frozen=True)
class Judged:
    """The mutants that no test killed, and what the list makes of them."""

    explained: Mapping[int, Explanation]
    unexplained: tuple[Candidate, ...]
    stale: tuple[str, ...]
    """What is wrong with the list, each with file and line."""


def judge(
    every: Sequence[Candidate], outcomes: Mapping[int, Outcome], entries: Sequence[Explanation]
) -> Judged:
    """Compares the list with what came of the mutants that were tried; of the others it says nothing."""
    explained: dict[int, Explanation] = {}
    stale: list[str] = []
    for entry in entries:
        about = [mutant for mutant in every if entry.fits(mutant)]
        tried = [mutant for mutant in about if mutant.number in outcomes]
        living = [each for each in tried if outcomes[each.number].status != KILLED]
        if not about:
            stale.append(f"{entry.where}: fits no mutant")
        elif tried and not living:
            stale.append(f"{entry.where}: its mutants are killed; the entry can go")
        explained.update({mutant.number: entry for mutant in living})
    unexplained = tuple(
        mutant
        for mutant in every
        if mutant.number in outcomes
        and outcomes[mutant.number].status != KILLED
        and mutant.number not in explained
    )
    return Judged(explained, unexplained, tuple(stale))
