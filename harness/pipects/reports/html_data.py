"""The results as the page's script reads them: numbers for names, every text once."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from pipects.reports import causes, digest, sources, summary
from pipects.reports.document import Failure, Requirement, Result, Results, Test
from pipects.reports.digest import label
from pipects.reports.html_views import anchor
from pipects.reports.text import readable


class _Strings:
    """A table of texts; each is stored once."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.index.setdefault(text, len(self.index))

    def many(self, texts: list[str]) -> list[int]:
        return [self(text) for text in texts]

    def table(self) -> list[str]:
        return [readable(text) for text in self.index]


def compact(results: Results) -> dict[str, Any]:
    """The document for the page's script; `strings` holds the texts that numbers stand for."""
    strings = _Strings()
    implementations = {each["id"]: index for index, each in enumerate(results["implementations"])}
    requirements = {each["id"]: index for index, each in enumerate(results["requirements"])}
    by_test: defaultdict[str, list[Any]] = defaultdict(list)
    caused = {
        id(result): anchor(name, index)
        for name, found in causes.of(results).items()
        for index, cause in enumerate(found)
        for result in cause.results
    }
    for result in results["results"]:
        row = _result(result, implementations, requirements, strings)
        if id(result) in caused:
            row[-1]["cause"] = strings(caused[id(result)])
        by_test[result["test"]].append(row)
    return {
        "implementations": [
            {"id": each["id"], "label": readable(label(each))}
            for each in results["implementations"]
        ],
        "verdicts": list(summary.VERDICTS),
        "severity": [digest.SEVERITY.index(verdict) for verdict in summary.VERDICTS],
        "matrix": summary.is_matrix(results),
        "repeat": results["repeat"],
        "requirements": [
            _requirement(each, results, list(implementations)) for each in results["requirements"]
        ],
        "tests": [
            _test(each, by_test[each["id"]], requirements, strings) for each in results["tests"]
        ],
        "strings": strings.table(),
    }


def _requirement(each: Requirement, results: Results, implementations: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": each["id"],
        "text": readable(each["text"]),
        "level": each["level"],
        "members": [readable(member) for member in each["members"]],
        "sources": [sources.link(results, reference) for reference in each["sources"]],
        "held": [each["held"].get(name, "not run") for name in implementations],
    }
    if each["note"]:
        made["note"] = readable(each["note"])
    if each["platforms"] != "any":
        made["platforms"] = each["platforms"]
    return made


def _test(
    test: Test, rows: list[Any], requirements: dict[str, int], strings: _Strings
) -> dict[str, Any]:
    return {
        "id": test["id"],
        "case": strings(test["case"]),
        "title": readable(test["title"]),
        "covers": [requirements[each] for each in test["covers"]],
        "steps": strings.many(test["steps"]),
        "processes": test["processes"],
        "needs": strings.many(test["needs"]),
        "file": strings(test["file"]),
        "line": test["line"],
        "results": rows,
    }


def _result(
    result: Result, implementations: dict[str, int], requirements: dict[str, int], strings: _Strings
) -> list[Any]:
    """server, client, verdict, seconds, replay, repetition, then what few results have, by name."""
    rest: dict[str, Any] = {}
    wrong = result["verdict"] in summary.BROKEN or result["verdict"] == "known deviation"
    if result["proofs"]:
        rest["proofs"] = strings.many(result["proofs"])
    if result["reason"]:
        rest["reason"] = strings(result["reason"])
    if result["failure"] is not None:
        rest["failure"] = _failure(result["failure"], requirements, strings)
    if result["deviation"] is not None:
        deviation = result["deviation"]
        rest["deviation"] = [
            strings(deviation["happens"]),
            strings(deviation["kind"]),
            strings(deviation["reason"]),
            strings(deviation["link"]),
            strings(sources.upstream(deviation["link"])),
            requirements.get(deviation["requirement"], -1),
            strings(deviation.get("says", "")),
        ]
        rest["known"] = strings(digest.kinds(result)[-1])
    if harm := result.get("harm"):
        rest["harm"] = strings(harm)
    if result.get("trace"):
        rest["trace"] = strings.many(result["trace"])
    row: list[Any] = [
        implementations[result["server"]],
        implementations[result["client"]],
        summary.VERDICTS.index(result["verdict"]),
        round(result["seconds"], 4),
        strings(result["replay"]),
        result["repetition"],
    ]
    return [*row, rest] if rest or wrong else row


def _failure(failure: Failure, requirements: dict[str, int], strings: _Strings) -> dict[str, Any]:
    made: dict[str, Any] = {
        "text": strings(failure["text"]),
        "expected": strings(failure["expected"]),
        "actual": strings(failure["actual"]),
    }
    if failure["step"] is not None:
        made["step"] = failure["step"]
    if failure["requirement"] in requirements:
        made["requirement"] = requirements[failure["requirement"]]
    for key in ("observed", "stderr", "threads"):
        texts: list[str] = failure[key]  # type: ignore[literal-required]
        if texts:
            made[key] = strings.many(texts)
    return made
