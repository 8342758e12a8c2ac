"""What a run of `pipects mutants` writes down, and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipects import document
from pipects.mutation.build import Build
from pipects.mutation.model import HANDLE_TABLE, KILLED, OUTCOME, PROCESS_TABLE, Candidate, Outcome
from pipects.mutation.survivors import Judged


def compose(
    build: Build,
    chosen: Sequence[Candidate],
    outcomes: Mapping[int, Outcome],
    judged: Judged,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """The document of a run, as spec/schemas/mutants.schema.json has it."""
    tried = [mutant for mutant in chosen if mutant.number in outcomes]
    return {
        "format": 1,
        **about,
        "machine": document.machine(),
        "digest": build.digest,
        "refused": build.refused,
        "summary": _summary(tried, outcomes, judged),
        "stale": list(judged.stale),
        "mutants": [_entry(mutant, outcomes[mutant.number], judged) for mutant in tried],
    }


def _summary(
    tried: Sequence[Candidate], outcomes: Mapping[int, Outcome], judged: Judged
) -> dict[str, int | None]:
    killed = [
        outcome
        for mutant in tried
        if (outcome := outcomes[mutant.number]).status == KILLED and outcome.kill is not None
    ]
    by = {
        who: [outcome for outcome in killed if outcome.kill and outcome.kill.by == who]
        for who in (OUTCOME, PROCESS_TABLE, HANDLE_TABLE)
    }
    asked = all(each.alone is not None for who in (PROCESS_TABLE, HANDLE_TABLE) for each in by[who])
    kinds = [entry.kind for entry in judged.explained.values()]
    return {
        "mutants": len(tried),
        "killed": len(killed),
        "by_outcome": len(by[OUTCOME]),
        "by_process_table": len(by[PROCESS_TABLE]),
        "by_handle_table": len(by[HANDLE_TABLE]),
        "alone_process_table": sum(bool(e.alone) for e in by[PROCESS_TABLE]) if asked else None,
        "alone_handle_table": sum(bool(e.alone) for e in by[HANDLE_TABLE]) if asked else None,
        "equivalent": kinds.count("equivalent"),
        "unseen": kinds.count("unseen"),
        "survived": len(judged.unexplained),
    }


def _entry(mutant: Candidate, outcome: Outcome, judged: Judged) -> dict[str, Any]:
    entry: dict[str, Any] = {
        name: getattr(mutant, name)
        for name in ("number", "file", "line", "function", "operator", "text", "becomes", "nth")
    }
    entry |= {
        "change": mutant.words,
        "status": outcome.status,
        "tests": outcome.tests,
        "seconds": outcome.seconds,
    }
    if outcome.kill is not None:
        entry["killed"] = asdict(outcome.kill)
        if outcome.alone is not None:
            entry["killed"]["alone"] = outcome.alone
    if mutant.number in judged.explained:
        why = judged.explained[mutant.number]
        entry["explained"] = {"kind": why.kind, "reason": why.reason}
    return entry
