"""Moves that bring an end into a state that it seldom comes to by itself, or try much of one kind in a state."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.asking_moves import MODES, PROPERTIES
from pipects.exploring.choosing import Choices, Moves, beginning, pattern
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import OPEN, READ, WRITE, World

OF_TASK = {
    READ: ("ReadAsync", "ReadExactlyAsync", "ReadAtLeastAsync", "CopyToAsync"),
    WRITE: ("WriteAsync", "FlushAsync"),
}
FORMS = {
    READ: ("Read", "ReadAsync", "BeginRead", "ReadExactly", "ReadExactlyAsync", "ReadAtLeast",
           "ReadAtLeastAsync"),
    WRITE: ("Write", "WriteAsync", "BeginWrite"),
}  # fmt: skip
"""By access: the members that take an array."""


class SweepingMoves(Moves):
    """Ends that are broken or at the end of their pipe; transfers of nothing; cancelled tokens."""

    def breaking(self, world: World, choices: Choices) -> Iterator[Call]:
        """All readers of a pipe go, and its writer finds that out, in some form."""
        name = self.end(world, choices, WRITE)
        if name:
            yield from self._gone(world, world.streams[name].pipe, READ, choices)
            if choices.once_in(3):
                yield from self._asked(name)
            if choices.once_in(3):  # nobody can read any more what is unread, if anything is
                yield Call("call", f"{name}.WaitForPipeDrain")
            data = pattern(choices.pick((3, 1, 0)))
            members = ("Write", "WriteByte", "WriteAsync")
            if choices.once_in(3):
                yield from self._begun(name, "BeginWrite", data, choices)
            else:
                yield from self.form(world, name, choices, members, data)
            if choices.once_in(2):
                yield from self._asked(name)
                for value in beginning(MODES, choices)[:2]:
                    yield Call("set", f"{name}.ReadMode", {"value": value})
            if choices.once_in(2):
                yield from self._closed_and_told(name, choices)

    def finishing(self, world: World, choices: Choices) -> Iterator[Call]:
        """All writers of a pipe go, and its reader comes to its end."""
        name = self.end(world, choices, READ)
        if name:
            yield from self._gone(world, world.streams[name].pipe, WRITE, choices)
            content = world.pipes[world.streams[name].pipe].content
            if 0 < len(content) <= 64 and choices.pick((True, False)):
                array = Data(b"\xa5" * len(content))
                yield Call("call", f"{name}.ReadExactly", {"buffer": array})
            yield from self._swept(world, name, READ, choices, b"\xa5" * 4)
            if choices.once_in(3):
                yield from self._asked(name)
            if choices.once_in(3):
                yield from self._closed_and_told(name, choices)

    def _asked(self, name: str) -> Iterator[Call]:
        """What the end says of itself in the state that it is in."""
        for member in PROPERTIES:
            yield Call("get", f"{name}.{member}")

    def _closed_and_told(self, name: str, choices: Choices) -> Iterator[Call]:
        """The end is closed behind what it has met, and says what it is."""
        yield self.closed(name, choices)
        for asked in ("CanRead", "CanWrite", "IsConnected", "TransmissionMode", "OutBufferSize"):
            yield Call("get", f"{name}.{asked}")

    def _gone(self, world: World, pipe: int, access: str, choices: Choices) -> Iterator[Call]:
        """Closes all that holds such an end of the pipe."""
        for name, stream in self.open(world):
            if stream.pipe != pipe:
                continue
            if stream.access == access:
                yield self.closed(name, choices)
            elif stream.client is not None and not world.safes[stream.client].closed:
                yield Call("call", f"{name}.DisposeLocalCopyOfClientHandle")
        for process in sorted({h.process for h in world.handles.values() if h.pipe == pipe}):
            if process != "parent" and process not in {s.process for s in world.streams.values()}:
                yield Call(choices.pick(("kill", "exit")), process, process=process)

    def nothing_moved(self, world: World, choices: Choices) -> Iterator[Call]:
        """Transfers of no byte, on any end, in every form."""
        if world.streams:
            name = self.stream(world, choices)
            access = choices.pick((READ, WRITE, world.streams[name].access))
            yield from self._swept(world, name, access, choices, b"")

    def _swept(
        self, world: World, name: str, access: str, choices: Choices, data: bytes
    ) -> Iterator[Call]:
        """A transfer in every form, beginning with any."""
        for member in beginning(FORMS[access], choices):
            if member.startswith("Begin"):
                yield from self._begun(name, member, data, choices)
            else:
                yield from self.form(world, name, choices, (member,), data)

    def _begun(self, name: str, member: str, data: bytes, choices: Choices) -> Iterator[Call]:
        callback: Argument = choices.pick((Callback(self.name("callback")), None))
        given: dict[str, Argument] = {
            "buffer": Data(data), "offset": 0, "count": len(data), "callback": callback,
            "state": choices.argument("marked", None),
        }  # fmt: skip
        yield Call("call", f"{name}.{member}", given, self.name("result"))

    def called_off(self, world: World, choices: Choices) -> Iterator[Call]:
        """Transfers with a token that is cancelled, on any end."""
        if not world.streams:
            return
        name = self.stream(world, choices)
        if world.streams[name].process != "parent":
            return
        known = [token for token, cancelled in world.tokens.items() if cancelled]
        token = known[-1] if known else self.name("token")
        if not known:
            source = self.name("source")
            yield Call("new", "CancellationTokenSource", kept=source)
            yield Call("call", f"{source}.Cancel")
            yield Call("get", f"{source}.Token", kept=token)
        access = choices.pick((world.streams[name].access, READ, WRITE))
        wrappers = [each for each, stream in world.wrappers.items() if stream == name]
        name = choices.pick((*wrappers, name))
        for member in beginning(OF_TASK[access], choices):
            data = b"\xa5" * choices.pick((3, 0, 1))
            given: dict[str, Argument] = {"buffer": Data(data)}
            if member == "FlushAsync":
                given = {}
            elif member == "CopyToAsync":
                home = [n for n, each in world.streams.items() if each.process == "parent"]
                into = [None, *map(Ref, (*world.memories, *home))]
                given = {"destination": choices.pick(into[::-1])}
                if choices.pick((False, True)):
                    given["bufferSize"] = choices.pick((8, 0))
            elif member == "ReadAtLeastAsync":
                given["minimumBytes"] = min(1, len(data))
            elif choices.pick((False, True)):
                given |= {"offset": 0, "count": len(data)}
            given["cancellationToken"] = Ref(token)
            yield Call("call", f"{name}.{member}", given, awaited=True)

    def refused(self, world: World, choices: Choices) -> Iterator[Call]:
        """Everything that an end does is asked of one that is closed, broken, or goes the other way."""
        bad = [name for name, each in world.streams.items() if each.state != OPEN]
        whole = choices.pick((bad, bad, list(world.streams))) or list(world.streams)
        if not whole:
            return
        name = choices.pick(whole[::-1])
        yield Call("call", f"{name}.WaitForPipeDrain")
        yield Call("call", f"{name}.Flush")
        yield Call("call", f"{name}.FlushAsync", awaited=True)
        for access in beginning((READ, WRITE), choices):
            yield from self._swept(world, name, access, choices, b"\xa5" * choices.pick((2, 0)))
        yield Call("call", f"{name}.ReadByte")
        yield Call("call", f"{name}.WriteByte", {"value": 7})
        if world.streams[name].process == "parent":
            memory = self.name("memory")
            yield Call("new", "MemoryStream", kept=memory)
            yield Call("call", f"{name}.CopyTo", {"destination": Ref(memory)})
            into: dict[str, Argument] = {"destination": Ref(memory)}
            yield Call("call", f"{name}.CopyToAsync", into, awaited=True)
        for member in beginning(
            ("CanRead", "IsConnected", "InBufferSize", "SafePipeHandle"), choices
        ):
            yield Call("get", f"{name}.{member}")

    def told(self, world: World, choices: Choices) -> Iterator[Call]:
        """What every operation and callback says of itself."""
        for name, each in world.operations.items():
            if each.begun:
                for member in ("AsyncState", "IsCompleted", "CompletedSynchronously"):
                    yield Call("get", f"{name}.{member}")
            elif not each.thread:
                for member in ("IsCompleted", "IsCanceled", "IsFaulted"):
                    yield Call("get", f"{name}.{member}")
        for name in world.callbacks:
            for member in ("Count", "SameThread"):
                yield Call("get", f"{name}.{member}")

    def handles_told(self, world: World, choices: Choices) -> Iterator[Call]:
        """What every end says of its handles, and every handle of itself."""
        for name, stream in world.streams.items():
            if stream.process != "parent" or not choices.once_in(2):
                continue
            if stream.server:
                number = world.safes[stream.client or 0].handle
                known = number in world.handles and (
                    world.handles[number].number in world.texts.values()
                )
                kept = "" if known else self.name("text")
                yield Call("call", f"{name}.GetClientHandleAsString", kept=kept)
            own = any(safe == stream.own for safe in world.safe_names.values())
            yield Call("get", f"{name}.SafePipeHandle", kept="" if own else self.name("handle"))
        for name in world.safe_names:
            for member in ("IsClosed", "IsInvalid"):
                yield Call("get", f"{name}.{member}")
