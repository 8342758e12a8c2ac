"""Charts as inline SVG, where looking beats reading. Colours come from the page's classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from markupsafe import Markup

from pipects.reports import digest, summary
from pipects.reports.document import Held, Results
from pipects.reports.digest import label
from pipects.reports.text import one_line, plural, seconds, shortened

#: In the order in which a bar shows them.
STATES: Final[tuple[Held, ...]] = (
    "held",
    "broken",
    "deviates",
    "not observable",
    "not applicable",
    "not run",
)
_WIDTH: Final = 560
_LEFT: Final = 210
_RIGHT: Final = 84
_ROW: Final = 24
_MOST: Final = 12


@dataclass(frozen=True)
class Chart:
    """A picture with a heading, and a sentence that says what to see in it."""

    id: str
    heading: str
    caption: str
    svg: Markup
    states: bool = False


def bar(held: Counter[Held], total: int) -> Markup:
    """A bar of the page's own width, stacked by state."""
    parts: list[str] = []
    start = 0.0
    for state in STATES:
        width = 100 * held[state] / total if total else 0
        if width:
            parts.append(
                f'<rect class="s-{state.replace(" ", "-")}" x="{start:.2f}" width="{width:.2f}" height="8"/>'
            )
            start += width
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def all_charts(results: Results) -> list[Chart]:
    """The charts that there is something to draw for."""
    made = [coverage(results), members(results), times(results)]
    return [chart for chart in made if chart is not None]


def _text(x: float, y: float, text: str, anchor: Literal["start", "end"] = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(rows: list[str], height: int, name: str) -> Markup:
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(name)}">'
        f"{''.join(rows)}</svg>"
    )


def _stacked(y: float, held: Counter[Held], scale: int, left: int = 0) -> str:
    """A stacked bar, as long as its share of `scale`."""
    room = _WIDTH - left - _RIGHT
    total = held.total()
    parts: list[str] = []
    x = float(left)
    for state in STATES:
        width = room * held[state] / max(scale, 1)
        if width:
            parts.append(
                f'<rect class="s-{state.replace(" ", "-")}" x="{x:.1f}" y="{y:.1f}" '
                f'width="{max(width - 0.5, 0.5):.1f}" height="12"><title>{held[state]} of {total} {state}</title></rect>'
            )
            x += width
    return "".join(parts)


def coverage(results: Results) -> Chart | None:
    """Of the requirements of each level: how many a case covers, and how they came out."""
    if not results["requirements"]:
        return None
    rows: list[str] = []
    y = 16
    for level in summary.LEVELS:
        numbers = results["summary"]["requirements"].get(level)
        if numbers is None or not numbers["total"]:
            continue
        total, covered = numbers["total"], numbers["covered"]
        rows.append(_text(0, y, f"{level}: {covered:,} of {total:,} covered by a case"))
        y += _ROW - 4
        for each in results["implementations"]:
            answer = next(a for a in digest.answers(results, each["id"]) if a.level == level)
            rows.append(_text(_LEFT - 10, y, shortened(label(each), 26), "end"))
            rows.append(_stacked(y - 10, answer.held, total, _LEFT))
            rows.append(_text(_WIDTH, y, f"{answer.held['held'] / total:.0%} held", "end"))
            y += _ROW
        y += 8
    covered = sum(bool(each["cases"]) for each in results["requirements"])
    caption = f"{covered:,} of {plural(len(results['requirements']), 'requirement')} have a case that checks them."
    return Chart("coverage", "Coverage", caption, _svg(rows, y - 16, caption), states=True)


def members(results: Results) -> Chart | None:
    """The members that most is wrong with, all implementations together."""
    held: defaultdict[str, Counter[Held]] = defaultdict(Counter)
    for requirement in results["requirements"]:
        name = requirement["members"][0] if requirement["members"] else "(no member)"
        held[name.replace("..ctor", "")].update(requirement["held"].values())
    if not held:
        return None

    def wrong(name: str) -> int:
        return held[name]["broken"] + held[name]["deviates"]

    worst = sorted((name for name in held if wrong(name)), key=lambda n: (-wrong(n), n))[:_MOST]
    everywhere = sum(map(wrong, held))
    if worst:
        heading, caption = "Where it goes wrong", (
            f"The members with the most requirements broken or deviated from: {len(worst)} of "
            f"{sum(bool(wrong(name)) for name in held)}, counted over all implementations "
            f"({everywhere:,} in total)."
        )
    else:
        worst = sorted(held, key=lambda name: (-held[name].total(), name))[:_MOST]
        heading, caption = (
            "By member",
            "Nothing is wrong; these members have the most requirements.",
        )
    scale = max(held[name].total() for name in worst)
    rows: list[str] = []
    y = 14
    for name in worst:
        rows.append(f"<g><title>{escape(one_line(name))}</title>")
        rows.append(_text(0, y, shortened(one_line(name), 78)))
        rows.append("</g>")
        y += 16
        rows.append(_stacked(y - 11, held[name], scale))
        count = f"{wrong(name)} wrong" if wrong(name) else f"{held[name].total()}"
        rows.append(_text(_WIDTH, y, count, "end"))
        y += 22
    return Chart("members", heading, caption, _svg(rows, y - 12, caption), states=True)


def times(results: Results) -> Chart | None:
    """The slowest cases: mean over the implementations, the range, and who is slowest."""
    case_of = {test["id"]: test["case"] for test in results["tests"]}
    spent: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for result in results["results"]:
        if result["seconds"]:
            key = result["server"]
            spent[case_of[result["test"]]][key] += result["seconds"]
    if not spent:
        return None
    mean = {case: sum(columns.values()) / len(columns) for case, columns in spent.items()}
    slowest = sorted(mean, key=lambda case: (-mean[case], case))[:_MOST]
    longest = max(max(spent[case].values()) for case in slowest)
    room = _WIDTH - 180
    rows: list[str] = []
    y = 14
    for case in slowest:
        least, most = min(spent[case].values()), max(spent[case].values())
        who = max(spent[case], key=lambda column: spent[case][column])
        rows.append(_text(0, y, shortened(one_line(case), 78)))
        y += 16
        rows.append(
            f'<rect class="time" x="0" y="{y - 11}" width="{room * mean[case] / longest:.1f}" height="12"/>'
            f'<path class="range" d="M{room * least / longest:.1f},{y - 5}H{room * most / longest:.1f}"/>'
        )
        several = len(spent[case]) > 1
        text = f"{seconds(mean[case])}{', ' + shortened(who, 16) if several else ''}"
        rows.append(_text(_WIDTH, y, text, "end"))
        y += 22
    caption = "The slowest cases. Bar: mean of the implementations; line: from fastest to slowest, who is named."
    if all(len(spent[case]) == 1 for case in slowest):
        caption = "The slowest cases, all rows together."
    return Chart("times", "Time by case", caption, _svg(rows, y - 12, caption))
