"""Divides the tests among machines, the same way on each of them. Pure functions."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipects.errors import UserError
from pipects.reports.document import Results


def parse(text: str) -> tuple[int, int]:
    """`2/5` as (2, 5). Raises UserError if it is no such thing."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UserError(f"--shard {text}: expected I/N with I from 1 to N, for example 2/5")
    return int(match[1]), int(match[2])


def times(results: Results) -> dict[str, float]:
    """How long each test took in an earlier run, all implementations together."""
    total: defaultdict[str, float] = defaultdict(float)
    for result in results["results"]:
        total[result["test"]] += result["seconds"]
    return dict(total)


def assign(
    tests: Iterable[str], shards: int, times: Mapping[str, float] | None = None
) -> list[list[str]]:
    """The tests of each shard, sorted. It depends on the set of ids and the times alone, not on their order.

    With times the longest goes first, to the shard that has the least so far; a test without one counts as
    the median. Without times they are dealt out in turn.
    """
    ids = sorted(set(tests))
    if not times:
        return [ids[index::shards] for index in range(shards)]
    known = [times[each] for each in ids if each in times]
    usual = statistics.median(known) if known else 1.0
    cost = {each: times.get(each, usual) for each in ids}
    parts: list[list[str]] = [[] for _ in range(shards)]
    loads = [0.0] * shards
    for each in sorted(ids, key=lambda test: (-cost[test], test)):
        lightest = min(range(shards), key=lambda index: (loads[index], len(parts[index]), index))
        parts[lightest].append(each)
        loads[lightest] += cost[each]
    return [sorted(part) for part in parts]


def select(tests: Iterable[str], shard: str, times: Mapping[str, float] | None = None) -> list[str]:
    """The tests of shard `I/N`, sorted."""
    index, shards = parse(shard)
    return assign(tests, shards, times)[index - 1]
