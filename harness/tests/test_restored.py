"""A process serves on only if it is as it was, also behind a failure that is known."""

from __future__ import annotations

import pytest

from bench import Bench

KNOWN = """\
- requirement: server.pipe.unnamed
  tests: [fake.one, fake.two]
  verdict: VERDICT
  happens: says that it can be read
  kind: implementation
  reason: it was made so
  link: https://example.org/
"""
CASES = "".join(
    f"""\
- id: fake.{name}
  title: A server that writes can't read
  covers: [server.pipe.unnamed]
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: Out}}}}
    - {{get: server.CanRead, returns: false}}
"""
    for name in ("one", "two")
)

OF_HANDLES = CASES.replace(
    "    - {get: server.CanRead, returns: false}\n",
    "    - {new: Descriptor, as: file}\n"
    "    - {get: file.Number, as: number}\n"
    "    - {observe: descriptor, number: $number, is: closed}\n",
)

REFUSED = """\
    - {new: AnonymousPipeClientStream, as: client, with: {pipeHandleAsString: TEXT}, throws: ArgumentException}
"""
PASSING = f"""\
- id: fake.refused
  title: A client of no pipe is refused
  covers: [server.pipe.unnamed]
  steps:
{REFUSED}"""


def asked(bench: Bench, mode: str, known: bool, verdict: str = "fail", cases: str = CASES) -> int:
    """How many processes were asked for two tests that fail, or hang."""
    bench.cases(cases)
    bench.adapter(mode, more="deviations: fake.deviations.yaml\n" if known else "")
    (bench.folder / "adapters" / "fake.deviations.yaml").write_text(
        KNOWN.replace("VERDICT", verdict), encoding="utf-8"
    )
    done = bench.run("--jobs", "1", "--timeout-scale", "0.1")
    told = "known deviation" if known else verdict
    verdicts = done.verdicts()
    assert [verdicts[test] for test in ("fake.one", "fake.two")] == [told, told], done.output
    held = [done.failure(test)["observed"][0] for test in ("fake.one", "fake.two")]
    return len({each.split("(process ")[1].split(")")[0] for each in held})


def test_behind_a_known_failure_that_harmed_nothing_it_serves_on(bench: Bench) -> None:
    assert asked(bench, "wrong-answer", known=True) == 1


def test_behind_a_known_hang_that_a_disposal_ends_it_serves_on(bench: Bench) -> None:
    assert asked(bench, "until-disposed", known=True, verdict="hang") == 1


def test_behind_a_known_failure_of_a_handle_another_one_is_asked(bench: Bench) -> None:
    assert asked(bench, "good", known=True, cases=OF_HANDLES) == 2


def test_behind_a_hang_that_no_disposal_ends_another_one_is_asked(bench: Bench) -> None:
    assert asked(bench, "never", known=True, verdict="hang") == 2


def test_behind_a_failure_that_nobody_knew_another_one_is_asked(bench: Bench) -> None:
    assert asked(bench, "wrong-answer", known=False) == 2


@pytest.mark.parametrize("mode", ["wrong-and-keeps", "wrong-and-ignores"])
def test_one_that_holds_more_or_minds_signals_otherwise_is_not_asked_again(
    bench: Bench, mode: str
) -> None:
    assert asked(bench, mode, known=True) == 2


@pytest.mark.parametrize(("text", "processes"), [("none", 1), ("+77", 2)])
def test_one_that_has_refused_a_number_as_text_is_not_asked_again(
    bench: Bench, text: str, processes: int
) -> None:
    """What was about to own it may close it at a later collection: behind a test that passes, and one that fails."""
    passing = PASSING.replace("TEXT", f"'{text}'")
    assert asked(bench, "wrong-answer", known=True, cases=CASES + passing) == processes
    failing = CASES.replace("    - {get", REFUSED.replace("TEXT", f"'{text}'") + "    - {get")
    assert asked(bench, "wrong-answer", known=True, cases=failing) == processes
