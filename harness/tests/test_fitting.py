"""No command prints a line wider than the terminal; an id or an address that is wider stands alone."""

from __future__ import annotations

import os
import argparse
import io
from pathlib import Path

import pytest

from bench import Bench
from pipects import cli, fitting

WIDTH = 80
SUBPARSERS = next(
    action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction)
)


def wide(text: str) -> list[str]:
    """The lines that could have been broken and were not."""
    return [line for line in text.splitlines() if len(line) > WIDTH and " " in line.strip()]


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal's width, as a shell tells it."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))


@pytest.mark.parametrize("command", [[], *([name] for name in SUBPARSERS.choices)])
def test_help_fits(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """Of every command, and of the program."""
    assert cli.guarded(["help", *command]) == 0
    output = capsys.readouterr().out
    assert output.startswith("usage: pipects") and wide(output) == []


@pytest.mark.parametrize(
    "words",
    [
        ["list", "cases"],
        ["list", "requirements"],
        ["list", "requirements", "--holes"],
        ["list", "members"],
        ["list", "calls"],
        ["list", "implementations"],
        ["list", "deviations"],
        ["show", "server.ctor.direction.inout-rejected"],
        ["show", "stream.read-async.no-caller-block"],
        ["show", "handles.local-copy.shows-kill"],
    ],
    ids=" ".join,
)
def test_what_is_told_fits(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """Lists, a requirement with its sources, and a case with its steps."""
    status = cli.guarded(words)
    output = capsys.readouterr()
    assert status == 0, output.err
    assert output.out and wide(output.out) == []


@pytest.mark.parametrize(
    "words",
    [
        ["show", "nothing"],
        ["run", "nobody"],
        ["list", "cases", "--case", "no.such.case.anywhere.in.the.suite/at-all"],
        ["diff", "no-such-file.json", "other.json"],
    ],
    ids=" ".join,
)
def test_errors_fit(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """What could not be done is said in words that are broken between words."""
    assert cli.guarded(words) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("pipects: ") and wide(errors) == []


@pytest.mark.parametrize("words", [["rnu"], ["run", "--jbos"], ["list", "deviatons"], []])
def test_wrong_usage_fits(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """The parser's own errors."""
    with pytest.raises(SystemExit) as ended:
        cli.guarded(words)
    errors = capsys.readouterr().err
    assert ended.value.code == 2 and errors and wide(errors) == []


def test_a_run_fits(bench: Bench) -> None:
    """A failure with long steps and answers."""
    bench.adapter("wrong-answer")
    bench.cases(
        "- id: fake.long\n  title: A server that writes can't read, however long its title may be, and it is long\n"
        "  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out, inheritability: None, bufferSize: 0}}\n"
        "    - {get: server.CanRead, returns: false}\n"
    )
    done = bench.run()
    assert done.status == 1 and "FAIL" in done.output
    assert wide(done.output) == [] and wide(done.errors) == []


def test_a_long_word_stands_whole() -> None:
    address = "https://example.org/" + "a" * 100
    text = fitting.fitted(f"  source    A page <{address}>", WIDTH)
    assert text.splitlines() == ["  source    A page", f"      <{address}>"]


def test_elsewhere_lines_stay_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another program reads them line by line."""
    monkeypatch.delenv("COLUMNS")
    output = io.StringIO()
    fitting.say("word " * 40, output)
    assert output.getvalue() == "word " * 40 + "\n"


def test_a_terminal_that_does_not_say_how_wide_it_is_has_no_width(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new pseudo-terminal says 0."""
    monkeypatch.delenv("COLUMNS", raising=False)
    master, slave = os.openpty()
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as stream:
        assert fitting.columns(stream) is None
