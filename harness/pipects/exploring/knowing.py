"""Findings that are known: a listed deviation, met at its own requirement or at one that it breaks, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipects import datafile, paths
from pipects.errors import UserError
from pipects.exploring.findings import Finding
from pipects.implementations import Implementation

FILE = paths.ROOT / "conformance" / "explored.yaml"


@dataclass(frozen=True)
class Known:
    """What exploring meets of a deviation that is listed at another requirement."""

    implementations: tuple[str, ...]
    signatures: tuple[str, ...]
    deviation: str
    """The requirement at which the implementation's own list has it."""
    because: str
    where: str


def load(file: Path = FILE) -> list[Known]:
    """Reads the list. Raises UserError with file and line for what is wrong in it."""
    return [
        Known(
            tuple(entry["implementations"]),
            tuple(entry["signatures"]),
            entry["deviation"],
            entry["because"],
            f"{paths.shown(file)}:{entry.line}",
        )  # fmt: skip
        for entry in datafile.load(file, "explored")
    ]


def reason(finding: Finding, implementation: Implementation, known: Sequence[Known]) -> str | None:
    """Why the finding need not be told: what is listed of it. None if it is new.

    Raises UserError for an entry whose deviation the implementation does not list.
    """
    for deviation in implementation.deviations:
        if deviation.requirement == finding.requirement:
            if deviation.explains(finding.verdict, finding.actual):
                return f"{deviation.requirement}: {deviation.says or deviation.happens}"
    for entry in known:
        if not any(fnmatchcase(implementation.id, each) for each in entry.implementations):
            continue
        if not any(re.search(each, finding.signature) for each in entry.signatures):
            continue
        if all(each.requirement != entry.deviation for each in implementation.deviations):
            raise UserError(
                f"{entry.where}: {implementation.id} has no listed deviation at {entry.deviation}"
            )
        return f"{entry.deviation}: {entry.because}"
    return None
