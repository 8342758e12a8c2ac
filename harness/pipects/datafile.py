"""YAML files with line numbers, checked against a JSON schema."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from pipects import paths
from pipects.errors import UserError


class Located(dict[str, Any]):
    """A mapping that remembers the line that it begins on (from 1)."""

    line: int = 0


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


LARGEST = 1 << 20
"""Bytes of a file; ten times what the largest has."""
DEEPEST = 32
"""Lists and mappings inside each other."""
LONGEST = 300
"""Characters of a message that may hold what stands in a file."""


class _Loader(_Base):  # type: ignore[misc]
    """A safe loader that keeps line numbers and refuses a key that stands twice."""


def _mapping(loader: Any, node: yaml.MappingNode) -> Located:
    result = Located()
    result.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"a key is text, not {key!r:.80}", key_node.start_mark
            )
        if key in result:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' stands twice", key_node.start_mark
            )
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
# As in YAML 1.2: `on`, `off`, `yes` and `no` are words, and so is a date.
_NOT_IN_1_2 = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_IN_1_2]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def load(path: Path, schema: str) -> Any:
    """Loads a YAML file that `spec/schemas/SCHEMA.schema.json` describes.

    Raises UserError, with file and line, if it can't be read or is not as the schema says.
    """
    text = _read(path)
    stamp = paths.BUILD / "validated" / _fingerprint(schema, text)
    if stamp.exists():
        return _parsed(path, text)
    document = parse(path)
    for problem in validator(schema).iter_errors(document):
        problem = _deepest(problem)
        line = _line(document, problem.absolute_path)
        raise UserError(f"{paths.shown(path)}:{line}: {_cut(_say(problem))}")
    with contextlib.suppress(OSError):  # only saves the time of doing it again
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    return document


def parse(path: Path) -> Any:
    """What stands in a YAML file. Raises UserError, with file and line, if that is no plain data."""
    text = _read(path)
    _look_over(path, text)
    document = _parsed(path, text)
    for line, problem in _oddities(document):
        raise UserError(f"{paths.shown(path)}:{line}: {problem}")
    return document


@contextlib.contextmanager
def blaming(where: str) -> Iterator[None]:
    """What goes wrong inside is said of a place in a file: no form that was not thought of ends otherwise."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        text = _cut(f"{type(error).__name__}: {error}")
        raise UserError(f"{where}: this can't be understood ({text})") from error
    except RecursionError as error:
        raise UserError(f"{where}: this is nested too deep") from error


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{paths.shown(path)}: this is no file to be read")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"{paths.shown(path)}: can't be read: {why}") from error
    if len(data) > LARGEST:
        raise UserError(f"{paths.shown(path)}: larger than {LARGEST:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{paths.shown(path)}:{line}: this is not UTF-8 text") from error


def _look_over(path: Path, text: str) -> None:
    """Refuses what would bring the parser down, before it builds anything of it."""
    with _blaming_yaml(path):
        depth = 0
        for event in yaml.parse(text, Loader=_Base):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise UserError(
                    f"{paths.shown(path)}:{line}: anchors and aliases have no place here"
                )
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise UserError(f"{paths.shown(path)}:{line}: nested deeper than {DEEPEST} levels")


def _parsed(path: Path, text: str) -> Any:
    with _blaming_yaml(path):
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader


@contextlib.contextmanager
def _blaming_yaml(path: Path) -> Iterator[None]:
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{paths.shown(path)}:{line}: {_cut(str(error.problem))}") from error
    except (yaml.YAMLError, ArithmeticError, RecursionError, ValueError) as error:
        raise UserError(f"{paths.shown(path)}:1: {_cut(str(error))}") from error


def _oddities(document: Any) -> Iterator[tuple[int, str]]:
    """What is no plain data: no text, finite number of 64 bits, Boolean, null, list or mapping."""
    todo: list[tuple[int, Any]] = [(1, document)]
    while todo:
        line, here = todo.pop()
        match here:
            case Located():
                todo += [(here.line, each) for each in (*here.keys(), *here.values())]
            case list():
                todo += [(line, each) for each in here]
            case str():
                if any("\ud800" <= sign <= "\udfff" for sign in here):
                    yield line, "half a surrogate pair is no text"
            case bool() | None:
                pass
            case int() if -(2**63) <= here < 2**64:
                pass
            case float() if math.isfinite(here):
                pass
            case _:
                yield line, f"{here!r:.80} is none of text, number, true, false, null"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _fingerprint(schema: str, text: str) -> str:
    """What a validated file is remembered by: checking thousands of steps takes seconds."""
    return hashlib.sha256(_schema_text(schema).encode() + text.encode()).hexdigest()


@functools.cache
def _schema_text(schema: str) -> str:
    return (paths.SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8")


@functools.cache
def validator(schema: str) -> Any:
    """The validator of a schema of `spec/schemas`, by its name."""
    return jsonschema.Draft202012Validator(json.loads(_schema_text(schema)))


def _deepest(problem: Any) -> Any:
    """Of a failed 'one of', the branch that the writer most likely meant."""
    while problem.context:
        branches: dict[int, list[Any]] = {}
        for inner in problem.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        meant = [
            errors
            for errors in branches.values()
            if not any(
                error.validator == "required"
                and not error.relative_path
                and error.validator_value
                and error.validator_value[0] not in error.instance
                for error in errors
            )
        ] or list(branches.values())
        problem = min(meant, key=len)[0]
    return problem


def _say(problem: Any) -> str:
    if problem.validator == "additionalProperties" and isinstance(problem.instance, dict):
        known = problem.schema.get("properties", {})
        extra = [str(key) for key in problem.instance if key not in known]
        return f"unknown key '{extra[0]}' (known here: {', '.join(sorted(known))})"
    if problem.validator == "required":
        return str(problem.message)
    where = ".".join(str(part) for part in problem.absolute_path if isinstance(part, str))
    return f"{where}: {problem.message}" if where else str(problem.message)


def _line(document: Any, path: Iterable[str | int]) -> int:
    """The line of the innermost mapping on the way to `path`."""
    line, here = 1, document
    for part in path:
        if isinstance(here, Located):
            line = here.line
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return line
    return here.line if isinstance(here, Located) else line
