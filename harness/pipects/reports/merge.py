"""Joins the results of shards into those of the run that they were cut from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from pipects.errors import UserError
from pipects.reports import shard
from pipects.reports.document import Implementation, Requirement, Result, Results, Run, Test
from pipects.reports.summary import sum_up

#: What must be the same in every part, else they are not parts of one run.
_SAME: Final = ("pipects", "seed", "repeat", "timeout_scale", "sources")
_SMOKE: Final = ("pass", "not run", "fail")


def merge(parts: Sequence[tuple[str, Results]]) -> Results:
    """One results document from several, each with the name that errors call it by.

    Raises UserError unless the parts had the same options and requirements, and no result stands in two.
    """
    if not parts:
        raise UserError("nothing to merge")
    name, first = parts[0]
    for other_name, other in parts[1:]:
        for key in _SAME:
            mine, its = cast(Any, first)[key], cast(Any, other)[key]
            if mine != its:
                raise UserError(
                    f"{name} and {other_name} are not parts of one run: '{key}' differs"
                )
    _check_shards(parts)
    documents = [part for _, part in parts]
    broken = [f"{who}: {part['broken_off']}" for who, part in parts if not part["complete"]]
    run: dict[str, Any] = {
        **first,
        "complete": not broken,
        "broken_off": "; ".join(broken) or None,
        "started": min(part["started"] for part in documents),
        "seconds": max(part["seconds"] for part in documents),
        "command": _command(first["command"]),
        "jobs": max(part["jobs"] for part in documents),
        "shard": None,
        "machine": _machine(documents),
        "implementations": _implementations(parts),
        "requirements": _requirements(parts),
        "tests": _tests(parts),
        "results": _results(parts),
    }
    del run["summary"]
    return sum_up(cast(Run, run))


def _check_shards(parts: Sequence[tuple[str, Results]]) -> None:
    """Every shard of the run is there, once. Parts that were not sharded may be joined, too."""
    named = [(name, part["shard"]) for name, part in parts if part["shard"] is not None]
    if not named:
        return
    if len(named) != len(parts):
        raise UserError("some of these are shards of a run and some are not")
    seen: dict[int, str] = {}
    wanted = shard.parse(named[0][1])[1]
    for name, text in named:
        index, shards = shard.parse(text)
        if shards != wanted:
            raise UserError(f"{named[0][0]} is one of {wanted} shards, {name} one of {shards}")
        if index in seen:
            raise UserError(f"{seen[index]} and {name} are both shard {index}/{shards}")
        seen[index] = name
    missing = [str(index) for index in range(1, wanted + 1) if index not in seen]
    if missing:
        raise UserError(f"of {wanted} shards these are missing: {', '.join(missing)}")


def _command(command: list[str]) -> list[str]:
    """The command without its --shard."""
    kept: list[str] = []
    skip = False
    for word in command:
        if not skip and word != "--shard" and not word.startswith("--shard="):
            kept.append(word)
        skip = word == "--shard" and not skip
    return kept


def _machine(documents: list[Results]) -> dict[str, Any]:
    """Several machines in one entry: each name once."""
    machines = [part["machine"] for part in documents]

    def names(values: list[str]) -> str:
        return " + ".join(dict.fromkeys(values))

    return {
        "system": names([each["system"] for each in machines]),
        "cpu": names([each["cpu"] for each in machines]),
        "cores": max(each["cores"] for each in machines),
        "python": names([each["python"] for each in machines]),
    }


def _implementations(parts: Sequence[tuple[str, Results]]) -> list[Implementation]:
    """Each implementation once: the worst smoke test, and the deviations that no part used."""
    joined: dict[str, Implementation] = {}
    for name, part in parts:
        for new in part["implementations"]:
            old = joined.get(new["id"])
            if old is None:
                joined[new["id"]] = new
                continue
            for key in ("name", "version", "language", "runtime", "lacks"):
                if cast(Any, old)[key] != cast(Any, new)[key]:
                    raise UserError(f"{name}: another {key} of {new['id']} than in the other parts")
            smoke = max(
                (old["smoke"], new["smoke"]), key=lambda each: _SMOKE.index(each["verdict"])
            )
            unused = [each for each in old["unused_deviations"] if each in new["unused_deviations"]]
            reason = old["reason"] or new["reason"]
            joined[new["id"]] = cast(
                Implementation,
                {**old, "smoke": smoke, "reason": reason, "unused_deviations": unused},
            )
    return list(joined.values())


def _requirements(parts: Sequence[tuple[str, Results]]) -> list[Requirement]:
    """The requirements, which every part has; how they came out is summed up anew."""

    def bare(part: Results) -> list[dict[str, Any]]:
        told = cast(list[dict[str, Any]], part["requirements"])
        return [
            {key: {} if key == "held" else each[key] for key in each if key != "checked"}
            for each in told
        ]

    name, first = parts[0]
    wanted = bare(first)
    for other_name, other in parts[1:]:
        if bare(other) != wanted:
            raise UserError(f"{name} and {other_name} were made with different requirements")
    return cast(list[Requirement], wanted)


def _tests(parts: Sequence[tuple[str, Results]]) -> list[Test]:
    joined: dict[str, Test] = {}
    for name, part in parts:
        for test in part["tests"]:
            if joined.setdefault(test["id"], test) != test:
                raise UserError(f"{name}: the test {test['id']} is not the one of the other parts")
    return sorted(joined.values(), key=lambda test: test["id"])


def _results(parts: Sequence[tuple[str, Results]]) -> list[Result]:
    joined: dict[tuple[str, str, str, int], Result] = {}
    owner: dict[tuple[str, str, str, int], str] = {}
    for name, part in parts:
        for result in part["results"]:
            key = (result["test"], result["server"], result["client"], result["repetition"])
            if key in joined:
                raise UserError(f"{owner[key]} and {name} both have a result of {result['test']}")
            joined[key], owner[key] = result, name
    return [joined[key] for key in sorted(joined)]
