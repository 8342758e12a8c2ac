"""Which requirement a failure is about: the step's own, else the one whose member the step uses."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pipects.spec import Spec

if TYPE_CHECKING:
    from pipects.cases import Test
    from pipects.steps import Step

LEFT_OPEN = "stream.dispose.releases-handle"
"""Broken where an end of a pipe outlives its disposed stream and the case is about something else."""
UNSEEN_CLIENT = "server.dispose.unexposed-client-closed"
"""Broken where that end is the client handle of a server which nobody asked for it."""
TOKEN = "stream.cancel.carries-token"
"""Broken where a cancelled read or write is as expected, but for the token of its exception."""
COMPOSED_TOKEN = "stream.cancel.composed-carry-token"
"""The same of what is made of reads and writes, and of FlushAsync."""
NO_READER = "stream.epipe.no-signal"
"""Broken where a write without a reader ends the process, whatever the case is about."""
CALLER_KEPT = {
    ("ReadAsync", True): "stream.read-async.no-caller-block",
    ("ReadAsync", False): "stream.read-async-memory.no-caller-block",
    ("WriteAsync", True): "stream.write-async.no-caller-block",
    ("WriteAsync", False): "stream.write-async-memory.no-caller-block",
}
"""Broken where the call of an operation that has to wait does not return, whatever the case is about; by member, and whether
it was given an array."""
IN_LINE = {
    "BeginRead": "stream.concurrent.begin-read-not-serialized",
    "BeginWrite": "stream.concurrent.begin-write-not-serialized",
}
"""Broken where the call of one does not return behind an operation that was begun at its end before, whatever the case is about."""
SHORT = {
    ("Read", True): "stream.read.short",
    ("Read", False): "stream.read-span.short",
    ("ReadAsync", True): "stream.read-async.short",
    ("ReadAsync", False): "stream.read-async-memory.short",
}
"""Broken where a read gives the first of the bytes that were written and leaves others in the pipe, whatever the case is about."""
ROOM = {
    True: "server.buffer-size.linux-page-round-up",
    False: "server.buffer-size.linux-zero-system-default",
}
"""Broken where a write goes on since its pipe has more room than its server gave it, or waits since it has less, whatever
the case is about; by whether the server was asked for a size."""
TOO_EARLY = {
    ("Write", True): "stream.write.blocks-when-full",
    ("Write", False): "stream.write.blocks-when-full",
    ("WriteByte", False): "stream.write.blocks-when-full",
    ("WriteAsync", True): "stream.write-async.range-sent",
    ("WriteAsync", False): "stream.write-async-memory.all-bytes",
    ("BeginWrite", True): "stream.begin-write.range-sent",
}
"""Broken where a write has returned, or its operation is complete, before its pipe can have taken all of it, whatever the
case is about; by member, and whether it was given an array."""
LEFT_BEHIND = "lifetime.rounds-leave-nothing"
"""Broken where anything else is left: descriptors beyond the pipes, processes."""
INHERITED = "lifetime.child-gets-pipes-only"
"""Broken where a child was born with a file that its parent has open, whatever the case is about."""
SERVER = "AnonymousPipeServerStream"
TOUCHING = (
    SERVER, "AnonymousPipeClientStream", "SafePipeHandle", "ClientSafePipeHandle", "GetClientHandleAsString",
    "DisposeLocalCopyOfClientHandle",
)  # fmt: skip
"""The types and members by which a case gets at a client handle, or gives an end by another way than by a server."""
CLOSING = ("Dispose", "Close", "DisposeAsync", "DisposeLocalCopyOfClientHandle", "Finalize")


def of_step(covers: Sequence[str], target: str, spec: Spec) -> str:
    """The requirement that a step checks if it does not say so: the first that is about its member."""
    member = target.rpartition(".")[2] if "." in target else f"{target}..ctor"
    return next(_about(covers, [member], spec), covers[0])


def settled(steps: Sequence[Step], covers: Sequence[str], spec: Spec) -> tuple[Step, ...]:
    """The steps, none of which breaks a rule that their test turned out not to be about."""
    running = {step.options["on"]: step for step in steps if "until" in step.options}
    told = []
    for step in steps:
        if step.requirement not in covers:
            call = running.get(step.target) if step.verb == "finish" else None
            what = (call or step).target
            step = dataclasses.replace(step, requirement=of_step(covers, what, spec))
        told.append(step)
    return tuple(told)


def of_caller_kept(call: Step, steps: Sequence[Step]) -> str | None:
    """The requirement that a call breaks which waits itself for what its operation is to wait for."""
    if call.verb != "call" or call.options.get("wait"):  # it may be the task that is waited for
        return None
    if call.member not in IN_LINE:
        return CALLER_KEPT.get(_form(call))
    before = itertools.takewhile(lambda each: each is not call, steps)
    begun = any(each.owner == call.owner and _begins(each.member) for each in before)
    return IN_LINE[call.member] if begun else None


def _begins(member: str) -> bool:
    """Whether a call of this may leave an operation behind."""
    return member.endswith("Async") or member.startswith("Begin")


def of_early_write(call: Step) -> str | None:
    """The requirement that a write breaks which is done although its pipe has no room for all of it."""
    member, array = _form(call)
    if call.verb == "transfer" and member != "WriteByte":
        array = call.options["with"].get("overload", "array") == "array"
    return TOO_EARLY.get((member, array))


def of_token(member: str) -> str:
    """The requirement that an operation breaks which is cancelled with another token than it was given."""
    return TOKEN if member in ("ReadAsync", "WriteAsync") else COMPOSED_TOKEN


def of_short_read(step: Step, test: Test) -> tuple[Step, str] | None:
    """The call of a read and the requirement that it breaks if it leaves bytes for which it has room."""
    if step.member == "Wait":
        begun = test.naming(step.owner)
        if begun is None or begun.verb != "call":
            return None
        step = begun
    broken = SHORT.get(_form(step))
    return (step, broken) if broken else None


def _form(call: Step) -> tuple[str, bool]:
    """The member that a step calls, and whether it is given an array."""
    return call.member, "offset" in (call.options.get("with") or {})


def of_leak(covers: Sequence[str], spec: Spec) -> str:
    """The requirement that an end which stayed open breaks."""
    return next(_about(covers, CLOSING, spec), LEFT_OPEN)


def _about(covers: Sequence[str], members: Sequence[str], spec: Spec) -> Iterator[str]:
    for identifier in covers:
        if any(is_about(identifier, member, spec) for member in members):
            yield identifier


def of_ends_left(ends: Iterable[str], leak: str, steps: Sequence[Step]) -> str:
    """The requirement that ends which stayed open in the first process break: `leak`, unless the case is about no
    closing, and they can be none but client handles that it never touched."""
    if leak != LEFT_OPEN:
        return leak
    own: set[str] = set()
    for step in (each for each in steps if each.process == "parent"):
        given = step.options.get("with") or {}
        if step.verb == "new" and step.target == SERVER and "serverSafePipeHandle" not in given:
            own.add({"In": "read", "Out": "write"}.get(str(given.get("direction", "Out")), ""))
        elif step.member in TOUCHING:
            return leak
    left = {end.partition(" ")[0] for end in ends}
    return leak if not own or left & own else UNSEEN_CLIENT


def is_about(requirement: str, member: str, spec: Spec) -> bool:
    """Whether a requirement is about a member, whichever type has it."""
    bare = (name.partition("(")[0] for name in spec.requirements[requirement].members)
    return any(name == member or name.endswith(f".{member}") for name in bare)
