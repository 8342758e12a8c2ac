"""One self-contained page for people: opened from disk, it asks the network for nothing."""

from __future__ import annotations

import functools
import json
import re
from typing import Any, Final

import jinja2
from markupsafe import Markup

from pipects import paths
from pipects.reports import charts, digest, html_data, html_views, sources, summary
from pipects.reports.document import Results, Verdict
from pipects.reports.text import one_line, plural, readable, seconds

TEMPLATES: Final = paths.ROOT / "reports" / "templates"
_SCRIPTS: Final = ("model.js", "parts.js", "lists.js", "page.js")


def render(results: Results) -> str:
    """The page. It shows what the document says; its script filters and unfolds, and decides nothing."""
    template = _environment().get_template("report.html.j2")
    return template.render(
        results=results,
        title=digest.title(results),
        problems=list(digest.run_problems(results)),
        headline=html_views.headline(results),
        wrong=html_views.wrong(results),
        matrix=html_views.matrix(results),
        charts=charts.all_charts(results),
        verdicts=summary.VERDICTS,
        present=_present(results),
        data=_embedded(html_data.compact(results)),
        about=_about(results),
    )


def _present(results: Results) -> list[tuple[Verdict, int]]:
    """The verdicts that there are, and how often."""
    columns = results["summary"]["verdicts"].values()
    counted = ((verdict, sum(each[verdict] for each in columns)) for verdict in summary.VERDICTS)
    return [(verdict, count) for verdict, count in counted if count]


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
