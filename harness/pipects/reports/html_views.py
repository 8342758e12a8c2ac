"""What the first screens of the page show, put together for the template."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipects.reports import digest, sources, summary
from pipects.reports.digest import LevelAnswer, Wrong, label
from pipects.reports.document import Deviation, Implementation, Result, Results, Verdict
from pipects.reports.sources import Link
from pipects.reports.text import one_line

#: How many cards one implementation may have, and how many sentences one card, before the rest is left to the lists.
CARDS = 40
SENTENCES = 8


@dataclass(frozen=True)
class Row:
    """A line of the headline: an implementation, or in a matrix a server with all its clients."""

    implementation: Implementation
    label: str
    about: str
    answers: list[LevelAnswer]
    counts: dict[Verdict, int]


def headline(results: Results) -> list[Row]:
    """The answer for each implementation."""
    rows: list[Row] = []
    systems = {each["os"] for each in results["implementations"]}
    for each in results["implementations"]:
        about = [each["language"], each["runtime"], *([each["os"]] if len(systems) > 1 else [])]
        counts = dict.fromkeys(summary.VERDICTS, 0)
        for column, row in results["summary"]["verdicts"].items():
            if column.partition(">")[0] == each["id"]:
                for verdict in summary.VERDICTS:
                    counts[verdict] += row.get(verdict, 0)
        words = one_line(" · ".join(filter(None, about)))
        rows.append(Row(each, label(each), words, digest.answers(results, each["id"]), counts))
    return rows


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

    result: Result
    deviation: Deviation | None
    sentences: list[Sentence] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """All that an implementation gets wrong."""

    implementation: Implementation
    label: str
    broken: int
    known: int
    cards: list[Card]
    more: int


def wrong(results: Results) -> list[Section]:
    """What each implementation gets wrong: one card for each deviation, and one for each other failure."""
    labels = {each["id"]: label(each) for each in results["implementations"]}
    found: list[Section] = []
    table = digest.wrong(results)
    for implementation in results["implementations"]:
        entries = table[implementation["id"]]
        cards: dict[tuple[str, ...], Card] = {}
        left_out = 0
        for entry in entries:
            result = entry.first
            deviation = result["deviation"] if result["verdict"] == "known deviation" else None
            key = _same(result, deviation)
            if key not in cards:
                if len(cards) == CARDS:
                    left_out += 1
                    continue
                cards[key] = Card(result, deviation)
            cards[key].sentences.append(
                Sentence(
                    entry,
                    [sources.link(results, each) for each in entry.requirement["sources"]],
                    [labels[each] for each in entry.elsewhere if each in labels],
                    list(dict.fromkeys(each["test"] for each in entry.results)),
                )
            )
        broken = sum(entry.held == "broken" for entry in entries)
        found.append(
            Section(
                implementation,
                labels[implementation["id"]],
                broken,
                len(entries) - broken,
                list(cards.values()),
                left_out,
            )
        )
    return found


def _same(result: Result, deviation: Deviation | None) -> tuple[str, ...]:
    """Results with the same key have the same cause: the same deviation, or the very same failure."""
    if deviation is not None:
        return ("known", deviation["happens"], deviation["reason"], deviation["link"])
    return ("result", result["test"], result["client"])


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
