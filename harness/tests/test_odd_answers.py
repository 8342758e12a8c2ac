"""Whatever an adapter answers is a verdict of that test, and the next test runs."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import CASES, Bench

sys.path.insert(0, str(Path(__file__).parent / "fakes"))

import odd  # noqa: E402
from pipects import conversation, matching, meeting, protocol  # noqa: E402
from pipects.errors import AdapterFault, Overdue  # noqa: E402
from pipects.observe.deadline import Deadline  # noqa: E402

QUICK = ("--timeout-scale", "0.2")
ENOUGH = 60.0
"""Seconds in which an answer that is there is found."""
ANSWER = {"jsonrpc": "2.0", "id": "ID"}


def said(**members: Any) -> str:
    """An answer as text, with ID for the request's id."""
    return json.dumps({**ANSWER, **members}).replace('"ID"', "ID")


NESTED = "[" * 100_000 + "]" * 100_000
ADAPTER_ERRORS = {
    "100,000 levels": said(result={"returned": 0}).replace("0}}", NESTED + "}}"),
    "100,000 levels, open": NESTED[:100_000],
    "an id that is a list": '{"jsonrpc":"2.0","id":[ID],"result":{"returned":false}}',
    "an id that is a mapping": '{"jsonrpc":"2.0","id":{"a":ID},"result":{"returned":false}}',
    "an id that is a text": '{"jsonrpc":"2.0","id":"ID","result":{"returned":false}}',
    "an id with a fraction": '{"jsonrpc":"2.0","id":ID.0,"result":{"returned":false}}',
    "an id that is true": '{"jsonrpc":"2.0","id":true,"result":{"returned":false}}',
    "half a surrogate pair": said(result={"returned": "\ud800"}),
    "half a surrogate pair as a name": said(result={"returned": {"\udc00": 1}}),
    "a number beyond a float": said(result={"returned": 0}).replace("0}}", "1e400}}"),
    "not a number": said(result={"returned": 0}).replace("0}}", "NaN}}"),
    "a number beyond 64 bits": said(result={"returned": 10**30}),
    "a number of 5000 digits": said(result={"returned": 0}).replace("0}}", "9" * 5000 + "}}"),
    "500 levels": said(result={"returned": 0}).replace("0}}", "[" * 500 + "]" * 500 + "}}"),
    "no outcome": said(result={}),
    "two outcomes": said(result={"returned": 1, "threw": {"type": "A", "message": "m"}}),
    "a result and an error": said(result={"returned": 1}, error={"code": 1, "message": "m"}),
    "an exception that is a text": said(result={"threw": "IOException"}),
    "an exception's type that is a list": said(result={"threw": {"type": ["IOException"]}}),
    "a parameter that is a list": said(result={"threw": {"type": "A", "parameter": []}}),
    "a token that is a list": said(result={"threw": {"type": "A", "message": "m", "token": []}}),
    "an error's code that is true": said(error={"code": True, "message": "m"}),
    "an error that is a text": said(error="no"),
    "an object that is a list": said(result={"returned": {"object": []}}),
    "an object without its type": said(result={"returned": {"object": "server"}}),
    "bytes that are a list": said(result={"returned": {"bytes": []}}),
    "bytes that are none": said(result={"returned": {"bytes": {"hex": "zz"}}}),
    "arrays that are a list": said(result={"returned": False, "bytes": []}),
    "arrays that are none": said(result={"returned": False, "bytes": {"buffer": "0"}}),
}


@contextlib.contextmanager
def conversation_of(line: bytes) -> Iterator[tuple[protocol.Connection, int]]:
    """A connection on which one request was sent, and this line came back."""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with theirs:
        connection = protocol.Connection(_WithoutDelay(ours))
        request = connection.send("get", {})
        writer = threading.Thread(target=_say, args=(theirs, line + b"\n"))
        writer.start()
        try:
            yield connection, request
        finally:
            connection.close()
            writer.join()


def _say(link: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):  # who has heard enough hangs up
        link.sendall(data)
        link.shutdown(socket.SHUT_WR)


def test_an_answer_of_many_pieces_is_waited_for_as_one() -> None:
    """Between two waits the processes are looked at, which takes its time where much else runs."""
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "result": "x" * (20 * protocol.PIECE)})
    with conversation_of(line.encode()) as (connection, request):
        assert connection.has_answer(request, ENOUGH)


@pytest.mark.parametrize("text", ADAPTER_ERRORS.values(), ids=ADAPTER_ERRORS.keys())
def test_an_answer_that_is_none_is_the_adapters_fault(text: str) -> None:
    """Said in one line that is not too long."""
    with conversation_of(text.replace("ID", "1").encode()) as (connection, request):
        with pytest.raises(AdapterFault) as caught:
            protocol.outcome_of(connection.answer(request, Deadline(ENOUGH).left))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("name", ["an id that is a list", "500 levels", "half a surrogate pair"])
def test_a_fault_of_the_adapter_is_that_tests_verdict(bench: Bench, name: str) -> None:
    """The next test passes, and nobody says anything on standard error."""
    bench.adapter(f"says:{ADAPTER_ERRORS[name]}")
    done = bench.run(*QUICK, "--jobs", "1")
    assert done.verdicts() == {"fake.can-read": "adapter error", "fake.can-write": "pass"}
    assert (done.status, done.errors) == (1, "")


@pytest.mark.parametrize("value", ["²", "\x1b[2J\x1b]0;t\x07\0", {"a": [1]}])
def test_a_wrong_value_is_a_failure(bench: Bench, value: Any) -> None:
    """An answer in due form that is not the documented one: the implementation's. No escape is printed."""
    bench.adapter(f"says:{said(result={'returned': value})}")
    page, junit, text = (bench.folder / name for name in ("page.html", "j.xml", "m.md"))
    reports = ("--html", str(page), "--junit", str(junit), "--markdown", str(text))
    done = bench.run(*QUICK, "--jobs", "1", *reports)
    assert done.verdicts() == {"fake.can-read": "fail", "fake.can-write": "pass"}
    for shown in (done.output, *(each.read_text(encoding="utf-8") for each in (page, junit, text))):
        assert not {"\x1b", "\x07", "\0"} & set(shown)


NEEDS_A_TEXT = {
    "an argument of a child": "{start: child, on: starter, program: plain, arguments: [$text]}",
    "a part of a text": "{new: AnonymousPipeClientStream, on: other, as: client, with: {pipeHandleAsString: '+${text}'}}",
    "a handle's number": "{observe: descriptor, number: $text, is: open}",
}


@pytest.mark.parametrize("step", NEEDS_A_TEXT.values(), ids=NEEDS_A_TEXT.keys())
@pytest.mark.parametrize(
    ("value", "verdict", "words"),
    [
        ({"object": "text", "type": "Bytes"}, "adapter error", "'text' is an object"),
        ({"bytes": {"hex": "37"}}, "adapter error", "it is no text"),
        (None, "fail", "it is null"),
    ],
    ids=["an object", "bytes", "nothing"],
)
def test_what_should_be_a_text_is_never_handed_on_as_something_else(
    bench: Bench, step: str, value: Any, verdict: str, words: str
) -> None:
    """Neither a child nor the implementation gets the words in which the harness knows an object."""
    bench.adapter(f"says:{said(result={'returned': value})}")
    bench.cases(
        f"- id: fake.word\n  title: A word\n  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
        f"    - {{get: server.CanRead, as: text}}\n    - {step}\n"
    )
    done = bench.run(*QUICK, "--jobs", "1", "--case", "fake.word")
    assert done.verdicts() == {"fake.word": verdict}
    assert words in done.failure("fake.word")["actual"]


HELLOS: dict[str, dict[str, Any]] = {
    "pid -1": {"pid": -1}, "pid 0": {"pid": 0}, "pid true": {"pid": True}, 
    "pid of a text": {"pid": "7"}, "pid of a list": {"pid": [7]}, "pid 1e9": {"pid": 10**9},
    "pid beyond 32 bits": {"pid": 2**40}, "no pid": {"pid": None}, "name of a list": {"name": []},
    "lacks of a text": {"lacks": "async"}, "lacks of lists": {"lacks": [["async"]]},
    "arguments of numbers": {"arguments": [1]}, "protocol of a list": {"protocol": [1]},
    "protocol of true": {"protocol": "1"}, "os of null": {"os": None},
}  # fmt: skip


GREETING: dict[str, Any] = {
    "protocol": 1, "name": "n", "version": "1", "language": "l", "runtime": "", "os": "linux",
    "pid": os.getpid(), "arguments": [], "lacks": [],
}  # fmt: skip


def greeted(changed: dict[str, Any], belongs: bool = True) -> meeting.Adapter:
    """What a meeting makes of an answer to hello."""
    met = meeting.Meeting(lambda pid: belongs)
    token = met.token()
    host, port = met.address.split(":")
    result = {**GREETING, "token": token, **changed}
    message = {"jsonrpc": "2.0", "id": 1, "result": result}
    try:
        with socket.create_connection((host, int(port))) as link:
            link.sendall(json.dumps(message).encode() + b"\n")
            return met.wait_for(token, Deadline(ENOUGH), lambda: None, None)
    finally:
        met.close()


FAILS_AT_ONCE = """\
- id: fake.pending
  title: A read waits
  covers: [stream.read-async.no-caller-block]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.ReadAsync, as: task, with: {buffer: {length: 1}, offset: 0, count: 1}}
    - {observe: pending, of: task}
"""


def test_of_an_operation_that_does_not_wait_is_told_what_it_came_to(bench: Bench) -> None:
    bench.adapter("fails-at-once")
    bench.cases(FAILS_AT_ONCE)
    failure = bench.run(*QUICK).failure("fake.pending")
    assert failure["expected"] == "the operation is pending"
    assert failure["actual"] == (
        "returned true; the operation threw IOException: no epoll here; buffer is a5"
    ), failure


def test_a_hello_in_due_form_is_taken() -> None:
    """So what follows is refused for its own reason."""
    adapter = greeted({})
    assert adapter.pid == os.getpid()
    adapter.close()


@pytest.mark.parametrize("changed", HELLOS.values(), ids=HELLOS.keys())
def test_a_hello_that_is_none_is_refused(changed: dict[str, Any]) -> None:
    """With the right token: at once, and in words."""
    with pytest.raises(AdapterFault):
        greeted(changed)


def test_a_process_that_is_no_relation_is_refused() -> None:
    """Though it is there."""
    with pytest.raises(AdapterFault, match="none of its own"):
        greeted({}, belongs=False)


def test_a_process_that_a_namespace_counts_otherwise_is_named(bench: Bench) -> None:
    """An adapter in a container says a number that is right there, and means nothing here."""
    bench.adapter("good")
    file = bench.folder / "adapters" / "fake.yaml"
    inside = 'start: ["unshare", "--map-root-user", "--pid", "--fork", '
    file.write_text(file.read_text(encoding="utf-8").replace("start: [", inside), encoding="utf-8")
    told = " ".join(bench.run().output.split())
    assert "is, which a PID namespace of its own calls 1)" in told, told


def test_a_hello_without_the_token_is_nobodys() -> None:
    """It is dropped; whoever is awaited may still come, and the reason is told if he doesn't."""
    met = meeting.Meeting(lambda pid: True)
    host, port = met.address.split(":")
    with socket.create_connection((host, int(port))) as link:
        message = {"jsonrpc": "2.0", "id": 1, "result": {**GREETING, "token": ["x"]}}
        link.sendall(json.dumps(message).encode() + b"\n")
        with pytest.raises(Overdue, match="a wrong token"):
            met.wait_for(met.token(), Deadline(0.5), lambda: None, None)
    met.close()


def test_a_strangers_process_is_never_touched(bench: Bench) -> None:
    """An adapter that says it is another process of the same user: that one lives on, unlimited."""
    stranger = os.fork()
    if stranger == 0:
        signal.pause()
        os._exit(0)
    try:
        bench.adapter(f"hello:{json.dumps({'pid': stranger})}")
        bench.cases(
            CASES
            + """\
- id: fake.kill
  title: A process that is killed ends
  covers: [server.pipe.unnamed]
  steps:
    - {kill: parent}
    - {observe: exit, of: parent, is: {signal: SIGKILL}}
"""
        )
        done = bench.run(*QUICK)
        assert "which is none of its own" in " ".join(done.output.split())
        assert os.waitpid(stranger, os.WNOHANG) == (0, 0)
    finally:
        os.kill(stranger, signal.SIGKILL)
        os.waitpid(stranger, 0)


def test_a_crowd_of_strangers_changes_no_verdict(bench: Bench) -> None:
    """Three hundred connections before the adapter's own: silent, nonsense, with guessed tokens."""
    bench.adapter("crowd")
    done = bench.run()
    assert done.verdicts() == {"fake.can-read": "pass", "fake.can-write": "pass"}
    assert done.status == 0


def test_an_adapter_that_lingers_holds_nobody_up(bench: Bench) -> None:
    """It answers `exit` and then takes a minute: it is ended, and the verdicts stand."""
    bench.adapter("lingers")
    done = bench.run()
    assert done.verdicts() == {"fake.can-read": "pass", "fake.can-write": "pass"}
    assert done.status == 0


def test_an_end_by_a_real_time_signal_is_a_crash(bench: Bench) -> None:
    """With the signal's name."""
    bench.adapter("real-time")
    done = bench.run(*QUICK, "--jobs", "1")
    assert done.verdicts() == {"fake.can-read": "crash", "fake.can-write": "pass"}
    assert "SIGRTMIN+1" in done.failure("fake.can-read")["actual"]


def test_a_child_without_the_environment_is_found_and_ended(bench: Bench) -> None:
    """By its descent: it has neither the family's variables nor its session."""
    bench.adapter("hides")
    bench.run()
    assert hidden(bench) == []


def hidden(bench: Bench) -> list[int]:
    """The processes of the bench that carry its folder on their command line alone."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"signal.pause()" in command and str(bench.folder).encode() in command:
                found.append(int(entry.name))
    return found


MANY = "".join(
    f"- id: fake.n{number:02}\n  title: T\n  covers: [stream.can-read.not-readable]\n  steps:\n"
    "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
    "    - {call: server.GetClientHandleAsString, as: text}\n"
    "    - {get: server.CanRead, returns: false}\n"
    "    - {observe: descriptor, number: $text, is: open}\n"
    "    - {start: child, arguments: [$text]}\n"
    "    - {get: server.CanWrite, returns: true}\n"
    "    - {exit: child}\n"
    for number in range(12)
)


def test_runs_of_odd_answers_end_with_verdicts(
    bench: Bench, request: pytest.FixtureRequest
) -> None:
    """One answer of twenty is odd, the start of a child, its hello and every end among them."""
    bench.cases(MANY)
    seen: set[str] = set()
    first, runs = map(request.config.getoption, ("--fuzz-from", "--fuzz-runs"))
    for seed in range(first, first + runs):
        (bench.folder / "introduced").unlink(missing_ok=True)
        (bench.folder / "results.json").unlink(missing_ok=True)
        bench.adapter(f"odd:{seed}")
        done = bench.run("--timeout-scale", "0.1", "--jobs", "4")
        assert done.status in (0, 1), f"seed {seed}: {done.output}{done.errors}"
        assert len(done.verdicts()) == 12 and done.errors == "", f"seed {seed}: {done.errors}"
        assert bench.processes() == [] and hidden(bench) == [], f"seed {seed}"
        seen |= set(done.verdicts().values())
    assert len(seen) > 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(odd.VALUES),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        "returned": JSON,
        "threw": JSON
        | st.fixed_dictionaries(
            {"type": JSON}, optional={"message": JSON, "parameter": JSON, "token": JSON}
        ),
        "bytes": JSON | st.dictionaries(st.sampled_from(["buffer", "other"]), JSON, max_size=2),
    },
)
MESSAGES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "id": st.just(1) | JSON},
    optional={"result": RESULTS | JSON, "error": JSON | st.fixed_dictionaries({"code": JSON})},
)


def lines() -> Iterator[st.SearchStrategy[bytes]]:
    """Whole messages, messages damaged in one place, and whatever bytes."""
    yield MESSAGES.map(lambda message: json.dumps(message).encode())
    good = {"jsonrpc": "2.0", "id": 1, "result": {"returned": 1, "bytes": {"buffer": "a5"}}}
    yield st.integers().map(lambda seed: odd.line(good, random.Random(seed)))
    yield st.binary(max_size=50)


EXPECTATIONS: tuple[dict[str, Any], ...] = (
    {}, {"returns": {"at-least": 1, "at-most": 5}}, {"returns": {"bytes": {"text": "a"}}},
    {"returns": {"matches": "a"}}, {"returns": {"only": {"a": 1}}}, {"throws": "IOException"},
    {"throws": {"type": "A", "parameter": "p", "token": "t"}}, {"reads": {"length": 1}}, {"keeps": True},
    {"returns": {"object": "x", "type": "y"}}, {"returns": {"one-of": [1, "a"]}}, {"returns": [1]},
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(*lines()))
def test_any_line_is_an_outcome_or_a_fault_of_the_adapter(line: bytes) -> None:
    """Nothing else is raised, and what is an outcome can be matched, said, kept and written down."""
    with conversation_of(line) as (connection, request):
        try:
            outcome = protocol.outcome_of(connection.answer(request, Deadline(ENOUGH).left))
        except AdapterFault as fault:
            assert str(fault)
            return
    given_arguments = {"buffer": {"length": 1}}
    for expectation in EXPECTATIONS:
        known = not isinstance(outcome, protocol.Refused) and outcome.arrays.keys() <= {"buffer"}
        if known or not matching.looks_at_arrays(expectation):
            matching.holds(expectation, outcome, given_arguments)
    json.dumps(matching.say_actual(outcome)).encode()
    matching.say_actual(outcome).encode("utf-8")
    if isinstance(outcome, protocol.Returned):
        number = conversation.descriptor_of(outcome.value)
        assert number is None or 0 <= number < 10**9


class _WithoutDelay(socket.socket):
    """A local socket in the place of a loopback one, which has no Nagle's algorithm to turn off."""

    def __init__(self, link: socket.socket) -> None:
        super().__init__(fileno=link.detach())

    def setsockopt(self, *_: Any) -> None:
        """Sets nothing."""


@pytest.mark.parametrize(
    "told", [["21", "x"], ["a.js", "lib.so", "21", "x"], ["lib.so", "21", "x"]]
)
def test_the_words_of_a_manifest_are_no_arguments_of_the_case(told: list[str]) -> None:
    """Languages differ in whether the program's file is one of the program's arguments."""
    start = ["--expose-gc", "a.js", "lib.so"]
    assert conversation.of_the_case(told, start) == ("21", "x")
    assert conversation.of_the_case(["21", "x"], []) == ("21", "x")
