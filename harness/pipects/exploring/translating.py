"""Calls and outcomes of the model as steps and expectations of cases."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from pipects import bytespec
from pipects.steps import Step
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.outcomes import ANYTHING, Gives, Matches, Outcome, Reads, Returns, Same, TextOf
from spec.model.outcomes import Throws, Waits
from spec.model.state import DRAIN, WATCH

SEED = 7
LONG = 32
"""Bytes beyond which an array is written as a pattern."""
OBSERVED = ("kill", "exit", "start", "forget", "signal", "limit", "answer")
"""Verbs of whose outcome a case says nothing."""


def step(call: Call, outcomes: Iterable[Outcome], requirement: str) -> Step:
    """The step that makes a call and says what may come of it."""
    allowed = list(dict.fromkeys(outcomes))
    options: dict[str, Any] = {}
    given = {name: value(each) for name, each in call.arguments.items()}
    if call.verb == "set":
        options["to"] = given["value"]
    elif call.verb == "start":
        if "program" in given:
            options["program"] = given.pop("program")
        if "streams" in given:
            streams = given.pop("streams").split(",")
            ways = streams * 3 if len(streams) == 1 else streams
            options["streams"] = dict(zip(("in", "out", "err"), ways, strict=False))
        options["arguments"] = list(given.values())
    elif call.verb in ("limit", "exit"):
        options |= given
    elif call.verb == "answer":
        by = ["pass", "ENOMEM"] if call.target == WATCH else "EIO"  # of a change the second one
        given["of"] = call.text("of")
        options |= given | {"by": given.get("by", by)}
        options |= {"always": True} if call.target == DRAIN else {}
    elif given:
        options["with"] = given
    if call.kept:
        options["as"] = call.kept
    if call.process != "parent" and call.verb == "new":
        options["in"] = call.process
    if call.thread != "main":
        options["on"] = call.thread
    if allowed == [Waits()]:
        options["until"] = "blocked"
    if call.awaited:
        options["wait"] = True
    whole = expectation(allowed, holds_array(call)) if call.verb not in OBSERVED else {}
    return Step(call.verb, call.target, call.process, call.thread, options, whole, requirement)


def holds_array(call: Call) -> bool:
    """Whether the call is given an array of its own that what comes of it shows."""
    return isinstance(call.arguments.get("buffer"), Data)


def value(argument: Argument) -> Any:
    """An argument as a case writes it."""
    if isinstance(argument, Ref):
        return f"${argument.name}"
    if isinstance(argument, Callback):
        members = {"ends": argument.ends, "calls": argument.calls}
        return {"callback": argument.name, **{key: each for key, each in members.items() if each}}
    if isinstance(argument, Data):
        return content(argument.content)
    return argument


@functools.lru_cache(512)
def content(data: bytes) -> dict[str, Any]:
    """BYTES, in the shortest way to write them."""
    if data == bytes([bytespec.UNTOUCHED]) * len(data):
        return {"length": len(data)}
    if len(data) > LONG and data == bytespec.pattern(SEED, len(data)):
        return {"pattern": SEED, "length": len(data)}
    return {"hex": data.hex()}


def expectation(outcomes: Iterable[Outcome], shows_array: bool) -> dict[str, Any]:
    """What a step expects if these outcomes are allowed."""
    each = [one(outcome, shows_array) for outcome in outcomes if outcome != Waits()]
    distinct = [one for place, one in enumerate(each) if one not in each[:place]]
    if not distinct:
        return {}
    if distinct == [{"returns": RETURNED}]:
        return {}
    return distinct[0] if len(distinct) == 1 else {"any": distinct}


def one(outcome: Outcome, shows_array: bool) -> dict[str, Any]:
    """What a step expects for one outcome."""
    match outcome:
        case Returns(wanted):
            return {"returns": RETURNED} if wanted is ANYTHING else {"returns": wanted}
        case Gives(kind):
            return {"returns": {"type": kind}} if kind in SHOWN else {}
        case Same(name):
            return {"returns": {"same": name}}
        case TextOf(name):
            return {"returns": f"${{{name}}}"}
        case Matches(pattern):
            return {"returns": {"matches": pattern}}
        case Reads(data):
            return {"reads": content(data)} if data else {"returns": 0, "keeps": True}
        case Throws():
            kept = (
                shows_array and outcome.type != "EndOfStreamException"
            )  # what came before it is there
            return {"throws": _thrown(outcome), **({"keeps": True} if kept else {})}
    raise AssertionError(f"{outcome} is no outcome that a step can tell")


RETURNED = {"not": {"matches": "^never$"}}
"""What matches every value: where several outcomes are allowed one must say something."""
SHOWN = ("AnonymousPipeServerStream", "AnonymousPipeClientStream", "SafePipeHandle")
"""Types of whose objects an adapter must tell the name."""


def _thrown(outcome: Throws) -> Any:
    keys = {"parameter": outcome.parameter, "token": outcome.token}
    told: dict[str, Any] = {key: each for key, each in keys.items() if each is not None}
    if outcome.derived:
        told["derived"] = True
    return {"type": outcome.type, **told} if told else outcome.type
