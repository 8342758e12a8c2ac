"""What a run prints: progress, failures as they come and again at the end, and the summary."""

from __future__ import annotations

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import TimeElapsedColumn
from rich.text import Text

from pipects import building_bar, fitting, verdicts
from pipects.building import Watch
from pipects.cases import Test
from pipects.harms import Harm
from pipects.progress import Bar
from pipects.reports import causes, digest, summary
from pipects.reports.causes import Cause
from pipects.reports.document import Held, Results
from pipects.reports.text import readable, shortened
from pipects.pairs import Introduction
from pipects.spec import Spec
from pipects.verdicts import Result

STYLES = {
    verdicts.PASS: "green",
    verdicts.KNOWN_DEVIATION: "yellow",
    verdicts.NOT_APPLICABLE: "dim",
    verdicts.NOT_OBSERVABLE: "dim",
    verdicts.NOT_RUN: "dim",
}


TOLD_IN_LINES = 2000
"""Tests of a run that is long enough to say at each tenth how far it is, where there is no bar."""
NAMED = 5
"""How many of a cause's other tests are named."""
HARM_WORDS: Mapping[Harm, str] = {
    "process aborted": "abort",
    "data lost or wrong": "data",
    "hang": "hang",
    "handle leaked or closed": "handle",
    "wrong exception": "exception",
    "wrong value": "value",
    "documentation only": "docs",
}
LINES = 10
"""How many lines an implementation's faults may take at the end."""


class Reporter:
    """Prints a run. On a terminal a bar shows the progress; elsewhere lines come plainly."""

    def __init__(
        self, spec: Spec, tests: Sequence[Test], *, verbose: bool = False, quiet: bool = False
    ) -> None:
        self._spec = spec
        self._tests = {test.id: test for test in tests}
        self._verbose = verbose
        self._quiet = quiet
        self._width = fitting.columns(sys.stdout)
        self._console = Console(highlight=False, soft_wrap=self._width is None, width=self._width)
        self._bar: Bar | None = None

    def say(self, text: str = "", style: str = "") -> None:
        """Prints one line (or more), above the bar if there is one."""
        self._print(Text(fitting.fitted(readable(text), self._width), style=style))

    def _print(self, text: Text) -> None:
        """An id or address that is longer than a line stands whole."""
        self._console.print(text, overflow="ignore", crop=False)

    def introduce(
        self, name: str, introduction: Introduction, unconfirmed: str | None = None
    ) -> None:
        """Says how the handshake test went, and of a release that its list of deviations is older."""
        if introduction.reason:
            self.say(f"{name}: not run, {introduction.reason}", "yellow")
            return
        greeting = introduction.greeting
        if introduction.ok and greeting is not None:
            known = " ".join(filter(None, (greeting.name, greeting.version, greeting.runtime)))
            self.say(f"{name}: {known}; handshake: {len(introduction.checks)} checks passed")
            if greeting.lacks:
                self.say(_wrapped(f"lacks: {', '.join(greeting.lacks)}", 2), "dim")
            if unconfirmed:
                self.say(_wrapped(unconfirmed, 2), "yellow")
            return
        self.say(f"{name}: the adapter is not fit to be asked", "bold red")
        for check in introduction.checks:
            if not check.ok:
                self.say(_wrapped(f"{check.check}: {check.detail}", 2))

    def building(self, name: str, last: float | None) -> AbstractContextManager[Watch]:
        """Shows a build, and how long it took; `last` is how many seconds it took before."""
        return building_bar.shown(self._console, name, last)

    def begin(self, title: str, count: int) -> "Reporter":
        """Starts the progress of one pair of implementations; to be used with `with`."""
        self._bar = Bar(self._console, title, count, TimeElapsedColumn(), TOLD_IN_LINES)
        if not self._console.is_terminal:
            self.say(f"{title}: {count} tests")
        return self

    def __enter__(self) -> "Reporter":
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, at)
            self._bar = None

    def result(self, result: Result) -> None:
        """Shows one result as it comes."""
        if self._bar is not None:
            self._bar.advance()
        if self._quiet:
            return
        if self._verbose:
            if result.verdict in verdicts.BAD:
                self.failure(result)
                return
            style = STYLES.get(result.verdict, "")
            extra = f" ({result.reason})" if result.reason else ""
            self.say(
                f"{result.verdict:16} {result.test} {result.seconds * 1000:.0f} ms{extra}", style
            )

    def failure(self, result: Result) -> None:
        """A failure, in the order in which a reader asks."""
        test = self._tests[result.test]
        who = (
            result.server if result.server == result.client else f"{result.server}>{result.client}"
        )
        self.say()
        self.say(f"{result.verdict.upper()}  {who}: {result.test}", "bold red")
        self.say(_wrapped(test.title, 2))
        if test.row:
            self.say(_wrapped(", ".join(f"{key} = {value}" for key, value in test.row.items()), 2))
        failure = result.failure
        broken = failure.requirement if failure is not None else None
        adapter = result.verdict == verdicts.ADAPTER_ERROR
        for identifier in (broken,) if broken else test.covers[:3]:
            requirement = self._spec.requirements[identifier]
            self._field(
                "unchecked" if adapter else "requires",
                f"{requirement.text} ({identifier}, {requirement.level})",
            )
            for source in requirement.sources:
                self._field("", self._spec.source_of(source))
        if failure is not None:
            number = f"{failure.step + 1}: " if failure.step is not None else ""
            self._field("step", number + failure.text)
            self._field("expected", failure.expected)
            self._field("actual", failure.actual)
            self._field("observed", *failure.observed)
            self._field("threads", *failure.threads)
        self._field("because", *([result.reason] if result.reason else []))
        if failure is not None:
            self._field("stderr", *failure.stderr)
        self._field("replay", result.replay)

    def _field(self, name: str, *lines: str) -> None:
        for line in lines:
            text = Text("  ")
            text.append(f"{name:10}", "dim")
            text.append(_wrapped(readable(line), 12).lstrip())
            self._print(text)
            name = ""

    def conclude(
        self, document: Results, failures: Sequence[Result], differing: Sequence[str]
    ) -> None:
        """What failed, each cause once; a line a verdict, zeros too; the requirements; what is wrong, worst first."""
        found = causes.of(document)
        if not self._verbose:
            self._failures(found, failures)
        for name in differing:
            self.say(f"not the same verdict in every repetition: {name}", "bold red")
        for implementation in document["implementations"]:
            for entry in implementation["unused_deviations"]:
                self.say(
                    f"{implementation['id']}: a known deviation matches nothing: {entry}",
                    "bold red",
                )
        for line in digest.mislabelled(document):
            self.say(line, "yellow")
        if not document["results"] and document["complete"]:
            return
        self.say()
        if summary.is_matrix(document):
            self._grid(document)
        else:
            self._verdicts(document)
        self.say()
        self._requirements(document)
        self._worst(document, found)

    def _failures(self, found: Mapping[str, Sequence[Cause]], failures: Sequence[Result]) -> None:
        """One failure of each cause that is not known, and the names of the others."""
        by_name = {_identity(vars(failure)): failure for failure in failures}
        for cause in (each for causes_of in found.values() for each in causes_of):
            shown = by_name.get(_identity(cause.first))
            if cause.known or shown is None:
                continue
            self.failure(shown)
            if others := cause.tests[1:]:
                more = f", and {len(others) - NAMED} more" if len(others) > NAMED else ""
                self._field("also", f"{', '.join(others[:NAMED])}{more}")

    def _worst(self, document: Results, found: Mapping[str, Sequence[Cause]]) -> None:
        """What is wrong with each implementation, known or not, in at most ten lines."""
        for implementation in document["implementations"]:
            listed = found[implementation["id"]]
            if not listed:
                continue
            self.say()
            subject = digest.label(implementation)
            self.say(f"What {subject} does wrong, worst first, and in how many tests:", "bold")
            shown = listed if self._verbose or len(listed) <= LINES else listed[: LINES - 1]
            for cause in shown:
                harm = HARM_WORDS[cause.harm] if cause.harm else cause.first["verdict"]
                tests = f"{len(cause.tests)}{' known' if cause.known else ''}"
                head = f"  {harm:10} "  # longer where it is no harm, but a verdict
                room = 78 - len(head) - len(tests)
                said = _shortened(cause.says(""), room)
                self.say(f"{head}{said:{room}} {tests}", "" if cause.known else "red")
            if len(shown) < len(listed):
                self.say(f"  and {len(listed) - len(shown)} more: --verbose, or the report", "dim")

    def _grid(self, document: Results) -> None:
        """A line a server, a column a client; each cell's broken tests in red."""
        servers, clients, cells = summary.grid(document)
        width = max(map(len, [*clients, *cells.values()])) + 2
        self.say("servers down, clients across: passed, ~ known deviations, ! broken")
        self.say(f"{'':12}" + "".join(f"{client:>{width}}" for client in clients), "bold")
        for server in servers:
            line = Text(f"{server:12}", "bold")
            for client in clients:
                cell = cells.get((server, client), "")
                line.append(f"{cell:>{width}}", "bold red" if "!" in cell else "")
            self._print(line)

    def _verdicts(self, document: Results) -> None:
        """A line a verdict, zeros too, and a column an implementation."""
        counted = document["summary"]["verdicts"]
        width = max([9, *map(len, counted)]) + 2
        self.say(f"{'':17}" + "".join(f"{name:>{width}}" for name in counted), "bold")
        for verdict in verdicts.ALL:
            numbers = [column.get(verdict, 0) for column in counted.values()]  # type: ignore[call-overload]
            bad = verdict in verdicts.BAD and any(numbers)
            style = "bold red" if bad else "" if any(numbers) else "dim"
            self.say(f"{verdict:17}" + "".join(f"{number:>{width}}" for number in numbers), style)
        for name in counted:
            for verdict in (verdicts.NOT_APPLICABLE, verdicts.NOT_OBSERVABLE):
                reasons = Counter(
                    _in_general(result["reason"] or "")
                    for result in document["results"]
                    if result["server"] == name and result["verdict"] == verdict
                )
                if reasons:
                    told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
                    to = "to" if verdict == verdicts.NOT_APPLICABLE else "on"
                    self.say(_wrapped(f"{verdict} {to} {name}: {told}", 0).lstrip(), "dim")

    def _requirements(self, document: Results) -> None:
        """How many requirements there are, have a case, and held, by level and implementation."""
        columns: dict[Held, str] = {
            "held": "  held", "broken": " broken", "deviates": " deviates", "not applicable": "  n/a",
            "not observable": " unseen", "not run": " not run",
        }  # fmt: skip
        self.say(f"{'requirements':23} total covered{''.join(columns.values())}", "bold")
        for implementation in document["implementations"]:
            for level in document["summary"]["requirements"]:
                chosen = [each for each in document["requirements"] if each["level"] == level]
                held = [each["held"].get(implementation["id"], "not run") for each in chosen]
                covered = sum(bool(each["cases"]) for each in chosen)
                name = f"{implementation['id'][:16]} {level}"
                numbers = "".join(
                    f"{held.count(state):>{len(head)}}" for state, head in columns.items()
                )
                self.say(f"{name:23}{len(chosen):>6}{covered:>8}{numbers}")
        for implementation in document["implementations"]:
            looked_at, cells = summary.coverage(document, implementation["id"])
            if cells:
                self.say(f"cells checked on {implementation['id']}: {looked_at:,} of {cells:,}")
        beyond = sum(map(summary.out_of_reach, document["requirements"]))
        if beyond:
            self.say(
                f"n/a: {beyond} are about deriving a class; the in-process runner shows them", "dim"
            )


def _identity(result: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(result[key] for key in ("server", "client", "test", "repetition"))


def _shortened(sentence: str, width: int) -> str:
    sentence = sentence.lstrip(" :").rstrip(".")
    return sentence if len(sentence) <= width else shortened(sentence, width)


def _in_general(reason: str) -> str:
    """What several tests have in common: not the very call, which stands behind it, nor who was seen."""
    seen = re.sub(r"\bprocess \d+", "its process", reason.partition(": {")[0])
    return re.sub(r"\bthread \d+", "a thread", seen)


def _wrapped(text: str, indent: int) -> str:
    """Prose in lines of a terminal's width, indented."""
    prefix = " " * indent
    return (
        "\n".join(
            textwrap.wrap(
            text, 80, initial_indent=prefix, subsequent_indent=prefix,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        )
        or prefix
    )
