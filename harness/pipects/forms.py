"""The forms of what an adapter answers for itself: what the protocol adds to the documented types is never an
implementation's fault."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pipects import matching
from pipects.cases import Test
from pipects.protocol import Outcome, Refused, Returned, Threw
from pipects.steps import Step


def _is_number(value: Any) -> bool:
    return type(value) is int


def _is_hex(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("(?:[0-9A-Fa-f]{2})*", value) is not None


NUMBER = "a number", _is_number
HEX = "its bytes in hexadecimal", _is_hex
MEMBERS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "Bytes.Hex": HEX,
    "Bytes.Length": NUMBER,
    "Bytes.FirstDifference": NUMBER,
    "Descriptor.Number": NUMBER,
    "MemoryStream.Hex": HEX,
    "MemoryStream.Length": NUMBER,
    "MemoryStream.Position": NUMBER,
}
MODES: Mapping[str, Mapping[int, str]] = {
    "ReadMode": {0: "Byte", 1: "Message"},
    "TransmissionMode": {0: "Byte", 1: "Message"},
}
"""By property of an enumeration's type: the names of its numbers, by which a value is told."""
NAMESPACE = "an exception's type is told without its namespace: {}"
OWN = frozenset(name.partition(".")[0] for name in MEMBERS)
"""Types that an adapter makes for itself."""
NOTHING = frozenset(
    {"BeginWrite", "Cancel", "Close", "CopyTo", "CopyToAsync", "Dispose", "DisposeAsync",
     "DisposeLocalCopyOfClientHandle", "EndWrite", "Flush", "FlushAsync", "ReadExactly", "ReadExactlyAsync",
     "SetHandleAsInvalid", "SetLength", "WaitForPipeDrain", "Write", "WriteAsync", "WriteByte", "WriteLine"}
)  # fmt: skip
"""Members that return nothing, and those whose operation gives nothing to who waits for it."""
SAYS_NOTHING = "{} returns nothing, which is told as null, not as {}"
DISPOSED = "ObjectDisposedException"
"""What an object of the adapter's may throw that the implementation, which was given it, has closed."""
DESCRIPTOR = "Descriptor"
"""What needs a handle, and so can't be made where the implementation under a limit has left none."""
EXPECTED_TO_FAIL = frozenset({"throws", "any"})


def amiss(test: Test, step: Step, outcome: Outcome) -> str | None:
    """What is wrong with an answer that the adapter alone is answerable for, or None."""
    if isinstance(outcome, Refused):
        return None
    if step.verb == "transfer":
        return None if isinstance(outcome, Threw) else _of_transfer(step, outcome.value)
    if step.verb == "get" and isinstance(outcome, Returned) and _is_number(outcome.value):
        if mode := MODES.get(step.member, {}).get(outcome.value):
            return f"{step.member} is told by its name, {mode}, not by the number {outcome.value}"
    made = step.target if step.verb == "new" else _type_of(test, step.subject)
    if made not in OWN or EXPECTED_TO_FAIL & step.expectation.keys():
        return None
    if isinstance(outcome, Threw):
        if step.verb != "new" and outcome.type == DISPOSED:
            return None
        if made == DESCRIPTOR and _limited(test, step):
            return None
        return f"{step.text} is the adapter's own, and {matching.say_actual(outcome)}"
    wanted, holds = MEMBERS.get(f"{made}.{step.member}", ("", None))
    if holds is None or holds(outcome.value):
        return None
    return f"{made}.{step.member} is {wanted}, not {matching.short(outcome.value)}"


def without_namespace(outcome: Outcome) -> Threw | None:
    """The same with the bare name of the exception's type, if it had more than that."""
    if not isinstance(outcome, Threw):
        return None
    bare = re.split(r"::|[.+/\\]", outcome.type)[-1]
    return replace(outcome, type=bare) if bare != outcome.type else None


def without_value(member: str, outcome: Outcome) -> Returned | None:
    """The same without a value, if it has one and is that of a member which returns nothing."""
    if member not in NOTHING or not isinstance(outcome, Returned) or outcome.value is None:
        return None
    return replace(outcome, value=None)


def _of_transfer(step: Step, value: Any) -> str | None:
    keys = ("count", "calls", "firstDifference")
    if (
        isinstance(value, dict)
        and all(_is_number(value.get(key)) for key in keys)
        and isinstance(value.get("ended", False), bool)
    ):
        total = (step.options.get("with") or {}).get("total")
        if _is_number(total) and value["count"] < total and not value.get("ended"):
            return f"a transfer of {total} bytes goes on until their end, not to {matching.short(value)}"
        return None
    return f"a transfer returns {', '.join(keys)} and ended, not {matching.short(value)}"


def _limited(test: Test, step: Step) -> bool:
    """Whether a step's process may open only so many handles by then."""
    before = itertools.takewhile(lambda each: each is not step, test.steps)
    return any(each.verb == "limit" and each.target == step.process for each in before)


def _type_of(test: Test, name: str) -> str | None:
    """The type of an object, by the step that made it."""
    made = test.naming(name)
    return made.target if made is not None and made.verb == "new" else None
