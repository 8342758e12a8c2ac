"""What the first screens of the page show, put together for the template."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from markupsafe import Markup

from pipects.reports import causes, digest, sources, summary, timeline_text
from pipects.reports.causes import Cause
from pipects.reports.digest import LevelAnswer, Wrong, label
from pipects.reports.document import (
    Deviation,
    Implementation,
    Requirement,
    Result,
    Results,
    Verdict,
)
from pipects.reports.sources import Link
from pipects.reports.text import one_line
from pipects.reports.timeline_file import Told


@dataclass(frozen=True)
class Worst:
    """One of the three worst things, and where the page tells of it."""

    says: str
    anchor: str


@dataclass(frozen=True)
class Row:
    """A line of the headline: an implementation, or in a matrix a server with all its clients."""

    implementation: Implementation
    label: str
    about: str
    answers: list[LevelAnswer]
    counts: dict[Verdict, int]
    """In how many tests each verdict came out."""
    known: dict[Verdict, int]
    """Of the known deviations: how many would be which verdict."""
    worst: list[Worst]


def headline(results: Results) -> list[Row]:
    """The answer for each implementation."""
    rows: list[Row] = []
    tests: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for result in results["results"]:
        for kind in digest.kinds(result):
            tests[result["server"], kind].add(result["test"])
    found = causes.of(results)
    systems = {each["os"] for each in results["implementations"]}
    for each in results["implementations"]:
        name = each["id"]
        runtime = re.sub(r"\s*\([^()]*\)$", "", one_line(each["runtime"]))
        about = [each["language"], "" if runtime in label(each) else runtime]
        about += [each["os"]] if len(systems) > 1 else []
        counts = {verdict: len(tests[name, verdict]) for verdict in summary.VERDICTS}
        known = {
            verdict: len(tests[name, f"known {verdict}"])
            for verdict in summary.VERDICTS
            if tests[name, f"known {verdict}"]
        }
        looked_at, cells = summary.coverage(results, each["id"])
        about += [f"{looked_at:,} of {cells:,} cells checked"] if cells else []
        words = one_line(" · ".join(filter(None, about)))
        mine = found[each["id"]]
        worst = [
            Worst(cause.says(label(each)), anchor(each["id"], mine.index(cause)))
            for cause in causes.three_worst(mine)
        ]
        answered = digest.answers(results, each["id"])
        rows.append(Row(each, label(each), words, answered, counts, known, worst))
    return rows


def columns(rows: list[Row]) -> list[Verdict]:
    """The verdicts to be counted: good and bad ones always, others where there are any."""
    always = ("pass", "fail", "hang", "crash")
    return [
        verdict
        for verdict in summary.VERDICTS
        if verdict in always or any(row.counts[verdict] for row in rows)
    ]


@dataclass(frozen=True)
class Sentence:
    """A requirement that is broken, as a card shows it."""

    entry: Wrong
    links: list[Link]
    elsewhere: list[str]
    tests: list[str]


@dataclass(frozen=True)
class Card:
    """One thing that an implementation does wrong, and the sentences that it breaks."""

    anchor: str
    cause: Cause
    says: str
    counted: str
    sentences: list[Sentence] = field(default_factory=list)
    also: list[Requirement] = field(default_factory=list)
    """Broken, too, and told of at another card."""

    @property
    def result(self) -> Result:
        """The result that shows it best."""
        return self.cause.first

    @property
    def deviation(self) -> Deviation | None:
        """The entry of the implementation's list, if it is known."""
        return self.cause.deviation


@dataclass(frozen=True)
class Section:
    """All that an implementation gets wrong."""

    implementation: Implementation
    label: str
    broken: int
    known: int
    cards: list[Card]


def anchor(implementation: str, index: int) -> str:
    """Where the page tells of one of an implementation's causes."""
    return f"wrong/{implementation}/{index + 1}"


def wrong(results: Results) -> list[Section]:
    """What each implementation gets wrong, worst first: a card for each cause."""
    labels = {each["id"]: label(each) for each in results["implementations"]}
    requirements = {each["id"]: each for each in results["requirements"]}
    found: list[Section] = []
    table = digest.wrong(results)
    caused = causes.of(results)
    for implementation in results["implementations"]:
        name = implementation["id"]
        cards = [
            Card(anchor(name, index), cause, cause.says(labels[name]), causes.counted(cause))
            for index, cause in enumerate(caused[name])
        ]
        of_result = {id(result): card for card in cards for result in card.cause.results}
        for entry in table[name]:
            of_result[id(entry.first)].sentences.append(_sentence(results, entry, labels))
        for card in cards:
            told = {each.entry.requirement["id"] for each in card.sentences}
            card.also.extend(
                requirements[each] for each in card.cause.requirements
                if each in requirements and each not in told
            )  # fmt: skip
        entries = table[name]
        broken = sum(entry.held == "broken" for entry in entries)
        found.append(Section(implementation, labels[name], broken, len(entries) - broken, cards))
    return found


def _sentence(results: Results, entry: Wrong, labels: dict[str, str]) -> Sentence:
    return Sentence(
        entry,
        [sources.link(results, each) for each in entry.requirement["sources"]],
        [labels[each] for each in entry.elsewhere if each in labels],
        list(dict.fromkeys(each["test"] for each in entry.results)),
    )


@dataclass(frozen=True)
class Cell:
    """A server with a client."""

    key: str
    server: str
    client: str
    passed: int
    known: int
    broken: int
    other: int

    @property
    def total(self) -> int:
        """How many results there are."""
        return self.passed + self.known + self.broken + self.other

    @property
    def state(self) -> str:
        """The class that gives the cell its colour."""
        if self.broken:
            return "broken"
        return "deviates" if self.known else "held" if self.passed else "not-run"


def matrix(results: Results) -> list[tuple[str, list[Cell | None]]]:
    """The table of servers and clients, row by row; empty if no server met another's client."""
    if not summary.is_matrix(results):
        return []
    ids = [each["id"] for each in results["implementations"]]
    labels = {each["id"]: label(each) for each in results["implementations"]}
    rows: list[tuple[str, list[Cell | None]]] = []
    for server in ids:
        cells: list[Cell | None] = []
        for client in ids:
            count = results["summary"]["verdicts"].get(f"{server}>{client}")
            if count is None:
                cells.append(None)
                continue
            broken = sum(count[verdict] for verdict in summary.BROKEN)
            passed, known = count["pass"], count["known deviation"]
            other = sum(count.values()) - broken - passed - known
            cells.append(
                Cell(
                    f"{server}>{client}",
                    labels[server],
                    labels[client],
                    passed,
                    known,
                    broken,
                    other,
                )
            )
        rows.append((labels[server], cells))
    return rows


@dataclass(frozen=True)
class Releases:
    """A timeline, as the page shows it below its results."""

    product: str
    summary: Markup
    table: Markup
    steps: Markup


def over_releases(told: Told, results: Results) -> Releases:
    """What changed in a product with its releases."""
    here = {requirement["id"] for requirement in results["requirements"]}
    return Releases(
        told.timeline.product,
        Markup(timeline_text.summary(told)),
        Markup(timeline_text.table(told, here)),
        Markup(timeline_text.steps(told.timeline, "h3")),
    )
