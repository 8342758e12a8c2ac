"""What is asked of operations under way or ended, of tokens, and of what holds bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from spec.model import calling_back, saying
from spec.model.breaking_off import cancel
from spec.model.calls import MAIN, Call, Ref
from spec.model.ending import dispose
from spec.model.outcomes import DONE, Outcome, Returns, Same, Throws, Unspecified, Waits
from spec.model.queueing import waiting_on
from spec.model.state import OPEN, End, May, Operation, World
from spec.model.waiting import settle

FOREIGN = Throws("ArgumentException", derived=True)


def finish(world: World, call: Call) -> Iterator[May]:
    """A call that was left running on a thread comes to its end."""
    operation = world.operations[call.target]
    if not operation.ends:
        raise Unspecified("it would wait for ever")
    after = world.copy()
    after.warm = call.target
    del after.operations[call.target]
    for each in operation.ends:
        yield May(each.outcome, each.requirement, after)


def _wait(world: World, call: Call) -> Iterator[May]:
    """`Wait` of a task: what came of the operation, every time the same."""
    operation = world.operations[call.object]
    if not operation.ends:
        yield from _join(world, call, call.object, saying.begun(operation))
        return
    for each in operation.ends:
        yield May(each.outcome, each.requirement, _collected(world, call.object, each))


def _join(world: World, call: Call, name: str, said: str) -> Iterator[May]:
    """A thread waits for an operation under way."""
    if call.thread == MAIN:
        raise Unspecified("it would wait for ever")
    operation = world.operations[name]
    if operation.kind == "join" or operation.inside:
        raise Unspecified("who else waits for it")
    joined = [each for _, each in world.pending() if each.kind == "join" and each.into == name]
    if joined and operation.begun:
        raise Unspecified("two that end one operation")
    after = world.copy()
    after.number()
    after.operations[call.thread] = Operation(
        "join", said, operation.stream, world.next, into=name, thread=True
    )
    yield May(Waits(), said, after)


def _collected(world: World, name: str, end: End) -> World:
    after = world.copy()
    after.change_operation(name, ends=(end,), collected=True)
    return after


def _status(world: World, call: Call) -> Iterator[May]:
    """`IsCompleted`, `IsCanceled` and `IsFaulted`. What has just ended may take a moment to show."""
    operation = world.operations[call.object]
    kinds = {_kind(end.outcome) for end in operation.ends} or {"pending"}
    if operation.ends and (call.object in world.awaited() or not operation.collected):
        raise Unspecified("whether the end of an operation shows already")
    kind = kinds.pop()
    said = operation.ends[0].requirement if operation.ends else saying.begun(operation)
    wanted = {
        "IsCompleted": kind != "pending",
        "IsCanceled": kind == "cancelled",
        "IsFaulted": kind == "failed",
    }[call.member]
    yield May(Returns(wanted), said, world)


def _kind(outcome: Outcome) -> str:
    if not isinstance(outcome, Throws):
        return "done"
    return "cancelled" if outcome.type == "OperationCanceledException" else "failed"


def end(world: World, call: Call) -> Iterator[May]:
    """`EndRead` and `EndWrite`: waits for what was begun, and may be asked once."""
    kind = "read" if call.member == "EndRead" else "write"
    rules = f"stream.end-{kind}"
    name = call.text("asyncResult")
    if name is None:
        outcome = Throws("ArgumentNullException", "asyncResult")
        yield May(outcome, f"{rules}.result-null", world)
        return
    operation = world.operations[name]
    if operation.family != f"stream.begin-{kind}":
        yield May(FOREIGN, f"{rules}.foreign-result", world)
    elif operation.stream != call.object:
        yield May(FOREIGN, f"{rules}.other-stream-result", world)
    elif operation.collected:
        same = operation.ends[0].outcome
        for outcome2 in (Throws("InvalidOperationException", derived=True), FOREIGN, same):
            yield May(outcome2, f"{rules}.once", world)
    elif operation.inside or world.streams[operation.stream].process != "parent":
        raise Unspecified("a callback that ends the operation, too")
    elif not operation.ends:
        yield from _join(world, call, name, f"{rules}.blocks-until-done")
    else:
        for each in operation.ends:
            yield May(each.outcome, each.requirement, _collected(world, name, each))


def _cancel(world: World, call: Call) -> Iterator[May]:
    """`Cancel` of a token's source."""
    after = world.copy()
    token = world.sources[call.object]
    after.cancelled = (*world.cancelled, call.object)
    if token:
        after.tokens[token] = True
        cancel(after, token)
    for settled in settle(after):
        yield May(DONE, "client.io.cancel-elsewhere", settled)


def _token(world: World, call: Call) -> Iterator[May]:
    """`Token` of a source."""
    after = world.copy()
    if call.object not in world.sources:
        raise KeyError(call.object)
    after.tokens[call.kept] = call.object in world.cancelled
    after.sources[call.object] = call.kept
    yield May(Returns(), "", after)


def _state(world: World, call: Call) -> Iterator[May]:
    """`AsyncState` of a result."""
    operation = world.operations[call.object]
    state = operation.state
    outcome: Outcome = Same(state.name) if isinstance(state, Ref) else Returns(state)
    yield May(outcome, f"{operation.family}.state", world)


def called(world: World, call: Call) -> Iterator[May]:
    """`Wait`, `Count` and `SameThread` of a callback: it is called once, elsewhere, when all is done."""
    name = world.callbacks[call.object]
    operation = world.operations[name]
    if call.member == "Wait":
        if not operation.ends:
            raise Unspecified("it would wait for ever")
        if calling_back.closes(operation):
            yield from _closes(world, name, operation)
            return
        if operation.inside and not operation.called:
            kind = "write" if operation.kind == "write" else "read"
            for each in operation.ends:
                after = _collected(world, name, each)
                after.change_operation(name, called=True)
                said = f"stream.end-{kind}.where" if operation.begun else each.requirement
                yield May(each.outcome, said, after)
            return
        if operation.inside:
            raise Unspecified("a callback that is waited for twice")
        after = world.copy()
        after.change_operation(name, called=True)
        yield May(Returns(), f"{operation.family}.callback", after)
    elif not operation.called and (operation.ends or not operation.begun):
        raise Unspecified("whether the callback has been called already")
    elif call.member == "Count":
        family = operation.family if operation.begun else "stream.begin-read"
        yield May(Returns(int(operation.called)), f"{family}.callback", world)
    else:
        if not operation.called:
            raise Unspecified("the thread of a callback that was not called")
        if operation.prompt:
            raise Unspecified("whether the result says that its operation was done in its call")
        yield May(Returns(False), f"{operation.family}.pool-thread", world)


def _closes(world: World, name: str, operation: Operation) -> Iterator[May]:
    """A callback closes its stream."""
    for each in operation.ends:
        after = _collected(world, name, each) if operation.inside else world.copy()
        after.change_operation(name, called=True)
        for may in dispose(after, Call("call", f"{operation.stream}.{operation.calls}")):
            yield replace(may, requirement=f"{operation.family}.callback")


def number(world: World, call: Call) -> Iterator[May]:
    """`Number` of a descriptor."""
    after = world.copy()
    if call.object not in world.descriptors:
        raise KeyError(call.object)
    after.files[call.kept] = call.object
    yield May(Returns(), "", after)


def interrupt(world: World, call: Call) -> Iterator[May]:
    """A signal that the process handles reaches a thread that waits: it goes on waiting."""
    if world.operations[call.target].ends:
        raise Unspecified("nothing waits there")
    kind = "write" if world.operations[call.target].kind == "write" else "read"
    yield May(Returns(), f"stream.signals.interrupted-{kind}-resumes", world)


def _unblocked(world: World, call: Call) -> Iterator[May]:
    """`SetNonBlocking` of an end by a child that shares it: who waits at it does so as before."""
    after = world.copy()
    after.change_pipe(world.plain_ends[call.object][1], polled=True)
    yield May(Returns(), "stream.waiting.nonblocking", after)


def _resized(world: World, call: Call) -> Iterator[May]:
    """`Resize` of a pipe by a child that shares an end of it."""
    after, pipe, size = world.copy(), world.plain_ends[call.object][1], call.arguments["size"]
    assert isinstance(size, int)
    if world.pipes[pipe].content or waiting_on(world, pipe, ("write", "copy")):
        raise Unspecified("how much room is left in a pipe of another size")
    after.change_pipe(pipe, capacity=size)
    yield May(Returns(), "stream.buffer-size.linux-real-capacity", after)


def _memory(world: World, call: Call) -> Iterator[May]:
    """`Position` and `Dispose` of a stream in memory."""
    memory = world.memories[call.object]
    if call.member == "Dispose":
        after = world.copy()
        after.memories[call.object] = replace(memory, closed=True)
        yield May(DONE, "", after)
    elif memory.closed or memory.unsure:
        raise Unspecified("the position in a closed memory, or behind a copy that was broken off")
    else:
        said = "stream.copy-to.destination-not-rewound"
        yield May(Returns(len(memory.content)), said, world)


def limit(world: World, call: Call) -> Iterator[May]:
    """The first process gets no room for the handles of a pipe."""
    after = world.copy()
    after.scarce = "yes"
    yield May(Returns(), "", after)


def fault(world: World, call: Call) -> Iterator[May]:
    """The next such call of an end's is failed by the system; where it asks what is unread, each one."""
    name = call.text("of") or ""
    stream = world.streams[name]
    if "by" in call.arguments:  # a refusal that nobody is to notice, or a signal's
        yield May(Returns(), "stream.calls.filtered", world)
        return
    same = [each for each in world.streams.values() if each.pipe == stream.pipe]
    if stream.state != OPEN or world.is_shut(stream) or world.is_orphan(stream) or len(same) > 2:
        raise Unspecified("whose call it is that the system fails")
    if (name, call.target) in world.faults:
        raise Unspecified("two calls of a kind that the system fails")
    after = world.copy()
    after.faults = (*world.faults, (name, call.target))
    yield May(Returns(), "", after)


def rest(world: World, call: Call) -> Iterator[May]:
    """While all wait, and behind what has ended, the first process leaves the processor alone."""
    if not world.operations and not world.warm:
        raise Unspecified("what a process does in which nothing has waited yet")
    yield May(Returns(), "stream.waiting.idle", world)


def synchronized(world: World, call: Call) -> Iterator[May]:
    """`Stream.Synchronized`: a stream that takes one call at a time."""
    name = call.text("stream")
    if name is None:
        outcome = Throws("ArgumentNullException", "stream")
        yield May(outcome, "stream.synchronized.null", world)
        return
    if name not in world.streams:
        raise KeyError(name)
    after = world.copy()
    after.wrappers[call.kept] = name
    yield May(Returns(), "stream.synchronized.passes-through", after)


def _hex(world: World, call: Call) -> Iterator[May]:
    """`Hex` of an array or of a stream in memory."""
    if call.object in world.memories:
        if world.memories[call.object].unsure:
            raise Unspecified("how much of a copy that was broken off has come")
        content = world.memories[call.object].content
        said = "stream.copy-to.copies-to-end"
    else:
        if any(
            each.got and each.array == call.object and not each.collected
            for each in world.operations.values()
        ):
            raise Unspecified("whether a read that nobody saw end has taken what came last")
        content, said = world.arrays[call.object], "stream.read-async.at-offset"
    yield May(Returns(content.hex()), said, world)


def _synchronous(world: World, call: Call) -> Iterator[May]:
    """`CompletedSynchronously` of a result: what still waits has not completed in its call."""
    operation = world.operations[call.object]
    if operation.ends or not operation.begun:
        raise Unspecified("whether an operation has completed in its call")
    yield May(Returns(False), f"{operation.family}.returns-result", world)


RULES: Mapping[str, Callable[[World, Call], Iterator[May]]] = {
    "Wait": _wait, "IsCompleted": _status, "IsCanceled": _status, "IsFaulted": _status,
    "Cancel": _cancel, "Token": _token, "Hex": _hex, "AsyncState": _state,
    "CompletedSynchronously": _synchronous, "Number": number, "Position": _memory, "Dispose": _memory,
    "SetNonBlocking": _unblocked, "Resize": _resized,
}  # fmt: skip
"""By member of what is no pipe stream."""
