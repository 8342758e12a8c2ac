"""Findings that are known: a listed deviation, met at its own requirement or at one that it breaks, too."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipects import datafile, paths, verdicts
from pipects.cases import Test
from pipects.errors import UserError
from pipects.exploring import findings
from pipects.exploring.findings import Finding
from pipects.implementations import Deviation, Implementation
from pipects.verdicts import Result

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
    found = _listed(finding, implementation, known)
    return f"{found[0].requirement}: {found[1]}" if found else None


def judged(
    result: Result, test: Test, implementation: Implementation, known: Sequence[Known]
) -> Result:
    """The result of a generated case: a failure of which something is listed is a known deviation."""
    finding = findings.of(result, test.steps)
    if finding is None or finding.verdict == verdicts.ADAPTER_ERROR:
        return result
    found = _listed(finding, implementation, known)
    if found is None:
        return result
    deviation = dataclasses.replace(found[0], reason=found[1], verdict=result.verdict)
    return dataclasses.replace(result, verdict=verdicts.KNOWN_DEVIATION, deviation=deviation)


def _listed(
    finding: Finding, implementation: Implementation, known: Sequence[Known]
) -> tuple[Deviation, str] | None:
    """The deviation that explains a finding, and why."""
    listed = {each.requirement: each for each in implementation.deviations}
    for deviation in implementation.deviations:
        if deviation.requirement == finding.requirement:
            if deviation.explains(finding.verdict, finding.actual):
                return deviation, deviation.says or deviation.happens
    for entry in known:
        if not any(fnmatchcase(implementation.id, each) for each in entry.implementations):
            continue
        if not any(re.search(each, finding.signature) for each in entry.signatures):
            continue
        if entry.deviation not in listed:
            raise UserError(
                f"{entry.where}: {implementation.id} has no listed deviation at {entry.deviation}"
            )
        return listed[entry.deviation], entry.because
    return None
