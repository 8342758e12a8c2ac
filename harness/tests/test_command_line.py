"""The command line: what is asked for is done, or refused with status 2 and a reason."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bench import CASES, Bench, Done

Command = Callable[..., Done]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--case", "no.such.*"], "no test matches 'no.such.*'"),
        (["--requirement", "no.such"], "unknown requirement 'no.such'"),
        (["--requirement", "server.ctor.no-args.direction-out"], "no test is selected"),
        (["--shard", "3/2"], "3/2"),
        (["--jobs", "0"], "at least 1"),
        (["--timeout-scale", "0"], "above 0"),
        (["--json", "/proc/no/such/r.json"], "/proc/no/such"),
        (["--unheard-of"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_done_is_said(bench: Bench, arguments: list[str], words: str) -> None:
    """Nothing selected, an unknown id, a glob without a match, a bad value: status 2."""
    bench.adapter("good")
    done = bench.run(*arguments)
    assert done.status == 2
    assert words in done.errors


@pytest.mark.parametrize("command", ["defects", "explore", "matrix", "mutants", "timeline"])
def test_a_number_of_jobs_below_one_is_said(pipects: Command, command: str) -> None:
    """By every command that takes one, before it does anything."""
    done = pipects(command, "--jobs", "0")
    assert done.status == 2 and "at least 1" in done.errors


def test_an_unknown_implementation_is_said(pipects: Command) -> None:
    """With what was perhaps meant."""
    done = pipects("run", "referense")
    assert done.status == 2
    assert "unknown implementation 'referense'" in done.errors and "reference" in done.errors


def test_requirements_are_named_by_globs_too(bench: Bench) -> None:
    """As cases are: the tests of any requirement that matches."""
    bench.adapter("good")
    bench.cases(CASES.replace("server.pipe.unnamed", "server.pipe.one-way", 1))
    every = bench.run().verdicts().keys()
    of_one = bench.run("--requirement", "server.pipe.one-*").verdicts().keys()
    assert of_one < every and of_one
    assert bench.run("--requirement", "server.pipe.*").verdicts().keys() == every


def test_names_may_stand_behind_options(bench: Bench) -> None:
    bench.adapter("good")
    bench.adapter("good", "other")
    done = bench.run("--verbose", "other")
    assert done.results is not None, done.errors
    assert [each["id"] for each in done.results["implementations"]] == ["fake", "other"]


def test_the_version_is_told(pipects: Command) -> None:
    """`--version` prints it and ends with status 0."""
    done = pipects("--version")
    assert (done.status, done.output) == (0, "pipects 0.1.0\n")


@pytest.mark.parametrize("command", ["run", "matrix", "list", "show", "replay", "expand", "doctor"])
def test_every_command_has_a_help_text(pipects: Command, command: str) -> None:
    """It ends with status 0 and tells the usage."""
    done = pipects(command, "--help")
    assert done.status == 0 and f"usage: pipects {command}" in done.output


def test_requirements_are_listed_as_json(pipects: Command) -> None:
    """With text, sources and the cases that cover them."""
    done = pipects("list", "requirements", "--format", "json")
    entries = {entry["id"]: entry for entry in json.loads(done.output)}
    entry = entries["server.ctor.direction.inout-rejected"]
    assert entry["level"] == "must"
    assert any("learn.microsoft.com" in source["url"] for source in entry["sources"])


def test_a_requirement_is_shown_with_who_covers_it(pipects: Command) -> None:
    """Text, source and cases."""
    done = pipects("show", "server.ctor.direction.inout-rejected")
    assert done.status == 0
    assert "NotSupportedException" in done.output and "covered by:" in done.output


def test_an_id_that_a_case_has_too_is_told_in_one_line(pipects: Command) -> None:
    """The requirement is shown, and how to see the case."""
    done = pipects("show", "stream.waiting.idle")
    assert "A case has the same id; a row of it: stream.waiting.idle" in done.output


def test_showing_what_there_is_not_is_an_error(pipects: Command) -> None:
    """Neither a case nor a requirement."""
    done = pipects("show", "server.ctor.direction.inout-rejectet")
    assert done.status == 2
    assert "did you mean server.ctor.direction.inout-rejected" in done.errors


def test_what_was_meant_is_named_once(pipects: Command) -> None:
    """A case is there once for each of its rows."""
    assert pipects("show", "stream.read.shrt").errors.count("stream.read.short") == 1


def test_what_does_not_apply_is_counted_by_its_reason(bench: Bench) -> None:
    """So that a reader sees at once what was not asked, and why."""
    bench.adapter("good", more="lacks: [span]\n")
    bench.cases(
        CASES.replace("  steps", "  needs: [span]\n  steps", 1)
        + CASES.replace("fake.", "fake.other-").replace("  steps", "  platforms: windows\n  steps")
    )
    done = bench.run()
    words = "not applicable to fake: 2 a case for windows only, 1 fake lacks span"
    assert words in " ".join(done.output.split())


def test_repetitions_say_what_differs(bench: Bench) -> None:
    """Of a stable suite, nothing does."""
    bench.adapter("good")
    done = bench.run("--repeat", "3", "--shuffle", "1")
    assert "6 verdicts in 3 repetitions, 0 tests whose verdict differs" in done.output
    assert done.results is not None and done.results["seed"] == 1
    assert len(done.results["results"]) == 2


def test_the_order_of_a_seed_is_the_same_again(bench: Bench) -> None:
    """And another seed gives another order."""
    bench.adapter("good")
    bench.cases("".join(
        f"- id: fake.n{i:02}\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
        for i in range(20)
    ))  # fmt: skip

    def order(seed: str) -> list[str]:
        done = bench.run("--shuffle", seed, "--verbose", "--jobs", "1")
        return [
            line.split()[1]
            for line in done.output.splitlines()
            if line.startswith("pass   ") and "fake" in line
        ]

    first = order("1")
    assert len(first) == 20
    assert order("1") == first != order("2")


def test_known_deviations_are_strict_both_ways(bench: Bench) -> None:
    """A known failure counts as known; one that passes, differs or matches nothing is red."""
    entry = (
        "- requirement: server.pipe.unnamed\n  tests: [{test}]\n  verdict: fail\n"
        "  happens: It says true.\n  matches: '{pattern}'\n  kind: implementation\n"
        "  reason: Made up.\n  link: https://example.org/\n"
    )
    file = bench.folder / "adapters" / "fake.deviations.yaml"
    bench.adapter("wrong-answer", more="deviations: fake.deviations.yaml\n")
    file.write_text(entry.format(test="fake.can-read", pattern="^returned true"))
    done = bench.run()
    assert done.status == 0 and done.verdicts()["fake.can-read"] == "known deviation"
    assert "says that" not in done.output
    file.write_text(
        entry.format(test="fake.can-read", pattern="^returned true").replace(
            "server.pipe.unnamed", "stream.can-read.not-readable"
        )
    )
    done = bench.run()
    assert done.status == 0
    assert (
        "fake: its list says that stream.can-read.not-readable is broken where the failure is told "
        "of server.pipe.unnamed: fake.can-read" in " ".join(done.output.split())
    )
    file.write_text(entry.format(test="fake.can-read", pattern="^threw"))
    done = bench.run()
    assert done.status == 1 and done.verdicts()["fake.can-read"] == "fail"
    assert "lists another way to fail" in " ".join(done.output.split())
    file.write_text(entry.format(test="fake.can-*", pattern="^returned true"))
    done = bench.run()
    assert done.status == 1 and done.verdicts()["fake.can-write"] == "unexpected pass"
    file.write_text(entry.format(test="fake.no-such", pattern=""))
    done = bench.run()
    assert done.status == 1 and "a known deviation matches nothing" in done.output


def test_a_draft_of_deviations_is_not_valid_until_it_is_reasoned(
    bench: Bench, pipects: Command
) -> None:
    """Reason and link are blank, and a manifest that names the draft is refused."""
    bench.adapter("wrong-answer")
    bench.run()
    where = ("--adapters", str(bench.folder / "adapters"), "--cases", str(bench.folder / "cases"))
    done = pipects("deviations", str(bench.folder / "results.json"), *where)
    assert done.status == 0 and "fake.can-read" in done.output
    (bench.folder / "adapters" / "fake.deviations.yaml").write_text(done.output)
    bench.adapter("wrong-answer", more="deviations: fake.deviations.yaml\n")
    done = bench.run()
    assert done.status == 2 and "fake.deviations.yaml:" in done.errors
