"""Loads a results file: the one way in for every report. What is wrong with a file is said in one line."""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from pipects import paths
from pipects.errors import UserError
from pipects.reports import sources
from pipects.reports.check import Check, compile_schema
from pipects.reports.document import Results

SCHEMA: Final = "pipects-results/1"
_SHOWN_PROBLEMS: Final = 3
LARGEST: Final = 1 << 28
DEEPEST: Final = 64
_NAME: Final = re.compile("[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}")
"""An id becomes the name of files, and a word in tables."""


@functools.cache
def checker(schema: str = "results.schema.json") -> Check:
    """The checker for a file of `spec/schemas/`."""
    text = (paths.SCHEMAS / schema).read_text(encoding="utf-8")
    return compile_schema(json.loads(text))


def load(path: Path) -> Results:
    """The results document in a file, checked. Raises UserError if the file holds none."""
    return validate(parse(path, "a results file"), str(path))


def parse(path: Path, what: str) -> Any:
    """A JSON file's document, unchecked but for what no file of ours has. Raises UserError: it is not `what`."""
    text = read(path)
    try:
        document = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise UserError(f"{path}:1: not {what}: nested too deeply") from error
    except ValueError as error:
        raise UserError(f"{path}:1: not JSON: {error}") from error
    if odd := _oddity(document):
        raise UserError(f"{path}:1: not {what}: it has {odd}")
    return document


def read(path: Path) -> str:
    """A file's text. Raises UserError if it can't be had, or is larger than any that pipects writes."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"{path}: can't be read: {why}") from error
    if len(data) > LARGEST:
        raise UserError(f"{path}: is larger than {LARGEST:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: is not UTF-8 text (byte {error.start})") from error


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _oddity(document: Any) -> str | None:
    """What no results file has, and no report could show."""
    todo = [(document, 1)]
    while todo:
        here, depth = todo.pop()
        if isinstance(here, (dict, list)):
            if depth > DEEPEST:
                return f"more than {DEEPEST} levels"
            todo += [
                (each, depth + 1) for each in (here.values() if isinstance(here, dict) else here)
            ]
        elif isinstance(here, float) and not math.isfinite(here):
            return "a number that is not finite"
        elif isinstance(here, int) and not -(2**63) <= here < 2**64:
            return "a number beyond 64 bits"
    return None


def validate(document: Any, name: str) -> Results:
    """The same document, known to be a results document. `name` stands in the error's place."""
    if not isinstance(document, dict) or "schema" not in document:
        raise UserError(
            f"{name}: not a results file: it has no 'schema'",
            "`pipects run --json FILE` writes results files",
        )
    if document["schema"] != SCHEMA:
        raise UserError(
            f"{name}: its schema is {document['schema']!r:.80}, and this version reads {SCHEMA!r}",
            "read it with the version of pipects that wrote it",
        )
    problems = list(itertools.islice(checker()(document, "$"), _SHOWN_PROBLEMS + 1))
    if not problems:
        results = cast(Results, document)
        problems = list(itertools.islice(_dangling(results), _SHOWN_PROBLEMS + 1))
    if problems:
        problems = [problem if len(problem) <= 200 else f"{problem[:199]}…" for problem in problems]
        more = "; and more" if len(problems) > _SHOWN_PROBLEMS else ""
        raise UserError(f"{name}: not valid: " + "; ".join(problems[:_SHOWN_PROBLEMS]) + more)
    return results


def _dangling(results: Results) -> Iterator[str]:
    """Names that stand for nothing, and ids that stand twice: what a schema can't say."""
    for kind in ("implementations", "requirements", "tests"):
        entries = cast(list[dict[str, Any]], results[kind])  # type: ignore[literal-required]
        if len({each["id"] for each in entries}) != len(entries):
            seen: set[str] = set()
            for index, each in enumerate(entries):
                if each["id"] in seen:
                    yield f"$.{kind}[{index}].id: {each['id']!r} stands twice"
                seen.add(each["id"])
    for index, implementation in enumerate(results["implementations"]):
        if not _NAME.fullmatch(implementation["id"]):
            yield f"$.implementations[{index}].id: {implementation['id']!r:.80} is no implementation's"
    for index, each_test in enumerate(results["tests"]):
        if not each_test["id"].isprintable():
            yield f"$.tests[{index}].id: {each_test['id']!r:.80} is no test's"
    tests = {each["id"] for each in results["tests"]}
    requirements = {each["id"] for each in results["requirements"]}
    implementations = {each["id"] for each in results["implementations"]}
    for index, requirement in enumerate(results["requirements"]):
        for source in requirement["sources"]:
            if not sources.known(results, source):
                yield f"$.requirements[{index}].sources: no source {source!r}"
    for index, test in enumerate(results["tests"]):
        for covered in test["covers"]:
            if covered not in requirements:
                yield f"$.tests[{index}].covers: no requirement {covered!r}"
    told: set[tuple[str, str, str, int]] = set()
    for index, result in enumerate(results["results"]):
        key = (result["test"], result["server"], result["client"], result["repetition"])
        if key in told:
            yield f"$.results[{index}]: a result of {result['test']!r} stands twice"
        told.add(key)
        if result["test"] not in tests:
            yield f"$.results[{index}].test: no test {result['test']!r}"
        for side in ("server", "client"):
            name = result[side]  # type: ignore[literal-required]
            if name not in implementations:
                yield f"$.results[{index}].{side}: no implementation {name!r}"
