"""What several reports say in the same way: titles, columns, the answer by level, what is wrong.

Everything here is read off the document; no verdict is decided.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pipects.reports import summary
from pipects.reports.document import (
    Held,
    Implementation,
    Level,
    Requirement,
    Result,
    Results,
    SmokeCheck,
    Test,
    Verdict,
)
from pipects.reports.text import one_line, shortened

#: From good to bad, so that the worst of several repetitions can stand for them.
SEVERITY: Final[tuple[Verdict, ...]] = (
    "pass",
    "not applicable",
    "not observable",
    "not run",
    "known deviation",
    "unexpected pass",
    "fail",
    "hang",
    "crash",
    "adapter error",
)
_RANK: Final = {verdict: rank for rank, verdict in enumerate(SEVERITY)}
Answer = Literal["yes", "partly", "no", "open", "none"]


def worse(one: Result, other: Result) -> Result:
    """The result with the worse verdict; the first if they are equal."""
    return other if _RANK[other["verdict"]] > _RANK[one["verdict"]] else one


def worst_first(results: list[Result]) -> list[Result]:
    """Worst verdicts first, otherwise in order."""
    return sorted(results, key=lambda result: -_RANK[result["verdict"]])


def columns(results: Results) -> list[str]:
    """The columns of every table: implementations, or in a matrix the pairs."""
    return list(results["summary"]["verdicts"])


def column_of(result: Result, matrix: bool) -> str:
    """The column that a result belongs to."""
    return summary.pair_key(result["server"], result["client"], matrix)


def label(implementation: Implementation) -> str:
    """An implementation's name and version for people; `.NET 10` (or `.NET 10.0.1`) and `10.0.1` are `.NET 10.0.1`."""
    name, version = one_line(implementation["name"]), one_line(implementation["version"])
    head, _, last = name.rpartition(" ")
    if head and f"{version}.".startswith(f"{last}."):
        name = head
    return shortened(f"{name} {version}".strip(), 60)


def title(results: Results) -> str:
    """The title of every report."""
    names = [label(each) for each in results["implementations"]]
    about = names[0] if len(names) == 1 else f"{len(names)} implementations"
    text = f"Conformance of {about}" if names else "Conformance report"
    return text if results["complete"] else f"{text} (broken off)"


@dataclass(frozen=True)
class LevelAnswer:
    """Does the implementation conform, at one level?"""

    level: Level
    total: int
    held: Counter[Held]

    @property
    def wrong(self) -> int:
        """How many requirements it does not meet, known or not."""
        return self.held["broken"] + self.held["deviates"]

    @property
    def applicable(self) -> int:
        """How many requirements could be held: the platform or a lack does not rule them out."""
        return self.total - self.held["not applicable"]

    @property
    def answer(self) -> Answer:
        """no: something is broken or deviates; open: something, or all, did not run; partly: not all could be seen."""
        if not self.total:
            return "none"
        if self.wrong:
            return "no"
        if self.held["not run"] or not self.held["held"]:
            return "open"
        return "yes" if self.held["held"] == self.total else "partly"

    @property
    def words(self) -> str:
        """The answer for people."""
        if self.answer == "no" and not self.held["broken"]:
            return "No (all known)"
        return {
            "yes": "Yes",
            "partly": "Yes, where tested",
            "no": "No",
            "open": "Not decided",
            "none": "No requirements",
        }[self.answer]


def answers(results: Results, implementation: str) -> list[LevelAnswer]:
    """The answers for one implementation, by level."""
    found: list[LevelAnswer] = []
    for level in summary.LEVELS:
        held = Counter(
            requirement["held"].get(implementation, "not run")
            for requirement in results["requirements"]
            if requirement["level"] == level
        )
        found.append(LevelAnswer(level, held.total(), held))
    return found


@dataclass(frozen=True)
class Wrong:
    """A requirement that an implementation breaks or is known to deviate from, with the results that say so."""

    requirement: Requirement
    held: Held
    results: tuple[Result, ...]
    elsewhere: tuple[str, ...]

    @property
    def first(self) -> Result:
        """The result that shows it best: one that names this very requirement if there is one, and the worst."""
        return self.results[0]

    @property
    def direct(self) -> bool:
        """Whether a result names this very requirement; else its test failed at another one that it covers, too."""
        return _names(self.first, self.requirement["id"])


def _names(result: Result, requirement: str) -> bool:
    """Whether the result itself blames that requirement."""
    failure, deviation = result["failure"], result["deviation"]
    return (failure is not None and failure["requirement"] == requirement) or (
        deviation is not None and deviation["requirement"] == requirement
    )


def wrong(results: Results) -> dict[str, list[Wrong]]:
    """What each implementation gets wrong: broken before deviating, must before should."""
    bad: defaultdict[tuple[str, str], list[Result]] = defaultdict(list)
    covers = {test["id"]: test["covers"] for test in results["tests"]}
    for result in results["results"]:
        for requirement, verdict in summary.told(result, covers[result["test"]]).items():
            if verdict in summary.FAULTS or verdict == "known deviation":
                bad[result["server"], requirement].append(result)
    table: dict[str, list[Wrong]] = {}
    for implementation in results["implementations"]:
        name = implementation["id"]
        entries: list[Wrong] = []
        for each in results["requirements"]:
            held = each["held"].get(name, "not run")
            if held not in ("broken", "deviates"):
                continue
            shown = sorted(
                bad[name, each["id"]],
                key=lambda result: (not _names(result, each["id"]), -_RANK[result["verdict"]]),
            )
            others = [
                k for k, v in each["held"].items() if k != name and v in ("broken", "deviates")
            ]
            entries.append(Wrong(each, held, tuple(shown), tuple(others)))
        entries.sort(
            key=lambda entry: (
                entry.held != "broken",
                not entry.direct,
                entry.requirement["level"],
            )
        )
        table[name] = entries
    return table


def mislabelled(results: Results) -> Iterator[str]:
    """Known deviations whose requirement is another than the one that the failure is told of."""
    found: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for result in results["results"]:
        failure, deviation = result["failure"], result["deviation"]
        if result["verdict"] != "known deviation" or failure is None or deviation is None:
            continue
        listed, broken = deviation["requirement"], failure["requirement"]
        if broken is not None and listed != broken:
            found[result["server"], listed, broken].append(result["test"])
    for (server, listed, broken), tests in sorted(found.items()):
        more = f", and {len(tests) - 1} more" if len(tests) > 1 else ""
        yield (
            f"{server}: its list says that {listed} is broken where the failure is told of "
            f"{broken}: {tests[0]}{more}"
        )


def failed_checks(implementation: Implementation) -> list[SmokeCheck]:
    """What of the handshake failed."""
    return [check for check in implementation["smoke"]["checks"] if not check["ok"]]


def run_problems(results: Results) -> Iterator[tuple[str, Literal["error", "failure"], str]]:
    """What makes the run itself not good, apart from any result: who, how bad, and the text."""
    if not results["complete"]:
        yield "run", "error", f"broken off: {results['broken_off'] or 'no reason given'}"
    elif not results["results"]:
        yield "run", "error", "nothing was run"
    for each in results["implementations"]:
        if each["smoke"]["verdict"] == "fail":
            text = "; ".join(
                f"{check['check']}: {check['detail']}" for check in failed_checks(each)
            )
            yield each["id"], "error", f"smoke test failed: {text or each['reason'] or 'no detail'}"
        for entry in each["unused_deviations"]:
            yield each["id"], "failure", f"known deviation that matches nothing: {entry}"


def by_id(
    results: Results,
) -> tuple[dict[str, Test], dict[str, Requirement], dict[str, Implementation]]:
    """Tests, requirements and implementations by their ids."""
    return (
        {each["id"]: each for each in results["tests"]},
        {each["id"]: each for each in results["requirements"]},
        {each["id"]: each for each in results["implementations"]},
    )


def kinds(result: Result) -> list[str]:
    """What a result counts as: its verdict, and for a known deviation which one it would be."""
    deviation = result["deviation"]
    if result["verdict"] != "known deviation" or deviation is None:
        return [result["verdict"]]
    return [result["verdict"], f"known {deviation.get('verdict', 'fail')}"]


def verdict_words(result: Result) -> str:
    """A verdict with what it means to a user: `known deviation (hang)`, `fail (wrong value)`."""
    named = [kind.removeprefix("known ") for kind in kinds(result)[1:]]
    harm = result.get("harm")
    told = dict.fromkeys([*named, *([harm] if harm and harm != result["verdict"] else [])])
    return f"{result['verdict']} ({', '.join(told)})" if told else result["verdict"]


def explanation(result: Result) -> str:
    """Why a result is what it is, in a line."""
    failure, deviation = result["failure"], result["deviation"]
    if result["verdict"] == "known deviation" and deviation is not None:
        return one_line(f"{deviation['happens']} ({deviation['reason']})")
    if failure is not None and failure["expected"]:
        return one_line(f"expected {failure['expected']}, got {failure['actual']}")
    if failure is not None:
        return one_line(failure["text"])
    return one_line(result["reason"] or "")
