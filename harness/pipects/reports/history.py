"""A trend over many results files: a table for a terminal, and a small page with a line for each implementation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from pipects.errors import UserError
from pipects.reports import digest, model, summary
from pipects.reports.document import Level, Results
from pipects.reports.text import one_line, seconds

_WIDTH: Final = 640
_HEIGHT: Final = 120
_PAD: Final = 8


@dataclass(frozen=True)
class Point:
    """One run of one implementation."""

    started: str
    file: str
    complete: bool
    seconds: float
    held: dict[Level, int]
    total: dict[Level, int]
    failing: int
    known: int
    tests: int


def points(name: str, results: Results) -> dict[str, Point]:
    """What a results file adds to the trend, by implementation and version."""
    found: dict[str, Point] = {}
    for each in results["implementations"]:
        mine = [result for result in results["results"] if result["server"] == each["id"]]
        levels = digest.answers(results, each["id"])
        found[each["id"]] = Point(
            results["started"],
            name,
            results["complete"],
            sum(result["seconds"] for result in mine),
            {level.level: level.held["held"] for level in levels},
            {level.level: level.total for level in levels},
            sum(result["verdict"] in summary.BROKEN for result in mine),
            sum(result["verdict"] == "known deviation" for result in mine),
            len(mine),
        )
    return found


def collect(directory: Path) -> tuple[dict[str, list[Point]], list[str]]:
    """The trend of each implementation over the results files below a folder, oldest first; and what was skipped."""
    if not directory.is_dir():
        raise UserError(f"{directory}: not a folder")
    trend: defaultdict[str, list[Point]] = defaultdict(list)
    skipped: list[str] = []
    for path in sorted(directory.rglob("*.json")):
        try:
            results = model.load(path)
        except UserError as error:
            skipped.append(str(error))
            continue
        for name, point in points(str(path.relative_to(directory)), results).items():
            trend[name].append(point)
    if not trend:
        raise UserError(f"{directory}: holds no results files", "; ".join(skipped[:3]) or None)
    return {
        name: sorted(trend[name], key=lambda point: (point.started, point.file))
        for name in sorted(trend)
    }, skipped


def _cells(point: Point, before: Point | None) -> list[str]:
    change = "" if before is None else f"{point.failing - before.failing:+d}"
    return [
        one_line(point.started)[:19] + ("" if point.complete else " (broken off)"),
        *(f"{point.held[level]}/{point.total[level]}" for level in summary.LEVELS),
        f"{point.tests:,}",
        f"{point.failing:,}",
        "" if change == "+0" else change,
        f"{point.known:,}",
        seconds(point.seconds),
        one_line(point.file),
    ]


_HEADS: Final = ("run", "must", "should", "tests", "failing", "change", "known", "time", "file")
_LEFT: Final = ("run", "file")


def _rows(trend: Sequence[Point]) -> list[list[str]]:
    return [_cells(point, trend[index - 1] if index else None) for index, point in enumerate(trend)]


def render(trends: dict[str, list[Point]]) -> str:
    """The trends as tables of text."""
    lines: list[str] = []
    for name, trend in trends.items():
        table = [list(_HEADS), *_rows(trend)]
        widths = [max(len(row[column]) for row in table) for column in range(len(_HEADS))]
        lines.append(name)
        for row in table:
            cells = [
                cell.ljust(width) if head in _LEFT else cell.rjust(width)
                for head, cell, width in zip(_HEADS, row, widths)
            ]
            lines.append(f"  {'  '.join(cells).rstrip()}")
        lines.append("")
    return "\n".join(lines)


def _line(values: Sequence[float], top: float, name: str) -> str:
    """One line of a chart, with a dot for each run."""
    step = (_WIDTH - 2 * _PAD) / max(len(values) - 1, 1)
    places = [
        (_PAD + index * step, _HEIGHT - _PAD - value / top * (_HEIGHT - 2 * _PAD))
        for index, value in enumerate(values)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)
    return f'<g class="{name}"><polyline points="{path}"/>{dots}</g>'


def chart(trend: Sequence[Point]) -> str:
    """The share of the must that holds, and the share of tests that fail, over the runs: SVG."""
    held = [point.held["must"] / max(point.total["must"], 1) for point in trend]
    failing = [point.failing / max(point.tests, 1) for point in trend]
    label = f"must held: {held[0]:.0%} at first, {held[-1]:.0%} now; failing: {failing[0]:.0%} at first, {failing[-1]:.0%} now"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f'<path class="frame" d="M{_PAD},{_PAD}H{_WIDTH - _PAD}M{_PAD},{_HEIGHT - _PAD}H{_WIDTH - _PAD}"/>'
        f"{_line(held, 1, 'held')}{_line(failing, 1, 'failing')}</svg>"
    )


_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Conformance over time</title>
<style>
:root{{color-scheme:light dark;--held:#1a7f4b;--failing:#b3261e;--line:#8888}}
@media (prefers-color-scheme:dark){{:root{{--held:#4cc38a;--failing:#ff8a80}}}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
.table{{overflow-x:auto}}table{{border-collapse:collapse;width:100%}}
th,td{{padding:.3rem .6rem;text-align:right;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}}
th:first-child,td:first-child,th:last-child,td:last-child{{text-align:left}}
svg{{width:100%;height:auto}}polyline{{fill:none;stroke-width:2}}.frame{{stroke:var(--line)}}
.held{{stroke:var(--held);fill:var(--held)}}.failing{{stroke:var(--failing);fill:var(--failing)}}
.key b.held{{color:var(--held)}}.key b.failing{{color:var(--failing)}}
</style></head><body><main><h1>Conformance over time</h1>
<p class="key"><b class="held">must that holds</b>, <b class="failing">tests that fail</b>, from 0 to 100 %; oldest run first.</p>
{sections}</main></body></html>
"""


def render_html(trends: dict[str, list[Point]]) -> str:
    """The trends as one self-contained page."""
    sections: list[str] = []
    for name, trend in trends.items():
        heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
        rows = "\n".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in _rows(trend)
        )
        sections.append(
            f"<section><h2>{escape(one_line(name))}</h2>{chart(trend)}"
            f'<div class="table" tabindex="0" role="region" aria-label="Runs of {escape(one_line(name))}">'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>"
        )
    return _PAGE.format(sections="\n".join(sections))
