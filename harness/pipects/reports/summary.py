"""What the single verdicts add up to. The only place that adds them up; pure functions of the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final, Literal, cast, get_args

from pipects.reports.document import (
    Held,
    Level,
    LevelSummary,
    Requirement,
    Result,
    Results,
    Run,
    Summary,
    Verdict,
)

VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
LEVELS: Final[tuple[Level, ...]] = get_args(Level)

#: Something is wrong: the implementation, its adapter, or the list of its deviations.
BROKEN: Final[frozenset[Verdict]] = frozenset(
    ("fail", "hang", "crash", "adapter error", "unexpected pass")
)
#: Something is wrong with the implementation, or with the list: an adapter's own error says nothing of either.
FAULTS: Final[frozenset[Verdict]] = BROKEN - {"adapter error"}
#: The test was looked at, whatever came of it.
SHOWN: Final[frozenset[Verdict]] = FAULTS | {"pass", "known deviation"}
#: Cases of the in-process runner over a binding's own types; no run through an adapter has them.
BINDING: Final = "binding/"
#: Leaves the exit status at 0. What could not be looked at counts, but is shown wherever the passes are.
ACCEPTED: Final[frozenset[Verdict]] = frozenset(
    ("pass", "known deviation", "not applicable", "not observable")
)


def pair_key(server: str, client: str, matrix: bool) -> str:
    """The name of a column: an implementation, or in a matrix the pair."""
    return f"{server}>{client}" if matrix else server


def is_matrix(run: Run) -> bool:
    """Whether any server met a client of another implementation."""
    return any(result["server"] != result["client"] for result in run["results"])


def counts(run: Run) -> dict[str, dict[Verdict, int]]:
    """How often each verdict came out, zeros too, for each implementation or pair."""
    matrix = is_matrix(run)
    table: dict[str, dict[Verdict, int]] = {}
    if not matrix:
        table = {each["id"]: dict.fromkeys(VERDICTS, 0) for each in run["implementations"]}
    for result in run["results"]:
        key = pair_key(result["server"], result["client"], matrix)
        row = table.setdefault(key, dict.fromkeys(VERDICTS, 0))
        row[result["verdict"]] += 1
    return table


def grid(results: Results) -> tuple[list[str], list[str], dict[tuple[str, str], str]]:
    """A matrix's servers, its clients, and a cell of text for each pair: how many tests passed,
    deviate as known (`~`) and are broken (`!`)."""
    cells: dict[tuple[str, str], str] = {}
    for key, count in results["summary"]["verdicts"].items():
        server, _, client = key.partition(">")
        broken = sum(count[verdict] for verdict in BROKEN)
        known = count["known deviation"]
        cells[server, client] = (
            f"{count['pass']}" + (f" ~{known}" if known else "") + (f" !{broken}" if broken else "")
        )
    servers = list(dict.fromkeys(server for server, _ in cells))
    clients = list(dict.fromkeys(client for _, client in cells))
    return servers, clients, cells


def holds(verdicts: Collection[Verdict]) -> Held:
    """How a requirement came out, from the verdicts of all tests that cover it."""
    if any(verdict in FAULTS for verdict in verdicts):
        return "broken"
    if "known deviation" in verdicts:
        return "deviates"
    if "adapter error" in verdicts:
        return "not observable"
    if "pass" in verdicts:
        return "held"
    if "not run" in verdicts or not verdicts:
        return "not run"
    return "not observable" if "not observable" in verdicts else "not applicable"


def out_of_reach(requirement: Requirement) -> bool:
    """Whether no adapter can show it: only cases of the in-process runner's own cover it."""
    return bool(requirement["cases"]) and all(
        case.startswith(BINDING) for case in requirement["cases"]
    )


def blamed(result: Result) -> str | None:
    """The requirement that a result says is broken: a known one is what its list names."""
    if result["verdict"] not in FAULTS | {"known deviation"}:
        return None
    cause = result["deviation"] or result["failure"]
    return cause["requirement"] if cause is not None else None


def told(result: Result, covers: Collection[str]) -> dict[str, Verdict]:
    """By requirement: what a result says of it. One that is broken leaves the others of its test open."""
    verdict, broken = result["verdict"], blamed(result)
    if broken is None:
        return dict.fromkeys(covers, verdict)
    others: Verdict = "pass" if verdict == "unexpected pass" else "not observable"
    return {**dict.fromkeys(covers, others), broken: verdict}


def held(run: Run) -> dict[str, dict[str, Held]]:
    """For each requirement, how it came out for each implementation (as the server)."""
    covers = {test["id"]: test["covers"] for test in run["tests"]}
    seen: defaultdict[tuple[str, str], set[Verdict]] = defaultdict(set)
    for result in run["results"]:
        for requirement, verdict in told(result, covers[result["test"]]).items():
            seen[requirement, result["server"]].add(verdict)
    implementations = [each["id"] for each in run["implementations"]]
    return {
        requirement["id"]: {
            each: (
                "not applicable"
                if out_of_reach(requirement)
                else holds(seen.get((requirement["id"], each), frozenset()))
            )
            for each in implementations
        }
        for requirement in run["requirements"]
    }


def checked(run: Run) -> dict[str, dict[str, int]]:
    """For each requirement, how many of its cells the tests have looked at, by implementation."""
    cells = {test["id"]: test.get("cells", {}) for test in run["tests"]}
    seen: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for result in run["results"]:
        places = cells[result["test"]]
        for requirement, verdict in told(result, places).items():
            if verdict in SHOWN:
                seen[requirement, result["server"]].update(places.get(requirement, ()))
    return {
        requirement["id"]: {
            each["id"]: len(seen.get((requirement["id"], each["id"]), ()))
            for each in run["implementations"]
        }
        for requirement in run["requirements"]
    }


def coverage(results: Results, implementation: str) -> tuple[int, int]:
    """How many cells an implementation's tests have looked at, and how many there are; those
    that only the in-process runner can show are in neither number."""
    within = [each for each in results["requirements"] if not out_of_reach(each)]
    return (
        sum(each.get("checked", {}).get(implementation, 0) for each in within),
        sum(each.get("cells", 0) for each in within),
    )


def exit_status(run: Run) -> Literal[0, 1, 2]:
    """0 all held or known, 1 something did not, 2 the run was broken off or checked nothing."""
    if not run["complete"] or not run["results"]:
        return 2
    for each in run["implementations"]:
        if each["smoke"]["verdict"] == "fail" or each["unused_deviations"]:
            return 1
    return 0 if all(result["verdict"] in ACCEPTED for result in run["results"]) else 1


def _level(
    level: Level, run: Run, outcome: dict[str, dict[str, Held]], implementations: list[str]
) -> LevelSummary:
    of_level = [each for each in run["requirements"] if each["level"] == level]
    return {
        "total": len(of_level),
        "covered": sum(1 for each in of_level if each["cases"]),
        "held": {
            implementation: sum(
                1 for each in of_level if outcome[each["id"]].get(implementation) == "held"
            )
            for implementation in implementations
        },
    }


def summarise(run: Run) -> Summary:
    """The `summary` of a results document."""
    outcome = held(run)
    implementations = [each["id"] for each in run["implementations"]]
    return {
        "verdicts": counts(run),
        "requirements": {level: _level(level, run, outcome, implementations) for level in LEVELS},
        "exit_status": exit_status(run),
    }


def sum_up(run: Run) -> Results:
    """The run as a complete results document: `held` and `checked` of each requirement and `summary` filled in."""
    outcome, looked_at = held(run), checked(run)
    requirements = [
        cast(
            Requirement,
            {
                **each,
                "held": outcome[each["id"]],
                **({"checked": looked_at[each["id"]]} if "cells" in each else {}),
            },
        )
        for each in run["requirements"]
    ]
    return cast(Results, {**run, "requirements": requirements, "summary": summarise(run)})
