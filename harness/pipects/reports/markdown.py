"""Markdown for a pull request's comment: the answer, then what is wrong, then the table of verdicts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Final

from pipects.reports import digest, sources, summary
from pipects.reports.digest import Wrong
from pipects.reports.document import Implementation, Results
from pipects.reports.text import one_line, plural, seconds, shortened

#: A comment of a pull request holds 65,536 characters.
_SHOWN: Final = 20
_LONGEST: Final = 300
_SIGNS: Final = {"yes": "✅", "partly": "☑️", "no": "❌", "open": "❔", "none": "➖"}


def render(results: Results) -> str:
    """The results as GitHub-flavoured Markdown."""
    parts = [f"# {_text(digest.title(results))}", ""]
    for who, _, text in digest.run_problems(results):
        parts += [f"> **{_text(who)}**: {_text(text)}", ""]
    if results["implementations"]:
        if summary.is_matrix(results):
            parts += _grid(results)
            parts += _answers(
                results, "As a server, with every client: a failure may be the client's"
            )
        else:
            parts += _answers(results, "Does it conform?")
        parts += _verdicts(results)
    wrong = digest.wrong(results)
    for implementation in results["implementations"]:
        parts += _wrong(implementation, wrong[implementation["id"]], results)
    parts.append(
        f"_{plural(len(results['results']), 'result')} in {seconds(results['seconds'])}, "
        f"{_text(results['started'])}, on {_text(results['machine']['system'])}; "
        f"pipects {_text(results['pipects'])}._"
    )
    return "\n".join([*parts, ""])


def _text(text: str, length: int = _LONGEST) -> str:
    """Text with nothing in it that Markdown or GitHub would act on: no table cell, tag, mention or link."""
    plain = shortened(one_line(text), length)
    plain = re.sub(r"([\\`*_\[\]|~#])", r"\\\1", plain)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("@", "&#64;").replace("://", ":&#47;/")


def _code(text: str, length: int = _LONGEST) -> str:
    """Text as code, whatever backticks it holds."""
    plain = shortened(one_line(text), length)
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") or not plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _answers(results: Results, heading: str) -> list[str]:
    lines = [
        f"| {heading} | must | should | cells checked |",
        "|---|---|---|---:|",
    ]
    for each in results["implementations"]:
        cells = [
            f"{_SIGNS[level.answer]} {level.words}: {level.held['held']:,} of {level.applicable:,} that apply held"
            for level in digest.answers(results, each["id"])
        ]
        looked_at, of = summary.coverage(results, each["id"])
        cells.append(f"{looked_at:,} of {of:,}" if of else "")
        lines.append(f"| **{_text(digest.label(each))}** | {' | '.join(cells)} |")
    beyond = sum(map(summary.out_of_reach, results["requirements"]))
    if beyond:
        lines += [
            "",
            f"_{plural(beyond, 'requirement')} about a class derived from PipeStream: not applicable "
            "here, since no adapter can show them; the in-process runner does._",
        ]
    return [*lines, ""]


def _grid(results: Results) -> list[str]:
    servers, clients, cells = summary.grid(results)
    lines = [
        "Servers (rows) with clients (columns): tests that passed, `~` known deviations, `!` broken.",
        "",
        f"| server \\ client | {' | '.join(map(_text, clients))} |",
        "|---|" + "---:|" * len(clients),
    ]
    for server in servers:
        row = " | ".join(cells.get((server, client), "").replace("~", "\\~") for client in clients)
        lines.append(f"| **{_text(server)}** | {row} |")
    return [*lines, ""]


def _verdicts(results: Results) -> list[str]:
    lines = [
        f"| Tests | {' | '.join(summary.VERDICTS)} |",
        "|---|" + "---:|" * len(summary.VERDICTS),
    ]
    matrix = summary.is_matrix(results)
    known: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for result in results["results"]:
        for kind in digest.kinds(result)[1:]:
            known[digest.column_of(result, matrix)][kind.removeprefix("known ")] += 1
    for column, count in results["summary"]["verdicts"].items():
        cells = [f"{count[verdict]:,}" for verdict in summary.VERDICTS]
        if known[column]:
            told = ", ".join(f"{number:,} {verdict}" for verdict, number in known[column].items())
            cells[summary.VERDICTS.index("known deviation")] += f" ({told})"
        lines.append(f"| {_text(column.replace('>', ' → '))} | {' | '.join(cells)} |")
    return [*lines, ""]


def _wrong(implementation: Implementation, entries: list[Wrong], results: Results) -> list[str]:
    if not entries:
        return []
    name = _text(digest.label(implementation))
    broken = [entry for entry in entries if entry.held == "broken"]
    known = [entry for entry in entries if entry.held == "deviates"]
    lines: list[str] = []
    if broken:
        lines += [f"## What {name} breaks", ""]
        lines += _list(broken, results)
    if known:
        lines += [
            f"<details><summary>{name}: {plural(len(known), 'known deviation')}</summary>",
            "",
            *_list(known, results),
            "</details>",
            "",
        ]
    return lines


def _list(entries: list[Wrong], results: Results) -> list[str]:
    lines: list[str] = []
    for entry in entries[:_SHOWN]:
        requirement, result = entry.requirement, entry.first
        found = [sources.link(results, each) for each in requirement["sources"]]
        links = ", ".join(
            f"[{_text(title)}]({_address(url)})" if url else _text(title) for title, url in found
        )
        lines.append(f"- **{_text(requirement['text'])}** ({requirement['level']}; {links})  ")
        failure = result["failure"]
        if result["verdict"] == "known deviation" or failure is None:
            lines.append(f"  {digest.verdict_words(result)}: {_text(digest.explanation(result))}  ")
        else:
            lines.append(
                f"  {digest.verdict_words(result)}: expected {_code(failure['expected'])}, "
                f"got {_code(failure['actual'])}  "
            )
        lines.append(f"  {_code(result['replay'])}")
    if len(entries) > _SHOWN:
        lines.append(f"- … and {len(entries) - _SHOWN:,} more")
    return [*lines, ""]


def _address(url: str) -> str:
    """An address that can't end its own link."""
    return re.sub(r"[\s()<>]", lambda match: f"%{ord(match.group()):02X}", url)
