"""When an outcome is what a step expects. `spec/vectors/matching.json` holds examples."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pipects import bytespec
from pipects.protocol import Outcome, Refused, Returned, Threw

BASES = {
    "ArgumentNullException": "ArgumentException",
    "ArgumentOutOfRangeException": "ArgumentException",
    "ArgumentException": "SystemException",
    "EndOfStreamException": "IOException",
    "IOException": "SystemException",
    "ObjectDisposedException": "InvalidOperationException",
    "InvalidOperationException": "SystemException",
    "PlatformNotSupportedException": "NotSupportedException",
    "NotSupportedException": "SystemException",
    "TaskCanceledException": "OperationCanceledException",
    "OperationCanceledException": "SystemException",
    "UnauthorizedAccessException": "SystemException",
    "SystemException": "Exception",
}
"""The documented hierarchy, for expectations that allow derived types."""

SPECIAL = frozenset(
    {"at-least", "at-most", "not", "one-of", "matches", "type", "same", "bytes", "only"}
)


def derives(name: str, base: str) -> bool:
    """Whether the exception `name` is `base` or documented to derive from it."""
    return name == base or (name in BASES and derives(BASES[name], base))


def holds(expectation: Mapping[str, Any], outcome: Outcome, arguments: Mapping[str, Any]) -> bool:
    """Whether the outcome is as expected; an empty expectation asks for any return.

    `arguments` are the call's, for `reads` and `keeps`, which look at the arrays among them.
    """
    if isinstance(outcome, Refused):
        return False
    if "any" in expectation:
        return any(holds(choice, outcome, arguments) for choice in expectation["any"])
    if "throws" in expectation:
        if not (isinstance(outcome, Threw) and _throws(expectation["throws"], outcome)):
            return False
    elif not isinstance(outcome, Returned):
        return False
    if "returns" in expectation:
        if not (isinstance(outcome, Returned) and matches(expectation["returns"], outcome.value)):
            return False
    if "reads" in expectation:
        if not (isinstance(outcome, Returned) and _reads(expectation["reads"], outcome, arguments)):
            return False
    return not expectation.get("keeps") or _keeps(outcome, arguments)


def without_token(expectation: Mapping[str, Any]) -> dict[str, Any]:
    """The same expectation, but that an exception may carry any token or none."""
    rest = dict(expectation)
    if "any" in rest:
        rest["any"] = [without_token(choice) for choice in rest["any"]]
    if isinstance(rest.get("throws"), Mapping):
        rest["throws"] = {key: rest["throws"][key] for key in rest["throws"] if key != "token"}
    return rest


def matches(expected: Any, actual: Any) -> bool:
    """Whether a value is as expected."""
    if isinstance(expected, Mapping):
        if expected and SPECIAL.issuperset(expected):
            return all(_special(key, wanted, actual) for key, wanted in expected.items())
        return isinstance(actual, Mapping) and all(
            key in actual and matches(wanted, actual[key]) for key, wanted in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(map(matches, expected, actual))
        )
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    return bool(expected == actual)


def _special(key: str, wanted: Any, actual: Any) -> bool:
    number = _is_number(actual)
    match key:
        case "at-least":
            return number and _is_number(wanted) and bool(actual >= wanted)
        case "at-most":
            return number and _is_number(wanted) and bool(actual <= wanted)
        case "not":
            return not matches(wanted, actual)
        case "one-of":
            return any(matches(choice, actual) for choice in wanted)
        case "matches":
            return isinstance(actual, str) and re.search(wanted, actual) is not None
        case "only":
            return (
                isinstance(actual, Mapping)
                and wanted.keys() == actual.keys()
                and matches(wanted, actual)
            )
        case "bytes":
            wanted_hex = bytespec.make(wanted).hex()
            shown = actual.get("bytes") if isinstance(actual, Mapping) else None
            return isinstance(shown, Mapping) and shown.get("hex") == wanted_hex
        case _:
            return isinstance(actual, Mapping) and actual.get(key) == wanted


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _throws(expected: Any, outcome: Threw) -> bool:
    wanted = {"type": expected} if isinstance(expected, str) else expected
    if wanted.get("derived"):
        if not derives(outcome.type, wanted["type"]):
            return False
    elif outcome.type != wanted["type"]:
        return False
    if "parameter" in wanted and outcome.parameter != wanted["parameter"]:
        return False
    if "token" in wanted and outcome.token != wanted["token"]:
        return False
    return bool(outcome.message)


def _reads(expected: Mapping[str, Any], outcome: Returned, arguments: Mapping[str, Any]) -> bool:
    wanted = bytespec.make(expected)
    before = bytespec.make(arguments["buffer"])
    offset = arguments.get("offset", 0)
    after = before[:offset] + wanted + before[offset + len(wanted) :]
    count_fits = outcome.value is None or matches(len(wanted), outcome.value)
    return count_fits and outcome.arrays.get("buffer") == after.hex()


def is_beginning(
    expectation: Mapping[str, Any], outcome: Outcome, arguments: Mapping[str, Any]
) -> bool:
    """Whether a read gave the first of the bytes that were expected, and no more."""
    if not isinstance(outcome, Returned) or type(outcome.value) is not int:
        return False
    came = outcome.value
    if "reads" in expectation:
        wanted = bytespec.make(expectation["reads"])
        first = {"reads": {"hex": wanted[:came].hex()}}
        return 0 < came < len(wanted) and holds(first, outcome, arguments)
    wanted_count = expectation.get("returns")
    return type(wanted_count) is int and 0 < came < wanted_count


def looks_at_arrays(expectation: Mapping[str, Any]) -> bool:
    """Whether it says what the arrays that the call was given must be afterwards."""
    return any(
        "reads" in choice or choice.get("keeps")
        for choice in (expectation, *expectation.get("any", ()))
    )


def _keeps(outcome: Returned | Threw, arguments: Mapping[str, Any]) -> bool:
    """An array that is not in the answer is one that was null or too large to be shown."""
    return all(
        bytespec.make(arguments[name]).hex() == after for name, after in outcome.arrays.items()
    )


def say_expected(expectation: Mapping[str, Any], outcome: Outcome | None = None) -> str:
    """The expectation in words, for a reader of a failure, who may know what came instead."""
    if "any" in expectation:
        return " or ".join(say_expected(choice, outcome) for choice in expectation["any"])
    mute = isinstance(outcome, Threw) and not outcome.message
    parts = []
    if "throws" in expectation:
        wanted = expectation["throws"]
        if isinstance(wanted, str):
            wanted = {"type": wanted}
        name = wanted.get("parameter")
        parts.append(
            f"throws {wanted['type']}"
            + (f" naming {name}" if name else "")
            + (" or a type derived from it" if wanted.get("derived") else "")
            + (f" with the token {wanted['token']}" if "token" in wanted else "")
            + (" with a message" if mute else "")
        )
    if "returns" in expectation:
        parts.append(f"returns {short(expectation['returns'])}")
    if "reads" in expectation:
        parts.append(f"reads {short(expectation['reads'])}, and changes no other byte of the array")
    if expectation.get("keeps"):
        parts.append("changes no byte of its arrays")
    return ", ".join(parts) or "returns"


def say_actual(outcome: Outcome) -> str:
    """The outcome in words."""
    arrays = (
        "".join(f"; {name} is {_cut(content)}" for name, content in outcome.arrays.items())
        if not (isinstance(outcome, Refused))
        else ""
    )
    match outcome:
        case Returned(value):
            return f"returned {short(value)}{arrays}"
        case Threw(type_name, parameter, message, token):
            named = f" naming {parameter}" if parameter else ""
            carried = f" with the token {token}" if token else ""
            cancelled = derives(type_name, "OperationCanceledException")
            without = "; it carries no token of the case's" if cancelled and not token else ""
            return (
                f"threw {type_name}{named}{carried}: {message or '(no message)'}{without}{arrays}"
            )
        case Refused(code, message):
            return f"the adapter refused ({code}): {message}"


def short(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    return _cut(json.dumps(value, ensure_ascii=False, default=dict, sort_keys=True))


def _cut(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:120]}… ({len(text)} characters)"
