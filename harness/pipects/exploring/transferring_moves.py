"""Moves that transfer bytes, and those about operations under way."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import GREATEST, LEAST, Choices, Moves, pattern
from pipects.protocol import LARGEST_SHOWN
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import READ, WRITE, World

ARRAYS = (
    "Read", "Write", "ReadAsync", "WriteAsync", "ReadExactly", "ReadExactlyAsync", "BeginRead",
    "BeginWrite",
)  # fmt: skip


class TransferringMoves(Moves):
    """Reads and writes of every form, copies, tokens, results."""

    def write(self, world: World, choices: Choices) -> Iterator[Call]:
        name = self.end(world, choices, WRITE)
        if name:
            data = pattern(choices.pick((1, 5, 2, 0, 12, 4096, 5, 9000)))
            yield from self.form(world, name, choices, ("Write", "WriteByte", "WriteAsync"), data)

    def read(self, world: World, choices: Choices) -> Iterator[Call]:
        name = self.end(world, choices, READ)
        if name:
            data = b"\xa5" * choices.pick((8, 1, 3, 0, 16))
            forms = ("Read", "ReadByte", "ReadAsync", "ReadExactly", "ReadExactlyAsync",
                     "ReadAtLeast", "ReadAtLeastAsync")  # fmt: skip
            yield from self.form(world, name, choices, forms, data)

    def against(self, world: World, choices: Choices) -> Iterator[Call]:
        """A read or a write on any end, whatever its direction and state."""
        if world.streams:
            name = self.stream(world, choices)
            data = b"\xa5" * choices.pick((4, 0, 1))
            forms = ("Read", "Write", "ReadByte", "WriteByte", "ReadAsync", "WriteAsync",
                     "ReadExactly", "ReadAtLeast", "ReadExactlyAsync")  # fmt: skip
            yield from self.form(world, name, choices, forms, data)

    def bad_arguments(self, world: World, choices: Choices) -> Iterator[Call]:
        if not world.streams:
            return
        name = self.stream(world, choices)
        member = choices.pick(ARRAYS)
        buffer: Argument = choices.pick((Data(b"\xa5" * 4), None))
        given: dict[str, Argument] = {
            "buffer": buffer,
            "offset": choices.pick((0, -1, 3, 5, 4, GREATEST, LEAST)),
            "count": choices.pick((5, -1, 0, 2, GREATEST, LEAST)),
        }
        if member.startswith("Begin"):
            given |= {"callback": None, "state": None}
        if member.endswith("Async") and self.at_home(world, name) and choices.pick((False, True)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)))
        kept = self.name("result") if member.startswith("Begin") else ""
        yield Call("call", f"{name}.{member}", given, kept, awaited=member.endswith("Async"))

    def bad_minimum(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name, member = self.stream(world, choices), choices.pick(
                ("ReadAtLeast", "ReadAtLeastAsync")
            )
            given: dict[str, Argument] = {
                "buffer": Data(b"\xa5" * 4), "minimumBytes": choices.pick((-1, 5, LEAST, GREATEST)),
            }  # fmt: skip
            yield Call("call", f"{name}.{member}", given, awaited=member.endswith("Async"))

    def flush(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name = self.stream(world, choices)
            member = choices.pick(("Flush", "FlushAsync"))
            given: dict[str, Argument] = {}
            if member == "FlushAsync" and self.at_home(world, name) and choices.pick((False, True)):
                given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
            yield Call("call", f"{name}.{member}", given, awaited=member == "FlushAsync")

    def drain(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name = self.stream(world, choices)
            thread = choices.pick(("main", self.name("thread")))
            yield Call("call", f"{name}.WaitForPipeDrain", thread=thread)

    def copy(self, world: World, choices: Choices) -> Iterator[Call]:
        if not world.streams:
            return
        name = self.stream(world, choices)
        if world.streams[name].process != "parent":
            return
        home = [n for n, each in world.streams.items() if each.process == "parent"]
        ends = [n for n in home if world.streams[n].access == WRITE] or home
        into: Argument = None
        kind = choices.pick(("null", "new", "memory", "new", "end", "end", "any"))
        if kind in ("end", "any"):
            into = Ref(choices.pick(ends if kind == "end" else home))
        elif kind == "memory" and world.memories:
            into = Ref(choices.pick(list(world.memories)))
        elif kind != "null":
            into = Ref(self.name("memory"))
            refuses: dict[str, Argument] = {"writable": False} if choices.once_in(5) else {}
            yield Call("new", "MemoryStream", refuses, into.name)
        given: dict[str, Argument] = {"destination": into}
        if choices.pick((False, True)):
            given["bufferSize"] = choices.pick((1, 0, -1, 81920, LEAST))
        member = choices.pick(("CopyTo", "CopyToAsync"))
        if member == "CopyTo":
            thread = choices.pick(("main", self.name("thread")))
            yield Call("call", f"{name}.CopyTo", given, thread=thread)
            return
        if self.at_home(world, name) and choices.pick((False, True)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
        task = choices.pick((self.name("task"), ""))
        yield Call("call", f"{name}.CopyToAsync", given, task, awaited=not task)

    def queue(self, world: World, choices: Choices) -> Iterator[Call]:
        """Several operations on one end that wait one behind the other, with tokens of their own."""
        writes = choices.pick((False, False, True))
        name = self.end(world, choices, WRITE if writes else READ)
        if not name or world.streams[name].process != "parent":
            return
        if writes:
            capacity = world.pipes[world.streams[name].pipe].capacity
            yield Call(
                "call", f"{name}.WriteAsync", {"buffer": Data(pattern(capacity))}, self.name("task")
            )
        member = "Write" if writes else "Read"
        tokens: list[Argument] = list(map(Ref, world.tokens))
        in_threads = choices.once_in(3)
        for place in range(choices.pick((2, 3))):
            data = pattern(choices.pick((3, 1))) if writes else b"\xa5" * choices.pick((3, 1))
            given: dict[str, Argument] = {"buffer": Data(data)}
            if in_threads or choices.once_in(4):
                of_byte = choices.pick((False, True))
                if of_byte:
                    given = {"value": 65 + place} if writes else {}
                target = f"{name}.{member}{'Byte' * of_byte}"
                yield Call("call", target, given, thread=self.name("thread"))
                continue
            if tokens and not choices.once_in(2):
                given["cancellationToken"] = choices.pick(tokens)
            yield Call("call", f"{name}.{member}Async", given, self.name("task"))

    def flood(self, world: World, choices: Choices) -> Iterator[Call]:
        """A write of more than the pipe has room for."""
        name = self.end(world, choices, WRITE)
        if not name:
            return
        capacity = world.pipes[world.streams[name].pipe].capacity
        data = pattern(capacity + choices.pick((1, 5000, 0)))
        member = choices.pick(("WriteAsync", "Write"))
        given: dict[str, Argument] = {"buffer": Data(data)}
        if member == "Write":
            yield Call("call", f"{name}.Write", given, thread=self.name("thread"))
            return
        if self.at_home(world, name) and choices.pick((True, False)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
        yield Call("call", f"{name}.WriteAsync", given, self.name("task"))

    def drink(self, world: World, choices: Choices) -> Iterator[Call]:
        """A read of all that there is, and of what waits to be written."""
        name = self.end(world, choices, READ)
        if not name:
            return
        pipe = world.streams[name].pipe
        waiting = [o.left for _, o in world.pending() if world.streams[o.stream].pipe == pipe]
        total = len(world.pipes[pipe].content) + sum(map(len, waiting))
        if 0 < total <= LARGEST_SHOWN:
            yield Call("call", f"{name}.ReadExactly", {"buffer": Data(b"\xa5" * total)})

    def task(self, world: World, choices: Choices) -> Iterator[Call]:
        """An asynchronous transfer whose task is kept."""
        member = choices.pick(("ReadAsync", "ReadAsync", "ReadExactlyAsync", "BeginRead", "WriteAsync",
                               "BeginWrite", "ReadAtLeastAsync"))  # fmt: skip
        writes = "Write" in member
        name = self.end(world, choices, WRITE if writes else READ)
        if not name:
            return
        length = choices.pick((1, 4, 0, 9))
        buffer: Argument
        if writes:
            buffer = Data(pattern(length))
        elif world.streams[name].process != "parent":
            buffer = Data(b"\xa5" * length)
        else:
            buffer = Ref(self.name("data"))
            yield Call("new", "Bytes", {"length": length}, buffer.name)
        given: dict[str, Argument] = {"buffer": buffer}
        if member.startswith("ReadAtLeast"):
            given["minimumBytes"] = choices.pick((1, length))
        elif member.startswith("Begin") or choices.pick((False, True)):
            given |= {"offset": 0, "count": length}
        if member.startswith("Begin"):
            ends = choices.pick(("", "", f"End{member[5:]}"))
            callback = self.callback(choices, ends, "Read" in member)
            given |= {"callback": callback, "state": choices.argument(None, "marked")}
        elif self.at_home(world, name) and choices.pick((True, False)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
        kept = self.name("result" if member.startswith("Begin") else "task")
        yield Call("call", f"{name}.{member}", given, kept)

    def token(self, world: World, choices: Choices) -> Iterator[Call]:
        if len(world.sources) < 2:
            source = self.name("source")
            yield Call("new", "CancellationTokenSource", kept=source)
            yield Call("get", f"{source}.Token", kept=self.name("token"))

    def cancelled(self, world: World, choices: Choices) -> Iterator[Call]:
        """A token that is cancelled from the start."""
        for call in self.token(world, choices):
            yield call
            if call.verb == "new":
                yield Call("call", f"{call.kept}.Cancel")

    def cancel(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.sources:
            yield Call("call", f"{choices.pick(list(world.sources)[::-1])}.Cancel")

    def status(self, world: World, choices: Choices) -> Iterator[Call]:
        tasks = [n for n, each in world.operations.items() if not each.thread]
        if tasks:
            name = choices.pick(tasks)
            begun = world.operations[name].begun
            verb, member = choices.pick((("get", "IsCompleted"), ("get", "IsCanceled"),
                                         ("get", "IsFaulted"), ("call", "Wait")))  # fmt: skip
            asked = choices.pick(("IsCompleted", "AsyncState", "CompletedSynchronously"))
            yield Call("get", f"{name}.{asked}") if begun else Call(verb, f"{name}.{member}")

    def called(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.callbacks:
            name = choices.pick(list(world.callbacks)[::-1])
            yield Call("get", f"{name}.{choices.pick(('Count', 'SameThread'))}")

    def ending(self, world: World, choices: Choices) -> Iterator[Call]:
        """EndRead or EndWrite of some result, on some stream: its own, another one, once more."""
        results = [
            n
            for n, each in world.operations.items()
            if each.begun and world.streams[each.stream].process == "parent"
        ]
        if world.streams and (results or choices.once_in(6)):
            given: Argument = choices.pick([None, *map(Ref, results)][::-1])
            member = choices.pick(("EndRead", "EndWrite"))
            name = self.stream(world, choices)
            if world.streams[name].process == "parent":
                yield Call("call", f"{name}.{member}", {"asyncResult": given})

    def content(self, world: World, choices: Choices) -> Iterator[Call]:
        busy = {each.array for each in world.operations.values() if not each.collected}
        named = [name for name in (*world.arrays, *world.memories) if name not in busy]
        if named and not any(each.kind == "copy" for _, each in world.pending()):
            name = choices.pick(named[::-1])
            member = choices.pick(("Hex", "Position", "Hex", "Dispose"))
            if name in world.arrays or member == "Hex":
                yield Call("get", f"{name}.Hex")
            else:
                yield Call("call" if member == "Dispose" else "get", f"{name}.{member}")
