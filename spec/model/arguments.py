"""What is looked at first: the arguments, in the order in which they are reported."""

from __future__ import annotations

from spec.model.calls import Argument, Call, Data, Ref
from spec.model.outcomes import Throws
from spec.model.state import End, World

NULL, RANGE = "ArgumentNullException", "ArgumentOutOfRangeException"


def length(world: World, value: Argument) -> int:
    """How long an array is."""
    if isinstance(value, Ref):
        return len(world.arrays[value.name])
    assert isinstance(value, Data)
    return len(value.content)


def content(world: World, call: Call) -> bytes:
    """The bytes of the array that a writing call is about."""
    value = call.arguments["buffer"]
    whole = world.arrays[value.name] if isinstance(value, Ref) else b""
    if isinstance(value, Data):
        whole = value.content
    offset, count = region(world, call)
    return whole[offset : offset + count]


def region(world: World, call: Call) -> tuple[int, int]:
    """The offset and the count that a call is about."""
    if "offset" not in call.arguments:
        return 0, length(world, call.arguments["buffer"])
    return number(call, "offset"), number(call, "count")


def number(call: Call, parameter: str) -> int:
    """An argument that is a number."""
    value = call.arguments[parameter]
    assert isinstance(value, int)
    return value


def of_transfer(world: World, call: Call, family: str) -> End | None:
    """What is wrong with the arguments of a call that takes an array, an offset and a count."""
    if "offset" not in call.arguments:
        return None
    if call.arguments["buffer"] is None:
        return End(Throws(NULL, "buffer"), f"{family}.buffer-null")
    offset, count = number(call, "offset"), number(call, "count")
    if offset < 0:
        return End(Throws(RANGE, "offset"), f"{family}.offset-negative")
    if count < 0:
        return End(Throws(RANGE, "count"), f"{family}.count-negative")
    if count > length(world, call.arguments["buffer"]) - offset:
        return End(Throws("ArgumentException", derived=True), f"{family}.range-past-end")
    return None


def of_exactly(world: World, call: Call) -> End | None:
    """The same for ReadExactly and ReadExactlyAsync, whose pages name the exceptions."""
    if "offset" not in call.arguments:
        return None
    of_task = call.member.endswith("Async")
    if call.arguments["buffer"] is None:
        return End(
            Throws(NULL, "buffer"),
            "stream.read-exactly-async.array-null" if of_task else "stream.read-exactly.array-null",
        )
    offset, count = number(call, "offset"), number(call, "count")
    if offset < 0:
        return End(Throws(RANGE, "offset"), _exactly(of_task, "offset-negative"))
    if count < 0:
        return End(Throws(RANGE, "count"), _exactly(of_task, "count-negative"))
    if count > length(world, call.arguments["buffer"]) - offset:
        family = "stream.read-exactly-async" if of_task else "stream.read-exactly"
        return End(Throws(RANGE, "count"), f"{family}.range-past-end")
    return None


def _exactly(of_task: bool, suffix: str) -> str:
    return (
        "stream.read-exactly-async.arguments-from-call"
        if of_task
        else f"stream.read-exactly.{suffix}"
    )


def of_at_least(world: World, call: Call) -> End | None:
    """The same for ReadAtLeast and ReadAtLeastAsync."""
    minimum, most = number(call, "minimumBytes"), length(world, call.arguments["buffer"])
    outcome = Throws(RANGE, "minimumBytes")
    if call.member.endswith("Async") and not 0 <= minimum <= most:
        return End(outcome, "stream.read-at-least-async.minimum-over-length")
    if minimum < 0:
        return End(outcome, "stream.read-at-least.minimum-negative")
    if minimum > most:
        return End(outcome, "stream.read-at-least.minimum-over-length")
    return None
