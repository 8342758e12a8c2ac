"""`pipects doctor`: what this machine has, what it lacks, and what each missing thing would add."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipects import fitting, paths, suite
from pipects.director import programs
from pipects.observe import NotObservable, calls, linux

PROGRAMS = {
    "cmake": "builds the reference",
    "ninja": "builds the reference",
    "c++": "builds the reference",
    "dotnet": "the .NET implementations, and any release of .NET",
    "go": "the Go implementations",
    "cargo": "adapters in Rust",
    "mono": "the Mono implementation",
    "mcs": "the Mono implementation",
    "chromium": "tests of the HTML report in a real browser",
    "npm": "the accessibility check of the HTML report (axe-core)",
    "clang-format": ".ci/run: formatting",
    "clang-tidy": ".ci/run: static analysis",
    "gcovr": "tools/coverage.sh: what the tests reach of the reference",
    "strace": "the proof that a read with data costs one system call",
    "valgrind": "the in-process tests under valgrind",
    "wine": "implementations for Windows",
    "wineserver": "implementations for Windows",
    "x86_64-w64-mingw32-g++-posix": "implementations for Windows: the observer of their processes",
}

VERSION_OPTIONS = {"go": "version"}
"""What makes a program tell its version, where it isn't `--version`."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for."""

    name: str
    found: str | None
    adds: str


def add(subparsers: Any) -> None:
    """Adds `doctor`."""
    doctor = subparsers.add_parser(
        "doctor",
        help="say what is installed, what is missing, and what that would add",
        description="Looks for what the suite and the implementations need. Exit status: 0 if the "
        "reference can be run, 1 if not.",
    )
    suite.add_options(doctor)
    doctor.set_defaults(run=doctor_command)


def doctor_command(args: argparse.Namespace) -> int:
    """`pipects doctor`. Returns the exit status."""
    loaded = suite.load(args)
    _print("Programs", [*_programs()])
    _print("Views of the operating system", [*_views()])
    fitting.say("Implementations")
    for implementation in loaded.implementations.values():
        missing = implementation.missing()
        packages = (
            f" (Debian: {' '.join(implementation.packages)})" if implementation.packages else ""
        )
        state = f"needs {', '.join(missing)}{packages}" if missing else "can run"
        fitting.say(f"  {implementation.id:18} {state}")
    return 1 if loaded.implementations["reference"].missing() else 0


def _programs() -> Iterator[Finding]:
    lines = (paths.ROOT / "tools" / "packages.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.split() for line in lines if not line.startswith("#")]
    wanted = [entry[1] for entry in entries if len(entry) < 3 or not shutil.which(entry[2])]
    for program, adds in PROGRAMS.items():
        yield Finding(program, _version(program), adds)
    if shutil.which("dpkg-query"):
        done = subprocess.run(
            ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *wanted],
            capture_output=True,
            text=True,
            check=False,
        )
        installed = {
            line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")
        }
        if missing := sorted(set(wanted) - installed):
            yield Finding("Debian packages", None, " ".join(missing))


def _version(program: str) -> str | None:
    found = shutil.which(program)
    if found is None:
        return None
    done = subprocess.run(
        [found, VERSION_OPTIONS.get(program, "--version")],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0][:40] if lines else found


def _views() -> Iterator[Finding]:
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        adds = "shows handles, blocked calls and ends of processes; without it: not observable"
        try:
            linux.pipe_ends(child.pid)
            yield Finding("/proc/PID/fd", "readable", adds)
        except NotObservable:
            yield Finding("/proc/PID/fd", None, adds)
        seen = calls.situation(child.pid)
        yield Finding("/proc/PID/task/TID/syscall", "readable" if seen else None, adds)
        watch = linux.Watch(child.pid)
        child.kill()
        watch.ended(5)
        watch.close()
        yield Finding("pidfd", "works", "says when and how a process ended")
        found = programs.programs()
        yield Finding(
            "seccomp listener",
            None if found.missing else "works",
            "directs system calls, for the cases that hold or fail them; without it: not observable "
            f"({found.missing})",
        )


def _print(title: str, findings: Sequence[Finding]) -> None:
    fitting.say(title)
    for finding in findings:
        fitting.say(f"  {finding.name:18} {finding.found or 'missing: ' + finding.adds}")
    fitting.say("")
