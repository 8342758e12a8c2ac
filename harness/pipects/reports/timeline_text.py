"""A timeline for people: in a terminal, in Markdown, and as a page."""

from __future__ import annotations

from collections.abc import Container, Iterator
from html import escape
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from pipects.reports.outcome_diff import OutcomeChange
from pipects.reports.text import one_line, plural, shortened
from pipects.reports.timeline_file import Told
from pipects.timeline import HELD, Timeline

SIGNS: Final = {HELD: "·", "fail": "F", "hang": "H", "crash": "C", "adapter error": "A", "": " "}
WORDS: Final = {HELD: "held", "fail": "**fail**", "hang": "**hang**", "crash": "**crash**"}
_SHOWN: Final = 8
"""How many of a release's changed outcomes stand in a text; the page has them all."""


def _heads(count: int) -> str:
    return (ascii_lowercase + ascii_uppercase)[:count]


def terminal(timeline: Timeline) -> str:
    """The timeline in 80 columns: a letter a release."""
    heads = _heads(len(timeline.releases))
    lines = [f"{timeline.product}: {_looked_at(timeline)}", ""]
    named = [f"{head} {release}" for head, release in zip(heads, timeline.releases)]
    for start in range(0, len(named), 6):
        lines.append("  " + "  ".join(f"{each:12}" for each in named[start : start + 6]).rstrip())
    if not timeline.rows:
        lines += ["", "no requirement's verdict changed"]
    else:
        width = max(20, 78 - len(heads))
        lines += ["", f"{'requirement':{width}} {heads}"]
        for row in timeline.rows:
            cells = "".join(SIGNS[cell] for cell in row.cells)
            lines.append(f"{shortened(row.requirement, width):{width}} {cells}")
        lines += ["", "· held   F fail   H hang   C crash   A adapter error"]
    for release, why in timeline.failed.items():
        lines += ["", f"{release} is left out: {shortened(one_line(why), 60)}"]
    for release, changes in timeline.steps:
        if changes:
            lines += ["", f"{release}: {_counted(changes)}", *_changes(changes)]
    return "\n".join(lines) + "\n"


def _looked_at(timeline: Timeline) -> str:
    return f"{plural(len(timeline.releases), 'release')}, {plural(timeline.tests, 'test')} on each"


def _counted(changes: tuple[OutcomeChange, ...]) -> str:
    tests = sum(len(change.tests) for change in changes)
    return f"{plural(tests, 'test')} came otherwise than before"


def _changes(changes: tuple[OutcomeChange, ...]) -> Iterator[str]:
    for change in changes[:_SHOWN]:
        yield f"  - {shortened(one_line(change.old), 76)}"
        yield f"  + {shortened(one_line(change.new), 76)}"
        more = f" and {len(change.tests) - 1} more" if len(change.tests) > 1 else ""
        yield f"    {change.tests[0]}{more}"
    if len(changes) > _SHOWN:
        yield f"  and {plural(len(changes) - _SHOWN, 'more way')} in which one did"


def markdown(told: Told) -> str:
    """The timeline as Markdown."""
    timeline = told.timeline
    lines = [f"# What changed in {timeline.product}, release by release", ""]
    lines += [
        f"{timeline.releases[0]} to {timeline.releases[-1]}: {_looked_at(timeline)}; made by `{told.command}`.",
        "A row for each requirement whose verdict ever changed.",
        *(f"Left out: {each}, which can't be run here." for each in timeline.failed),
        "",
    ]
    if not timeline.rows:
        lines += ["No requirement's verdict changed.", ""]
    else:
        lines.append("| requirement | " + " | ".join(timeline.releases) + " |")
        lines.append("|---|" + ":-:|" * len(timeline.releases))
        for row in timeline.rows:
            cells = " | ".join(WORDS.get(cell, cell) for cell in row.cells)
            lines.append(f"| `{row.requirement}` | {cells} |")
        lines += ["", "## What the requirements say", ""]
        lines += [
            f"- `{row.requirement}`: {one_line(told.texts[row.requirement])}"
            for row in timeline.rows
        ]
        lines.append("")
    lines += ["## What came otherwise than in the release before", ""]
    lines += [
        "Also what no requirement forbids: messages, types where several are allowed, how a call waits.",
        "",
    ]
    quiet = [release for release, changes in timeline.steps if not changes]
    if quiet:
        lines += [f"Nothing: {', '.join(quiet)}.", ""]
    for release, changes in timeline.steps:
        if changes:
            lines += [f"### {release}", "", f"{_counted(changes)}.", "", "```diff"]
            for change in changes[:_SHOWN]:
                lines += [
                    f"  {change.tests[0]}"
                    + (f" and {len(change.tests) - 1} more" if len(change.tests) > 1 else "")
                ]
                lines += [f"- {one_line(change.old)}", f"+ {one_line(change.new)}"]
            lines.append("```")
            if len(changes) > _SHOWN:
                lines.append(f"\nand {plural(len(changes) - _SHOWN, 'more way')} in which one did")
            lines.append("")
    return "\n".join(lines)


_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root{{color-scheme:light dark;--held:#1a7f4b;--bad:#b3261e;--line:#8888;--ground:#fff}}
@media (prefers-color-scheme:dark){{:root{{--held:#4cc38a;--bad:#ff8a80;--ground:#121212}}}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem;background:var(--ground)}}
.table{{overflow-x:auto}}table{{border-collapse:collapse}}
th,td{{padding:.3rem .5rem;text-align:center;border-bottom:1px solid var(--line);white-space:nowrap}}
th[scope=row]{{text-align:left;font-weight:normal;position:sticky;left:0;background:var(--ground)}}
td.held{{color:var(--held)}}td.bad{{color:var(--bad);font-weight:bold}}
pre{{overflow-x:auto;white-space:pre-wrap;margin:.2rem 0}}ins{{color:var(--held);text-decoration:none}}
del{{color:var(--bad);text-decoration:none}}
</style></head><body><main><h1>{title}</h1>
<p>{summary}</p>
{table}
<h2>What came otherwise than in the release before</h2>
<p>Also what no requirement forbids: messages, types where several are allowed, how a call waits.</p>
{steps}
</main></body></html>
"""


def page(told: Told) -> str:
    """The timeline as one self-contained page."""
    return _PAGE.format(
        title=f"What changed in {escape(told.timeline.product)}, release by release",
        summary=summary(told),
        table=table(told),
        steps=steps(told.timeline, "h3"),
    )


def summary(told: Told) -> str:
    """What was looked at, as HTML."""
    return (
        f"{_looked_at(told.timeline)}; a row for each requirement whose verdict ever changed. Made by "
        f"<code>{escape(told.command)}</code>."
    )


def table(told: Told, here: Container[str] = ()) -> str:
    """A row a requirement that ever changed, a column a release, as HTML; `here` are those that the page can open."""
    timeline = told.timeline
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in timeline.releases)
    rows = "\n".join(
        f'<tr><th scope="row" title="{escape(one_line(told.texts[row.requirement]))}">{_name(row.requirement, here)}</th>'
        + "".join(
            f'<td class="{"held" if cell == HELD else "bad"}">{escape(cell)}</td>'
            for cell in row.cells
        )
        + "</tr>"
        for row in timeline.rows
    )
    if not timeline.rows:
        return "<p>No requirement's verdict changed.</p>"
    return (
        '<div class="table scroll" tabindex="0" role="region" aria-label="Verdicts by release"><table><thead><tr>'
        f'<th scope="col">requirement</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _name(requirement: str, here: Container[str]) -> str:
    name = escape(requirement)
    return f'<a href="#requirement/{name}">{name}</a>' if requirement in here else name


def steps(timeline: Timeline, head: str) -> str:
    """What came otherwise in each release than in the one before, as HTML, each below a `head`."""
    return "\n".join(_section(release, changes, head) for release, changes in timeline.steps)


def _section(release: str, changes: tuple[OutcomeChange, ...], head: str) -> str:
    title = f"<{head}>{escape(release)}</{head}>"
    if not changes:
        return f"{title}<p>Nothing.</p>"
    items = "\n".join(
        f"<li>{escape(change.tests[0])}"
        + (f" and {len(change.tests) - 1} more" if len(change.tests) > 1 else "")
        + f"<pre><del>- {escape(one_line(change.old))}</del>\n<ins>+ {escape(one_line(change.new))}</ins></pre></li>"
        for change in changes
    )
    return f"{title}<p>{_counted(changes)}.</p><ul>{items}</ul>"
