"""`pipects run` and `pipects matrix`: execute tests, report what came of them."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipects import (
    bystanders,
    document,
    interrupts,
    missing,
    parsing,
    paths,
    selection,
    suite,
    traceability,
    verdicts,
)
from pipects.cases import Test
from pipects.console import Reporter
from pipects.errors import Interrupted, UserError, said
from pipects.implementations import Implementation
from pipects.reports import baseline, commands, diff, digest, model, output, shard
from pipects.reports.document import Results
from pipects.pairs import Introduction, Pair, Settings, introduce
from pipects.running import Run, differing, unused, whole_repetitions
from pipects.spec import Spec
from pipects.verdicts import Result


def add(subparsers: Any) -> None:
    """Adds `run` and `matrix`."""
    run = subparsers.add_parser(
        "run",
        help="run the cases on implementations",
        description="Runs the cases on implementations (the reference without any), between real "
        "processes, and reports. NAME@RELEASE is one release of a product, NAME@latest the newest. Exit status: 0 all held or known, 1 something did not, 2 the run "
        "could not be done.",
    )
    run.add_argument("implementations", nargs="*", metavar="IMPLEMENTATION")
    run.add_argument(
        "--client", metavar="IMPLEMENTATION", help="children are of this implementation instead"
    )
    run.add_argument(
        "--runtime",
        type=Path,
        metavar="DIR",
        help="a product's adapter on a runtime of your own: a shared framework, or a folder with "
        "'dotnet'; a release beside its name says which deviations to expect",
    )
    _add_options(run)
    run.set_defaults(run=run_command)

    matrix = subparsers.add_parser(
        "matrix",
        help="run every server with every client",
        description="Runs the cases with two or more processes for every pair of a server's and a "
        "client's implementation (all that can run here without any named).",
    )
    matrix.add_argument("implementations", nargs="*", metavar="IMPLEMENTATION")
    _add_options(matrix)
    matrix.set_defaults(run=matrix_command)


def _add_options(parser: argparse.ArgumentParser) -> None:
    choose = parser.add_argument_group("what to run")
    choose.add_argument(
        "--case",
        action="append",
        default=[],
        metavar="GLOB",
        help="only cases or rows that match; may be repeated",
    )
    choose.add_argument(
        "--requirement",
        action="append",
        default=[],
        metavar="GLOB",
        help="only cases that cover one that matches; may be repeated",
    )
    choose.add_argument("--stress", action="store_true", help="cases tagged 'stress' too")
    choose.add_argument("--shard", metavar="I/N", help="only this part of N, to be merged later")
    choose.add_argument(
        "--times", type=Path, metavar="FILE", help="balance the shards by an earlier results.json"
    )
    suite.add_options(parser)
    how = parser.add_argument_group("how to run")
    how.add_argument(
        "--jobs", type=parsing.positive, default=3, metavar="N", help="tests at the same time (3)"
    )
    how.add_argument(
        "--repeat",
        type=parsing.positive,
        default=1,
        metavar="N",
        help="the whole run N times; says which verdicts differ",
    )
    how.add_argument(
        "--shuffle", type=int, metavar="SEED", help="in an order that the seed decides"
    )
    how.add_argument(
        "--apart", action="store_true", help="each test in processes that no other test has used"
    )
    how.add_argument(
        "--timeout-scale", type=factor, default=1.0, metavar="X", help="multiply every deadline"
    )
    how.add_argument("--trace", action="store_true", help="keep every message in the results")
    how.add_argument(
        "--outcomes",
        action="store_true",
        help="keep what came of every step in the results, for 'diff --outcomes'",
    )
    write = parser.add_argument_group("what to write")
    write.add_argument("--json", type=Path, metavar="FILE", help="the results (out/results.json)")
    write.add_argument(
        "--html", type=Path, metavar="FILE", help="a page for people (out/report.html)"
    )
    write.add_argument("--junit", type=Path, metavar="FILE", help="JUnit XML for CI")
    write.add_argument("--markdown", type=Path, metavar="FILE", help="Markdown for a pull request")
    write.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="compare with a baseline: exit status 1 only on a regression",
    )
    write.add_argument("--verbose", "-v", action="store_true", help="a line for every test")


def factor(text: str) -> float:
    """An option's value by which deadlines are multiplied."""
    number = float(text)
    if not 0 < number < 1000:
        raise argparse.ArgumentTypeError("above 0 and below 1000")
    return number


def run_command(args: argparse.Namespace) -> int:
    """`pipects run`. Returns the exit status."""
    loaded = suite.load(args)
    the_spec, every_test = loaded.spec, loaded.tests
    chosen = _chosen(loaded, args)
    client = loaded.chosen([args.client])[0] if args.client else None
    tests = choose(the_spec, every_test, args)
    if client is not None:
        tests = [test for test in tests if test.processes > 1]
    for server in chosen:
        if client is not None and client.platform != server.platform:
            raise UserError(f"{server.id} and {client.id} live on different platforms")
    pairs = [Pair(server, client or server) for server in chosen]
    return _execute(the_spec, every_test, tests, pairs, args)


def _chosen(loaded: suite.Suite, args: argparse.Namespace) -> list[Implementation]:
    """The implementations that `run` is asked for; on a runtime of the user's own with --runtime."""
    if args.runtime is None:
        return loaded.chosen(args.implementations)
    if len(args.implementations) != 1:
        raise UserError(
            "--runtime goes with one product", f"pipects run dotnet --runtime {args.runtime}"
        )
    name, _, release = args.implementations[0].partition("@")
    product = loaded.product(name)
    return [product.on_runtime(args.runtime, loaded.implementations, release or None)]


def matrix_command(args: argparse.Namespace) -> int:
    """`pipects matrix`. Returns the exit status."""
    loaded = suite.load(args)
    the_spec, every_test, known = loaded.spec, loaded.tests, loaded.implementations
    able = [
        implementation.id
        for implementation in known.values()
        if implementation.default and not implementation.missing()
    ]
    chosen = loaded.chosen(args.implementations or able)
    tests = [test for test in choose(the_spec, every_test, args) if test.processes > 1]
    if not tests:
        raise UserError("no test with two processes is selected")
    pairs = [Pair(s, c) for s in chosen for c in chosen if s.platform == c.platform]
    return _execute(the_spec, every_test, tests, pairs, args)


def choose(the_spec: Spec, every_test: Sequence[Test], args: argparse.Namespace) -> list[Test]:
    """The tests that the options ask for, in the order that they ask for.

    A run of the whole suite first makes sure that requirements and cases cover each other.
    """
    if not (args.case or args.requirement or args.cases):
        traceability.check(the_spec, every_test)
    tests = selection.select(every_test, the_spec, args.case, args.requirement, stress=args.stress)
    if args.shard:
        times = shard.times(model.load(args.times)) if args.times else None
        part = set(shard.select([test.id for test in tests], args.shard, times))
        tests = [test for test in tests if test.id in part]
    return tests if args.shuffle is None else selection.shuffled(tests, args.shuffle)


def _execute(
    the_spec: Spec,
    every_test: Sequence[Test],
    tests: Sequence[Test],
    pairs: Sequence[Pair],
    args: argparse.Namespace,
) -> int:
    results_file = args.json or paths.OUT / "results.json"
    html_file = args.html or (None if args.json else paths.OUT / "report.html")
    reports = {"html": html_file, "junit": args.junit, "markdown": args.markdown}
    output.check(
        {"json": results_file, **reports}, {"baseline": args.baseline, "times": args.times}
    )
    if args.baseline:
        baseline.read(args.baseline)  # what is wrong with it is said before the run, not behind it
    reporter = Reporter(the_spec, tests, verbose=args.verbose)
    settings = Settings(
        args.jobs,
        args.repeat,
        args.timeout_scale,
        args.trace,
        args.outcomes,
        args.apart,
        suite.repeated(args),
    )
    journal = document.Journal(results_file.with_suffix(".partial.jsonl"))
    results: list[Result] = []
    seen: list[Result] = []
    introductions: dict[str, Introduction] = {}
    taking_part = {p.id: p for pair in pairs for p in (pair.server, pair.client)}
    started, clock, broken_off = document.now(), time.monotonic(), None
    first: dict[tuple[str, str, str], str] = {}
    judged = _judging(tests, taking_part, args)

    def each(result: Result) -> None:
        """Keeps a result; of repetitions only what differs from the first, or is bad."""
        result = judged(result)
        seen.append(result)
        usual = first.setdefault((result.server, result.client, result.test), result.verdict)
        if result.repetition == 1 or result.verdict != usual or result.verdict in verdicts.BAD:
            results.append(result)
            journal.add(result)
        reporter.result(result)

    try:
        for identifier, implementation in taking_part.items():
            introductions[identifier] = introduce(
                implementation,
                the_spec.lackable,
                args.timeout_scale,
                reporter.building,
            )
            reporter.introduce(identifier, introductions[identifier], implementation.unconfirmed)
        for pair in pairs:
            if all(introductions[each_id].ok for each_id in (pair.server.id, pair.client.id)):
                with reporter.begin(pair.title, len(tests) * args.repeat):
                    Run(pair, introductions, settings).execute(tests, each)
    except (Exception, Interrupted) as error:
        if not results and not isinstance(error, Interrupted):
            journal.close(keep=False)
            raise
        broken_off = said(error)
        with contextlib.suppress(OSError):  # it may be the output that can't be written
            reporter.say(f"pipects: {broken_off}; results so far are kept", "bold red")
    order = [test.id for test in tests]
    results, seen = missing.told_once(results, order), missing.told_once(seen, order)
    by_id = {test.id: test for test in tests}
    results = bystanders.spared(results, by_id, the_spec)
    seen = bystanders.spared(seen, by_id, the_spec)
    with interrupts.held(), _journal_to_the_end(journal):
        composed = document.compose(
            the_spec,
            tests,
            every_test,
            results,
            [
                (
                    implementation,
                    introductions.get(identifier, Introduction(None, (), "the run was broken off")),
                    []
                    if args.shard
                    else unused(implementation, every_test, args.cases or paths.CASES),
                )
                for identifier, implementation in taking_part.items()
            ],
            {
                "complete": broken_off is None,
                "broken_off": broken_off,
                "started": started,
                "seconds": round(time.monotonic() - clock, 2),
                "command": ["pipects", *sys.argv[1:]],
                "seed": args.shuffle,
                "jobs": args.jobs,
                "repeat": args.repeat,
                "timeout_scale": args.timeout_scale,
                "shard": args.shard,
            },
        )
        document.write(composed, results_file)
    return _conclude(composed, seen, by_id, results_file, reports, reporter, args)


def _judging(
    tests: Sequence[Test], taking_part: Mapping[str, Implementation], args: argparse.Namespace
) -> Callable[[Result], Result]:
    """What a result is told as: no list names a generated case, yet what it shows may be listed."""
    if not args.generated:
        return lambda result: result
    from pipects.exploring import knowing  # what it is made with need not be there for other runs

    named, known = {test.id: test for test in tests}, knowing.load()
    return lambda result: knowing.judged(
        result, named[result.test], taking_part[result.server], known
    )


@contextlib.contextmanager
def _journal_to_the_end(journal: document.Journal) -> Iterator[None]:
    """The journal goes once the results stand in a document; else it stays, and that is said."""
    try:
        yield
    except UserError as error:
        journal.close(keep=True)
        kept = f"{journal.kept} results are kept in {paths.shown(journal.path)}"
        raise UserError(str(error), kept) from error
    except BaseException:
        journal.close(keep=True)
        raise
    journal.close(keep=False)


def _conclude(
    composed: Results,
    seen: Sequence[Result],
    tests: Collection[str],
    results_file: Path,
    reports: dict[str, Path | None],
    reporter: Reporter,
    args: argparse.Namespace,
) -> int:
    """Reports, and says what was written. Returns the exit status."""
    unstable, races = differing(seen) if args.repeat > 1 else ([], [])
    bad = [result for result in seen if result.verdict in verdicts.BAD]
    reporter.conclude(composed, bad, unstable)
    if args.repeat > 1:
        rounds = whole_repetitions(seen, tests)
        whole = "" if composed["complete"] else "whole "
        counted = f"{len(seen)} verdicts in {rounds} {whole}repetitions"
        listed = f", besides {len(races)} of listed races" if races else ""
        reporter.say(f"{counted}, {len(unstable)} tests whose verdict differs{listed}")
    reporter.say(f"{composed['seconds']:.1f} s: {shlex.join(composed['command'])}", "dim")
    status = composed["summary"]["exit_status"]
    written = commands.write_reports(composed, reports)
    if args.baseline and composed["complete"]:
        comparison = baseline.compare(args.baseline, composed)
        reporter.say(diff.render(comparison))
        status = 1 if comparison.regression else 0
    reporter.say("written:")
    for file in (results_file, *written):
        reporter.say(f"  {paths.shown(file)}")
    if not composed["results"] and composed["complete"]:
        for each in composed["implementations"]:
            failed = digest.failed_checks(each)
            why = f"the handshake failed at '{failed[0]['check']}'" if failed else each["reason"]
            if why:
                reporter.say(f"pipects: no test was run: {each['id']}: {why}", "bold red")
    return status
