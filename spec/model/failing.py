"""What the system fails: a call that an operation makes, or the means to wait with."""

from __future__ import annotations

from collections.abc import Iterator

from spec.model.outcomes import BROKEN, Unspecified
from spec.model.queueing import competes
from spec.model.state import WATCH, End, Operation, World


def failed(
    world: World, name: str, operation: Operation, call: tuple[str, str]
) -> Iterator[World]:  # fmt: skip
    """The system fails the call that an operation makes: it fails with it, and nothing has moved or changed."""
    pipe = world.pipes[world.streams[operation.stream].pipe]
    has_waited = operation.order != world.next - 1
    if operation.kind not in ("read", "byte", "write", "drain") or pipe.blurred:
        raise Unspecified("how often something asks the system")
    if operation.kind != "drain":
        is_ready = not pipe.content if operation.kind == "write" else bool(pipe.content)
        if has_waited and not is_ready:
            return
        if not is_ready or not _asks_first(world, operation):
            raise Unspecified("who asks the system first, and whether it tries before it waits")
    after = world.copy()
    if operation.kind != "drain":
        after.faults = tuple(each for each in world.faults if each != call)
    after.change_operation(name, ends=(End(BROKEN, "stream.calls.failed"),))
    yield after


def _asks_first(world: World, operation: Operation) -> bool:
    """Whether what else waits are tasks behind it on the same end: these ask when it has ended."""
    others = [each for _, each in world.pending() if each != operation]
    return all(
        each.kind == "join" or competes(each, operation) and not (each.thread or operation.thread)
        for each in others
    )


def unwatched(world: World, name: str, operation: Operation) -> Iterator[World]:
    """The system may have no means to wait with for an operation whose turn it is: that one fails, and the next
    has its turn. Whether it takes any is the implementation's own affair."""
    if (operation.stream, WATCH) not in world.faults or operation.watched:
        return
    if operation.kind in ("drain", "join"):
        return
    if operation.thread or operation.kind not in ("read", "write") or (
        operation.kind == "write" and len(operation.left) != operation.count
    ):  # fmt: skip
        raise Unspecified("what becomes of a wait that the system has no means for")
    waits = world.copy()
    waits.change_operation(name, watched=True)
    yield waits
    fails = world.copy()
    fails.faults = tuple(each for each in world.faults if each != (operation.stream, WATCH))
    fails.change_operation(name, ends=(End(BROKEN, "stream.calls.failed"),))
    yield fails
