"""The command line: what `pipects` offers, and how errors end it."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence

from pipects import __version__, fitting, interrupts, parsing
from pipects.commands import (
    defects,
    deviations,
    doctor,
    expand,
    explore,
    init_adapter,
    interleave,
    listing,
    mutants,
)
from pipects.commands import replay, run, timeline
from pipects.errors import Interrupted, UserError, said
from pipects.observe import NotObservable, descent
from pipects.observe import linux, platforms
from pipects.parsing import Parser
from pipects.reports import commands as reports


def parser() -> Parser:
    """The whole command line."""
    result = Parser(
        prog="pipects",
        description="The conformance test suite for .NET-style anonymous pipes: what does an "
        "AnonymousPipeServerStream or AnonymousPipeClientStream, in any language, get wrong?",
        epilog="Exit status: 0 all held or known, 1 something did not, 2 it could not be done.",
    )
    result.add_argument("--version", action="version", version=f"pipects {__version__}")
    subparsers = result.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (
        run,
        listing,
        replay,
        interleave,
        timeline,
        deviations,
        defects,
        mutants,
        expand,
        explore,
        init_adapter,
        doctor,
    ):
        command.add(subparsers)
    reports.add_commands(subparsers)
    parsing.add_help(subparsers, result)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit status. Nothing that it starts outlives it."""
    interrupts.install()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with contextlib.suppress(NotObservable):  # then orphans are found as far as may be
        linux.adopt_orphans()
    linux.keep_from_programs(linux.CAP_SYS_RESOURCE)
    household = descent.Household()
    try:
        return guarded(arguments)
    finally:
        interrupts.ignore()
        platforms.end()
        household.end()


def guarded(arguments: Sequence[str] | None) -> int:
    """The one place in which every error ends: a line of words, and the exit status 2."""
    try:
        asked = parser()
        parsing.complete(asked)
        args = asked.understood(arguments)
        status: int = args.run(args)
        sys.stdout.flush()
        return status
    except (Exception, Interrupted) as error:
        if isinstance(error, OSError) and error.filename is None and not _output_goes_out():
            error.filename = "the standard output"
        if not isinstance(error, BrokenPipeError):  # say nothing more, to anyone
            hint = f" ({error.hint})" if isinstance(error, UserError) and error.hint else ""
            with contextlib.suppress(OSError):
                fitting.say(f"pipects: {said(error)}{hint}", sys.stderr)
        return 2


def _output_goes_out() -> bool:
    """Whether what is printed can be written: what was may have left an open line. If it can't, all of it is lost."""
    try:
        print(flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
