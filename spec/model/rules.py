"""All rules: what may come of any call, and how what was seen narrows what may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from spec.model import asking, ending, flushing, making, operating, peers, transferring
from spec.model.calls import Call
from spec.model.outcomes import Outcome, Unspecified
from spec.model.state import May, World

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
}


OTHERS: Mapping[str, Rule] = operating.RULES
"""What is called on anything else."""


def possibilities(world: World, call: Call) -> list[May]:
    """Everything that may come of a call. Raises Unspecified where the documentation does not say."""
    return list(_rule(world, call)(world, call))


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
    return [may for world in worlds for may in possibilities(world, call)]


def narrow(mays: Sequence[May], fits: Callable[[Outcome], bool]) -> list[World]:
    """The worlds that are left once an outcome was seen: `fits` says whether it is the one given."""
    left: list[World] = []
    for may in mays:
        if fits(may.outcome) and may.after not in left:
            left.append(may.after)
    return left
