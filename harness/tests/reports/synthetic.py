"""Results documents made up for the tests: every state that a report must look right in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, cast

from pipects.harms import Harm
from pipects.reports import html
from pipects.reports.document import (
    Implementation,
    Requirement,
    Result,
    Results,
    Run,
    Test,
    Verdict,
)
from pipects.reports.outcome_diff import OutcomeChange
from pipects.reports.summary import sum_up
from pipects.reports.timeline_file import Told
from pipects.timeline import Row, Timeline

Profile = Literal["mixed", "green", "red"]

#: Control characters, quotes, markup, a CDATA's end, a terminal's colours, emoji, right-to-left, a lone surrogate.
ODD: Final = (
    "\x00\x01\x1b[31mred\x1b[0m \"double\" 'single' `tick` <b>&amp;</b> ]]> --> </script><script>alert(1)"
    "</script> \U0001f600 \u05e9\u05dc\u05d5\u05dd \ud800 \ufffe \u2028 | @name #1 https://example.org/ \\"
)

NAMES: Final = {
    "reference": ("pipects reference", "0.1.0", "C++", "g++ 12.2"),
    "mono-6.8": ("Mono", "6.8.0.105", "C#", "Mono 6.8"),
    "dotnet-10": (".NET", "10.0.1", "C#", "CoreCLR 10.0.1"),
    "python": ("pipects for Python", "0.1.0", "Python", "CPython 3.11"),
    "dotnet-9": (".NET", "9.0.4", "C#", "CoreCLR 9.0.4"),
    "dotnet-8": (".NET", "8.0.15", "C#", "CoreCLR 8.0.15"),
    "dotnet-7": (".NET", "7.0.20", "C#", "CoreCLR 7.0.20"),
    "dotnet-3.1": (".NET Core", "3.1.3", "C#", "CoreCLR 3.1.3"),
}

_SENTENCES: Final = (
    ("AnonymousPipeServerStream", "ctor(PipeDirection)", "A server opens one way, and the way is the direction it was given."),
    ("AnonymousPipeServerStream", "ctor(PipeDirection)", "A direction of InOut is refused with NotSupportedException."),
    ("AnonymousPipeServerStream", "ctor(PipeDirection, HandleInheritability)", "With None no child inherits any of the two handles."),
    ("AnonymousPipeServerStream", "ctor(PipeDirection, HandleInheritability)", "With Inheritable a child inherits the client's handle, and only that one."),
    ("AnonymousPipeServerStream", "GetClientHandleAsString()", "The string names the client's handle, so that a child that inherits it can open it."),
    ("AnonymousPipeServerStream", "DisposeLocalCopyOfClientHandle()", "Once the local copy is disposed, the server is told when the client exits."),
    ("AnonymousPipeServerStream", "ClientSafePipeHandle", "The safe handle is the client's end of the very pipe that the server reads or writes."),
    ("AnonymousPipeServerStream", "TransmissionMode", "The transmission mode of an anonymous pipe is always Byte."),
    ("AnonymousPipeServerStream", "ReadMode", "Setting the read mode to Message throws NotSupportedException."),
    ("AnonymousPipeClientStream", "ctor(String)", "A handle string that is no number is refused with ArgumentException."),
    ("AnonymousPipeClientStream", "ctor(PipeDirection, SafePipeHandle)", "A handle that the constructor refuses stays open and remains the caller's."),
    ("PipeStream", "Read(Byte[], Int32, Int32)", "A read after the other end was closed returns 0."),
    ("PipeStream", "Write(Byte[], Int32, Int32)", "A write to a broken pipe throws IOException."),
    ("PipeStream", "WaitForPipeDrain()", "Waits until the other end has read every byte that was sent."),
    ("PipeStream", "IsConnected", "Is true until the stream is disposed or the pipe is known to be broken."),
    ("PipeStream", "Dispose(Boolean)", "Dispose releases a Read that another thread is blocked in."),
    ("Stream", "CopyTo(Stream)", "Copies every byte up to the end of the file, in order."),
    ("SafePipeHandle", "ctor(IntPtr, Boolean)", "A handle that is not owned stays open when the object is disposed."),
)  # fmt: skip
_SOURCES: Final = {
    "AnonymousPipeServerStream": "anonymous-pipe-server-stream",
    "AnonymousPipeClientStream": "anonymous-pipe-client-stream",
    "PipeStream": "pipe-stream",
    "Stream": "stream",
    "SafePipeHandle": "safe-pipe-handle",
}
_API: Final = "https://learn.microsoft.com/dotnet/api/"
SOURCES: Final = {
    "anonymous-pipe-server-stream": {
        "title": "AnonymousPipeServerStream Class",
        "url": f"{_API}system.io.pipes.anonymouspipeserverstream",
    },
    "anonymous-pipe-client-stream": {
        "title": "AnonymousPipeClientStream Class",
        "url": f"{_API}system.io.pipes.anonymouspipeclientstream",
    },
    "pipe-stream": {"title": "PipeStream Class", "url": f"{_API}system.io.pipes.pipestream"},
    "stream": {"title": "Stream Class", "url": f"{_API}system.io.stream"},
    "safe-pipe-handle": {
        "title": "SafePipeHandle Class",
        "url": f"{_API}microsoft.win32.safehandles.safepipehandle",
    },
}
_MIX: Final[dict[str, dict[Verdict, float]]] = {
    "reference": {"not observable": 0.01},
    "mono-6.8": {"known deviation": 0.05, "fail": 0.02, "hang": 0.008, "not applicable": 0.12},
    "dotnet-10": {"known deviation": 0.02},
    "python": {"not applicable": 0.1, "fail": 0.01, "unexpected pass": 0.004},
    "dotnet-3.1": {"known deviation": 0.08, "crash": 0.006, "not applicable": 0.05},
}
_HARMS: Final[dict[Verdict, Harm]] = {
    "fail": "wrong exception",
    "hang": "hang",
    "crash": "process aborted",
    "known deviation": "wrong value",
}
_RED: Final[dict[Verdict, float]] = {"fail": 0.8, "hang": 0.1, "crash": 0.06, "adapter error": 0.04}


def requirements(count: int) -> list[Requirement]:
    """Requirements with ids of their own, on the members above in turn."""
    made: list[Requirement] = []
    for index in range(count):
        kind, member, text = _SENTENCES[index % len(_SENTENCES)]
        turn = index // len(_SENTENCES)
        slug = "".join(c if c.isalnum() else "-" for c in member.split("(")[0].lower())
        made.append(
            {
                "id": f"{kind.lower()}.{slug}.rule-{index + 1}",
                "members": [f"{kind}.{member}" if "ctor" not in member else f"{kind}..{member}"],
                "text": text if not turn else f"{text[:-1]}, also in situation {turn + 1}.",
                "level": "should" if index % 4 == 3 else "must",
                "platforms": "any",
                "sources": [f"{_SOURCES[kind]}#{member}"],
                "note": "Takes what .NET does on every platform." if index % 7 == 5 else None,
                "cases": [],
                "held": {},
            }
        )
    return made


def _implementation(name: str) -> Implementation:
    title, version, language, runtime = NAMES[name]
    return {
        "id": name,
        "name": title,
        "version": version,
        "language": language,
        "runtime": runtime,
        "os": "Linux 6.18",
        "lacks": [{"capability": "access-control", "text": "PipeSecurity"}]
        if "dotnet" in name
        else [],
        "smoke": {
            "verdict": "pass",
            "checks": [{"check": "says hello", "ok": True, "detail": "protocol 1"}],
        },
        "reason": None,
        "unused_deviations": [],
    }


def tests(rules: Sequence[Requirement], count: int, rows: int) -> list[Test]:
    """Tests in cases of `rows` rows each, every one covering a requirement or two, and a cell of each.

    One cell in four of a requirement is a hole, which no test looks at.
    """
    made: list[Test] = []
    for index in range(count):
        rule = rules[(index // rows) % len(rules)]
        other = rules[(index // rows * 7 + 3) % len(rules)]
        case = f"{rule['id']}.case-{index // rows + 1}"
        size = 2 ** (index % rows)
        made.append(
            {
                "id": f"{case}/{size}" if rows > 1 else case,
                "case": case,
                "row": {"size": size} if rows > 1 else {},
                "title": f"{rule['text'][:-1]} ({size} bytes)" if rows > 1 else rule["text"],
                "covers": sorted({rule["id"], other["id"]} if index % 5 == 0 else {rule["id"]}),
                "steps": [
                    "new: AnonymousPipeServerStream, as: server, with: {direction: Out}",
                    "call: server.GetClientHandleAsString, as: handle",
                    "start: client, arguments: [$handle]",
                    f"call: server.Write, with: {{buffer: {{length: {size}}}}}",
                    "call: client.Read, with: {count: 64}, returns: {at-least: 1}",
                ],
                "processes": 1 + index % 2,
                "needs": [],
                "file": "conformance/cases/server/construct.yaml",
                "line": 3 + index * 9,
            }
        )
    for test in made:
        for rule in rules:
            if rule["id"] in test["covers"] and test["case"] not in rule["cases"]:
                rule["cases"].append(test["case"])
    for rule in rules:
        own = [test for test in made if rule["id"] in test["covers"]]
        rule["cells"] = len(own) + len(own) // 3
        for cell, test in enumerate(own):
            test.setdefault("cells", {})[rule["id"]] = [cell]
    return made


def result(
    test: Test, server: str, verdict: Verdict, dice: random.Random, client: str | None = None
) -> Result:
    """One result, with everything that its verdict brings along."""
    bad = verdict in ("fail", "hang", "crash", "adapter error", "known deviation")
    made: Result = {
        "test": test["id"],
        "server": server,
        "client": client or server,
        "repetition": 1,
        "verdict": verdict,
        "seconds": 0
        if verdict in ("not run", "not applicable")
        else round(dice.expovariate(80), 4),
        "proofs": ["read"] if verdict == "pass" and test["processes"] > 1 else [],
        "reason": {
            "not applicable": "lacks access-control: PipeSecurity",
            "not observable": "the platform has no view of inheritable handles",
            "not run": "the run was broken off before it",
            "unexpected pass": "the list of deviations says that this fails",
        }.get(verdict),
        "failure": None,
        "deviation": None,
        "replay": f"./pipects replay {test['id']} --implementation {server}",
    }
    if bad:
        step = dice.randrange(len(test["steps"]))
        made["failure"] = {
            "step": step,
            "text": test["steps"][step],
            "requirement": test["covers"][0],
            "expected": "throws NotSupportedException",
            "actual": {
                "hang": "no answer within 5 s; the process is asleep",
                "crash": "the process ended by SIGSEGV",
                "adapter error": "an answer with an id that nobody asked for",
            }.get(verdict, "returned 0"),
            "observed": [
                "the process holds: 5 read inheritable, 6 write",
                "one thread, asleep in read",
            ],
            "stderr": ["Unhandled exception:", "System.IO.IOException: Invalid handle"],
            "threads": ["main: read(5) on the pipe"] if verdict == "hang" else [],
        }
        made["trace"] = [
            f'-> {{"id":{n},"method":"call","params":{{"member":"{line[:30]}"}}}}'
            for n, line in enumerate(test["steps"])
        ]
    harm = _HARMS.get(verdict)
    if harm is not None:
        made["harm"] = harm
    if verdict == "known deviation":
        made["deviation"] = {
            "requirement": test["covers"][0],
            "verdict": "hang" if dice.random() < 0.4 else "fail",
            "happens": "The client's handle is not there in the child process.",
            "kind": "implementation",
            "reason": "Process.Start closes every handle above 2 in the child.",
            "link": "https://github.com/mono/mono/issues/1",
        }
    return made


def _verdict(profile: Profile, implementation: str, dice: random.Random) -> Verdict:
    if profile == "green":
        return "pass"
    mix = _RED if profile == "red" else _MIX.get(implementation, _MIX["dotnet-10"])
    return dice.choices([*mix, "pass"], [*mix.values(), 1 - sum(mix.values())])[0]


def make(
    profile: Profile = "mixed",
    implementations: Sequence[str] = ("reference", "mono-6.8", "dotnet-10", "python"),
    rules: int | list[Requirement] = 54,
    count: int = 216,
    rows: int = 4,
    matrix: bool = False,
    seed: int = 1,
) -> Results:
    """A results document: every test on every implementation, or on every pair."""
    dice = random.Random(seed)
    made = requirements(rules) if isinstance(rules, int) else rules
    run_tests = tests(made, count, rows) if made else []
    results: list[Result] = []
    for test in run_tests:
        for server in implementations:
            if matrix:
                for client in implementations:
                    worst = max(server, client, key=lambda each: sum(_MIX.get(each, {}).values()))
                    verdict = _verdict(profile, worst, dice)
                    results.append(result(test, server, verdict, dice, client))
            else:
                results.append(result(test, server, _verdict(profile, server, dice), dice))
    return sum_up(
        run([_implementation(each) for each in implementations], made, run_tests, results)
    )


def run(
    implementations: list[Implementation],
    rules: list[Requirement],
    run_tests: list[Test],
    results: list[Result],
) -> Run:
    """A complete run, not yet summed up."""
    return {
        "schema": "pipects-results/1",
        "pipects": "0.1.0",
        "complete": True,
        "broken_off": None,
        "started": "2026-03-14T09:26:53+00:00",
        "seconds": round(sum(each["seconds"] for each in results) / 2, 3),
        "command": ["pipects", "run", "--json", "out/results.json"],
        "seed": None,
        "jobs": 2,
        "repeat": 1,
        "timeout_scale": 1.0,
        "shard": None,
        "machine": {"system": "Linux 6.18", "cpu": "x86-64", "cores": 2, "python": "3.11.2"},
        "implementations": implementations,
        "requirements": rules,
        "sources": cast(Any, dict(SOURCES)),
        "tests": run_tests,
        "results": results,
    }


def empty() -> Results:
    """A run that selected nothing."""
    return sum_up(run([], [], [], []))


def again(results: Results, /, **changes: Any) -> Results:
    """The document with changes, summed up again."""
    changed = {**results, **changes}
    del changed["summary"]
    return sum_up(cast(Run, changed))


def broken_off() -> Results:
    """A run that ended at Ctrl-C: the second half of the tests did not run."""
    results = make()
    half = len(results["results"]) // 2
    dice = random.Random(2)
    tests_by_id = {test["id"]: test for test in results["tests"]}
    rest = [
        result(tests_by_id[r["test"]], r["server"], "not run", dice)
        for r in results["results"][half:]
    ]
    return again(
        results,
        complete=False,
        broken_off="interrupted (Ctrl-C)",
        results=results["results"][:half] + rest,
    )


def odd() -> Results:
    """A small run in which every text that a program under test can choose is odd."""
    results = make(rules=6, count=6, rows=1, implementations=("mono-6.8", "python"), profile="red")
    each: Any
    for index, each in enumerate(results["results"]):
        each["failure"].update(
            text=ODD, expected=ODD, actual=ODD, observed=[ODD], stderr=[ODD], threads=[ODD]
        )
        each["trace"] = [ODD]
        if index % 3 == 1:
            each.update(verdict="not applicable", failure=None, reason=ODD)
        elif index % 3 == 2:
            deviation = result(results["tests"][0], "python", "known deviation", random.Random(1))
            each.update(verdict="known deviation", deviation=deviation["deviation"])
            each["deviation"].update(happens=ODD, reason=ODD, link="javascript:alert(1)")
    cast(Any, results["implementations"][0]).update(version=ODD, name=ODD)
    return again(results)


def large(count: int = 10_000) -> Results:
    """As many results as the suite should ever have: 2,500 tests on four implementations."""
    return make(rules=600, count=count // 4, rows=5)


def many() -> Results:
    """Eight implementations, each of which does some sixty different things wrong."""
    return make("red", list(NAMES), rules=60, count=180)


def from_file(path: Path) -> list[Requirement]:
    """The requirements of a specification's YAML file, for reports that are to be looked at."""
    import yaml

    return [
        {
            "id": entry["id"],
            "members": entry.get("members") or [entry["member"]],
            "text": " ".join(entry["text"].split()),
            "level": entry["level"],
            "platforms": entry["platforms"],
            "sources": entry["sources"],
            "note": entry.get("note"),
            "cases": [],
            "held": {},
        }
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def timeline() -> Told:
    """Three releases, in the second of which a requirement broke."""
    (rule,) = requirements(1)
    return Told(
        Timeline(
            "dotnet",
            ("9.0.0", "10.0.0", "11.0.0"),
            (Row(rule["id"], ("held", "hang", "")),),
            (
                ("10.0.0", (OutcomeChange("returned <1>", "nothing came", ("a.case/row",)),)),
                ("11.0.0", ()),
            ),
            {},
            40,
        ),
        {rule["id"]: rule["text"]},
        "pipects timeline dotnet --from 9.0.0",
    )


def beside() -> str:
    """A page that shows a matrix and a timeline beside its own results."""
    return html.render(make(), matrix=make(matrix=True, count=40), timeline=timeline())
