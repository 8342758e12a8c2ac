"""What goes wrong in an adapter's own hands is no verdict on the implementation."""

from __future__ import annotations

import re
import socket
import time

import pytest

from bench import Bench
from pipects.errors import AdapterFault
from pipects.protocol import Connection

CHILD = """\
- id: fake.child
  title: A child is started
  covers: [server.pipe.unnamed]
  deadline: DEADLINE
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {call: server.GetClientHandleAsString, as: handle}
    - {start: child, arguments: [$handle]}
"""


@pytest.mark.parametrize(
    ("mode", "verdict", "words"),
    [
        ("keeps-then-breaks", "adapter error", "this is not JSON"),
        ("keeps-then-crashes", "crash", "SIGABRT"),
        ("keeps-then-waits", "hang", "no answer"),
    ],
)
def test_what_is_left_open_once_is_no_leak_of_one_who_then_breaks(
    bench: Bench, mode: str, verdict: str, words: str
) -> None:
    """Whether it grows was not seen: what the second time shows is told."""
    bench.adapter(mode)
    done = bench.run("--case", "fake.can-read", "--timeout-scale", "0.1")
    assert done.verdicts() == {"fake.can-read": verdict}, done.output
    assert words in done.failure("fake.can-read")["actual"]


def test_half_a_line_is_no_hang(bench: Bench) -> None:
    """The failure shows what came of it."""
    bench.adapter("half-a-line")
    done = bench.run("--timeout-scale", "0.2")
    assert done.verdicts() == {"fake.can-read": "adapter error", "fake.can-write": "pass"}
    assert 'not ended its line: {"jsonrpc"' in done.failure("fake.can-read")["actual"]


@pytest.mark.parametrize(
    ("way", "deadline", "verdict"),
    [("slow-child", "0.5", "pass"), ("silent-child", "5", "adapter error")],
)
def test_a_child_has_as_long_to_say_hello_as_its_parent_had(
    bench: Bench, way: str, deadline: str, verdict: str
) -> None:
    """A runtime's start is none of the implementation's calls; of one that never says it the process is named."""
    bench.adapter(way)
    bench.cases(CHILD.replace("DEADLINE", deadline))
    done = bench.run("--timeout-scale", "1" if verdict == "pass" else "0.1")
    assert done.verdicts() == {"fake.child": verdict}, done.output
    if verdict != "pass":
        assert "started as 'child'" in done.failure("fake.child")["actual"]


def test_who_stands_between_and_holds_the_pipe_too_is_shown(bench: Bench) -> None:
    """An end that never comes is then no riddle."""
    bench.adapter("start-through-shell")
    bench.cases(
        CHILD.replace("DEADLINE", "5").replace("[$handle]}", "[$handle], program: plain}")
        + "    - {observe: ends, of: server, in: child, are: []}\n"
    )
    observed = bench.run().failure("fake.child")["observed"]
    assert any("which is none of the case's, holds" in each for each in observed), observed


def test_who_ends_behind_its_last_answer_has_crashed(bench: Bench) -> None:
    """Its child stays uncollected; that it collects none is not why."""
    bench.adapter("dies-behind-child")
    bench.cases(CHILD.replace("DEADLINE", "5") + "    - {exit: child}\n")
    done = bench.run("--timeout-scale", "0.2")
    assert done.verdicts() == {"fake.child": "crash"}, done.output
    assert "'parent' ended with status 7" in done.failure("fake.child")["actual"]


def test_who_is_left_behind_is_named(bench: Bench) -> None:
    """By its number and its program, so that its author finds it."""
    bench.adapter("hides")
    steps = "    - {get: server.CanRead, returns: false}\n    - {exit: child}\n"
    bench.cases(CHILD.replace("DEADLINE", "5") + steps)
    failure = bench.run("--timeout-scale", "0.2").failure("fake.child")
    assert re.fullmatch(r"left behind: process \d+ \(python3[.\d]*\)", failure["actual"]), failure


@pytest.mark.parametrize("mode", ["has-helper", "has-busy-helper"])
def test_a_helper_from_before_the_case_is_not_left_behind_by_it(bench: Bench, mode: str) -> None:
    """A runtime may have a process of its own that starts children for it, or always has one more of its own."""
    bench.adapter(mode)
    bench.cases(CHILD.replace("DEADLINE", "5"))
    done = bench.run()
    assert done.verdicts() == {"fake.child": "pass"}, done.output


def test_a_child_that_says_it_is_its_parent_is_told_so(bench: Bench) -> None:
    """Else it is the parent that is looked at, and told not to end."""
    bench.adapter("child-as-parent")
    bench.cases(CHILD.replace("DEADLINE", "5"))
    done = bench.run()
    assert done.verdicts() == {"fake.child": "adapter error"}, done.output
    assert "which is 'parent'" in done.failure("fake.child")["actual"]


@pytest.mark.parametrize("left", ["", ", on: starter, until: running"])
def test_a_start_that_waits_for_its_child_is_no_hang_of_the_implementation(
    bench: Bench, left: str
) -> None:
    """The child is there, and says so; it is the answer that the adapter owes. Nobody waits long for that."""
    finish = "    - {finish: starter}\n" if left else ""
    bench.adapter("start-waits")
    bench.cases(CHILD.replace("DEADLINE", "1").replace("[$handle]}", f"[$handle]{left}}}") + finish)
    begun = time.monotonic()
    done = bench.run()
    assert done.verdicts() == {"fake.child": "adapter error"}, done.output
    actual = done.failure("fake.child")["actual"]
    assert "a 'start' whose child has said hello" in actual and ": wait4" in actual, actual
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("start-is-itself", "'start' returns the id of the process that it has made, not"),
        ("start-without-token", "told its own by the 'environment' of 'start'"),
        ("exits-otherwise", "ended with status 7, though it was told to exit with 0"),
    ],
)
def test_what_is_wrong_with_a_child_s_id_or_status_is_the_adapter_s(
    bench: Bench, mode: str, words: str
) -> None:
    bench.adapter(mode)
    bench.cases(CHILD.replace("DEADLINE", "5"))
    done = bench.run()
    assert done.verdicts() == {"fake.child": "adapter error"}, done.output
    assert words in done.failure("fake.child")["actual"]


@pytest.mark.parametrize(
    ("second", "why"), [("1", "which has been answered"), ("2", "which was not asked")]
)
def test_an_answer_too_many_says_whether_it_was_the_second(second: str, why: str) -> None:
    """Who answers twice looks elsewhere for the mistake than who makes up an id."""
    ours, theirs = pair()
    with ours, theirs:
        connection = Connection(ours)
        request = connection.send("get", {})
        until = time.monotonic() + 10
        theirs.sendall(b'{"jsonrpc":"2.0","id":1,"result":null}\n')
        connection.answer(request, lambda: until - time.monotonic())
        theirs.sendall(b'{"jsonrpc":"2.0","id":%s,"result":null}\n' % second.encode())
        with pytest.raises(AdapterFault, match=why):
            while time.monotonic() < until:
                connection.poll(1)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a connection on the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname())
        return server.accept()[0], theirs
