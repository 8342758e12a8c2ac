"""Other processes: what they inherit, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model.breaking_off import leave
from spec.model.calls import Call, Ref
from spec.model.outcomes import Returns
from spec.model.state import DEFAULT_CAPACITY, READ, WRITE, Handle, May, Pipe, World
from spec.model.waiting import settle


def start(world: World, call: Call) -> Iterator[May]:
    """A child starts: it holds what could be inherited, and nothing else of the parent's pipes."""
    after = world.copy()
    texts = [value.name for value in call.arguments.values() if isinstance(value, Ref)]
    after.processes[call.target] = tuple(texts)
    if call.arguments.get("program") == "plain":
        after.plain = (*world.plain, call.target)
    streams = call.arguments.get("streams")
    if streams == "devnull":
        after.devices = (*world.devices, call.target)
    elif isinstance(streams, str):
        _open_fifo(after, call.target, streams.split(","))
    for handle in world.handles.values():
        if handle.process == call.process and handle.inheritable:
            after.handles[after.number()] = replace(handle, process=call.target, inheritable=None)
    yield May(Returns(), "lifetime.child-gets-pipes-only", after)


def _open_fifo(world: World, process: str, ways: list[str]) -> None:
    """Standard input and output are the two ends of one FIFO, each of which may be open both ways."""
    pipe, *numbers = world.number(), world.number(), world.number()
    world.pipes[pipe] = Pipe("", DEFAULT_CAPACITY)
    for number, way, own, other in zip(numbers, ways, (READ, WRITE), (WRITE, READ), strict=True):
        for access in (own, other) if way == "fifo-both" else (own,):
            world.handles[world.number()] = Handle(process, pipe, access, None, number)
    world.fifos[process] = numbers[0], numbers[1]


def end(world: World, call: Call) -> Iterator[May]:
    """A child exits or is killed: its handles are closed with it, and what it wrote stays."""
    name = call.target
    after = world.copy()
    for operation in world.operations.values():
        if world.streams[operation.stream].process != name:
            continue
        if not operation.ends:
            leave(after, operation)
        elif not operation.collected:  # nobody has seen whether it was as far
            after.change_pipe(world.streams[operation.stream].pipe, blurred=True)
    del after.processes[name]
    lost = {key for key, each in world.safe_names.items() if world.safes[each].process == name}
    after.safe_names = {key: each for key, each in world.safe_names.items() if key not in lost}
    after.handles = {key: each for key, each in world.handles.items() if each.process != name}
    gone = {key for key, each in world.streams.items() if each.process == name}
    after.streams = {key: each for key, each in world.streams.items() if key not in gone}
    after.operations = {k: each for k, each in world.operations.items() if each.stream not in gone}
    after.plain_ends = {k: each for k, each in world.plain_ends.items() if each[0] != name}
    how = "notifies-kill" if call.verb == "kill" else "notifies-exit-in"
    by_language = call.arguments.get("way") == "language"
    said = "lifetime.exit-with-operations" if by_language else f"server.dispose-local-copy.{how}"
    for settled in settle(after):
        yield May(Returns(), said, settled)
