"""What a held or refused system call shows of the implementation, and what of its language's runtime only."""

from __future__ import annotations

import pytest

from bench import Bench
from pipects.director.programs import programs

pytestmark = pytest.mark.skipif(
    bool(programs().missing), reason=f"there is no director: {programs().missing}"
)

MEANWHILE = """\
- id: fake.meanwhile
  title: The other end is closed while a Read looks at its own
  covers: [server.pipe.unnamed]
  deadline: 1
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {hold: poll, of: server, as: looking}
    - {call: server.Read, with: {buffer: {length: 1}, offset: 0, count: 1}, on: reader, until: running}
    - {observe: held, of: looking}
    - {call: server.DisposeLocalCopyOfClientHandle}
    - {release: looking}
    - {finish: reader, returns: 0}
"""
NO_FORM = """\
- id: fake.no-form
  title: The end of the stream is met where a call is refused
  covers: [stream.calls.filtered]
  deadline: 1
  steps:
    - {{new: AnonymousPipeServerStream, as: server, with: {{direction: In}}}}
    - {{answer: {call}, of: server, by: EPERM, always: true, as: refused}}
    - {{call: server.DisposeLocalCopyOfClientHandle}}
    - {{call: server.Read, with: {{buffer: {{length: 1}}, offset: 0, count: 1}}, returns: {count}}}
    - {{observe: answered, of: refused}}
"""
NO_PIPE = """\
- id: fake.no-pipe
  title: No server is made where the system makes no pipe
  covers: [server.ctor-calls.pipe-fails]
  steps:
    - {answer: pipe, in: parent, by: EMFILE, always: true, as: refused}
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}, throws: IOException}
    - {release: refused}
    - {new: AnonymousPipeServerStream, as: another, with: {direction: In}}
"""


def test_a_runtime_that_does_nothing_beside_a_held_call_is_no_hang(bench: Bench) -> None:
    """Its lock is not the implementation's: nothing can be asked, and that is said."""
    bench.adapter("one-lock")
    bench.cases(MEANWHILE)
    done = bench.run()
    assert done.verdicts() == {"fake.meanwhile": "not observable"}, done.output
    assert done.results is not None
    reason = done.results["results"][0]["reason"]
    assert "does nothing else while poll of thread" in reason
    told = " ".join(done.output.split())
    assert "1 its process does nothing else while poll of a thread is held" in told


def test_an_implementation_that_waits_for_a_held_call_of_its_own_hangs(bench: Bench) -> None:
    """The process answers what is not about its pipes."""
    bench.adapter("own-lock")
    bench.cases(MEANWHILE)
    assert bench.run().verdicts() == {"fake.meanwhile": "hang"}


@pytest.mark.parametrize("way", ["good", "tries-again"])
def test_what_the_system_has_none_of_is_refused_until_it_is_released(
    bench: Bench, way: str
) -> None:
    """Also for one that asks again; behind the release it is there."""
    bench.adapter(way)
    bench.cases(NO_PIPE)
    done = bench.run()
    assert done.verdicts() == {"fake.no-pipe": "pass"}, done.output


@pytest.mark.parametrize(
    ("call", "count", "verdict"),
    [("preadv2", 0, "pass"), ("preadv2", 1, "not observable"), ("write", 0, "not observable")],
)
def test_a_refused_form_of_a_call_is_nothing_to_who_does_without_it(
    bench: Bench, call: str, count: int, verdict: str
) -> None:
    """What it fails at is no matter of the refusal. A call as such that never comes leaves open what the case is about."""
    bench.adapter("good")
    bench.cases(NO_FORM.format(call=call, count=count))
    done = bench.run()
    assert done.verdicts() == {"fake.no-form": verdict}, done.output


def test_calls_that_never_come_are_counted_as_one_reason(bench: Bench) -> None:
    """Beside the verdicts, so that a reader sees at once that nothing is amiss."""
    bench.adapter("good")
    cases = [
        NO_FORM.format(call=call, count=0).replace("fake.", f"fake.{call}-")
        for call in ("write", "pwritev2")
    ]
    bench.cases("".join(cases).replace("EPERM, always: true", "EINTR"))
    done = bench.run()
    assert set(done.verdicts().values()) == {"not observable"}, done.output
    assert "not observable on fake: 2 fake makes no such call" in " ".join(done.output.split())
