"""A case's table: its rows, what they are multiplied by, and what each row's test is called."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from allpairspy import AllPairs

from pipects.errors import UserError

NOT_SHOWN = frozenset({"covers", "fills", "platforms"})
"""Columns that say something about the row's test and are no parameter of it."""


def rows(entry: Any, where: str) -> Iterator[dict[str, Any]]:
    """Every row: those of `rows`, each with every combination of `across` that is not excluded.

    With `pairs` the combinations are only as many as it takes for each two values to meet.
    Raises UserError for an exclusion that excludes nothing.
    """
    excluded = entry.get("exclude", ())
    for exclusion in excluded:
        for column in exclusion:
            if column not in _columns(entry):
                raise UserError(f"{where}: 'exclude' names the column '{column}', which no row has")
    met: set[int] = set()

    def out(row: Mapping[str, Any]) -> bool:
        found = [
            number
            for number, exclusion in enumerate(excluded)
            if all(
                column in row and _among(row[column], value) for column, value in exclusion.items()
            )
        ]
        met.update(found)
        return bool(found)

    for combination in _combinations(entry):
        for row in entry.get("rows", [{}]):
            whole = {**combination, **row}
            if not out(whole):
                yield whole
    for number, exclusion in enumerate(excluded):
        if number not in met and not entry.get("pairs"):
            raise UserError(f"{where}: 'exclude' leaves nothing out: {dict(exclusion)}")


def key(entry: Any, where: str) -> list[str]:
    """The columns that make a row's id."""
    if "key" in entry:
        for column in entry["key"]:
            if column not in _columns(entry):
                raise UserError(f"{where}: 'key' names the column '{column}', which no row has")
        return list(entry["key"])
    first = [column for column in entry.get("rows", [{}])[0] if column not in NOT_SHOWN][:1]
    return [*entry.get("across", {}), *first]


def slug(value: Any, where: str) -> str:
    """A value as a part of a test's id."""
    text = {None: "null", True: "true", False: "false"}.get(value) if _simple(value) else None
    if text is None:
        text = re.sub(r"^-(?=\d)", "minus-", str(value))
        text = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not text or len(text) > 60:
        raise UserError(
            f"{where}: {value!r} gives no row id; add a column 'label' and make it the key"
        )
    return text


def _combinations(entry: Any) -> Iterator[dict[str, Any]]:
    choices = list(_choices(entry))
    if not entry.get("pairs") or len(choices) < 2:
        for choice in itertools.product(*choices):
            yield {name: value for part in choice for name, value in part.items()}
        return
    columns = list(entry["across"])

    def allowed(values: list[Any]) -> bool:
        row = {columns[place]: choices[place][value] for place, value in enumerate(values)}
        flat = {name: value for part in row.values() for name, value in part.items()}
        return not any(
            all(
                column in flat and _among(flat[column], value)
                for column, value in exclusion.items()
            )
            for exclusion in entry.get("exclude", ())
        )

    for places in AllPairs([list(range(len(choice))) for choice in choices], filter_func=allowed):
        parts = (choices[place][value] for place, value in enumerate(places))
        yield {name: value for part in parts for name, value in part.items()}


def _choices(entry: Any) -> Iterator[list[dict[str, Any]]]:
    """For each column of `across` what it may be, with the columns that go with each value."""
    for column, values in entry.get("across", {}).items():
        if isinstance(values, Mapping):
            yield [{column: value, **further} for value, further in values.items()]
        else:
            yield [{column: value} for value in values]


def _among(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else bool(value == wanted)


def _columns(entry: Any) -> set[str]:
    parts = (*_choices(entry), entry.get("rows", [{}]))
    return {name for part in parts for row in part for name in row} - NOT_SHOWN


def _simple(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def substitute(value: Any, row: Mapping[str, Any]) -> Any:
    """Puts the row's values in place of `$column`; other `$names` stay for the run."""
    if isinstance(value, str):
        if value.startswith("$") and value[1:] in row:
            return row[value[1:]]
        return re.sub(
            r"\$([a-z_][a-z0-9_]*)",
            lambda match: str(row[match[1]]) if match[1] in row else match[0],
            value,
        )
    if isinstance(value, Mapping):
        return {key: substitute(inner, row) for key, inner in value.items()}
    if isinstance(value, list):
        return [substitute(inner, row) for inner in value]
    return value
