"""A small, fast JSON Schema checker: schemas become closures, and an error names its place.

It knows the part of the language that this project's schemas use, and refuses a schema that uses more.
Ten thousand results take a third of a second; the general library takes many seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

#: Yields one line for each violation: the place, and what is wrong there.
Check = Callable[[Any, str], Iterator[str]]

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_NAMES: Final = {
    dict: "an object",
    list: "a list",
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}
_KNOWN: Final = frozenset(
    "$schema $defs $ref title description type const enum required properties "
    "additionalProperties items oneOf pattern minItems minLength minimum".split()
)


def _name(value: Any) -> str:
    """The value as a message shows it."""
    if isinstance(value, (dict, list)):
        return _NAMES[type(value)]
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def compile_schema(schema: dict[str, Any]) -> Check:
    """The checker for a schema. Raises ValueError if the schema uses what this checker does not know."""
    definitions: dict[str, Check] = {}
    for name, definition in schema.get("$defs", {}).items():
        definitions[f"#/$defs/{name}"] = _compile(definition, definitions)
    return _compile(schema, definitions)


def _compile(schema: Any, definitions: dict[str, Check]) -> Check:
    if schema is True:
        return lambda value, place: iter(())
    if not isinstance(schema, dict) or not schema.keys() <= _KNOWN:
        raise ValueError(f"this checker does not know all of the schema {schema!r}")
    if "$ref" in schema:
        target = schema["$ref"]
        return lambda value, place: definitions[target](value, place)
    if "oneOf" in schema:
        return _one_of(schema["oneOf"], definitions)
    if "const" in schema or "enum" in schema:
        return _choice(schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if kind is None:
        return lambda value, place: iter(())
    rest: Check | None = None
    if kind == "object":
        rest = _object(schema, definitions)
    elif kind == "array":
        rest = _array(schema, definitions)
    elif "pattern" in schema or "minLength" in schema:
        rest = _text(schema)
    elif "minimum" in schema:
        rest = _minimum(schema["minimum"])
    return _typed(kind, rest)


def _typed(kind: str, rest: Check | None) -> Check:
    wanted = _NAMES[_TYPES[kind][-1]]

    def check(value: Any, place: str) -> Iterator[str]:
        if not _is(value, kind):
            yield f"{place}: expected {wanted}, found {_name(value)}"
        elif rest is not None:
            yield from rest(value, place)

    return check


def _choice(choices: list[Any]) -> Check:
    allowed = [(type(choice), choice) for choice in choices]
    text = ", ".join(repr(choice) for choice in choices)

    def check(value: Any, place: str) -> Iterator[str]:
        if (type(value), value) not in allowed:
            yield f"{place}: expected {'one of ' if len(allowed) > 1 else ''}{text}, found {_name(value)}"

    return check


def _one_of(schemas: list[Any], definitions: dict[str, Check]) -> Check:
    checks = [_compile(schema, definitions) for schema in schemas]
    kinds = [schema.get("type") for schema in schemas]

    def check(value: Any, place: str) -> Iterator[str]:
        for kind, each in zip(kinds, checks):
            if kind is not None and _is(value, kind):
                yield from each(value, place)
                return
        found = [list(each(value, place)) for each in checks]
        if sum(not errors for errors in found) != 1:
            yield f"{place}: {_name(value)} fits none of what may stand here"

    return check


def _object(schema: dict[str, Any], definitions: dict[str, Check]) -> Check:
    properties = {k: _compile(v, definitions) for k, v in schema.get("properties", {}).items()}
    required = schema.get("required", [])
    others = schema.get("additionalProperties", True)
    other = _compile(others, definitions) if others is not False else None

    def check(value: Any, place: str) -> Iterator[str]:
        for key in required:
            if key not in value:
                yield f"{place}: '{key}' is missing"
        for key, child in value.items():
            each = properties.get(key, other)
            if each is None:
                yield f"{place}: '{key}' is not a known key"
            else:
                yield from each(child, f"{place}.{key}")

    return check


def _array(schema: dict[str, Any], definitions: dict[str, Check]) -> Check:
    item = _compile(schema.get("items", True), definitions)
    least = schema.get("minItems", 0)

    def check(value: Any, place: str) -> Iterator[str]:
        if len(value) < least:
            yield f"{place}: expected at least {least} entries, found {len(value)}"
        for index, child in enumerate(value):
            yield from item(child, f"{place}[{index}]")

    return check


def _text(schema: dict[str, Any]) -> Check:
    pattern, least = re.compile(schema.get("pattern", "")), schema.get("minLength", 0)

    def check(value: Any, place: str) -> Iterator[str]:
        if len(value) < least or not pattern.search(value):
            yield f"{place}: {_name(value)} is not as it must be ({pattern.pattern or 'too short'})"

    return check


def _minimum(least: float) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if value < least:
            yield f"{place}: expected at least {least}, found {value}"

    return check
