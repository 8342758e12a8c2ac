"""The commands that read results files. Each returns an exit status: 0 good, 1 a regression, 2 it could not be done."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pipects import fitting
from pipects.errors import UserError
from pipects.reports import (
    badge,
    baseline,
    diff,
    history,
    html,
    junit,
    markdown,
    merge,
    model,
    outcome_diff,
    output,
    summary,
    tap,
    timeline_file,
)
from pipects.reports.document import Results, rendered
from pipects.reports.text import plural, readable

#: Every report that can be made from a results file, by the option that asks for it.
RENDERERS: Final[dict[str, tuple[Callable[[Results], str], str]]] = {
    "html": (html.render, "one self-contained page for people"),
    "markdown": (markdown.render, "Markdown for a pull request's comment"),
    "junit": (junit.render, "JUnit XML for a CI server"),
    "tap": (tap.render, "TAP, version 14"),
    "badge": (badge.render, "an SVG badge for a README"),
}


def write_reports(
    results: Results,
    files: dict[str, Path | None],
    page: Callable[[Results], str] = html.render,
) -> list[Path]:
    """Writes the reports that are asked for (`{"html": PATH, ...}`), and tells the files that were written.

    `page` makes the HTML.
    One that can't be written keeps no other from it; it is said at the end, by a UserError.
    """
    written: list[Path] = []
    problems: list[str] = []
    for kind, path in files.items():
        if path is not None:
            try:
                render = page if kind == "html" else RENDERERS[kind][0]
                output.write(path, render(results))
                written.append(path)
            except UserError as error:
                problems.append(str(error))
    if problems:
        raise UserError("; ".join(problems))
    return written


def _report(args: argparse.Namespace) -> int:
    files: dict[str, Path | None] = {kind: getattr(args, kind) for kind in RENDERERS}
    chosen = args.implementation
    if not any(files.values()):
        raise UserError("no report asked for", " ".join(f"--{kind} FILE" for kind in RENDERERS))
    if chosen is not None and files["badge"] is None:
        raise UserError("--implementation goes with --badge")
    for beside in ("matrix", "timeline"):
        if getattr(args, beside) is not None and files["html"] is None:
            raise UserError(f"--{beside} goes with --html")
    read = {"results": args.results, "--matrix": args.matrix, "--timeline": args.timeline}
    output.check(files, {name: path for name, path in read.items() if path is not None})
    results = model.load(args.results)
    drawn = files.pop("badge")
    matrix, timeline = _matrix(args.matrix), _timeline(args.timeline)
    page = functools.partial(html.render, matrix=matrix, timeline=timeline)
    written = write_reports(results, files, page)
    if drawn is not None:
        output.write(drawn, badge.render(results, chosen))
        written.append(drawn)
    for path in written:
        fitting.say(f"wrote {path}")
    return 0


def _matrix(path: Path | None) -> Results | None:
    if path is None:
        return None
    results = model.load(path)
    if not summary.is_matrix(results):
        raise UserError(f"{path}: not a matrix: no server met another's client")
    return results


def _timeline(path: Path | None) -> timeline_file.Told | None:
    return None if path is None else timeline_file.load(path)


def _diff(args: argparse.Namespace) -> int:
    old, new = model.load(args.old), model.load(args.new)
    if args.outcomes:
        return _diff_outcomes(old, new)
    comparison = diff.compare(old, new, args.slower)
    for line in diff.participants(old, new):
        fitting.say(line)
    if not comparison.compared:
        raise UserError(f"{args.old} and {args.new} have no test in common: nothing to compare")
    sys.stdout.write(readable(diff.render(comparison)))
    if comparison.regression:
        return 1
    if not new["complete"]:
        raise UserError(f"{args.new}: the run was broken off, so it shows no more than this")
    return 0


def _diff_outcomes(old: Results, new: Results) -> int:
    changes = outcome_diff.compare(old, new)
    sys.stdout.write(outcome_diff.render(changes))
    return int(bool(changes))


def _history(args: argparse.Namespace) -> int:
    trends, skipped = history.collect(args.directory)
    for line in skipped:
        fitting.say(f"pipects: skipped {line}", sys.stderr)
    sys.stdout.write(readable(history.render(trends)))
    if args.html is not None:
        output.write(args.html, history.render_html(trends))
        fitting.say(f"wrote {args.html}")
    return 0


def _merge(args: argparse.Namespace) -> int:
    output.check({"json": args.json}, {f"FILE {i}": path for i, path in enumerate(args.files, 1)})
    results = merge.merge([(str(path), model.load(path)) for path in args.files])
    output.write(args.json, rendered(results))
    fitting.say(
        f"wrote {args.json}: {plural(len(results['results']), 'result')} "
        f"of {plural(len(args.files), 'file')}"
    )
    return 0


def _baseline(args: argparse.Namespace) -> int:
    results = model.load(args.results)
    if args.write is not None:
        for path in baseline.write(results, args.write):
            fitting.say(f"wrote {path}")
        return 0
    comparison = baseline.compare(args.against, results)
    if not comparison.compared:
        raise UserError(f"{args.results} and {args.against} have no test in common")
    sys.stdout.write(readable(diff.render(comparison)))
    return int(comparison.regression)


def _ratio(text: str) -> float:
    value = float(text)
    if not value > 1:
        raise ValueError(text)
    return value


_ratio.__name__ = "ratio above 1"


def add_commands(subparsers: Any) -> None:
    """Adds `report`, `diff`, `history`, `merge` and `baseline` to what `add_subparsers` made.

    Each sets `run`, a function from the parsed arguments to the exit status.
    """
    report = subparsers.add_parser(
        "report",
        help="make reports from a results file",
        description="Makes reports from the results file that `pipects run --json` wrote. No verdict is "
        "decided again: every report shows what the file says.",
    )
    report.add_argument("results", type=Path, metavar="RESULTS", help="a results file")
    for kind, (_, text) in RENDERERS.items():
        report.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"write {text}")
    report.add_argument(
        "--implementation", metavar="ID", help="the badge is of this implementation alone"
    )
    report.add_argument(
        "--matrix",
        type=Path,
        metavar="FILE",
        help="show in the page what 'pipects matrix --json' wrote, too",
    )
    report.add_argument(
        "--timeline",
        type=Path,
        metavar="FILE",
        help="show in the page what 'pipects timeline --json' wrote, too",
    )
    report.set_defaults(run=_report)

    compare = subparsers.add_parser(
        "diff",
        help="say what changed between two runs",
        description="Says what fails, passes or takes longer in NEW than in OLD. Exit status 1 if anything "
        "newly fails. A test that is gone is listed, and does not count as failing.",
    )
    compare.add_argument("old", type=Path, metavar="OLD", help="the earlier results file")
    compare.add_argument("new", type=Path, metavar="NEW", help="the later results file")
    compare.add_argument(
        "--slower",
        type=_ratio,
        metavar="RATIO",
        help="a test that takes more than RATIO times as long is a regression, too "
        f"(from {diff.NOISE * 1000:.0f} ms more on)",
    )
    compare.add_argument(
        "--outcomes",
        action="store_true",
        help="compare what came of every step instead, also what no requirement forbids: messages, "
        "types of exceptions, proofs; both runs must have been told to keep it. Exit status 1 if "
        "anything differs",
    )
    compare.set_defaults(run=_diff)

    trend = subparsers.add_parser(
        "history",
        help="show the trend over many results files",
        description="Shows how each implementation came out over time, from all results files below DIR.",
    )
    trend.add_argument("directory", type=Path, metavar="DIR", help="a folder of results files")
    trend.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts, too")
    trend.set_defaults(run=_history)

    join = subparsers.add_parser(
        "merge",
        help="join the results of shards",
        description="Joins the results of `pipects run --shard I/N` into those of the whole run. All shards "
        "must be there, made with the same options, and no result may stand in two of them.",
    )
    join.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a shard's results file")
    join.add_argument(
        "--json", type=Path, metavar="OUT", required=True, help="write the joined results here"
    )
    join.set_defaults(run=_merge)

    base = subparsers.add_parser(
        "baseline",
        help="write baselines, or compare with one",
        description="A baseline is a small table, a test and its verdict in each line, that is kept under "
        "version control: `pipects run --baseline FILE` fails if anything is worse than it says.",
    )
    base.add_argument("results", type=Path, metavar="RESULTS", help="a results file")
    way = base.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--write", type=Path, metavar="DIR", help="write IMPLEMENTATION.tsv for each implementation"
    )
    way.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="compare with a baseline; exit status 1 if worse",
    )
    base.set_defaults(run=_baseline)
