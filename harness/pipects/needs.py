"""What an implementation must be able to do for a step to be taken: the capabilities that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.spec import Spec
from pipects.steps import Step

ENUM_PARAMETERS = ("direction", "inheritability", "origin", "transmissionMode")
OPTIONAL = ("callback", "state")
"""Parameters that a caller may leave out by passing a null."""
HANDLE_PARAMETERS = ("safePipeHandle", "serverSafePipeHandle", "clientSafePipeHandle")
SPANNABLE = ("Read", "Write", "ReadAsync", "WriteAsync", "ReadExactly", "ReadExactlyAsync")


def of_step(step: Step, spec: Spec) -> Iterator[str]:
    """The capabilities that a step needs by what it uses."""
    member = step.member if "." in step.target else ""
    if step.verb == "describe":
        yield "describe"
    for capability in spec.capabilities.values():
        if step.subject in capability.types or member in capability.members:
            yield capability.id
    arguments = step.options.get("with") or {}
    if step.verb in ("new", "call", "set", "get", "transfer"):
        if any(arguments[name] is None for name in arguments if name not in OPTIONAL):
            yield "null-arguments"
        if any(name in arguments for name in HANDLE_PARAMETERS):
            yield "safe-handle"
        if any(isinstance(arguments.get(name), int) for name in ENUM_PARAMETERS):
            yield "undefined-enum"
        if step.verb == "set" and member == "ReadMode" and isinstance(step.options["to"], int):
            yield "undefined-enum"
        if member in SPANNABLE and "buffer" in arguments and "offset" not in arguments:
            yield "span"
        if arguments.get("overload") == "span":
            yield "span"
    if step.verb == "start" and step.options.get("way") == "platform":
        yield "start-platform"
    if step.verb == "forget":
        yield "collect"
    if step.verb == "signal":
        yield "signal"
