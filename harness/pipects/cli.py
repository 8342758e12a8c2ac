"""The command line: what `pipects` offers, and how errors end it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from pipects import __version__
from pipects.commands import defects, deviations, doctor, expand, init_adapter, listing, replay, run
from pipects.errors import UserError
from pipects.reports import commands as reports


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    result = argparse.ArgumentParser(
        prog="pipects",
        description="The conformance test suite for .NET-style anonymous pipes: what does an "
        "AnonymousPipeServerStream or AnonymousPipeClientStream, in any language, get wrong?",
        epilog="Exit status: 0 all held or known, 1 something did not, 2 it could not be done.",
    )
    result.add_argument("--version", action="version", version=f"pipects {__version__}")
    subparsers = result.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (run, listing, replay, deviations, defects, expand, init_adapter, doctor):
        command.add(subparsers)
    reports.add_commands(subparsers)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit status."""
    args = parser().parse_args(arguments)
    try:
        status: int = args.run(args)
        sys.stdout.flush()
        return status
    except UserError as error:
        print(f"pipects: {error}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Who reads our output has gone; say nothing more, to anyone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        print("pipects: interrupted", file=sys.stderr)
        return 2
