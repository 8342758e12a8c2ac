"""`pipects list` and `pipects show`: what there is, and everything about one thing."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Sequence
from typing import Any

from pipects import asked, fitting, paths, selection, suite, traceability
from pipects.cases import Test
from pipects.commands import coverage, deviating
from pipects.errors import UserError
from pipects.spec import Requirement, Spec


def add(subparsers: Any) -> None:
    """Adds `list` and `show`."""
    listing = subparsers.add_parser(
        "list",
        help="list cases, requirements, members, calls, implementations, known deviations, releases",
    )
    listing.add_argument(
        "what",
        choices=(
            "cases",
            "requirements",
            "members",
            "calls",
            "implementations",
            "deviations",
            "releases",
        ),
        metavar="WHAT",
        help="cases, requirements, members, calls (what an adapter is asked for), implementations, deviations or releases",
    )
    listing.add_argument(
        "whose",
        nargs="?",
        metavar="WHOSE",
        help="of releases: a product; of deviations: an implementation (all)",
    )
    listing.add_argument("--format", choices=("text", "json"), default="text")
    listing.add_argument(
        "--case",
        action="append",
        default=[],
        metavar="GLOB",
        help="of cases: only those; of calls: theirs",
    )
    listing.add_argument(
        "--uncovered", action="store_true", help="of requirements: those without a case"
    )
    listing.add_argument(
        "--holes",
        action="store_true",
        help="of requirements: those with cells that no test looks at, and which",
    )
    suite.add_options(listing)
    listing.set_defaults(run=list_command)

    show = subparsers.add_parser(
        "show",
        help="show a case or a requirement",
        description="Shows a case or row (text, steps, what it covers) or a requirement (text, sources, its cases).",
    )
    show.add_argument("id", metavar="CASE|REQUIREMENT")
    show.add_argument("--format", choices=("text", "json"), default="text")
    suite.add_options(show)
    show.set_defaults(run=show_command)


def list_command(args: argparse.Namespace) -> int:
    """`pipects list`. Returns the exit status."""
    loaded = suite.load(args)
    the_spec, tests, known = loaded.spec, loaded.tests, loaded.implementations
    if args.what not in ("releases", "deviations") and args.whose:
        raise UserError(f"'list {args.what}' takes no '{args.whose}'")
    if args.what == "deviations":
        chosen_ones = loaded.chosen([args.whose]) if args.whose else [*known.values()]
        return _print(args.format, *deviating.listed(chosen_ones, tests))
    if args.what == "releases":
        return _releases(loaded, args)
    if args.what == "implementations":
        rows: list[dict[str, Any]] = [
            {
                "id": each.id,
                "name": each.name,
                "language": each.language,
                "missing": each.missing(),
                "deviations": len(each.deviations),
            }
            for each in known.values()
        ]
        lines = [
            f"{row['id']:18} {row['name']} ({row['language']})"
            + (f", needs {', '.join(row['missing'])}" if row["missing"] else "")
            for row in rows
        ]
        return _print(args.format, rows, lines)
    if args.what == "members":
        return _print(args.format, *coverage.by_member(the_spec, tests))
    if args.what == "requirements":
        covering = traceability.covering(the_spec, tests)
        if args.holes:
            return _print(args.format, *coverage.holes(the_spec, tests))
        chosen = [
            requirement
            for requirement in the_spec.requirements.values()
            if not args.uncovered or not covering[requirement.id]
        ]
        content = [_requirement(the_spec, each, covering[each.id]) for each in chosen]
        lines = [f"{each.id:58} {each.level:6} {len(covering[each.id])} cases" for each in chosen]
        return _print(args.format, content, lines)
    if args.case:
        tests = selection.select(tests, the_spec, args.case)
    if args.what == "calls":
        calls = asked.of(tests)
        return _print(
            args.format,
            [{"verb": verb, "what": what, "tests": count} for verb, what, count in calls],
            [f"{count:6,} {verb:8} {what}" for verb, what, count in calls],
        )
    alone = traceability.only_covered_by(the_spec, tests)
    return _print(
        args.format,
        [_test(test, alone[test.case]) for test in tests],
        [f"{test.id:60} {test.title}" for test in tests],
    )


def _releases(loaded: suite.Suite, args: argparse.Namespace) -> int:
    if args.whose is None:
        names = ", ".join(loaded.products)
        raise UserError("'list releases' wants a product", f"there is: {names}")
    product = loaded.product(args.whose)
    found = product.available()
    return _print(args.format, found, [f"{product.id}@{release}" for release in found])


def show_command(args: argparse.Namespace) -> int:
    """`pipects show`. Returns the exit status."""
    loaded = suite.load(args)
    the_spec, tests = loaded.spec, loaded.tests
    covering = traceability.covering(the_spec, tests)
    named = [test for test in tests if args.id in (test.id, test.case)]
    if args.id in the_spec.requirements:
        requirement = the_spec.requirements[args.id]
        content = _requirement(the_spec, requirement, covering[args.id])
        text = _requirement_text(the_spec, requirement, covering[args.id])
        deviates = deviating.of_requirement(loaded.implementations.values(), args.id)
        content["deviates"] = [deviating.told(who, each) for who, each in deviates]
        text += deviating.lines(deviates)
        if named:
            text += ["", f"A case has the same id; a row of it: {named[0].id}"]
        return _print(args.format, content, text)
    if not named:
        near = selection.similar(args.id, [*the_spec.requirements, *(test.case for test in tests)])
        raise UserError(f"'{args.id}' is neither a case nor a requirement", near)
    alone = traceability.only_covered_by(the_spec, tests)
    return _print(
        args.format,
        [_test(test, alone[test.case]) for test in named],
        _case_text(the_spec, named, alone[named[0].case]),
    )


def _requirement(
    the_spec: Spec, requirement: Requirement, covered_by: Sequence[str]
) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "members": requirement.members,
        "text": requirement.text,
        "level": requirement.level,
        "platforms": requirement.platforms,
        "sources": [_source(the_spec, source) for source in requirement.sources],
        "note": requirement.note,
        "derived_only": requirement.derived_only,
        "over": {axis: list(values) for axis, values in requirement.space.over.items()},
        "cells": len(requirement.space.cells),
        "cases": list(covered_by),
        "file": f"{paths.shown(requirement.file)}:{requirement.line}",
    }


def _source(the_spec: Spec, reference: str) -> dict[str, str]:
    """A source's title and part, and its address."""
    title, _, address = the_spec.source_of(reference).rpartition(" <")
    return {"title": title, "url": address.removesuffix(">")}


def _test(test: Test, alone: Sequence[str]) -> dict[str, Any]:
    return {
        "id": test.id,
        "case": test.case,
        "title": test.title,
        "row": test.row,
        "covers": test.covers,
        "only_case_for": list(alone),
        "needs": test.needs,
        "platforms": test.platforms,
        "processes": test.processes,
        "steps": [
            {
                "verb": step.verb,
                "target": step.target,
                "thread": step.thread,
                "options": step.options,
                "expectation": step.expectation,
                "text": step.text,
            }
            for step in test.steps
        ],
        "file": f"{paths.shown(test.file)}:{test.line}",
    }


def _requirement_text(
    the_spec: Spec, requirement: Requirement, covered_by: Sequence[str]
) -> list[str]:
    lines = [requirement.id, *_fill(requirement.text), ""]
    lines += [f"  {'member':10}{member}" for member in requirement.members]
    lines += [f"  {'level':10}{requirement.level}", f"  {'platforms':10}{requirement.platforms}"]
    lines += [f"  {'source':10}{the_spec.source_of(source)}" for source in requirement.sources]
    lines += [f"  {'file':10}{paths.shown(requirement.file)}:{requirement.line}"]
    lines += [*coverage.space(requirement.space)]
    if requirement.note:
        lines += ["", *_fill(f"Note: {requirement.note}")]
    return [*lines, "", "covered by:", *(f"  {case}" for case in covered_by or ["no case"])]


def _case_text(the_spec: Spec, tests: Sequence[Test], alone: Sequence[str]) -> list[str]:
    first = tests[0]
    lines = [first.case, f"  {paths.shown(first.file)}:{first.line}", ""]
    for identifier in dict.fromkeys(name for test in tests for name in test.covers):
        only = " (its only case)" if identifier in alone else ""
        lines += [f"  covers {identifier}{only}", *_fill(the_spec.requirements[identifier].text, 4)]
    if first.needs:
        lines.append(f"  needs {', '.join(first.needs)}")
    for test in tests:
        lines += ["", test.id, *_fill(test.title)]
        lines += [f"  {number:>3}  {step.text}" for number, step in enumerate(test.steps, 1)]
    return lines


def _fill(text: str, indent: int = 2) -> list[str]:
    return textwrap.wrap(text, 80, initial_indent=" " * indent, subsequent_indent=" " * indent)


def _print(form: str, content: Any, lines: Sequence[str]) -> int:
    if form == "json":
        print(json.dumps(content, ensure_ascii=False, indent=1, default=_jsonable))
    else:
        fitting.say("\n".join(lines) if lines else "nothing")
    return 0


def _jsonable(value: Any) -> Any:
    return dict(value) if hasattr(value, "keys") else list(value)
