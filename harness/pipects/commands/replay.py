"""`pipects replay`: one test, with every message and every observation."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from pipects import selection, suite, verdicts
from pipects.commands import run
from pipects.console import Reporter
from pipects.pairs import Pair, Settings, introduce
from pipects.running import Run
from pipects.verdicts import Result


def add(subparsers: Any) -> None:
    """Adds `replay`."""
    replay = subparsers.add_parser(
        "replay",
        help="run a case and show every message and observation",
        description="Runs one case (all its rows, or the row named) and prints each step, the "
        "messages to the adapter (>) and from it (<), and what the operating system showed.",
    )
    replay.add_argument("case", metavar="CASE")
    replay.add_argument("--implementation", default="reference", metavar="IMPLEMENTATION")
    replay.add_argument("--client", metavar="IMPLEMENTATION")
    replay.add_argument("--timeout-scale", type=run.factor, default=1.0, metavar="X")
    suite.add_options(replay)
    replay.set_defaults(run=replay_command)


def replay_command(args: argparse.Namespace) -> int:
    """`pipects replay`. Returns the exit status."""
    loaded = suite.load(args)
    the_spec = loaded.spec
    tests = selection.select(loaded.tests, the_spec, [args.case])
    (server,) = loaded.chosen([args.implementation])
    (client,) = loaded.chosen([args.client or args.implementation])
    reporter = Reporter(the_spec, tests, verbose=True)
    introductions = {
        each.id: introduce(each, the_spec.lackable, args.timeout_scale, reporter.building)
        for each in (server, client)
    }
    for name, introduction in introductions.items():
        if not introduction.ok:
            reporter.introduce(name, introduction)
            return 1 if introduction.greeting else 2
    results: list[Result] = []

    def each(result: Result) -> None:
        results.append(result)
        _show(reporter, result)

    settings = Settings(jobs=1, scale=args.timeout_scale, trace=True, where=suite.repeated(args))
    started = time.monotonic()
    Run(Pair(server, client), introductions, settings).execute(tests, each)
    bad = sum(result.verdict in verdicts.BAD for result in results)
    reporter.say(f"{len(results)} tests, {bad} failed, {time.monotonic() - started:.2f} s")
    return 1 if bad else 0


def _show(reporter: Reporter, result: Result) -> None:
    number = 0
    reporter.say(f"{result.test}", "bold")
    for line in result.trace:
        kind, _, text = line.partition(" ")
        if kind == "step":
            number += 1
            reporter.say(f"step {number:<3} {text}")
        elif kind == "observed":
            reporter.say(f"    saw   {text}", "cyan")
        else:
            reporter.say(f"    {kind}     {_readable(text)}", "dim")
    if result.verdict in verdicts.BAD:
        reporter.failure(result)
    else:
        reporter.say(f"{result.verdict}" + (f": {result.reason}" if result.reason else ""))
    reporter.say()


def _readable(text: str) -> str:
    """A message without what every message has."""
    try:
        message = json.loads(text)
    except ValueError:
        return text
    if not isinstance(message, dict):
        return text
    message.pop("jsonrpc", None)
    rest = json.dumps(
        message.get("params", message.get("result", message.get("error"))), ensure_ascii=False
    )
    return f"[{message.get('id')}] {message.get('method', '')} {rest}".replace("  ", " ")
