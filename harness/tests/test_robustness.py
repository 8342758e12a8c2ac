"""Adapters that lie, die, hang, flood or speak nonsense: each gets its verdict, and none stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench import CASES, ENOUGH, Bench, environment, finished

QUICK = ("--timeout-scale", "0.1")
"""Deadlines of half a second, for adapters that never answer."""


def test_a_good_adapter_passes(bench: Bench) -> None:
    """Without a misbehaviour all is green, so what follows is red for its own reason."""
    bench.adapter("good")
    done = bench.run()
    assert done.verdicts() == {"fake.can-read": "pass", "fake.can-write": "pass"}
    assert done.status == 0


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("exits", "ended before it said hello (status 3); it printed: cannot find my settings"),
        ("never-connects", "did not connect"),
        ("never-hello", "never answered hello"),
        ("wrong-token", "wrong token"),
        ("wrong-protocol", "protocol 99"),
        ("says-yes", "a type that cannot exist"),
        ("unknown-lack", "asnyc: not of spec/capabilities.yaml"),
        ("two-connections", "the adapter said hello on another one before"),
        ("one-thread", "who reads the socket must not do the work"),
    ],
)
def test_an_unfit_adapter_is_told_from_a_failing_implementation(
    bench: Bench, mode: str, words: str
) -> None:
    """The handshake test fails, no case is run, and the status is not 0."""
    bench.adapter(mode)
    done = bench.run(*QUICK)
    assert "not fit to be asked" in done.output
    assert words in " ".join(done.output.split())
    assert "no test was run: fake: the handshake failed at" in " ".join(done.output.split())
    assert done.verdicts() == {}
    assert done.status != 0


@pytest.mark.parametrize(
    ("mode", "verdict", "words"),
    [
        ("nonsense", "adapter error", "not JSON: this is not JSON"),
        (
            "half-a-character",
            "adapter error",
            r'not UTF-8: {"jsonrpc":"2.0","id":1,"result":{"returned":"\xe2\x82"',
        ),
        ("wrong-id", "adapter error", "the id 4711"),
        ("late", "hang", "no answer"),
        ("never", "hang", "no answer"),
        ("closes", "adapter error", "closed its connection"),
        ("dies", "crash", "SIGSEGV"),
        ("exits-in-call", "crash", "status 7"),
        ("exits-in-answer", "adapter error", 'status 7 in the middle of an answer: {"jsonrpc"'),
        ('says:{"jsonrpc":"2.0","id":"ID","result":null}', "adapter error", 'the id "'),
        ('says:{"jsonrpc":"2.0","result":null}', "adapter error", "the id null"),
        ('says:{"jsonrpc":"2.0","id":ID,"result":null}', "adapter error", "'threw', not null"),
        ("says:", "adapter error", "not JSON: an empty line"),
        ('says:\ufeff{"jsonrpc":"2.0","id":ID,"result":null}', "adapter error", r'JSON: \ufeff{"'),
        ("outlived", "crash", "SIGKILL"),
    ],
)
def test_a_misbehaviour_is_that_tests_verdict_only(
    bench: Bench, mode: str, verdict: str, words: str
) -> None:
    """The test that meets it gets the verdict; the next one has a new process and passes.

    For `late` this shows that an answer after its deadline never reaches another test.
    """
    bench.adapter(mode)
    done = bench.run(*QUICK, "--jobs", "1")
    assert done.verdicts() == {"fake.can-read": verdict, "fake.can-write": "pass"}
    assert words in done.failure("fake.can-read")["actual"]
    assert done.status == 1


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("stays", "the process 'parent' does not end, though it was told to exit"),
        ("knows-no-exit", "the adapter of 'parent' refused 'exit': {\"code\": -32601"),
    ],
)
def test_an_adapter_that_does_not_exit_breaks_no_rule(bench: Bench, mode: str, words: str) -> None:
    """Nothing of the implementation runs there."""
    bench.adapter(mode)
    bench.cases(CASES.replace("returns: false}", "returns: false}\n    - {exit: parent}", 1))
    done = bench.run("--timeout-scale", "0.1")
    assert done.verdicts() == {"fake.can-read": "adapter error", "fake.can-write": "pass"}
    assert words in done.failure("fake.can-read")["actual"]


@pytest.mark.parametrize(("mode", "deaf"), [("never", False), ("stops", True)])
def test_a_hang_tells_whether_anything_else_is_answered(
    bench: Bench, mode: str, deaf: bool
) -> None:
    """So that an author knows where to look: at the call, or at what reads the requests."""
    bench.adapter(mode)
    quick = () if deaf else QUICK  # until it stops it answers
    failure = bench.run(*quick).failure("fake.can-read")
    assert any("answers nothing else" in each for each in failure["observed"]) == deaf
    assert any("a signal has stopped it" in each for each in failure["observed"]) == deaf


@pytest.mark.parametrize(
    ("mode", "verdict", "words"),
    [
        ("refuses", "adapter error", "(-32602): null is no array"),
        ("wrong-answer", "fail", "returned true"),
        ("good", "hang", "no answer to request"),
    ],
)
def test_what_ended_wrong_before_is_why_a_later_step_waits(
    bench: Bench, mode: str, verdict: str, words: str
) -> None:
    """A call left running tells on itself, also where the step that collects it is never reached."""
    bench.adapter(mode)
    bench.cases(
        "- id: fake.waits\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
        "    - {new: AnonymousPipeServerStream, as: other, with: {direction: In}}\n"
        "    - {get: server.CanRead, on: asking, until: running}\n"
        "    - {call: other.Read, with: {buffer: {length: 1}, offset: 0, count: 1}, returns: 1}\n"
        "    - {finish: asking, returns: false}\n"
    )
    done = bench.run(*QUICK)
    failure = done.failure("fake.waits")
    assert done.verdicts() == {"fake.waits": verdict}
    assert words in failure["actual"]
    met = "it had ended so by step 4, {call: other.Read"
    assert any(met in each for each in failure["observed"]) == (mode != "good")


def test_a_child_that_stays_behind_its_case_breaks_no_rule(bench: Bench) -> None:
    """The harness tells what is left to exit."""
    bench.adapter("stays")
    started = "returns: false}\n    - {start: child, arguments: [a]}"
    bench.cases(CASES.replace("returns: false}", started, 1))
    done = bench.run("--timeout-scale", "0.1")
    assert done.verdicts() == {"fake.can-read": "adapter error", "fake.can-write": "pass"}
    assert "'child' does not end, though" in done.failure("fake.can-read")["actual"]


def test_an_adapters_error_breaks_no_rule(bench: Bench) -> None:
    """It names the process; of the rule it says that it could not be checked, not that it is broken."""
    bench.adapter("wrong-id")
    done = bench.run(*QUICK, "--jobs", "1")
    assert "the adapter of 'parent' answered" in done.failure("fake.can-read")["actual"]
    assert done.results is not None
    held = {each["id"]: each["held"] for each in done.results["requirements"]}
    assert held["server.pipe.unnamed"] == {"fake": "not observable"}
    told = " ".join(done.output.split())
    assert "unchecked" in told and "requires" not in told.partition("requirements total")[0]


def test_who_refuses_what_it_does_not_lack_is_told_what_to_list(bench: Bench) -> None:
    """By the names of the capabilities that the case needs, if it needs any."""
    bench.adapter("refuses")
    bench.cases(CASES.replace("  steps", "  needs: [null-arguments]\n  steps", 1))
    done = bench.run()
    assert done.verdicts()["fake.can-read"] == "adapter error"
    actual = done.failure("fake.can-read")["actual"]
    assert "(-32602): null is no array" in actual
    assert actual.endswith("; the case needs what it does not say that it lacks: null-arguments")


def test_who_refuses_an_object_of_its_own_is_told_of_no_capability(bench: Bench) -> None:
    """Every adapter makes these: what else the case needs has nothing to do with it."""
    bench.adapter("refuses-file")
    made = "    - {new: Descriptor, as: file, with: {kind: file}}\n"
    text = CASES.replace("  steps:\n", f"  needs: [collect]\n  steps:\n{made}", 1)
    bench.cases(text)
    actual = bench.run().failure("fake.can-read")["actual"]
    assert actual.endswith("(-32603): no handle is free")


def test_an_array_that_was_never_given_is_the_adapters_fault(bench: Bench) -> None:
    """Where the case looks at arrays; elsewhere a task may show those of the call that began it."""
    bench.adapter("shows-no-array")
    assert bench.run().verdicts()["fake.can-read"] == "pass"
    bench.cases(CASES.replace("returns: false", "returns: false, keeps: true"))
    done = bench.run()
    assert done.verdicts()["fake.can-read"] == "adapter error"
    assert "an array 'buffer' that nobody gave it" in done.failure("fake.can-read")["actual"]


def test_an_array_that_is_not_shown_is_the_adapters_fault(bench: Bench) -> None:
    """What a Read did to it can't be told, so nothing is said of the implementation."""
    bench.adapter("hides-array")
    bench.cases(
        "- id: fake.reads\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}\n"
        "    - {call: server.DisposeLocalCopyOfClientHandle}\n"
        "    - {call: server.Read, with: {buffer: {length: 1}, offset: 0, count: 1}, keeps: true}\n"
    )
    done = bench.run()
    assert done.verdicts()["fake.reads"] == "adapter error"
    assert "the answer has no 'bytes' for 'buffer'" in done.failure("fake.reads")["actual"]


def test_what_a_begin_member_returns_is_not_waited_for(bench: Bench) -> None:
    """An IAsyncResult need not have Wait: the failure is that of the call itself."""
    bench.adapter("begins")
    bench.cases(
        "- id: fake.begins\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}\n"
        "    - {call: server.BeginRead, wait: true, with: {buffer: {length: 1}, offset: 0, count: 1,"
        " callback: null, state: null}, throws: IOException}\n"
    )
    done = bench.run()
    assert done.verdicts()["fake.begins"] == "fail"
    assert done.failure("fake.begins")["actual"].startswith("returned")


STARTS_WITHOUT_INPUT = """\
- id: fake.starts
  title: T
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server}
    - {start: child, streams: {in: closed}}
"""


def test_a_child_that_the_cases_streams_hold_up_hangs_for_as_long_as_a_start_may_take(
    bench: Bench,
) -> None:
    """30 s by the manifest, a fifth of which is left; a step's 5 s are not what was waited for."""
    bench.adapter("waits-for-input")
    bench.cases(STARTS_WITHOUT_INPUT)
    done = bench.run("--timeout-scale", "0.2")
    assert done.verdicts()["fake.starts"] == "hang"
    failure = done.failure("fake.starts")
    assert failure["expected"] == "an end within 6 s"
    assert "did not connect and answer hello" in failure["actual"]


def test_a_child_that_the_cases_streams_end_is_a_failure_of_the_case(bench: Bench) -> None:
    """The same program says hello elsewhere; so it is no fault of the adapter."""
    bench.adapter("needs-input")
    bench.cases(STARTS_WITHOUT_INPUT)
    done = bench.run()
    assert done.verdicts()["fake.starts"] == "fail"
    assert "ended before it said hello" in done.failure("fake.starts")["actual"]


def test_a_gigabyte_on_standard_error_blocks_nobody(bench: Bench) -> None:
    """The flood is read and dropped but for its end."""
    bench.adapter("floods")
    done = bench.run("--timeout-scale", "10")
    assert done.verdicts() == {"fake.can-read": "pass", "fake.can-write": "pass"}
    assert done.status == 0


def test_an_adapter_that_ignores_sigterm_is_ended(bench: Bench) -> None:
    """The bench's own check finds no process afterwards."""
    bench.adapter("ignores-sigterm")
    assert bench.run().status == 0


def test_a_crash_shows_the_last_lines_of_standard_error(bench: Bench) -> None:
    """They are evidence in the failure."""
    bench.adapter("dies")
    assert "last words" in bench.run(*QUICK).failure("fake.can-read")["stderr"]


def test_a_crash_shows_its_reason_above_a_long_trace(bench: Bench) -> None:
    """Where the error is named first, and the frames below are many."""
    bench.adapter("dies-traced")
    shown = bench.run(*QUICK).failure("fake.can-read")["stderr"]
    assert shown[0] == "Error: the reason" and shown[-1] == "Runtime v1" and len(shown) < 20


def test_a_hang_shows_where_each_thread_was(bench: Bench) -> None:
    """By the operating system's own view."""
    bench.adapter("never")
    assert any("futex" in line for line in bench.run(*QUICK).failure("fake.can-read")["threads"])


def test_a_wrong_answer_is_a_failure_with_all_that_a_reader_asks(bench: Bench) -> None:
    """Case, requirement and source, step, expected, actual, evidence, replay: in this order."""
    bench.adapter("wrong-answer")
    done = bench.run()
    assert done.status == 1
    text = " ".join(done.output[done.output.index("FAIL  fake: fake.can-read") :].split())
    places = [
        text.index(words)
        for words in (
            "A server that writes can't read",
            "server.pipe.unnamed, must",
            "https://learn.microsoft.com/",
            "2: {get: server.CanRead, returns: false}",
            "expected returns false",
            "actual returned true",
            "end (descriptor",
            "./pipects replay 'fake.can-read' --implementation fake",
        )
    ]
    assert places == sorted(places)
    assert done.output.count("FAIL  fake: fake.can-read") == 1
    assert done.output.index("written:") > done.output.index("known deviation")


def test_a_handle_that_stays_open_fails_the_case_that_left_it(bench: Bench) -> None:
    """Both cases leave one, and neither blames the other."""
    bench.adapter("leaks")
    done = bench.run()
    assert set(done.verdicts().values()) == {"fail"}
    assert "left open: read end" in done.failure("fake.can-read")["actual"]


def test_a_call_left_running_is_proven_blocked(bench: Bench) -> None:
    """The proof is a thread in a read of that very pipe."""
    bench.adapter("good")
    bench.cases(
        """\
- id: fake.blocked
  title: A read of an empty pipe waits
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: In}}
    - {call: server.Read, with: {buffer: {length: 1}, offset: 0, count: 1}, on: reader, until: blocked}
    - {observe: ends, of: server, are: [read, write]}
    - {kill: parent}
    - {observe: exit, of: parent, is: {signal: SIGKILL}}
    - {finish: reader}
"""
    )
    done = bench.run(*QUICK)
    assert done.results is not None
    (result,) = done.results["results"]
    assert result["proofs"] == ["strong"]
    assert result["verdict"] == "adapter error"  # the case itself goes on with a process it killed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_its_results(bench: Bench, number: signal.Signals) -> None:
    """Results so far are written, marked incomplete, and no process is left."""
    bench.adapter("never")
    lines = [f"- id: fake.n{i:02}\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
             "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
             "    - {get: server.CanWrite, returns: true}\n" for i in range(5)]  # fmt: skip
    lines.append("- id: fake.waits\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
                 "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
                 "    - {get: server.CanRead, returns: false}\n")  # fmt: skip
    bench.cases("".join(lines))
    file = bench.folder / "results.json"
    process = subprocess.Popen(
        bench.command("run", "fake", "--json", str(file), "--jobs", "1", "--verbose"),
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "fake.n04" in line:
            break
    os.kill(process.pid, number)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    results = json.loads(file.read_text(encoding="utf-8"))
    assert not results["complete"] and number.name in results["broken_off"]
    assert [result["verdict"] for result in results["results"]] == ["pass"] * 5
    assert "interrupted" in rest


@pytest.mark.parametrize("words", ["list requirements", "run fake"])
def test_output_that_goes_nowhere_is_said(bench: Bench, words: str) -> None:
    bench.adapter("good")
    of = ["--adapters", str(bench.folder / "adapters")]
    command = [sys.executable, "-m", "pipects", *words.split(), *of]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            command, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, timeout=ENOUGH
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.rstrip().endswith("pipects: the standard output: No space left on device")


def test_a_full_disk_is_said_and_loses_nothing_won(bench: Bench) -> None:
    """Where results can't be written the run ends with status 2 and one clear line."""
    bench.adapter("good")
    done = bench.run("--junit", "/dev/full")
    assert done.status == 2
    assert "/dev/full: can't be written" in done.errors
    assert done.verdicts() == {"fake.can-read": "pass", "fake.can-write": "pass"}


def test_a_program_that_cannot_be_started_holds_up_no_other(bench: Bench) -> None:
    """The mistake is its manifest's; the other implementation is run."""
    bench.adapter("good")
    bench.adapter("good", name="broken")
    file = bench.folder / "adapters" / "broken.yaml"
    start = f'start: ["{bench.folder}", '
    file.write_text(file.read_text(encoding="utf-8").replace("start: [", start), encoding="utf-8")
    results = bench.folder / "results.json"
    done = bench.pipects("run", "broken", "fake", "--json", str(results))
    assert done.status == 1
    assert "can't be started: Permission denied" in " ".join(done.output.split())
    found = json.loads(results.read_text(encoding="utf-8"))["results"]
    assert [each["verdict"] for each in found] == ["pass"] * 2


def test_a_program_that_is_absent_is_said_and_marked_not_run(bench: Bench) -> None:
    """An implementation whose runtime is missing is no failure of it."""
    bench.adapter("good", more="")
    file = bench.folder / "adapters" / "fake.yaml"
    file.write_text(file.read_text().replace("requires: []", "requires: [no-such-runtime]"))
    done = bench.run()
    assert "fake: not run, no-such-runtime is not installed" in done.output
    assert done.results is not None
    assert done.results["implementations"][0]["smoke"]["verdict"] == "not run"


def test_replay_shows_messages_and_observations(bench: Bench) -> None:
    """Every step, every message both ways."""
    bench.adapter("good")
    done = bench.pipects("replay", "fake.can-write", "--implementation", "fake")
    assert done.status == 0, done.output + done.errors
    assert "step 1" in done.output and '"member": "CanWrite"' in done.output
    assert '{"returned": true}' in done.output


def test_the_harness_leaves_no_handle_of_its_own(bench: Bench, tmp_path: Path) -> None:
    """Many adapters replaced in one run: the harness's own descriptors stay bounded."""
    bench.adapter("dies")
    cases = "".join(
        f"- id: fake.n{i:03}\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
        "    - {get: server.CanRead, returns: false}\n"
        for i in range(60)
    )
    bench.cases(cases)
    limited = "import resource,sys,runpy; resource.setrlimit(resource.RLIMIT_NOFILE,(40,40)); " \
        "sys.argv[0]='pipects'; runpy.run_module('pipects', run_name='__main__')"  # fmt: skip
    command = bench.command("run", "fake", "--json", str(tmp_path / "r.json"))
    done = finished([command[0], "-c", limited, *command[3:]])
    results = json.loads((tmp_path / "r.json").read_text())["results"]
    assert {result["verdict"] for result in results} == {"crash"}, done.output[-2000:] + done.errors
    assert len(results) == 60


def test_a_build_that_fails_is_told_and_the_others_are_run(bench: Bench) -> None:
    bench.adapter("good")
    bench.adapter("good", "broken")
    manifest = bench.folder / "adapters" / "broken.yaml"
    failing = json.dumps([["sh", "-c", "echo no such header >&2; exit 3"]])
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("build: []", f"build: {failing}"), encoding="utf-8")
    done = bench.pipects("run", "broken", "fake", "--json", str(bench.folder / "results.json"))
    results = json.loads((bench.folder / "results.json").read_text(encoding="utf-8"))["results"]
    assert done.status == 1 and {each["server"] for each in results} == {"fake"}, done.output
    assert [each["verdict"] for each in results] == ["pass", "pass"]
    told = " ".join(done.output.split())
    assert "broken: the adapter is not fit to be asked is built: broken can't be built" in told
    assert "ended with status 3: no such header" in told


@pytest.mark.parametrize(("pipes", "more"), [(6, None), (7, "and 2 ends more")])
def test_what_a_process_holds_is_told_as_far_as_anyone_reads(
    bench: Bench, pipes: int, more: str | None
) -> None:
    """A case of two hundred pipes needs no page for each of its failures."""
    bench.adapter("wrong-answer")
    bench.cases(
        "- id: fake.many\n  title: T\n  covers: [server.pipe.unnamed]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, as: server_#, with: {direction: Out}, repeat: %d}\n"
        "    - {get: server_1.CanRead, returns: false}\n" % pipes
    )
    (told,) = bench.run().failure("fake.many")["observed"]
    assert told.count("(descriptor ") == 12
    assert told.endswith(more or ")")
