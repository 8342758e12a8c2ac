"""YAML files with line numbers, checked against a JSON schema."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
from collections.abc import Iterable
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


class _Loader(_Base):  # type: ignore[misc]
    """A safe loader that keeps line numbers and refuses a key that stands twice."""


def _mapping(loader: Any, node: yaml.MappingNode) -> Located:
    result = Located()
    result.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in result:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' stands twice", key_node.start_mark
            )
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
# As in YAML 1.2: `on`, `off`, `yes` and `no` are words.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def load(path: Path, schema: str) -> Any:
    """Loads a YAML file that `spec/schemas/SCHEMA.schema.json` describes.

    Raises UserError, with file and line, if it can't be read or is not as the schema says.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{paths.shown(path)}: {error}") from error
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{paths.shown(path)}:{line}: {error.problem}") from error
    stamp = paths.BUILD / "validated" / _fingerprint(schema, text)
    if not stamp.exists():
        for problem in _validator(schema).iter_errors(document):
            problem = _deepest(problem)
            raise UserError(
                f"{paths.shown(path)}:{_line(document, problem.absolute_path)}: {_say(problem)}"
            )
        with contextlib.suppress(OSError):  # only saves the time of doing it again
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.touch()
    return document


def _fingerprint(schema: str, text: str) -> str:
    """What a validated file is remembered by: checking thousands of steps takes seconds."""
    return hashlib.sha256(_schema_text(schema).encode() + text.encode()).hexdigest()


@functools.cache
def _schema_text(schema: str) -> str:
    return (paths.SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8")


@functools.cache
def _validator(schema: str) -> Any:
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
