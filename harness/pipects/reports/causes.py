"""What is wrong with an implementation, worst first: a cause for each, however many tests it fails."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipects import harms
from pipects.harms import Harm
from pipects.reports import digest, summary
from pipects.reports.document import Deviation, Result, Results
from pipects.reports.text import one_line, plural, shortened

_MISSING = re.compile(r"has no such member: (.*)")
_NUMBERS = re.compile(r"\d+")
_ARRAYS = re.compile(r", changes no byte of its arrays$|; \w+ is [0-9a-f]*$")
"""What is told of arrays beside an outcome."""
_OBJECT = re.compile(r" [a-z]\w*\.")
"""What a case calls an object, before its member."""


@dataclass(frozen=True)
class Cause:
    """One thing that an implementation does wrong."""

    implementation: str
    harm: Harm | None
    results: tuple[Result, ...]
    deviation: Deviation | None
    """The entry of its list, if it is known."""

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that it fails, each once."""
        return tuple(dict.fromkeys(result["test"] for result in self.results))

    @property
    def first(self) -> Result:
        """The result that shows it best."""
        return self.results[0]

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements that are blamed, or that an adapter's error left unchecked."""
        blamed = (_blamed(result) for result in self.results)
        return tuple(dict.fromkeys(each for each in blamed if each is not None))

    @property
    def known(self) -> bool:
        """Whether its list tells of it."""
        return self.deviation is not None

    def says(self, subject: str) -> str:
        """It as a sentence."""
        if self.deviation is not None:
            if "says" in self.deviation:
                return f"{subject} {one_line(self.deviation['says'])}."
            return f"{subject}: {one_line(self.deviation['happens'])}."
        failure = self.first["failure"]
        if failure is None:
            return f"{subject}: {one_line(self.first['reason'] or self.first['verdict'])}."
        if missing := _MISSING.search(failure["actual"]):
            return f"{subject} has no {shortened(one_line(missing[1]), 90)}."
        step = _step(failure["text"])
        if self.first["verdict"] == "hang":
            return f"{subject} hangs at {step} ({_blamed(self.first) or self.first['test']})."
        actual = shortened(one_line(failure["actual"]).rstrip("."), 110)
        expected = shortened(one_line(failure["expected"]).rstrip("."), 90)
        return f"{subject} {actual}; expected: {expected} ({step})."


def _step(text: str) -> str:
    """What a step does, without its arguments."""
    found = re.match(r"\{(\w+): ([^,}]+)", text)
    return f"{found[1]} {found[2]}" if found else shortened(one_line(text), 40)


def of(results: Results) -> dict[str, list[Cause]]:
    """The causes of each implementation (in a matrix, as the server), worst first."""
    groups: defaultdict[tuple[str, tuple[str, ...]], list[Result]] = defaultdict(list)
    for result in results["results"]:
        if result["verdict"] in summary.BROKEN or result["verdict"] == "known deviation":
            groups[result["server"], _key(result)].append(result)
    found: dict[str, list[Cause]] = {each["id"]: [] for each in results["implementations"]}
    for (server, _), members in groups.items():
        worst = min(members, key=lambda result: harms.rank(result.get("harm")))
        known = worst["verdict"] == "known deviation"
        ordered = (worst, *(each for each in members if each is not worst))
        cause = Cause(
            server, worst.get("harm"), ordered, worst["deviation"] if known else None
        )  # fmt: skip
        found.setdefault(server, []).append(cause)
    for causes in found.values():
        causes.sort(key=_order)
    return found


def _order(cause: Cause) -> tuple[int, int, bool, int, str]:
    rank = digest.SEVERITY.index(cause.first["verdict"])
    return (harms.rank(cause.harm), -rank, cause.known, -len(cause.tests), cause.first["test"])


def _key(result: Result) -> tuple[str, ...]:
    """Results with the same key have the same cause."""
    deviation, failure = result["deviation"], result["failure"]
    if result["verdict"] == "known deviation" and deviation is not None:
        if says := deviation.get("says"):
            return ("known", says)
        return ("known", deviation["reason"], deviation["happens"])
    if failure is None:
        return (result["verdict"], result["reason"] or "")
    if missing := _MISSING.search(failure["actual"]):
        return ("missing", missing[1])
    if result["verdict"] == "adapter error":  # what it sent stands behind the words, and differs
        return ("adapter error", _NUMBERS.sub("N", re.split(r"[:{\[]", failure["actual"])[0]))
    if result["verdict"] == "hang":
        return ("hang", _blamed(result) or "", _OBJECT.sub(" ", _step(failure["text"])))
    return (
        result["verdict"],
        _blamed(result) or "",
        _NUMBERS.sub("N", _ARRAYS.sub("", failure["expected"])),
        _NUMBERS.sub("N", _ARRAYS.sub("", failure["actual"]))[:160],
    )


def _blamed(result: Result) -> str | None:
    deviation, failure = result["deviation"], result["failure"]
    if result["verdict"] == "known deviation" and deviation is not None:
        return deviation["requirement"]
    return failure["requirement"] if failure is not None else None


def counted(cause: Cause) -> str:
    """Its harm, whether it is known, and in how many tests it shows."""
    harm = cause.harm or cause.first["verdict"]
    return f"{harm}{', known' if cause.known else ''}, {plural(len(cause.tests), 'test')}"


def three_worst(causes: Sequence[Cause]) -> Sequence[Cause]:
    """What the first table names: nothing that is a matter of documentation where there is worse."""
    real = [cause for cause in causes if cause.harm != "documentation only"]
    return (real or list(causes))[:3]
