"""The director: what it holds, answers and shortens, and that nothing stays behind it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import Bench
from pipects import building, cases, paths, spec
from pipects.director import programs as director_programs
from pipects.director.exploring import explore
from pipects.director.order import Order
from pipects.director.process import Director, Rule
from pipects.director.programs import programs
from pipects.errors import UserError
from pipects.judging import Record
from pipects.observe import comes
from pipects.observe.rest import Rest
from pipects.verdicts import PASS

DEADLINE = 20.0
"""Seconds for what takes a moment on a machine that is at rest."""

pytestmark = pytest.mark.skipif(
    bool(programs().missing), reason=f"there is no director: {programs().missing}"
)


def test_what_can_not_be_built_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        director_programs, "_build", lambda wanted: building.run(["false"], {}, "the director")
    )
    said = programs.__wrapped__().missing or ""
    assert said.count("can't be built") == 1 and "'false' ended with status 1" in said


class Directed:
    """A Python program whose calls a director serves; it begins once it is told to."""

    def __init__(self, program: str) -> None:
        self.director = Director()
        command, arguments = self.director.directing(sys.executable, ["-c", f"input()\n{program}"])
        self.process = subprocess.Popen(
            [command, *arguments],
            pass_fds=[self.director.descriptor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.director.launched()

    def begin(self) -> None:
        """Lets the program go on behind its first line."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def output(self) -> str:
        """What it has printed when it has ended."""
        return self.process.communicate(timeout=DEADLINE)[0].strip()

    def held(self, rule: Rule) -> bool:
        """Whether the rule comes to hold a call."""

        def looked() -> bool:
            self.director.listen()
            return bool(rule.held)

        return comes(looked, DEADLINE)

    def end(self) -> None:
        """Ends both."""
        self.director.end()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def directed() -> Iterator[Callable[[str], Directed]]:
    """Makes directed programs, and ends them."""
    made: list[Directed] = []

    def make(program: str) -> Directed:
        made.append(Directed(program))
        return made[-1]

    yield make
    for each in made:
        each.end()


def test_without_a_rule_every_call_is_made(directed: Callable[[str], Directed]) -> None:
    """Children and threads included."""
    child = directed(
        "import os, subprocess\nprint(subprocess.run(['echo', 'made'], capture_output=True, text=True).stdout)"
    )
    child.begin()
    assert child.output() == "made"


def test_a_call_is_held_until_it_is_let_go(directed: Callable[[str], Directed]) -> None:
    """Nothing of it has happened before."""
    child = directed("import os\nr, w = os.pipe()\nos.write(w, b'x')\nprint(os.read(r, 9))")
    rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:60000"])
    child.begin()
    assert child.held(rule)
    assert rule.held[0].name in ("pipe", "pipe2")
    assert child.process.poll() is None
    child.director.go(rule.held[0])
    assert child.output() == "b'x'"


def test_a_call_of_a_child_is_held(directed: Callable[[str], Directed]) -> None:
    """The filter is inherited."""
    child = directed(
        "import os\npid = os.fork()\nif pid == 0:\n os.pipe()\n os._exit(7)\nprint(os.waitpid(pid, 0)[1] >> 8)"
    )
    rule = child.director.rule("pipe", None, (), None, ["hold:60000"])
    child.begin()
    assert child.held(rule)
    assert rule.held[0].process != child.process.pid
    child.director.go(rule.held[0])
    assert child.output() == "7"


def test_a_held_call_is_let_go_when_its_time_is_over(directed: Callable[[str], Directed]) -> None:
    """Whoever forgot it."""
    child = directed("import os\nos.pipe()\nprint('on')")
    rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:50"])
    child.begin()
    assert child.held(rule)
    assert child.output() == "on"
    child.director.listen(DEADLINE)
    assert rule.late


@pytest.mark.parametrize("error", ["EMFILE", "ENOMEM", "EPERM", "EIO"])
def test_a_call_is_answered_with_an_error(directed: Callable[[str], Directed], error: str) -> None:
    """And not made; the next one is."""
    child = directed(
        "import os, errno\ntry:\n os.pipe()\nexcept OSError as e:\n print(errno.errorcode[e.errno])\nos.pipe()"
    )
    child.director.rule("pipe", child.process.pid, (), None, [f"fail:{getattr(errno, error)}"])
    child.begin()
    assert child.output() == error
    assert child.process.returncode == 0


TRANSFERS = """
import os
r, w = os.pipe()
print(os.write(w, b'abcdef'), os.read(r, 6), os.write(w, b'ghijkl'), os.read(r, 20))
"""


def test_transfers_move_as_many_bytes_as_they_are_let(directed: Callable[[str], Directed]) -> None:
    """Each in turn, and what was not moved is there for the next."""
    child = directed(TRANSFERS)
    rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:60000"])
    child.begin()
    assert child.held(rule)
    child.director.rule("write", child.process.pid, (), None, ["short:4", "pass"])
    child.director.rule("read", child.process.pid, (), None, ["short:3", "pass"])
    child.director.go(rule.held[0])
    assert child.output() == "4 b'abc' 6 b'dghijkl'"


def test_a_shortened_read_waits_for_its_bytes(directed: Callable[[str], Directed]) -> None:
    """As the call itself would, on an end that may wait."""
    child = directed(
        "import os, threading\nr, w = os.pipe()\n"
        "threading.Timer(0.2, lambda: os.write(w, b'late')).start()\nprint(os.read(r, 4), os.read(r, 4))"
    )
    rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:60000"])
    child.begin()
    assert child.held(rule)
    child.director.rule("read", child.process.pid, (), "read", ["short:1", "pass"])
    child.director.go(rule.held[0])
    assert child.output() == "b'l' b'ate'"


def test_a_shortened_read_that_may_not_wait_says_so(directed: Callable[[str], Directed]) -> None:
    """And the rule is for the next one that moves something."""
    child = directed(
        "import os\nr, w = os.pipe2(os.O_NONBLOCK)\ntry:\n os.read(r, 4)\nexcept BlockingIOError:\n print('not yet')\n"
        "os.write(w, b'late')\nprint(os.read(r, 4))"
    )
    rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:60000"])
    child.begin()
    assert child.held(rule)
    child.director.rule("read", child.process.pid, (), "read", ["short:1"])
    child.director.go(rule.held[0])
    assert child.output() == "not yet\nb'l'"


@pytest.mark.parametrize(
    ("end", "action", "met"),
    [
        (None, "hold:10", ["epoll", "poll"]),
        ("read", "hold:10", ["poll"]),
        ("read", "note", ["epoll", "poll"]),
    ],
)
def test_a_wait_of_epoll_is_not_held_for_one_end(
    directed: Callable[[str], Directed], end: str | None, action: str, met: list[str]
) -> None:
    """Whether one begins behind the rule, or has begun before, is a matter of luck."""
    child = directed(
        "import os, select\nr, w = os.pipe()\nos.write(w, b'a')\nall = select.epoll()\nall.register(r)\n"
        "all.poll()\neach = select.poll()\neach.register(r)\neach.poll()"
    )
    rule = child.director.rule("poll", child.process.pid, (), end, [action], always=True)
    child.begin()
    child.output()
    child.director.listen()
    assert ["epoll" if call.name.startswith("epoll") else "poll" for call in rule.met] == met


def test_a_held_call_rests_though_a_timer_sends_signals(
    directed: Callable[[str], Directed]
) -> None:
    """A runtime may have a tick of its own, which does not interrupt what is held."""
    program = directed(
        "import os, signal\n"
        "signal.signal(signal.SIGALRM, lambda *_: None)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        "os.pipe()"
    )
    rule = program.director.rule("pipe", program.process.pid, (), None, ["hold:60000"])
    program.begin()
    assert program.held(rule)
    rest = Rest(program.process.pid, stirred=program.director.settle)

    def rested() -> bool:
        rest.look()
        return rest.rests

    assert comes(rested, DEADLINE), rest.seen()


def test_calls_are_recorded_and_told_by_their_birth(directed: Callable[[str], Directed]) -> None:
    """A note takes nothing from the rules behind it."""
    child = directed("import os\nos.pipe()\nos.dup2(0, 9)")
    notes = child.director.rule("*", child.process.pid, (), None, ["note"], always=True)
    rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:60000"])
    child.begin()
    assert child.held(rule)
    child.director.go(rule.held[0])
    child.output()
    child.director.listen()
    made = {call.family: call.inheritable for call in notes.met if call.family in ("pipe", "dup")}
    assert made == {"pipe": False, "dup": True}


def test_a_wrong_rule_is_refused(directed: Callable[[str], Directed]) -> None:
    """With words, and the director lives on."""
    child = directed("pass")
    with pytest.raises(ValueError, match="no call is called 'sing'"):
        child.director.rule("sing", None, (), None, ["pass"])
    child.begin()
    assert child.output() == ""


def test_the_end_of_the_director_ends_what_it_watches(directed: Callable[[str], Directed]) -> None:
    """A held call would hang, and others would fail for no reason that a program knows."""
    child = directed("import os\nos.pipe()")
    rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:60000"])
    child.begin()
    assert child.held(rule)
    child.director.end()
    assert child.process.wait(DEADLINE) == -signal.SIGKILL


def test_nothing_stays_behind_a_harness_that_is_killed(tmp_path: Path) -> None:
    """Nor the director, although nobody has told it."""
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS, str(tmp_path / "pids")],
        env={
            **os.environ,
            "PYTHONPATH": f"{paths.ROOT / 'harness'}:{paths.ROOT / 'harness/tests'}",
        },
    )
    try:
        assert comes(lambda: (tmp_path / "pids").exists(), DEADLINE)
    finally:
        harness.kill()
        harness.wait()
    for pid in (tmp_path / "pids").read_text().split():
        assert comes(lambda: not lives(int(pid)), DEADLINE), f"process {pid} is left"


HARNESS = """
import sys, time, os, pathlib
from test_director import Directed
child = Directed("import os\\nos.pipe()")
rule = child.director.rule("pipe", child.process.pid, (), None, ["hold:60000"])
child.begin()
assert child.held(rule)
file = pathlib.Path(sys.argv[1])
file.with_suffix(".new").write_text(f"{child.process.pid} {child.director._process.pid}")
os.rename(file.with_suffix(".new"), file)
time.sleep(600)
"""


def lives(pid: int) -> bool:
    """Whether a process runs; one that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


STEPS = {
    "{answer: close, of: server, by: EIO}": "a close can be held",
    "{hold: sing, of: server, as: it}": "'hold' is followed by one of",
    "{answer: read, of: server, by: ENOJOY}": "a call is answered by",
    "{answer: poll, of: server, by: 4}": "only a read or a write",
    "{hold: read, of: server}": "'as' is a required property",
    "{release: nobody}": "nothing is called 'nobody'",
    "{order: [reader.sings]}": "'order' lists calls as",
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_can_not_be_is_an_error_of_the_file(tmp_path: Path, step: str) -> None:
    """With its line, and what is wrong."""
    (tmp_path / "it.yaml").write_text(
        "- id: it.is\n  title: It is\n  covers: [server.ctor.direction.out]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server}\n"
        f"    - {step}\n"
    )
    with pytest.raises(UserError, match=rf"it\.yaml:[56].*{STEPS[step]}"):
        cases.load(spec.load(), tmp_path)


def test_every_order_is_run_once() -> None:
    """Two threads of two calls each go in six orders."""

    def run(order: Order) -> Record:
        left = {"a": 2, "b": 2}
        while any(left.values()) and not order.is_over:
            chosen = order.next([f"{name}.read" for name, calls in left.items() if calls])
            assert chosen is not None
            left[chosen[0]] -= 1
        return Record(PASS)

    made = [tuple(d.chosen for d in order.decisions) for order, _ in explore(run, 100, 16, 1)]
    assert len(made) == len(set(made)) == 6
    assert len([*explore(run, 4, 16, 1)]) == 4
    assert len([*explore(run, 100, 1, 1)]) == 2


ANSWERS_THE_SECOND = """\
- id: fake.second
  title: The second read fails
  covers: [stream.calls.failed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {answer: read, of: server, by: [pass, EIO], as: failed}
    - {call: server.Read, with: {buffer: {length: 1}, offset: 0, count: 1}, returns: 1}
    - {observe: answered, of: failed}
"""


def test_a_call_that_is_let_pass_is_none_that_was_answered(bench: Bench) -> None:
    """Who makes one call where another makes two has not been shown what the case is about."""
    bench.adapter("reads-one")
    bench.cases(ANSWERS_THE_SECOND)
    done = bench.run()
    assert done.verdicts() == {"fake.second": "not observable"}, done.output
