"""What exploring came to, in words for its user."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path

from rich.console import Console

from pipects import paths
from pipects.cases import Test
from pipects.exploring import campaign, comparing, corpus, findings, knowing, simulating
from pipects.exploring.findings import Finding
from pipects.exploring.search import Tally
from pipects.implementations import Implementation
from pipects.mutation.spread import Workers
from pipects.spec import Spec

IMAGINED = 800
"""Sequences that are imagined to know the model's transitions."""
MISSING = 40
"""Names that are told of what was not reached."""


def explore(
    implementation: Implementation, spec: Spec, seed: int, seconds: float, scale: float, session: str,
    workers: Workers, folder: Path, console: Console, directed: bool = False,
) -> int:  # fmt: skip
    """Searches on an implementation and tells what was found. Returns how many are new.

    What ends it early (an interrupt, a fault of ours) is raised once that is told which was found until then.
    """
    kept = corpus.load(folder)
    marked = campaign.marked(implementation, session)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".told-", dir=folder) as told:
        parts = campaign.spread(
            marked, seed, seconds, scale, workers, workers.count, Path(told), kept, directed
        )
        try:
            tally = campaign.merged(list(parts))
        except BaseException:
            workers.close()
            early = campaign.told_in(Path(told))
            new, known = _findings(implementation, early, folder, spec, console)
            console.print(f"{implementation.id}: broken off, {_found(new, known)} until then")
            raise
    new, known = _findings(implementation, tally, folder, spec, console)
    corpus.keep(folder, [course.asked for course in tally.interesting])
    _coverage(tally, console)
    for reason, times in sorted(known.items()):
        console.print(f"  known, met in {times} ways: {reason}", markup=False)
    console.print(
        f"{implementation.id}: {tally.sequences} sequences, {tally.calls} calls, {_found(new, known)}"
    )
    for reason, times in tally.unclear.most_common(3):
        console.print(f"  {times} came to no verdict: {reason}", markup=False)
    return new


def _findings(
    implementation: Implementation, tally: Tally, folder: Path, spec: Spec, console: Console
) -> tuple[int, Counter[str]]:
    """Tells the findings that are new, in place of earlier ones. Returns how many, and how often each listed reason
    was met."""
    for old in folder.glob("found-*/found-*.yaml"):
        old.unlink()
        if not any(old.parent.iterdir()):
            old.parent.rmdir()
    listed = knowing.load()
    reasons = {
        signature: knowing.reason(finding, implementation, listed)
        for signature, finding in tally.findings.items()
    }
    new = [tally.findings[signature] for signature, reason in reasons.items() if reason is None]
    for number, finding in enumerate(sorted(new, key=_order), 1):
        tell(implementation, finding, f"found-{number:03}", folder, spec, console)
    return len(new), Counter(filter(None, reasons.values()))


def _found(new: int, known: Counter[str]) -> str:
    return f"{new} findings" + (f", and {known.total()} that are listed" if known else "")


def _order(finding: Finding) -> tuple[str, str]:
    return finding.requirement, finding.signature


def _is_listed(implementation: Implementation, finding: Finding) -> bool:
    return any(each.requirement == finding.requirement for each in implementation.deviations)


def tell(
    implementation: Implementation, finding: Finding, name: str, folder: Path, spec: Spec,
    console: Console,
) -> None:  # fmt: skip
    """Writes a finding as a case, in a folder of its own, and says what it is."""
    content = findings.case(finding, f"explored.{name}", spec)
    file = findings.write(folder / name, name, content)
    listed = (
        " (a deviation at this requirement is listed)"
        if _is_listed(implementation, finding)
        else ""
    )
    known = spec.requirements.get(finding.requirement)
    lines = [f"{finding.verdict.upper():5} {finding.requirement}{listed}"]
    if known is not None:
        lines.append(f"      requires  {known.text}")
    for step in content["steps"]:
        shown = {key: value for key, value in step.items() if key != "covers"}
        lines.append(f"      step      {findings.flow(shown)}")
    lines += [f"      expected  {finding.expected}", f"      actual    {finding.actual}"]
    again = f"./pipects run {implementation.id} --cases {paths.shown(file.parent)}"
    console.print("\n".join([*lines, f"      again     {again}"]), markup=False)


def _coverage(tally: Tally, console: Console) -> None:
    """How much of the model was reached: transitions that imagined sequences take, and requirements."""
    imagined = {t for each in simulating.sequences(1, IMAGINED) for t in each.transitions}
    requirements = {requirement for _, requirement in imagined if requirement}
    reached = {requirement for _, requirement in tally.reached}
    console.print(
        f"{_share(imagined & tally.reached.keys(), imagined)} transitions that {IMAGINED} imagined sequences "
        f"take, and {len(tally.reached.keys() - imagined)} others; "
        f"{_share(requirements & reached, requirements)} requirements that the model states"
    )
    for name in sorted(requirements - reached)[:MISSING]:
        console.print(f"  not reached: {name}", markup=False)
    left = sorted(each for each in imagined - tally.reached.keys() if each[1] in reached)
    for form, name in left[:MISSING]:
        console.print(f"  not reached: {form}: {name}", markup=False)


def _share(part: Set[object], whole: Set[object]) -> str:
    return f"{len(part)} of {len(whole)} ({100 * len(part) / len(whole):.0f} %)"


def model(tests: Sequence[Test], spec: Spec, console: Console) -> int:
    """Holds the model against the tables. Returns the exit status: 1 if they contradict each other."""
    compared = comparing.compare(tests)
    for name, why in compared.contradicting.items():
        console.print(f"CONTRADICTION {name}: {why}", markup=False, style="red")
    imagined = simulating.sequences(1, IMAGINED)
    stated = compared.stated | {r for each in imagined for _, r in each.transitions}
    groups = Counter(name.rpartition(".")[0] for name in spec.requirements if name not in stated)
    held = len(compared.agreeing) + len(compared.narrower)
    console.print(
        f"{held} of {len(tests)} tests can be expressed and agree with the model; {len(compared.narrower)} of "
        "them allow less than it does (a full read, where a short one is allowed)"
    )
    console.print(
        f"{len(stated & spec.requirements.keys())} requirements are stated by the model; not stated:"
    )
    for group, times in groups.items():
        console.print(f"  {group}: {times}", markup=False)
    console.print("tests that it can't express, by the first thing that it has no word for:")
    for why, times in compared.beyond.most_common(20):
        console.print(f"  {times:5} {why}", markup=False)
    return 1 if compared.contradicting else 0
