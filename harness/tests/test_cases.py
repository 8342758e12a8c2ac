"""Case files: what is wrong in one is said with file and line, and rows become tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench import Bench
from pipects import cases, spec
from pipects.steps import Step

HEAD = """\
- id: fake.one
  title: A title
  covers: [server.pipe.unnamed]
"""
TRANSFERS = re.compile(r"\.(Begin|Copy|Read|Write)")
STEP = "  steps:\n    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + STEP + "  colour: red\n", 1, "unknown key 'colour'"),
        (HEAD.replace("server.pipe.unnamed", "stream.no-such") + STEP, 1, "unknown requirement 'stream.no-such'"),
        (HEAD + STEP + HEAD + STEP, 6, "the case fake.one stands twice, first at"),
        (HEAD + STEP + (HEAD + STEP).replace("fake.one", "fake.one.more"), 6, "stands below another case, fake.one"),
        (HEAD + STEP + "  title: Again\n", 6, "the key 'title' stands twice"),
        (HEAD + STEP + "    - {get: server.CanWrite, return: true}\n", 6, "unknown key 'return'"),
        (HEAD + STEP + "    - {get: client.CanWrite, returns: true}\n", 6, "nothing is called 'client'"),
        (HEAD + STEP + "    - {set: server.ReadMode, to: $mode}\n", 6, "'$mode' is neither"),
        (HEAD + STEP + "    - {get: server.CanWrite, any: [{returns: true}, {returns: false}]}\n", 6, "'because'"),
        (HEAD + STEP + "    - {call: server.Flush, on: other, until: blocked}\n", 1, "no step finishes"),
        (HEAD + STEP + "    - {finish: other}\n", 6, "no call was left running on 'other'"),
        (HEAD + "  needs: [wings]\n" + STEP, 1, "unknown capability 'wings'"),
        (HEAD + "  rows:\n    - {a: 1}\n    - {a: 1}\n" + STEP, 1, "two rows are called fake.one/1"),
        (HEAD + "  rows:\n    - {a: ''}\n" + STEP, 1, "gives no row id"),
        ("- id: [\n", 2, "expected node content"),
        (HEAD + STEP + "    - {new: Bytes, as: server, with: {length: 1}}\n", 6, "'server' is given twice"),
        (
            HEAD + STEP + "    - {call: server.Flush, as: bytes}\n"
            "    - {call: server.Write, with: {buffer: $bytes}, keeps: true}\n", 7, "'keeps' looks at an array",
        ),
        (HEAD + STEP + "    - {call: server.ReadByte, reads: {text: a}}\n", 6, "'reads' looks at an array"),
        (HEAD, 1, "'steps' is a required property"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(
    bench: Bench, text: str, line: int, words: str
) -> None:
    """Exit status 2, one message, the line on which the thing begins."""
    bench.adapter("good")
    file = bench.cases(text)
    done = bench.pipects("list", "cases")
    assert done.status == 2
    assert words in done.errors
    assert f"{file}:{line}:" in done.errors


def test_a_file_that_is_no_case_file_is_an_error(bench: Bench) -> None:
    """Nothing below cases/ is passed over in silence."""
    bench.adapter("good")
    bench.cases("", name="notes.txt")
    assert "notes.txt: not a case file" in bench.pipects("list", "cases").errors


def test_rows_become_tests_with_ids_of_their_parameters(bench: Bench) -> None:
    """Columns of `across` come first, then the first column of `rows`."""
    bench.adapter("good")
    bench.cases(
        HEAD + "  across: {direction: [In, Out]}\n  rows:\n    - {size: 1}\n    - {size: -1}\n"
        "  steps:\n    - {new: AnonymousPipeServerStream, as: server, with: {direction: $direction}}\n"
    )
    done = bench.pipects("list", "cases")
    assert [line.split()[0] for line in done.output.splitlines()] == [
        "fake.one/in,1", "fake.one/in,minus-1", "fake.one/out,1", "fake.one/out,minus-1",
    ]  # fmt: skip


def test_a_column_across_may_bring_others_and_columns_may_name_columns(bench: Bench) -> None:
    """The further columns belong to their value; what one column holds may name another."""
    bench.adapter("good")
    bench.cases(
        HEAD
        + "  across:\n    end:\n      reader: {direction: In}\n      writer: {direction: Out}\n"
        "  rows:\n    - {arguments: {direction: $direction}}\n  key: [end]\n"
        "  steps:\n    - {new: AnonymousPipeServerStream, as: $end, with: $arguments}\n"
    )
    shown = bench.pipects("show", "fake.one").output
    assert "new: AnonymousPipeServerStream, as: writer, with: {direction: Out}" in shown
    assert "new: AnonymousPipeServerStream, as: reader, with: {direction: In}" in shown


def test_words_of_yaml_1_1_stay_words(bench: Bench) -> None:
    """`on` is a key, not a Boolean."""
    bench.adapter("good")
    bench.cases(HEAD + STEP + "    - {get: server.CanWrite, on: other, returns: true}\n")
    assert bench.run().status == 0


def test_a_row_makes_no_stream_in_memory_that_it_does_not_use(tmp_path: Path) -> None:
    """Whoever has none lacks copying; the row that does not copy is not about that."""
    (tmp_path / "fake.yaml").write_text(
        """\
- id: fake.sink
  title: An end by $member
  covers: [server.pipe.unnamed]
  rows:
    - {member: CopyTo, arguments: {destination: $sink}}
    - {member: Dispose, arguments: {}}
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {new: MemoryStream, as: sink}
    - {call: server.$member, with: $arguments}
"""
    )
    copying, closing = cases.load(spec.load(), tmp_path)
    assert [step.target for step in copying.steps[1:]] == ["MemoryStream", "server.CopyTo"]
    assert [step.target for step in closing.steps[1:]] == ["server.Dispose"]


@pytest.mark.parametrize(
    ("covers", "platforms"),
    [
        ("server.pipe.unnamed", "any"),
        ("stream.calls.filtered", "unix"),
        ("stream.calls.filtered, server.pipe.unnamed", "any"),
    ],
)
def test_what_is_asked_of_one_platform_only_is_a_case_for_that(
    bench: Bench, covers: str, platforms: str
) -> None:
    file = bench.cases(HEAD.replace("server.pipe.unnamed", covers) + STEP)
    (test,) = cases.load(spec.load(), file.parent)
    assert test.platforms == platforms


def test_no_case_waits_for_a_process_one_of_whose_calls_it_holds(
    every_test: list[cases.Test],
) -> None:
    """One thread that does all the reads and writes of a process may be right, and does none while it is held."""
    waiting = []
    for test in every_test:
        holding: dict[str, str] = {}
        for step in test.steps:
            if step.verb == "observe" and step.target == "held":
                holding[step.options["of"]] = step.process
            elif step.verb == "release":
                holding.pop(step.target, None)
            elif (
                step.process in holding.values()
                and step.options.get("until") != "running"
                and TRANSFERS.search(step.target)
            ):
                waiting.append(f"{test.id}: {step.text}")
    assert not waiting


def test_no_case_leaves_open_what_nobody_says_a_server_closes(every_test: list[cases.Test]) -> None:
    """Whether a server with None closes at its disposal a client handle that it told as a text."""
    left = {test.id for test in every_test if told_and_left(test)}
    assert not left


def told_and_left(test: cases.Test) -> set[str]:
    """The servers with None that told their text, and of whose client handle nobody else has taken care."""
    servers: set[str] = set()
    told: dict[str, str] = {}
    for step in test.steps:
        given = step.options.get("with") or {}
        name, _, member = step.target.partition(".")
        if step.verb == "new" and step.target == "AnonymousPipeServerStream":
            of_its_own = "serverSafePipeHandle" not in given
            if (
                of_its_own
                and given.get("inheritability", "None") == "None"
                and "as" in step.options
            ):
                servers.add(step.options["as"])
        elif step.verb in ("new", "start") and not may_throw(step):
            taken = str(given) + str(step.options.get("arguments", ""))
            servers -= {server for text, server in told.items() if text in taken}
        elif member == "GetClientHandleAsString" and "as" in step.options:
            told[step.options["as"]] = name
        elif member in ("DisposeLocalCopyOfClientHandle", "ClientSafePipeHandle"):
            servers.discard(name)
    return servers & set(told.values())


def may_throw(step: Step) -> bool:
    outcomes = step.expectation.get("any", [step.expectation])
    return any("throws" in outcome for outcome in outcomes)


def test_a_number_that_is_to_be_closed_was_seen_open(every_test: list[cases.Test]) -> None:
    """Else whatever the runtime opens next, under the same number, is taken for it."""
    unseen = []
    for test in every_test:
        known: set[str] = set()
        for step in test.steps:
            if step.verb == "observe" and step.target == "descriptor":
                number = str(step.options["number"])
                if step.options["is"] == "closed" and number not in known:
                    unseen.append(f"{test.id}: {step.text}")
                known.add(number)
            known |= {f"${step.options['as']}"} if "as" in step.options else set()
    assert not unseen


def test_a_number_that_names_no_member_needs_what_takes_one() -> None:
    """Also where the enumeration is a parameter's of Seek: a language of its own may have no such value."""
    loaded = {test.id: test for test in cases.load(spec.load())}
    assert "undefined-enum" in loaded["stream.seek.calls/server-out,seek-from-nowhere"].needs
    assert "undefined-enum" not in loaded["stream.seek.calls/server-out,seek-begin"].needs
