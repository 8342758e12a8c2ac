"""The command line helps: nearest words, the right usage, help, and what deviates."""

from __future__ import annotations

import json

import pytest

from pipects import cli
from pipects.commands import deviating
from pipects.implementations import Deviation
from pipects.reports import diff
from pipects.reports.document import Results


@pytest.mark.parametrize(
    ("arguments", "usage", "hint"),
    [
        (["rnu"], "usage: pipects [", "did you mean run"),
        (["run", "--jbos", "3"], "usage: pipects run", "did you mean --jobs"),
        (["list", "deviatons"], "usage: pipects list", "did you mean deviations"),
        (["help", "marix"], "usage: pipects help", "did you mean matrix"),
    ],
)
def test_the_nearest_is_named_with_the_right_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str], usage: str, hint: str
) -> None:
    """An unknown command, option or choice: status 2."""
    with pytest.raises(SystemExit) as ended:
        args = cli.parser().understood(arguments)
        args.run(args)
    errors = capsys.readouterr().err
    assert ended.value.code == 2
    assert usage in errors and hint in errors


def test_help_names_every_command_and_test(capsys: pytest.CaptureFixture[str]) -> None:
    """`help`, and `help COMMAND` is that command's own."""
    args = cli.parser().understood(["help"])
    assert args.run(args) == 0
    output = capsys.readouterr().out
    assert "\n    test " in output and "\n    run " in output
    args = cli.parser().understood(["help", "run"])
    assert args.run(args) == 0
    assert capsys.readouterr().out.startswith("usage: pipects run")


@pytest.mark.parametrize("command", ["run", "list", "show", "diff", "help"])
def test_no_line_is_wider_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    args = cli.parser().understood(["help", command])
    args.run(args)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def deviation() -> Deviation:
    """One of a list."""
    return Deviation(
        "server.a", ("a.b/*",), "hang", "it waits", "waits", None, None, "implementation",
        "because", "https://example.org", None, None, False, "list.yaml:3",
    )  # fmt: skip


def test_who_deviates_is_told() -> None:
    """As a paragraph, and as JSON that is structure."""
    assert deviating.lines([("mine", deviation())]) == ["", "deviates:", "  mine: hang, waits"]
    assert deviating.lines([]) == []
    told = json.loads(json.dumps(deviating.told("mine", deviation())))
    assert told["implementation"] == "mine" and told["tests"] == ["a.b/*"]
    assert told["verdict"] == "hang" and "program" not in told


def test_different_implementations_are_said_in_a_line() -> None:
    """Which ran in one of two files only; nothing where the same did."""

    def ran(*ids: str) -> Results:
        return {"implementations": [{"id": each} for each in ids]}  # type: ignore[typeddict-item]

    assert diff.participants(ran("a", "b"), ran("a", "b")) == []
    assert diff.participants(ran("a", "b"), ran("b", "c")) == [
        "Different implementations ran; only in OLD: a; only in NEW: c."
    ]
