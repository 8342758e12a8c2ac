"""The command line's parser: what it doesn't know it answers with the nearest that it does."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from pipects import fitting


MOST = 100_000
"""Of repetitions, and of tests at the same time."""


class Parser(argparse.ArgumentParser):
    """An argument parser that helps."""

    _is_parsing = False

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, what was perhaps meant, and this command's own usage; status 2."""
        hint = self._hint(message)
        self.print_usage(sys.stderr)
        fitting.say(f"{self.prog}: {message}{hint}", sys.stderr)
        self.exit(2)

    def understood(self, arguments: Sequence[str] | None = None) -> argparse.Namespace:
        """The parsed arguments; a command's unknown option is answered by that command."""
        known: argparse.Namespace
        known, unknown = self.parse_known_args(arguments)
        if unknown:
            of: Parser = getattr(known, "parser", self)
            of.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As the base class's, and names may stand behind options, too: `run python --verbose go`."""
        if self._is_parsing or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._is_parsing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_parsing = False

    def _hint(self, message: str) -> str:
        if found := re.search(r"unrecognized arguments: (-\S+)", message):
            return near(found[1].partition("=")[0], self._option_string_actions)
        if found := re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message):
            return near(found[1], re.findall(r"'([^']*)'", found[2]))
        return ""


def near(word: str, known: Iterable[str]) -> str:
    """` (did you mean …?)`, or nothing."""
    close = difflib.get_close_matches(word, [*dict.fromkeys(known)], n=2, cutoff=0.5)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def positive(text: str) -> int:
    """An option's value that counts something."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    if number > MOST:
        raise argparse.ArgumentTypeError(f"at most {MOST}")
    return number


def add_help(subparsers: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Adds `help` and, since it is one of the program's commands, `test`."""
    test = subparsers.add_parser(
        "test",
        help="the project's own tests: ./pipects test [PRESET [CTEST-ARGUMENT...]]",
        description="Installs what the tests need, builds, and runs them all under CTest. It is "
        "the script ./pipects that does so, not this package.",
    )
    test.set_defaults(run=lambda args: test.error("start it by the script, ./pipects test"))
    about = subparsers.add_parser("help", help="this, or the help of a command")
    about.add_argument("command", nargs="?", metavar="COMMAND")

    def show(args: argparse.Namespace) -> int:
        if args.command is None:
            parser.print_help()
            return 0
        if args.command not in subparsers.choices:
            about.error(f"no command '{args.command}'{near(args.command, subparsers.choices)}")
        subparsers.choices[args.command].print_help()
        return 0

    about.set_defaults(run=show)
    for command in subparsers.choices.values():
        command.set_defaults(parser=command)


def complete(parser: argparse.ArgumentParser) -> None:
    """Completes a shell's words, where Debian's python3-argcomplete is installed."""
    try:
        import argcomplete
    except ImportError:
        return
    argcomplete.autocomplete(parser)


__all__: Sequence[str] = ("Parser", "add_help", "complete", "near")
