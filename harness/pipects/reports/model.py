"""Loads a results file: the one way in for every report. What is wrong with a file is said in one line."""

from __future__ import annotations

import functools
import itertools
import json
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


@functools.cache
def checker() -> Check:
    """The checker for `spec/schemas/results.schema.json`."""
    text = (paths.SCHEMAS / "results.schema.json").read_text(encoding="utf-8")
    return compile_schema(json.loads(text))


def load(path: Path) -> Results:
    """The results document in a file, checked. Raises UserError if the file holds none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise UserError(f"{path}: not a results file: nested too deeply") from error
    return validate(document, str(path))


def validate(document: Any, name: str) -> Results:
    """The same document, known to be a results document. `name` stands in the error's place."""
    if not isinstance(document, dict) or "schema" not in document:
        raise UserError(
            f"{name}: not a results file: it has no 'schema'",
            "`pipects run --json FILE` writes results files",
        )
    if document["schema"] != SCHEMA:
        raise UserError(
            f"{name}: its schema is {document['schema']!r}, and this version reads {SCHEMA!r}",
            "read it with the version of pipects that wrote it",
        )
    problems = list(itertools.islice(checker()(document, "$"), _SHOWN_PROBLEMS + 1))
    if not problems:
        results = cast(Results, document)
        problems = list(itertools.islice(_dangling(results), _SHOWN_PROBLEMS + 1))
    if problems:
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
    for index, result in enumerate(results["results"]):
        if result["test"] not in tests:
            yield f"$.results[{index}].test: no test {result['test']!r}"
        for side in ("server", "client"):
            name = result[side]  # type: ignore[literal-required]
            if name not in implementations:
                yield f"$.results[{index}].{side}: no implementation {name!r}"
