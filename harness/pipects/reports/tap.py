"""The Test Anything Protocol, version 14. A broken-off run ends in `Bail out!`."""

from __future__ import annotations

import json

from pipects.reports import digest, summary
from pipects.reports.document import Requirement, Result, Results, Test
from pipects.reports.text import one_line, readable


def render(results: Results) -> str:
    """The results as TAP: known deviations are TODO, what did not run is SKIP."""
    matrix = summary.is_matrix(results)
    several = len(digest.columns(results)) > 1
    tests, requirements, _ = digest.by_id(results)
    lines = ["TAP version 14"]
    problems = list(digest.run_problems(results)) if results["complete"] else []
    count = len(results["results"]) + len(problems)
    lines.append(f"1..{count}" if count else "1..0 # SKIP nothing was run")
    lines.append(f"# {one_line(digest.title(results))}")
    number = 0
    for number, result in enumerate(results["results"], 1):
        column = digest.column_of(result, matrix)
        name = f"{column}: {result['test']}" if several else result["test"]
        if results["repeat"] > 1:
            name += f" (repetition {result['repetition']})"
        lines.append(_line(number, name, result))
        if result["verdict"] in summary.BROKEN:
            lines += _diagnosis(result, tests[result["test"]], requirements)
    for number, (who, _, text) in enumerate(problems, number + 1):
        lines.append(f"not ok {number} - {_plain(f'{who}: {text}')}")
    if not results["complete"]:
        lines.append(f"Bail out! {one_line(results['broken_off'] or 'broken off')}")
    return "\n".join([*lines, ""])


def _plain(text: str) -> str:
    """A description that can't be taken for a directive."""
    return one_line(text).replace("\\", "\\\\").replace("#", "\\#")


def _line(number: int, name: str, result: Result) -> str:
    verdict, reason = result["verdict"], _plain(digest.explanation(result))
    said = digest.verdict_words(result)
    note = f"{said}: {reason}" if reason else said
    if verdict == "pass":
        return f"ok {number} - {_plain(name)}"
    if verdict in summary.BROKEN:
        return f"not ok {number} - {_plain(name)}"
    if verdict == "known deviation":
        return f"not ok {number} - {_plain(name)} # TODO {note}"
    return f"ok {number} - {_plain(name)} # SKIP {note}"


def _diagnosis(result: Result, test: Test, requirements: dict[str, Requirement]) -> list[str]:
    """The failure as a YAML block: scalars in JSON's form, which is YAML too."""
    entries: dict[str, object] = {
        "verdict": digest.verdict_words(result),
        "title": test["title"],
    }
    failure = result["failure"]
    if failure is not None:
        requirement = requirements.get(failure["requirement"] or "")
        if requirement is not None:
            entries["requirement"] = f"{requirement['text']} [{requirement['id']}]"
        if failure["step"] is not None and 0 <= failure["step"] < len(test["steps"]):
            entries["step"] = test["steps"][failure["step"]]
        entries.update(expected=failure["expected"], actual=failure["actual"])
        entries.update(observed=failure["observed"], stderr=failure["stderr"])
    elif result["reason"]:
        entries["reason"] = result["reason"]
    entries.update(duration_ms=round(result["seconds"] * 1000), replay=result["replay"])
    body = [f"  {key}: {json.dumps(_readable(value))}" for key, value in entries.items()]
    return ["  ---", *body, "  ..."]


def _readable(value: object) -> object:
    if isinstance(value, list):
        return [readable(each) for each in value]
    return readable(value) if isinstance(value, str) else value
