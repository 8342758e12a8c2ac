"""A failure is told of the requirement that is broken, wherever the case meets it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bench import CASES, Bench
from pipects import cases, cells, spec
from pipects.cases import Test

TWO = """\
- id: fake.two
  title: A server that writes can write and can't read
  covers: [stream.can-write.writable, stream.can-read.not-readable, server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {get: server.CanWrite, returns: true}
    - {get: server.CanRead, returns: false%s}
"""


@pytest.mark.parametrize(
    ("named", "requirement"),
    [
        ("", "stream.can-read.not-readable"),
        (", covers: server.pipe.unnamed", "server.pipe.unnamed"),
    ],
)
def test_a_step_is_about_its_member_or_what_it_names(
    bench: Bench, named: str, requirement: str
) -> None:
    """Not about whatever the case names first."""
    bench.adapter("wrong-answer")
    bench.cases(TWO % named)
    failure = bench.run().failure("fake.two")
    assert failure["requirement"] == requirement
    assert failure["cause"] == f"{requirement}: fail: get server.CanRead: returned true"


READS = """\
- id: fake.reads
  title: A read gives what is there
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.Read, with: {buffer: {length: 2}, offset: 0, count: 2}, reads: {length: %s}}
"""


@pytest.mark.parametrize(
    ("there", "requirement"), [(2, "stream.read.short"), (0, "server.pipe.unnamed")]
)
def test_a_read_that_leaves_bytes_breaks_the_rule_of_short_reads(
    bench: Bench, there: int, requirement: str
) -> None:
    """Whatever the case is about; one that gives other bytes does not."""
    bench.adapter("reads-one")
    bench.cases(READS % there)
    assert bench.run().failure("fake.reads")["requirement"] == requirement


WRITES = """\
- id: fake.writes
  title: A write waits if there is no room for it, and no longer
  covers: [stream.write.blocks-when-full, stream.write.capacity-no-wait]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out, inheritability: None, bufferSize: %s}}
    - {call: server.Write, with: {buffer: {length: %s}, offset: 0, count: %s}, covers: stream.write.capacity-no-wait}
    - {call: server.Write, with: {buffer: {length: 1}, offset: 0, count: 1}, on: waiting, until: blocked}
    - {finish: waiting}
"""
SIZED = "server.buffer-size.linux-page-round-up"


@pytest.mark.parametrize(
    ("mode", "size", "written", "requirement"),
    [
        ("any-size", 4096, 4096, SIZED),
        ("any-size", 100000, 70000, SIZED),
        ("writes-nothing", 4096, 4096, "stream.write.blocks-when-full"),
        ("good", 4096, 4000, "stream.write.blocks-when-full"),
        ("good", 4096, 5000, "stream.write.capacity-no-wait"),
    ],
)
def test_a_pipe_of_another_size_than_asked_for_has_broken_one_rule(
    bench: Bench, mode: str, size: int, written: int, requirement: str
) -> None:
    """Whatever the case is about: the write went on, or waits, as it must in a pipe of that size."""
    bench.adapter(mode)
    bench.cases(WRITES % (size, written, written))
    failure = bench.run("--timeout-scale", "0.2").failure("fake.writes")
    assert failure["requirement"] == requirement


EARLY = """\
- id: fake.early
  title: A write of more than the pipe has room for waits
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out, inheritability: None, bufferSize: 4096}}
    - {call: server.Write, with: {buffer: {length: %s}, offset: 0, count: %s}, on: waiting, until: blocked}
    - {finish: waiting}
"""


@pytest.mark.parametrize(
    ("length", "requirement"),
    [(4097, "stream.write.blocks-when-full"), (4096, "server.pipe.unnamed")],
)
def test_a_write_that_returns_too_early_has_broken_one_rule(
    bench: Bench, length: int, requirement: str
) -> None:
    """Whatever the case is about; one for which there is room has broken none of that."""
    bench.adapter("writes-nothing")
    bench.cases(EARLY % (length, length))
    assert bench.run().failure("fake.early")["requirement"] == requirement


EARLY_TASK = """\
- id: fake.early
  title: An operation that writes more than the pipe has room for waits
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out, inheritability: None, bufferSize: 4096}}
    - {call: server.%s, with: {buffer: {length: %s}%s}, as: task}
    - {observe: pending, of: task}
"""
BEGUN = ", offset: 0, count: %s"


@pytest.mark.parametrize(
    ("member", "length", "more", "requirement"),
    [
        ("WriteAsync", 4097, BEGUN % 4097, "stream.write-async.range-sent"),
        ("WriteAsync", 4097, "", "stream.write-async-memory.all-bytes"),
        ("WriteAsync", 4096, "", "server.pipe.unnamed"),
        ("BeginWrite", 4097, BEGUN % 4097 + ", callback: null, state: null", "stream.begin-write.range-sent"),
    ],
)  # fmt: skip
def test_an_operation_that_is_done_too_early_has_broken_one_rule(
    bench: Bench, member: str, length: int, more: str, requirement: str
) -> None:
    """As a write that returns too early: what it has been given can't be in the pipe."""
    bench.adapter("writes-nothing")
    bench.cases(EARLY_TASK % (member, length, more))
    assert bench.run().failure("fake.early")["requirement"] == requirement


def test_a_step_names_a_requirement_of_its_case(bench: Bench) -> None:
    """Another one is a mistake in the case."""
    bench.adapter("good")
    bench.cases(TWO % ", covers: stream.flush.disposed")
    done = bench.run()
    assert done.status == 2
    assert "fake.yaml:7: the step's requirement 'stream.flush.disposed' is none" in done.errors


BESIDE = """\
- id: fake.beside
  title: A server that writes can't read, be it open or closed ($closed is closed)
  covers: [stream.can-read.closed, stream.can-read.not-readable]
  rows:
    - {closed: server}
    - {closed: spare}
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {new: AnonymousPipeServerStream, as: spare, with: {direction: Out}}
    - {call: $closed.Dispose}
    - {get: server.CanRead, returns: false}
"""


def test_a_rule_that_the_row_is_not_about_is_not_broken_by_it(tmp_path: Path) -> None:
    """The case names it first, and it is about the member, but not about an open end."""
    (tmp_path / "fake.yaml").write_text(BESIDE)
    rules = spec.load()
    tests = cells.settle(rules, cases.load(rules, tmp_path))
    told = {test.id: test.steps[-1].requirement for test in tests}
    assert told == {
        "fake.beside/server": "stream.can-read.closed",
        "fake.beside/spare": "stream.can-read.not-readable",
    }


def test_a_process_that_sigpipe_ends_has_broken_one_rule(bench: Bench) -> None:
    """Whatever its case is about: hundreds of cases have one cause."""
    bench.adapter("broken-pipe")
    failure = bench.run("--case", "fake.can-read").failure("fake.can-read")
    assert failure["actual"].endswith("ended with signal SIGPIPE")
    assert failure["requirement"] == "stream.epipe.no-signal"


ASYNC = """\
- id: fake.async
  title: A read that finds nothing waits, and can be cancelled ($label)
  covers: [server.pipe.unnamed]
  rows:
    - {label: array, arguments: {buffer: {length: 1}, offset: 0, count: 1}}
    - {label: memory, arguments: {buffer: {length: 1}}}
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.ReadAsync, with: $arguments, as: task}
"""


@pytest.mark.parametrize(
    ("mode", "requirements"),
    [
        ("keeps-caller", {"stream.read-async.no-caller-block", "stream.read-async-memory.no-caller-block"}),
        ("keeps-caller-fed", {"server.pipe.unnamed"}),
    ],
)  # fmt: skip
def test_an_operation_that_keeps_its_caller_has_broken_one_rule(
    bench: Bench, mode: str, requirements: set[str]
) -> None:
    """Whatever its case is about, if there is something to wait for; that of its overload."""
    bench.adapter(mode)
    bench.cases(ASYNC)
    done = bench.run("--timeout-scale", "0.1")
    assert done.verdicts() == {"fake.async/array": "hang", "fake.async/memory": "hang"}
    assert {done.failure(test)["requirement"] for test in done.verdicts()} == requirements


BEGUN = """\
- id: fake.begun
  title: A read that is begun behind another one waits for its turn by itself
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.BeginRead, with: {buffer: {length: 1}, offset: 0, count: 1, callback: null, state: null}, as: first}
    - {call: server.BeginRead, with: {buffer: {length: 1}, offset: 0, count: 1, callback: null, state: null}, as: second}
"""


@pytest.mark.parametrize(
    ("mode", "requirement"),
    [
        ("begins-in-line", "stream.concurrent.begin-read-not-serialized"),
        ("keeps-caller", "server.pipe.unnamed"),
    ],
)
def test_a_begin_that_waits_for_its_turn_has_broken_one_rule(
    bench: Bench, mode: str, requirement: str
) -> None:
    """Whatever its case is about; of one that nothing was begun before no page says that it returns at once."""
    bench.adapter(mode)
    bench.cases(BEGUN)
    done = bench.run("--timeout-scale", "0.1")
    assert done.verdicts() == {"fake.begun": "hang"}, done.output
    assert done.failure("fake.begun")["requirement"] == requirement


@pytest.mark.parametrize(
    ("mode", "asks", "requirement"),
    [
        ("leaks-own", "", "stream.dispose.releases-handle"),
        ("leaks", "", "server.dispose.unexposed-client-closed"),
        (
            "leaks",
            "    - {call: server.GetClientHandleAsString}\n",
            "stream.dispose.releases-handle",
        ),
    ],
)
def test_a_leak_is_no_fault_of_the_rule_that_was_looked_at(
    bench: Bench, mode: str, asks: str, requirement: str
) -> None:
    """An end that stays open breaks the rule about closing: that of the stream, or that of a handle never asked for."""
    bench.adapter(mode)
    bench.cases(CASES + asks)
    done = bench.run("--timeout-scale", "0.1")
    assert done.failure("fake.can-write")["requirement"] == requirement


@pytest.mark.parametrize(("mode", "verdict"), [("keeps-one", "pass"), ("keeps-each", "fail")])
def test_what_grows_each_time_is_a_leak(bench: Bench, mode: str, verdict: str) -> None:
    """What is made once and kept is none, whichever test is the first to need it."""
    bench.adapter(mode)
    done = bench.run("--timeout-scale", "0.1")
    assert set(done.verdicts().values()) == {verdict}, done.output
    if verdict == "fail":
        failure = done.failure("fake.can-write")
        assert failure["requirement"] == "lifetime.rounds-leave-nothing"
        assert failure["actual"] == "left open: 1 of anon_inode:[eventfd]"


SIGNALS = (
    CASES
    + """\
- id: fake.signals
  title: Making a server changes no signal
  covers: [stream.signals.dispositions-unchanged]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {observe: signals, in: parent}
"""
)


def test_what_lasts_is_asked_of_a_fresh_process(bench: Bench) -> None:
    """The other tests have made servers before in the only process that there is."""
    bench.adapter("ignores-signal")
    bench.cases(SIGNALS)
    for options in (("--jobs", "1"), ("--case", "fake.signals"), ("--jobs", "1", "--shuffle", "3")):
        assert bench.run(*options).verdicts()["fake.signals"] == "fail"


def test_what_sends_signals_is_asked_of_a_fresh_process(every_test: list[Test]) -> None:
    """A mask that an earlier test has left behind would keep its signal from a thread."""
    sending = [test for test in every_test if any(step.verb == "signal" for step in test.steps)]
    assert sending and all(test.fresh for test in sending)


CANARY = """\
- id: fake.canary
  title: A string that is refused closes nothing
  covers: [client.ctor-string.refused-leaves-handle]
  steps:
    - {new: Descriptor, as: file, with: {kind: file}}
    - {get: file.Number, as: number}
    - {new: AnonymousPipeClientStream, as: client, with: {pipeHandleAsString: "${number}"}, throws: ArgumentException}
    - {new: Descriptor, as: canary, with: {kind: file}}
    - {get: canary.Number, as: canary_number}
    - {observe: descriptor, number: $canary_number, is: open}
    - {observe: descriptor, number: $number, is: open}
"""


@pytest.mark.parametrize(("mode", "verdict"), [("good", "pass"), ("closes-refused", "fail")])
def test_a_canary_in_the_closed_number_hides_nothing(bench: Bench, mode: str, verdict: str) -> None:
    """What a name's number was open on is known from when it got the name, not from a later one's."""
    bench.adapter(mode)
    bench.cases(CANARY)
    done = bench.run("--timeout-scale", "0.1")
    assert done.verdicts() == {"fake.canary": verdict}, done.output


FILLED = """\
- id: fake.filled
  title: Which number a pipe gets
  covers: [server.pipe.unnamed]
  steps:
    - {new: Descriptor, as: filler, with: {kind: file}}
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
"""


@pytest.mark.parametrize(("mode", "seen"), [("good", True), ("copies-file", False)])
@pytest.mark.parametrize(
    "case",
    [CANARY, FILLED, FILLED + "    - {get: filler.Number}\n"],
    ids=["canary", "filler", "number"],
)
def test_a_number_that_stays_free_hides_nothing(
    bench: Bench, mode: str, seen: bool, case: str
) -> None:
    """That a file was not closed is no wonder where it never had the number; where no number matters nothing is lost."""
    bench.adapter(mode)
    bench.cases(case)
    done = bench.run()
    wanted = "pass" if seen or "filler.Number" in case else "not observable"
    assert set(done.verdicts().values()) == {wanted}, done.output
    assert ("than the lowest that is free" in " ".join(done.output.split())) == (wanted != "pass")


@pytest.mark.parametrize(
    "mode", ["aborts-slowly", "aborts-line-by-line", "aborts-with-help", "aborts-traced"]
)
def test_a_process_that_takes_its_time_to_abort_has_crashed(bench: Bench, mode: str) -> None:
    """The deadline passes while it, or a debugger, writes down where everything was."""
    bench.adapter(mode)
    done = bench.run("--timeout-scale", "0.2", "--case", "fake.can-read")
    assert done.verdicts() == {"fake.can-read": "crash"}, done.output
    assert "SIGABRT" in done.failure("fake.can-read")["actual"]


def test_a_process_that_was_there_before_helps_nobody_to_its_end(bench: Bench) -> None:
    """It never rests and never says hello; what does not answer beside it hangs, and nobody waits long to say so."""
    bench.adapter("beside-busy")
    begun = time.monotonic()
    done = bench.run("--timeout-scale", "0.2", "--case", "fake.can-read")
    assert done.verdicts() == {"fake.can-read": "hang"}, done.output
    assert time.monotonic() - begun < 45


CANCELLED = """\
- id: fake.cancelled
  title: What is cancelled throws
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.MEMBER, with: {}, throws: {type: OperationCanceledException, token: mine}}
"""


@pytest.mark.parametrize(
    ("member", "type_", "requirement"),
    [
        ("ReadAsync", "OperationCanceledException", "stream.cancel.carries-token"),
        ("FlushAsync", "OperationCanceledException", "stream.cancel.composed-carry-token"),
        ("ReadAsync", "IOException", "server.pipe.unnamed"),
    ],
)
def test_a_token_that_is_not_the_callers_breaks_one_rule(
    bench: Bench, member: str, type_: str, requirement: str
) -> None:
    """Whatever the case is about, if all else is as it should be."""
    threw = {"type": type_, "parameter": None, "message": "m", "token": "another"}
    answer = {"jsonrpc": "2.0", "id": "ID", "result": {"threw": threw}}
    bench.adapter("says:" + json.dumps(answer).replace('"ID"', "ID"))
    bench.cases(CANCELLED.replace("MEMBER", member))
    done = bench.run()
    assert done.failure("fake.cancelled")["requirement"] == requirement, done.output
