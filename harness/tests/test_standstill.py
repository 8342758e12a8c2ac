"""A deadlock that is proven is a hang at once; whatever may still end is waited for."""

from __future__ import annotations

import pytest

from bench import Bench

ONE = ("--case", "fake.can-read")


@pytest.mark.parametrize("mode", ["never", "never-polls", "never-ends-pool"])
def test_a_proven_deadlock_is_a_hang_at_once(bench: Bench, mode: str) -> None:
    """With the proof: where every thread of every process was."""
    bench.adapter(mode)
    done = bench.run(*ONE)
    assert done.verdicts() == {"fake.can-read": "hang"}, done.output
    failure = done.failure("fake.can-read")
    assert failure["actual"].startswith("nothing came: no answer to request")
    assert failure["threads"][0].startswith("a deadlock:")
    assert len(failure["threads"]) > 2


@pytest.mark.parametrize(
    "mode",
    [
        "late",
        "late-sleeps",
        "late-timerfd",
        "late-alarm",
        "late-timer",
        "late-receives",
        "late-child",
    ],
)
def test_what_comes_late_is_waited_for(bench: Bench, mode: str) -> None:
    """Two seconds are slow; nothing but a clock will end it, and each of these clocks is a reason to wait."""
    bench.adapter(mode)
    done = bench.run(*ONE)
    assert done.verdicts() == {"fake.can-read": "pass"}, done.output


CHILD = """\
- id: fake.child
  title: A server whose child waits can't read
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {call: server.GetClientHandleAsString, as: handle}
    - {start: child, arguments: [$handle]}
    - {get: server.CanRead, returns: false}
"""


def test_a_wait_for_a_child_of_the_cases_own_is_part_of_the_proof(bench: Bench) -> None:
    """The child says hello, and waits for what it is asked; an adapter may have a thread that waits for its end."""
    bench.adapter("never")
    bench.cases(CHILD)
    done = bench.run()
    assert done.verdicts() == {"fake.child": "hang"}, done.output
    threads = done.failure("fake.child")["threads"]
    assert threads[0].startswith("a deadlock:")
    assert any(line.endswith(": wait4") for line in threads)


@pytest.mark.parametrize("mode", ["late-timerfd", "waits-for-child"])
def test_the_deadline_decides_where_nothing_is_proven(bench: Bench, mode: str) -> None:
    """Of a clock that would still fire, or a stranger that would still end, nobody can say that it never will."""
    bench.adapter(mode)
    done = bench.run("--timeout-scale", "0.1", *ONE)
    assert done.verdicts() == {"fake.can-read": "hang"}, done.output
    assert not done.failure("fake.can-read")["threads"][0].startswith("a deadlock:")
