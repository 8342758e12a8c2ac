"""Baselines: what each test of an implementation came to, one row a line, so that a change reads well in a diff."""

from __future__ import annotations

from pathlib import Path

from pipects.errors import UserError
from pipects.reports import model, output, summary
from pipects.reports.diff import Comparison, compare_verdicts, verdicts
from pipects.reports.document import Results, Verdict


def table(results: Results, implementation: str) -> dict[str, Verdict]:
    """The verdict of each test that ran with the implementation on both sides; the worst of its repetitions."""
    return {
        key.test: result["verdict"]
        for key, result in verdicts(results).items()
        if key.server == key.client == implementation
    }


def render(rows: dict[str, Verdict]) -> str:
    """A baseline: sorted, `test<TAB>verdict` a line, nothing else."""
    return "".join(f"{test}\t{rows[test]}\n" for test in sorted(rows))


def write(results: Results, directory: Path) -> list[Path]:
    """Writes `IMPLEMENTATION.tsv` for each implementation that ran by itself. The files that were written."""
    if not results["complete"]:
        raise UserError("a run that was broken off makes no baseline", "run it to its end")
    written: list[Path] = []
    for each in results["implementations"]:
        rows = table(results, each["id"])
        if rows:
            path = directory / f"{each['id']}.tsv"
            output.write(path, render(rows))
            written.append(path)
    if not written:
        raise UserError("no implementation ran by itself in these results: nothing to write")
    return written


def read(path: Path) -> dict[str, Verdict]:
    """The rows of a baseline. Raises UserError, with file and line, if it is none."""
    text = model.read(path)
    known = {str(verdict): verdict for verdict in summary.VERDICTS}
    rows: dict[str, Verdict] = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else [], 1):
        test, tab, verdict = line.partition("\t")
        if not tab or verdict not in known:
            raise UserError(f"{path}:{number}: expected 'test<TAB>verdict', found {line[:60]!r}")
        if test in rows:
            raise UserError(f"{path}:{number}: the test {test!r} stands twice")
        rows[test] = known[verdict]
    if not rows:
        raise UserError(f"{path}: the baseline is empty: nothing to compare with")
    return rows


def compare(path: Path, results: Results, implementation: str | None = None) -> Comparison:
    """What changed against a baseline. Its file name says which implementation, unless it is given."""
    name = implementation or path.stem
    ids = [each["id"] for each in results["implementations"]]
    if name not in ids:
        raise UserError(f"{path}: {name!r} did not run", f"these did: {', '.join(ids) or 'none'}")
    return compare_verdicts(read(path), table(results, name))
