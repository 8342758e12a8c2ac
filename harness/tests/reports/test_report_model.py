"""Results files are checked before anything is made of them."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import synthetic
from pipects import paths
from pipects.errors import UserError
from pipects.reports import check, model

SCHEMA: dict[str, Any] = json.loads(
    (paths.SCHEMAS / "results.schema.json").read_text(encoding="utf-8")
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a document."""
    yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from places(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places(child, (*path, index))


def mutated(document: Any, path: tuple[Any, ...], change: int) -> Any:
    """The document with something wrong, or only strange, at a place."""
    document = copy.deepcopy(document)
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    if change == 0:
        del parent[path[-1]]
    elif change == 1 and isinstance(parent[path[-1]], dict):
        parent[path[-1]]["surplus"] = 1
    else:
        parent[path[-1]] = [None, True, 3, 1.5, "text", [], {}, [1], {"a": 1}][change % 9]
    return document


def test_the_checker_agrees_with_the_general_library() -> None:
    """A thousand damaged documents: both find fault with the same ones."""
    document = synthetic.make(rules=2, count=2, rows=1, profile="red")
    document["results"][0]["deviation"] = synthetic.result(
        document["tests"][0], "python", "known deviation", random.Random(1)
    )["deviation"]
    dice = random.Random(5)
    every = [path for path in places(document) if path]
    validator = jsonschema.Draft202012Validator(SCHEMA)
    checker = model.checker()
    for _ in range(1_000):
        damaged = mutated(document, dice.choice(every), dice.randrange(11))
        assert (not list(checker(damaged, "$"))) == validator.is_valid(damaged)


def test_a_schema_that_the_checker_does_not_know_is_refused() -> None:
    """A keyword that it would silently ignore is an error."""
    with pytest.raises(ValueError, match="multipleOf"):
        check.compile_schema({"type": "integer", "multipleOf": 2})


def test_an_error_names_its_place() -> None:
    """File, place, what was expected, what was found."""
    document: Any = synthetic.make(rules=2, count=2, rows=1)
    document["results"][1]["verdict"] = "passed"
    with pytest.raises(UserError, match=r"^run\.json: .*\$\.results\[1\]\.verdict.*'passed'"):
        model.validate(document, "run.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ('{"a": ', r"results\.json:1:\d+: not JSON"),
        ("[]", "not a results file"),
        ('{"tests": []}', "not a results file"),
        ('{"schema": "pipects-results/2"}', "this version reads 'pipects-results/1'"),
        ('{"schema": "pipects-results/1"}', "is missing"),
        ("[" * 200_000, "not"),
    ],
)
def test_a_file_that_is_no_results_file(tmp_path: Path, text: str, message: str) -> None:
    """Each is told in one line that names the file."""
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        model.load(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    """Missing, a folder, or not text."""
    with pytest.raises(UserError, match="No such file"):
        model.load(tmp_path / "none.json")
    with pytest.raises(UserError, match="directory"):
        model.load(tmp_path)
    (tmp_path / "bytes.json").write_bytes(b'{"schema": "\xff"}')
    with pytest.raises(UserError, match="not UTF-8"):
        model.load(tmp_path / "bytes.json")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("test", r"results\[0\]\.test: no test"),
        ("server", r"results\[0\]\.server: no implementation"),
        ("covers", r"tests\[0\]\.covers: no requirement"),
        ("source", r"requirements\[0\]\.sources: no source"),
        ("twice", r"tests\[1\]\.id: .* stands twice"),
        ("result", r"results\[1\]: a result of .* stands twice"),
    ],
)
def test_names_that_stand_for_nothing(kind: str, message: str) -> None:
    """What the schema can't say is checked, too."""
    document = synthetic.make(rules=2, count=2, rows=1)
    if kind in ("test", "server"):
        document["results"][0][kind] = "nobody"  # type: ignore[literal-required]
    elif kind == "covers":
        document["tests"][0]["covers"] = ["nothing"]
    elif kind == "source":
        document["requirements"][0]["sources"] = ["nowhere#part"]
    elif kind == "result":
        document["results"].insert(1, document["results"][0])
    else:
        document["tests"][1]["id"] = document["tests"][0]["id"]
    with pytest.raises(UserError, match=message):
        model.validate(document, "run.json")


@pytest.mark.parametrize("state", ["empty", "odd", "broken_off", "make"])
def test_the_made_up_results_are_valid(state: str) -> None:
    """The generator of these tests keeps to the contract."""
    document = getattr(synthetic, state)()
    assert model.validate(document, state) is document
    jsonschema.validate(document, SCHEMA)
