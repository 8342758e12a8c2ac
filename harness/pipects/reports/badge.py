"""A badge for a README: how many of the documented requirements hold. Plain SVG, no request to anywhere."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from pipects.errors import UserError
from pipects.reports import causes, digest
from pipects.reports.digest import LevelAnswer
from pipects.reports.document import Results
from pipects.reports.text import one_line, shortened

_GREEN: Final = "#1a7f4b"
_AMBER: Final = "#9a6700"
_RED: Final = "#b3261e"
_GREY: Final = "#57606a"
_WIDTH: Final = 6.6  # of a character of Verdana or DejaVu Sans, 11 pixels, on average


def render(results: Results, implementation: str | None = None) -> str:
    """The badge of one implementation, or of all together."""
    ids = [each["id"] for each in results["implementations"]]
    if implementation is not None and implementation not in ids:
        raise UserError(f"no implementation {implementation!r} in these results", ", ".join(ids))
    chosen = [implementation] if implementation is not None else ids
    label = "pipects" if implementation is None else shortened(f"pipects {implementation}", 40)
    text, colour = _message(results, [digest.answers(results, each) for each in chosen])
    if implementation is not None and (worst := _worst(results, implementation)):
        text += f" · worst: {worst}"
    return draw(label, text, colour)


def _worst(results: Results, implementation: str) -> str:
    """The harm of the worst that it does, known or not."""
    found = causes.of(results)[implementation]
    if not found or found[0].harm is None or not results["complete"]:
        return ""
    return f"{found[0].harm}{' (known)' if found[0].known else ''}"


def _message(results: Results, answers: list[list[LevelAnswer]]) -> tuple[str, str]:
    if not results["complete"]:
        return "broken off", _GREY
    if not results["results"] or not answers:
        return "nothing run", _GREY
    if len(answers) > 1:
        must = [levels[0].answer for levels in answers]
        good = sum(answer in ("yes", "partly") for answer in must)
        return f"{good} of {len(must)} conform", _GREEN if good == len(must) else _AMBER
    broken = sum(level.held["broken"] for level in answers[0])
    wrong = broken + sum(level.held["deviates"] for level in answers[0])
    undecided = any(level.answer == "open" for level in answers[0])
    parts = [
        f"{level.level} {level.held['held']}/{level.applicable}"
        for level in answers[0]
        if level.total
    ]
    colour = _RED if broken else _AMBER if wrong else _GREY if undecided else _GREEN
    return " · ".join(parts) or "no requirements", colour


def draw(label: str, message: str, colour: str) -> str:
    """A badge of two fields."""
    label, message = escape(one_line(label)), escape(one_line(message))
    left, right = round(len(label) * _WIDTH) + 14, round(len(message) * _WIDTH) + 14
    width = left + right
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {message}">
  <title>{label}: {message}</title>
  <clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left}" height="20" fill="#24292f"/>
    <rect x="{left}" width="{right}" height="20" fill="{colour}"/>
  </g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">
    <text x="{left / 2}" y="14" textLength="{left - 14}">{label}</text>
    <text x="{left + right / 2}" y="14" textLength="{right - 14}">{message}</text>
  </g>
</svg>
"""
