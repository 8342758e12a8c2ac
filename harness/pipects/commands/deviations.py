"""`pipects deviations`: a draft of an implementation's known deviations, from its failures."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pipects import fitting, suite, verdicts
from pipects.errors import UserError
from pipects.reports import model
from pipects.reports.document import Result, Results

HEAD = """\
# A draft. An entry counts once its reason and its link are filled in; until then the file is not
# valid, so that nobody lists a failure without knowing why.
"""


def add(subparsers: Any) -> None:
    """Adds `deviations`."""
    deviations = subparsers.add_parser(
        "deviations",
        help="draft the list of known deviations from a run's failures",
        description="Writes a draft of known deviations, one entry for each requirement and way to "
        "fail, from the failures in RESULTS. Reason and link are left blank: fill them in.",
    )
    deviations.add_argument("results", type=Path, metavar="RESULTS")
    deviations.add_argument(
        "--implementation", metavar="ID", help="whose failures (if several ran)"
    )
    suite.add_options(deviations)
    deviations.set_defaults(run=deviations_command)


def deviations_command(args: argparse.Namespace) -> int:
    """`pipects deviations`. Returns the exit status."""
    loaded = suite.load(args)
    results = model.load(args.results)
    ran = [each["id"] for each in results["implementations"]]
    if args.implementation is None and len(ran) != 1:
        raise UserError(f"{args.results}: several ran ({', '.join(ran)}); say --implementation ID")
    name = args.implementation or ran[0]
    loaded.chosen([name])
    entries = [*draft(results, name)]
    if not entries:
        fitting.say(f"{name}: nothing fails that is not known", sys.stderr)
        return 0
    sys.stdout.write(HEAD)
    yaml.safe_dump(entries, sys.stdout, sort_keys=False, width=100, allow_unicode=True)
    return 0


def draft(results: Results, implementation: str) -> Iterator[dict[str, Any]]:
    """One entry for each requirement and way to fail, sorted."""
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for result in results["results"]:
        if result["server"] == implementation and result["failure"] is not None:
            if result["verdict"] in (verdicts.FAIL, verdicts.HANG, verdicts.CRASH):
                key = (result["failure"]["requirement"] or "", result["verdict"], _pattern(result))
                groups.setdefault(key, []).append(result)
    for (requirement, verdict, pattern), members in sorted(groups.items()):
        failure = members[0]["failure"]
        assert failure is not None
        yield {
            "requirement": requirement,
            "tests": sorted({member["test"] for member in members}),
            "verdict": verdict,
            "matches": pattern,
            "happens": f"{failure['actual']} (expected: {failure['expected']})",
            "kind": "implementation",
            "reason": "",
            "link": "",
        }


def _pattern(result: Result) -> str:
    """What of a failure's text tells this way to fail from another."""
    assert result["failure"] is not None
    actual = result["failure"]["actual"]
    actual = re.sub(r" to request \d+.*", "", actual)  # the number is the harness's own
    thrown = re.match(r"threw \w+( naming \w+)?", actual)
    return f"^{re.escape(thrown[0] if thrown else actual[:60])}".replace(r"\ ", " ")
