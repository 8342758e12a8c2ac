"""Known deviations as `pipects list` and `pipects show` tell them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipects.cases import Test
from pipects.implementations import Deviation, Implementation
from pipects.reports.text import one_line, plural, shortened

Known = tuple[str, Deviation]
WIDTH = 80


def listed(
    implementations: Iterable[Implementation], tests: Sequence[Test]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Every entry of their lists, and a line or two for each."""
    rows: list[dict[str, Any]] = []
    text: list[str] = []
    for implementation in implementations:
        if not implementation.deviations:
            continue
        entries = plural(len(implementation.deviations), "known deviation")
        text.append(f"{implementation.id}: {entries}")
        for each in implementation.deviations:
            count = sum(each.names(test.id) for test in tests)
            rows.append({**told(implementation.id, each), "count": count})
            text += _entry(each, count)
    return rows, text


def of_requirement(implementations: Iterable[Implementation], requirement: str) -> list[Known]:
    """Who deviates from a requirement."""
    return [
        (implementation.id, each)
        for implementation in implementations
        for each in implementation.deviations
        if each.requirement == requirement
    ]


def told(who: str, deviation: Deviation) -> dict[str, Any]:
    """An entry as JSON."""
    names = (
        "requirement",
        "verdict",
        "kind",
        "happens",
        "says",
        "reason",
        "link",
        "program",
        "sometimes",
    )
    content = {name: getattr(deviation, name) for name in names}
    return {
        "implementation": who,
        **{name: value for name, value in content.items() if value is not None},
        "tests": list(deviation.tests),
        "where": deviation.where,
    }


def lines(known: Sequence[Known]) -> list[str]:
    """Who deviates, as a paragraph of `show`."""
    if not known:
        return []
    return [
        "",
        "deviates:",
        *(
            shortened(f"  {who}: {each.verdict}, {one_line(each.says or each.happens)}", WIDTH)
            for who, each in known
        ),
    ]


def _entry(deviation: Deviation, count: int) -> list[str]:
    says = one_line(deviation.says or deviation.happens)
    return [
        shortened(
            f"  {deviation.verdict:6}{deviation.requirement} ({plural(count, 'test')})", WIDTH
        ),
        shortened(f"        {says}", WIDTH),
    ]
