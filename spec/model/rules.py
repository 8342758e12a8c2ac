"""All rules: what may come of any call, and how what was seen narrows what may be."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from spec.model import asking, calling_back, ending, flushing, making, operating, peers, texting
from spec.model import transferring
from spec.model.calls import MAIN, Call, Ref
from spec.model.outcomes import Outcome, Throws, Unspecified, Waits
from spec.model.state import May, Operation, World

Rule = Callable[[World, Call], Iterator[May]]

STREAM: Mapping[str, Rule] = {
    **{member: transferring.transfer for member in transferring.KINDS},
    **{member: ending.dispose for member in ending.ROUTES},
    "DisposeLocalCopyOfClientHandle": ending.local_copy,
    "GetClientHandleAsString": asking.client_text,
    "Seek": asking.sought,
    "SetLength": asking.sought,
    "Flush": flushing.flush,
    "FlushAsync": flushing.flush,
    "WaitForPipeDrain": flushing.drain,
    "CopyTo": flushing.copy,
    "CopyToAsync": flushing.copy,
    "EndRead": operating.end,
    "EndWrite": operating.end,
}
"""What is called on a stream."""

CONSTRUCTORS: Mapping[str, Rule] = {
    making.SERVER: making.server,
    making.CLIENT: making.client,
    "SafePipeHandle": making.safe_handle,
    "StreamReader": texting.new,
    "StreamWriter": texting.new,
}


COLLECTING = ("Wait", "EndRead", "EndWrite")
"""What asks for what has come already."""
OTHERS: Mapping[str, Rule] = operating.RULES
"""What is called on anything else."""


def possibilities(world: World, call: Call) -> list[May]:
    """Everything that may come of a call. Raises Unspecified where the documentation does not say."""
    if call.verb == "new" and call.process not in world.processes:
        raise KeyError(call.process)  # it has ended, or never started
    for name in _handles_in(call):
        if name in world.safe_names and world.safes[world.safe_names[name]].process != call.process:
            raise KeyError(name)  # a handle object of another process
    if calling_back.is_closing(world) and call.verb != "finish" and call.member not in COLLECTING:
        raise Unspecified("how far a callback has come that closes its stream")
    if world.scarce and not _needs_nothing(call):
        raise Unspecified("what else lacks handles")
    waits = call.member in transferring.KINDS or call.thread != MAIN
    if world.scarce and waits and call.thread != world.warm:
        raise Unspecified("what a runtime opens for a thread, or when it waits for the first time")
    if call.object in world.wrappers:
        return _through_wrapper(world, call)
    found = list(itertools.islice(_rule(world, call)(world, call), MOST + 1))
    if len(found) > MOST:
        raise Unspecified("too many things at once")
    for may in found:
        calling_back.require_foreseen(world, call, may)
    if world.scarce and (call.verb == "finish" or call.member in EASING):
        return [replace(may, after=_eased(may.after)) for may in found]
    return found


def _handles_in(call: Call) -> Iterator[str]:
    """The names that may be those of handle objects which a call uses."""
    yield from call.target.split() if call.verb == "forget" else (call.object,)
    yield from (each.name for each in call.arguments.values() if isinstance(each, Ref))


def _eased(world: World) -> World:
    after = world.copy()
    after.scarce = "eased"
    return after


def _needs_nothing(call: Call) -> bool:
    """Whether a call is told of where handles are scarce."""
    if call.verb == "new":
        return call.target == making.SERVER
    return call.verb in ("get", "finish") or call.member in ALONE


MOST = 150
"""Ways in which a call may come out, beyond which it is not asked for."""
EASING = ("Dispose", "Close", "Wait", "EndRead", "EndWrite")
"""Behind which there may be handles again."""
ALONE = ("Read", "ReadByte", "Write", "WriteByte", *EASING)
WRAPPED = (
    "CanRead", "CanWrite", "CanSeek", "CanTimeout", "Length", "Position", "Seek", "SetLength", "Flush",
    "Read", "Write", "ReadByte", "WriteByte", "Dispose", "Close", "ReadAsync", "WriteAsync", "FlushAsync",
    "ReadTimeout", "WriteTimeout",
)  # fmt: skip
"""What a synchronized wrapper hands on."""
GATHERING = ("ReadExactly", "ReadAtLeast", "ReadExactlyAsync", "ReadAtLeastAsync")
COMPOSED = (*GATHERING, "CopyTo", "CopyToAsync")
"""What is made of several reads of a wrapper, each of which takes its turn."""


def _through_wrapper(world: World, call: Call) -> list[May]:
    """A call of a wrapper is one of its stream, and waits for its turn while another one is in it."""
    name = world.wrappers[call.object]
    waiting = [each for _, each in world.pending() if each.stream == name]
    if call.member not in (*WRAPPED, *COMPOSED) or any(
        each.wrapper != call.object for each in waiting
    ):
        raise Unspecified("a wrapper whose stream is busy")
    if waiting and call.member in AT_ONCE:
        told = possibilities(world, replace(call, target=f"{name}.{call.member}"))
        return [replace(may, requirement="stream.synchronized.properties-at-once") for may in told]
    if waiting:
        return list(_locked_out(world, replace(call, target=f"{name}.{call.member}"), waiting))
    if call.member.endswith("Async") and not call.awaited:
        raise Unspecified("whether a wrapper's operation is done when its call returns")
    inner = replace(call, target=f"{name}.{call.member}")
    mays = possibilities(world, inner)
    if call.member in COMPOSED and any(may.outcome == Waits() for may in mays):
        raise Unspecified("between which of its reads a wrapper lets others have their turn")
    token = call.text("cancellationToken")
    if token and world.tokens[token] and not all(_is_cancelled(may.outcome) for may in mays):
        raise Unspecified("whether a wrapper tells a cancelled token or its stream's refusal first")
    return [_through(call, may) for may in mays]


AT_ONCE = ("CanRead", "CanWrite", "CanSeek", "CanTimeout")
"""What a wrapper tells while a call is in it."""
TAKING_TURNS = ("Read", "ReadByte", "Write", "WriteByte")


def _locked_out(world: World, call: Call, waiting: Sequence[Operation]) -> Iterator[May]:
    """A call of a wrapper that another call is in."""
    if call.member not in TAKING_TURNS or call.thread == MAIN or len(waiting) > 1 or world.faults:
        raise Unspecified("whose turn it is in a wrapper")
    operation = transferring.operation_of(world, call)
    if transferring.refusal(world, call) is not None or operation.count == 0:
        raise Unspecified("whether a wrapper refuses before its turn")
    operation = replace(operation, wrapper=waiting[0].wrapper)
    for may in transferring.begin(world, call, operation):
        yield replace(may, requirement="stream.synchronized.whole-writes")


def _through(call: Call, may: May) -> May:
    """What comes of a call by way of a wrapper, which knows what waits in it."""
    if may.outcome == Waits():
        may.after.change_operation(call.thread, wrapper=call.object)
    return replace(may, requirement=_wrapped(call, may))


def _is_cancelled(outcome: Outcome) -> bool:
    return isinstance(outcome, Throws) and outcome.token is not None


def _wrapped(call: Call, may: May) -> str:
    if call.member in ("Dispose", "Close"):
        return "stream.synchronized.closes"
    if isinstance(may.outcome, Throws) or call.member not in transferring.KINDS:
        return "stream.synchronized.members"
    return "stream.synchronized." + ("passes-through" if call.member[0] == "W" else "reads")


def _rule(world: World, call: Call) -> Rule:
    match call.verb:
        case "new":
            return CONSTRUCTORS.get(call.target, making.others)
        case "start":
            return peers.start
        case "exit" | "kill":
            return peers.end
        case "finish":
            return operating.finish
        case "signal":
            return operating.interrupt
        case "forget":
            return ending.forget
        case "limit":
            return operating.limit
        case "rest":
            return operating.rest
        case "answer":
            return operating.fault
    if call.target == "Stream.Synchronized":
        return operating.synchronized
    if call.object in world.texters:
        return texting.asked
    if call.object in world.streams:
        of_property = {"get": asking.get, "set": asking.put}
        return of_property.get(call.verb) or STREAM[call.member]
    if call.object in world.safe_names:
        return ending.safe_handle if call.member in ("Dispose", "Close") else asking.of_safe
    if call.object in world.callbacks:
        return operating.called
    return OTHERS[call.member]


def all_of(worlds: Sequence[World], call: Call) -> list[May]:
    """What may come of a call, whichever of the worlds is the real one.

    Raises Unspecified if one of them leaves it open.
    """
    if not worlds:
        raise Unspecified("nothing is possible any more")
    mays: list[May] = []
    for world in worlds:
        mays += possibilities(world, call)
        if len(mays) > MOST:
            raise Unspecified("too many things at once")
    return mays


def narrow(mays: Sequence[May], fits: Callable[[Outcome], bool]) -> list[World]:
    """The worlds that are left once an outcome was seen: `fits` says whether it is the one given."""
    left: list[World] = []
    for may in mays:
        if fits(may.outcome) and may.after not in left:
            left.append(may.after)
    return left
