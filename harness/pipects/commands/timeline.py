"""`pipects timeline` and `pipects bisect`: which release changed what."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipects import fitting, parsing, releases, selection, suite, timeline
from pipects.console import Reporter
from pipects.errors import UserError
from pipects.products import Product
from pipects.releases import parse
from pipects.reports import output, shard, timeline_file, timeline_text
from pipects.reports.timeline_file import Told
from pipects.pairs import Settings
from pipects.survey import Seen, Survey


def add(subparsers: Any) -> None:
    """Adds `timeline` and `bisect`."""
    line = subparsers.add_parser(
        "timeline",
        help="say what changed from release to release of a product",
        description="Runs the suite on every release of PRODUCT that the package source has, oldest "
        "first, and says which verdict or outcome changed where. What is known of a release is not "
        "run again.",
    )
    line.add_argument("product", metavar="PRODUCT", help="such as dotnet")
    line.add_argument("--from", dest="oldest", metavar="RELEASE", help="begin with this one")
    line.add_argument("--to", dest="newest", metavar="RELEASE", help="end with this one")
    line.add_argument("--case", action="append", default=[], metavar="GLOB", help="only these")
    line.add_argument("--shard", metavar="I/N", help="only this part of N of the tests")
    line.add_argument("--json", type=Path, metavar="FILE", help="keep it for 'report --timeline'")
    line.add_argument("--markdown", type=Path, metavar="FILE", help="write it as Markdown")
    line.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    _add_how(line)
    line.set_defaults(run=timeline_command)

    search = subparsers.add_parser(
        "bisect",
        help="find the release that changed a test's verdict",
        description="Finds the first release of PRODUCT in which TEST comes otherwise than in GOOD. "
        "Exit status 2 if it comes alike in GOOD and BAD.",
    )
    search.add_argument("test", metavar="TEST", help="a case's row")
    search.add_argument("--good", required=True, metavar="RELEASE", help="where it is as it should")
    search.add_argument("--bad", required=True, metavar="RELEASE", help="a later one where not")
    search.add_argument("--product", default="dotnet", metavar="PRODUCT", help="(dotnet)")
    _add_how(search)
    search.set_defaults(run=bisect_command)


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=parsing.positive, default=2, metavar="N", help="tests at a time (2)"
    )
    parser.add_argument(
        "--timeout-scale", type=float, default=1.0, metavar="X", help="multiply every deadline"
    )
    suite.add_options(parser)


def timeline_command(args: argparse.Namespace) -> int:
    """`pipects timeline`. Returns the exit status."""
    loaded = suite.load(args)
    product = loaded.product(args.product)
    output.check({"html": args.html, "json": args.json, "markdown": args.markdown}, {})
    chosen = _between(product, args.oldest, args.newest)
    if len(chosen) < 2:
        raise UserError(f"a timeline wants two releases of {product.id} at least; here: {chosen}")
    tests = selection.select(loaded.tests, loaded.spec, args.case)
    if args.shard:
        part = set(shard.select([test.id for test in tests], args.shard))
        tests = [test for test in tests if test.id in part]
    survey = _survey(loaded, product, tests, args)
    made = timeline.make(product.id, chosen, tests, survey.seen)
    sys.stdout.write(timeline_text.terminal(made))
    told = Told(
        made,
        {each.id: each.text for each in loaded.spec.requirements.values()},
        shlex.join(["pipects", *sys.argv[1:]]),
    )
    for file, render in (
        (args.json, timeline_file.render),
        (args.markdown, timeline_text.markdown),
        (args.html, timeline_text.page),
    ):
        if file is not None:
            output.write(file, render(told))
            fitting.say(f"wrote {file}")
    return 0


def bisect_command(args: argparse.Namespace) -> int:
    """`pipects bisect`. Returns the exit status."""
    loaded = suite.load(args)
    product = loaded.product(args.product)
    tests = selection.select(loaded.tests, loaded.spec, [args.test])
    if len(tests) != 1:
        raise UserError(
            f"'{args.test}' names {len(tests)} tests; one is searched for at a time",
            f"such as {tests[0].id}",
        )
    (test,) = tests
    if parse(args.good) >= parse(args.bad):
        raise UserError(f"--good {args.good} must be an earlier release than --bad {args.bad}")
    chosen = _between(product, args.good, args.bad)
    for given in (args.good, args.bad):
        if given not in chosen:
            raise UserError(f"{product.id} {given} is not to be had", f"here: {', '.join(chosen)}")
    survey = _survey(loaded, product, tests, args)

    def came(release: str) -> Seen:
        return survey.seen(release)[test.id][0]

    good = came(args.good)
    if came(args.bad).verdict == good.verdict:
        raise UserError(f"{test.id} is '{good.verdict}' in {args.good} and in {args.bad} alike")
    first = timeline.bisect(chosen, lambda release: came(release).verdict != good.verdict)
    before = chosen[chosen.index(first) - 1]
    fitting.say(f"{test.id} is '{good.verdict}' up to {product.id} {before}")
    found = came(first)
    fitting.say(
        f"and '{found.verdict}' from {first} on" + (f": {found.actual}" if found.actual else "")
    )
    return 0


def _between(product: Product, oldest: str | None, newest: str | None) -> Sequence[str]:
    known = product.available()
    if oldest is not None:
        known = [each for each in known if parse(each) >= parse(oldest)]
    if newest is not None:
        known = [each for each in known if parse(each) <= parse(newest)]
    return releases.ascending(known)


def _survey(
    loaded: suite.Suite, product: Product, tests: Sequence[Any], args: argparse.Namespace
) -> Survey:
    reporter = Reporter(loaded.spec, tests, quiet=True)
    settings = Settings(args.jobs, 1, args.timeout_scale, where=suite.repeated(args))
    return Survey(
        product,
        loaded.spec,
        tests,
        settings,
        reporter.introduce,
        lambda implementation, count: reporter.begin(implementation.id, count),
    )
