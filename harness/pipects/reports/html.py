"""One self-contained page for people: opened from disk, it asks the network for nothing."""

from __future__ import annotations

import functools
import json
import re
from collections import defaultdict
from typing import Any, Final

import jinja2
from markupsafe import Markup

from pipects import harms, paths
from pipects.reports import charts, digest, html_data, html_views, sources, summary, timeline_file
from pipects.reports.document import Results
from pipects.reports.text import one_line, plural, readable, seconds

TEMPLATES: Final = paths.ROOT / "reports" / "templates"
_SCRIPTS: Final = ("model.js", "parts.js", "lists.js", "page.js")


def render(
    results: Results, matrix: Results | None = None, timeline: timeline_file.Told | None = None
) -> str:
    """The page. It shows what the document says; its script filters and unfolds, and decides nothing.

    Args:
        results: What the page is about.
        matrix: Results of every server with every client, to be shown beside.
        timeline: What changed over releases, to be shown beside.
    """
    template = _environment().get_template("report.html.j2")
    headline = html_views.headline(results)
    return template.render(
        results=results,
        title=digest.title(results),
        problems=_problems(results),
        headline=headline,
        verdicts=html_views.columns(headline),
        wrong=html_views.wrong(results),
        matrix=html_views.matrix(matrix or results),
        pairs=summary.is_matrix(results),
        releases=html_views.over_releases(timeline, results) if timeline else None,
        charts=charts.all_charts(results),
        beyond=sum(map(summary.out_of_reach, results["requirements"])),
        present=_present(results),
        harms=_harms(results),
        data=_embedded(html_data.compact(results)),
        about=_about(results),
    )


def _present(results: Results) -> list[tuple[str, int]]:
    """The verdicts that there are, and which a known deviation would be: in how many tests."""
    tests: defaultdict[str, set[str]] = defaultdict(set)
    for result in results["results"]:
        for kind in digest.kinds(result):
            tests[kind].add(result["test"])
    order: list[str] = []
    for verdict in summary.VERDICTS:
        order.append(verdict)
        if verdict == "known deviation":
            order += [f"known {each}" for each in summary.VERDICTS]
    return [(kind, len(tests[kind])) for kind in order if kind in tests]


def _harms(results: Results) -> list[str]:
    """The harms that there are, worst first."""
    found = {result["harm"] for result in results["results"] if "harm" in result}
    return [harm for harm in harms.WORST_FIRST if harm in found]


def _problems(results: Results) -> dict[str, list[str]]:
    """What is wrong with the run itself, by whom it is about."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for who, _, text in digest.run_problems(results):
        found[who].append(text)
    return dict(found)


def _about(results: Results) -> str:
    """One line on what was run."""
    return (
        f"{plural(len(results['requirements']), 'requirement')}, "
        f"{plural(len(results['tests']), 'test')}, {plural(len(results['results']), 'result')} "
        f"in {seconds(results['seconds'])}"
    )


def _embedded(data: Any) -> Markup:
    """JSON that can stand in a script element: no tag, no comment, only ASCII."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c"))


def slug(verdict: str) -> str:
    """A verdict as a class name."""
    return verdict.replace(" ", "-")


def external(url: str) -> str:
    """An address that may be followed, or none: a results file can name any scheme."""
    return url if re.match(r"https?://", url) else ""


def _finish(value: object) -> object:
    """What an expression of a template comes to, without odd characters."""
    return readable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finish,
    )
    environment.filters.update(
        bar=_bar,
        label=digest.label,
        slug=slug,
        one_line=one_line,
        seconds=seconds,
        external=external,
        upstream=sources.upstream,
        number=_number,
    )
    environment.globals.update(
        plural=plural,
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        script=Markup(
            "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in _SCRIPTS)
        ),
    )
    return environment


def _number(value: int) -> str:
    return f"{value:,}"


def _bar(answer: digest.LevelAnswer) -> Markup:
    return charts.bar(answer.held, answer.total)
