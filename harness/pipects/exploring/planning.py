"""Which call comes next: one that makes sense where the sequence stands, picked by small numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipects import bytespec
from pipects.exploring import translating
from pipects.protocol import LARGEST_SHOWN
from spec.model import making
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import READ, WRITE, Operation, Stream, World

T = TypeVar("T")
MOST_STREAMS = 8
MOST_CHILDREN = 2
BAD_TEXTS = ("", "pipe", "-1", "-2", "12a", "0x10", "99999", " ")


@functools.cache
def pattern(length: int) -> bytes:
    """Bytes to write."""
    return bytespec.pattern(translating.SEED, length)


@dataclass
class Choices:
    """Small numbers, taken one by one; zeros behind the last."""

    numbers: Sequence[int]
    at: int = 0

    def pick(self, among: Sequence[T]) -> T:
        """One of them: the first for a 0."""
        number = self.numbers[self.at] if self.at < len(self.numbers) else 0
        self.at += 1
        return among[number % len(among)]

    def argument(self, *among: Argument) -> Argument:
        """One of these arguments."""
        return self.pick(among)


@dataclass
class Planner:
    """Proposes calls. `serial` makes names that no other object of the sequence has."""

    serial: int = 0

    def propose(self, world: World, rule: str, numbers: Sequence[int]) -> list[Call]:
        """The calls of a rule, none where it makes no sense."""
        return list(RULES[rule](self, world, Choices(numbers)))

    def name(self, kind: str) -> str:
        """A name of its own for a new object."""
        self.serial += 1
        return f"{kind}_{self.serial}"

    def nothing(self, world: World, choices: Choices) -> Iterator[Call]:
        """No call: what a step becomes that a sequence can do without."""
        yield from ()

    # Making

    def server(self, world: World, choices: Choices) -> Iterator[Call]:
        if len(world.streams) >= MOST_STREAMS:
            return
        given: dict[str, Argument] = {"direction": choices.pick(("In", "Out"))}
        overload = choices.pick((1, 2, 3, 0))
        if overload >= 2:
            given["inheritability"] = choices.pick(("Inheritable", "None"))
        if overload == 3:
            given["bufferSize"] = choices.pick((0, 1, 4096, 4097, 10000))
        yield Call("new", making.SERVER, given if overload else {}, self.name("server"))

    def pair(self, world: World, choices: Choices) -> Iterator[Call]:
        """A server and a client in one process, joined by the handle or by its text."""
        for made in self.server(world, choices):
            yield made
            by = choices.pick(("ClientSafePipeHandle", "ClientSafePipeHandle", "text"))
            handle = self.name("handle")
            against = "In" if made.arguments.get("direction", "Out") == "Out" else "Out"
            if by == "text":
                yield Call("call", f"{made.kept}.GetClientHandleAsString", kept=handle)
                given: dict[str, Argument] = {"pipeHandleAsString": Ref(handle)}
            else:
                yield Call("get", f"{made.kept}.{by}", kept=handle)
                given = {"safePipeHandle": Ref(handle)}
            yield Call("new", making.CLIENT, {"direction": against, **given}, self.name("client"))

    def server_refused(self, world: World, choices: Choices) -> Iterator[Call]:
        given: dict[str, Argument] = {"direction": choices.argument("In", "InOut", 0, 4, -1, "Out")}
        if choices.pick((False, True)):
            given["inheritability"] = choices.argument("None", 2, -1, "Inheritable")
            if choices.pick((False, True)):
                given["bufferSize"] = choices.pick((-1, 0, -2147483648))
        yield Call("new", making.SERVER, given, self.name("server"))

    def adopting(self, world: World, choices: Choices) -> Iterator[Call]:
        safes: list[Argument] = [None, *map(Ref, world.safe_names)]
        given: dict[str, Argument] = {
            "direction": choices.argument("Out", "In", "InOut", 7),
            "serverSafePipeHandle": choices.pick(safes[::-1]),
            "clientSafePipeHandle": choices.pick(safes[::-1]),
        }
        yield Call("new", making.SERVER, given, self.name("server"))

    def adopted(self, world: World, choices: Choices) -> Iterator[Call]:
        """A server of the handles of another one."""
        servers = [n for n, each in self.open(world) if each.server and each.process == "parent"]
        if not servers or len(world.streams) >= MOST_STREAMS:
            return
        name = choices.pick(servers)
        handles = []
        for member in ("SafePipeHandle", "ClientSafePipeHandle"):
            stream = world.streams[name]
            wanted = stream.own if member == "SafePipeHandle" else stream.client
            known = [n for n, safe in world.safe_names.items() if safe == wanted]
            handles.append(known[0] if known else self.name("handle"))
            if not known:
                yield Call("get", f"{name}.{member}", kept=handles[-1])
        given: dict[str, Argument] = {
            "direction": "Out" if world.streams[name].access == WRITE else "In",
            "serverSafePipeHandle": Ref(handles[0]),
            "clientSafePipeHandle": Ref(handles[1]),
        }
        yield Call("new", making.SERVER, given, self.name("server"))

    def client(self, world: World, choices: Choices) -> Iterator[Call]:
        sources = [*((n, "text") for n in world.texts), *((n, "safe") for n in world.safe_names)]
        if not sources or len(world.streams) >= MOST_STREAMS:
            return
        name, kind = choices.pick(sources[::-1])
        given: dict[str, Argument] = {"direction": choices.pick(("In", "Out"))}
        if kind == "text" and choices.pick((False, True)):
            given = {}
        given["pipeHandleAsString" if kind == "text" else "safePipeHandle"] = Ref(name)
        yield Call("new", making.CLIENT, given, self.name("client"))

    def client_refused(self, world: World, choices: Choices) -> Iterator[Call]:
        given: dict[str, Argument] = {"direction": choices.argument("In", "Out", "InOut", 0, 4)}
        kind = choices.pick(("text", "null text", "null handle", "alone"))
        if kind == "null handle":
            given["safePipeHandle"] = None
        else:
            given["pipeHandleAsString"] = None if kind == "null text" else choices.pick(BAD_TEXTS)
        if kind == "alone":
            del given["direction"]
        yield Call("new", making.CLIENT, given, self.name("client"))

    def safe(self, world: World, choices: Choices) -> Iterator[Call]:
        value: Argument = choices.argument(*map(Ref, world.numbers), -1)
        given: dict[str, Argument] = {
            "preexistingHandle": value,
            "ownsHandle": value == -1 and choices.pick((True, False)),
        }
        yield Call("new", "SafePipeHandle", given, self.name("safe"))

    # Asking

    def property(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name = self.stream(world, choices)
            yield Call("get", f"{name}.{choices.pick(PROPERTIES)}")

    def portrait(self, world: World, choices: Choices) -> Iterator[Call]:
        """Every property of a stream."""
        if world.streams:
            name = self.stream(world, choices)
            for member in PROPERTIES:
                yield Call("get", f"{name}.{member}")

    def assignment(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name, member = self.stream(world, choices), choices.pick(SETTABLE)
            values: tuple[Argument, ...] = ("Byte", "Message", 2, -1)
            values = values if member == "ReadMode" else (0, 1)
            yield Call("set", f"{name}.{member}", {"value": choices.pick(values)})

    def handles(self, world: World, choices: Choices) -> Iterator[Call]:
        """What hands a handle out."""
        if not world.streams:
            return
        name = self.stream(world, choices)
        stream = world.streams[name]
        if stream.process != "parent":
            return
        if not stream.server or choices.pick((0, 0, 1)) == 1:
            known = any(safe == stream.own for safe in world.safe_names.values())
            yield Call("get", f"{name}.SafePipeHandle", kept="" if known else self.name("handle"))
        elif choices.pick((False, True)):
            safe = world.safes[stream.client or 0]
            known = any(
                world.handles[safe.handle].number == number
                for number in world.texts.values()
                if safe.handle in world.handles
            )
            kept = "" if known else self.name("text")
            yield Call("call", f"{name}.GetClientHandleAsString", kept=kept)
        else:
            known = any(safe == stream.client for safe in world.safe_names.values())
            kept = "" if known else self.name("handle")
            yield Call("get", f"{name}.ClientSafePipeHandle", kept=kept)

    def of_handle(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.safe_names:
            name = choices.pick(list(world.safe_names)[::-1])
            verb, member = choices.pick(OF_SAFE)
            kept = self.name("number") if member == "DangerousGetHandle" else ""
            yield Call(verb, f"{name}.{member}", kept=kept)

    def seeking(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name = self.stream(world, choices)
            if choices.pick((True, False)):
                yield Call(
                    "call", f"{name}.Seek", {"offset": choices.pick((0, 1)), "origin": "Begin"}
                )
            else:
                yield Call("call", f"{name}.SetLength", {"value": choices.pick((0, 1))})

    # Transferring

    def write(self, world: World, choices: Choices) -> Iterator[Call]:
        name = self.end(world, choices, WRITE)
        if name:
            data = pattern(choices.pick((1, 5, 2, 0, 12)))
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

    def form(
        self, world: World, name: str, choices: Choices, members: Sequence[str], data: bytes
    ) -> Iterator[Call]:
        """A transfer of the data (or into an array of their length), in one of its forms."""
        member = choices.pick(members)
        if member == "ReadByte":
            given: dict[str, Argument] = {}
        elif member == "WriteByte":
            given = {"value": choices.pick((65, 0, 255, 128))}
        elif choices.pick((True, False)) and not member.startswith("ReadAtLeast"):
            offset = choices.pick((0, 1))
            given = {"buffer": Data(bytes(offset) + data if "W" in member else b"\xa5" * (offset + len(data))),
                     "offset": offset, "count": len(data)}  # fmt: skip
        else:
            given = {"buffer": Data(data)}
        if member.startswith("ReadAtLeast"):
            given["minimumBytes"] = choices.pick((1, 0, len(data)))
            if choices.pick((True, False)):
                given["throwOnEndOfStream"] = choices.pick((False, True))
        of_task = member.endswith("Async")
        if of_task and self.at_home(world, name) and choices.pick((False, True)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
        thread = "main" if of_task or not choices.pick((False, True)) else self.name("thread")
        yield Call("call", f"{name}.{member}", given, thread=thread, awaited=of_task)

    def bad_arguments(self, world: World, choices: Choices) -> Iterator[Call]:
        if not world.streams:
            return
        name = self.stream(world, choices)
        member = choices.pick(ARRAYS)
        buffer: Argument = choices.pick((Data(b"\xa5" * 4), None))
        given: dict[str, Argument] = {
            "buffer": buffer,
            "offset": choices.pick((0, -1, 3, 5)),
            "count": choices.pick((5, -1, 0, 2, 2147483647)),
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
                "buffer": Data(b"\xa5" * 4), "minimumBytes": choices.pick((-1, 5)),
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
        into: Argument = choices.pick([None, *map(Ref, world.memories)][::-1])
        if into is None and choices.pick((True, False)):
            into = Ref(self.name("memory"))
            yield Call("new", "MemoryStream", kept=into.name)
        given: dict[str, Argument] = {"destination": into}
        if choices.pick((False, True)):
            given["bufferSize"] = choices.pick((1, 0, -1, 81920))
        member = choices.pick(("CopyTo", "CopyToAsync"))
        if member == "CopyTo":
            thread = choices.pick(("main", self.name("thread")))
            yield Call("call", f"{name}.CopyTo", given, thread=thread)
            return
        if self.at_home(world, name) and choices.pick((False, True)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
        task = choices.pick((self.name("task"), ""))
        yield Call("call", f"{name}.CopyToAsync", given, task, awaited=not task)

    # Operations

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
            callback: Argument = choices.pick((None, Callback(self.name("callback"))))
            given |= {"callback": callback, "state": choices.argument(None, "marked")}
        elif self.at_home(world, name) and choices.pick((True, False)):
            given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
        kept = self.name("result" if member.startswith("Begin") else "task")
        yield Call("call", f"{name}.{member}", given, kept)

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
            asked = choices.pick(("IsCompleted", "AsyncState"))
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
        if world.streams:
            given: Argument = choices.pick([None, *map(Ref, results)][::-1])
            member = choices.pick(("EndRead", "EndWrite"))
            name = self.stream(world, choices)
            if world.streams[name].process == "parent":
                yield Call("call", f"{name}.{member}", {"asyncResult": given})

    def content(self, world: World, choices: Choices) -> Iterator[Call]:
        busy = {each.array for each in world.operations.values() if not each.collected}
        named = [name for name in (*world.arrays, *world.memories) if name not in busy]
        if named and not any(each.kind == "copy" for _, each in world.pending()):
            yield Call("get", f"{choices.pick(named[::-1])}.Hex")

    # Ending

    def close(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name = self.stream(world, choices)
            member = choices.pick(("Dispose", "Close", "DisposeAsync"))
            yield Call("call", f"{name}.{member}", awaited=member == "DisposeAsync")

    def local_copy(self, world: World, choices: Choices) -> Iterator[Call]:
        servers = [name for name, each in world.streams.items() if each.server]
        if servers:
            yield Call("call", f"{choices.pick(servers[::-1])}.DisposeLocalCopyOfClientHandle")

    # Other processes

    def child(self, world: World, choices: Choices) -> Iterator[Call]:
        """A child that gets the handles of all servers whose clients it can hold."""
        if len(world.processes) > MOST_CHILDREN or world.files:
            return
        texts = []
        for name, stream in self.open(world):
            safe = world.safes[stream.client or 0] if stream.server else None
            if (
                safe is None
                or not stream.inheritable
                or safe.handle not in world.handles
                or safe.closed
            ):
                continue
            known = [
                n for n, each in world.texts.items() if each == world.handles[safe.handle].number
            ]
            texts.append(known[0] if known else self.name("text"))
            if not known:
                yield Call("call", f"{name}.GetClientHandleAsString", kept=texts[-1])
        name = self.name("child")
        given: dict[str, Argument] = {str(place): Ref(text) for place, text in enumerate(texts)}
        if choices.pick((0, 0, 1)) == 1:
            given["program"] = "plain"
        yield Call("start", name, given)

    def child_client(self, world: World, choices: Choices) -> Iterator[Call]:
        children = [
            n for n, texts in world.processes.items() if n not in ("parent", *world.plain) and texts
        ]
        if not children or len(world.streams) >= MOST_STREAMS:
            return
        child = choices.pick(children[::-1])
        place = choices.pick(range(len(world.processes[child])))
        number = world.texts[world.processes[child][place]]
        held = [h for h in world.handles.values() if h.process == child and h.number == number]
        taken = [
            True
            for each in world.streams.values()
            if each.process == child and world.safes[each.own].handle in world.handles
            and world.handles[world.safes[each.own].handle or 0].number == number
        ]  # fmt: skip
        if held and not taken:
            direction = "In" if held[0].access == READ else "Out"
            given: dict[str, Argument] = {"direction": direction,
                                          "pipeHandleAsString": Ref(f"{child}.arguments.{place}")}  # fmt: skip
            yield Call("new", making.CLIENT, given, self.name("client"), child)

    def gone(self, world: World, choices: Choices) -> Iterator[Call]:
        children = [name for name in world.processes if name != "parent"]
        if children:
            name = choices.pick(children)
            yield Call(choices.pick(("kill", "exit")), name, process=name)

    # What else a process has

    def file(self, world: World, choices: Choices) -> Iterator[Call]:
        """An ordinary file: it may get a number that an end has just given back."""
        if len(world.files) < 2 and len(world.processes) == 1:
            name = self.name("file")
            yield Call("new", "Descriptor", {"kind": "file"}, name)
            yield Call("get", f"{name}.Number", kept=self.name("number"))

    def file_refused(self, world: World, choices: Choices) -> Iterator[Call]:
        """An ordinary file's number, given for a pipe's."""
        if not world.files:
            return
        number = choices.pick(list(world.files))
        direction = choices.pick(("In", "Out"))
        if choices.pick((True, False)):
            given: dict[str, Argument] = {"direction": direction,
                                          "pipeHandleAsString": f"${{{number}}}"}  # fmt: skip
            yield Call("new", making.CLIENT, given, self.name("client"))
            return
        safe = self.name("safe")
        yield Call(
            "new", "SafePipeHandle", {"preexistingHandle": Ref(number), "ownsHandle": False}, safe
        )
        handles = [Ref(each) for each in (*world.safe_names, safe)][::-1]
        if choices.pick((True, False)):
            given = {"direction": direction, "safePipeHandle": Ref(safe)}
            yield Call("new", making.CLIENT, given, self.name("client"))
            return
        given = {"direction": direction, "serverSafePipeHandle": Ref(safe),
                 "clientSafePipeHandle": choices.pick(handles)}  # fmt: skip
        yield Call("new", making.SERVER, given, self.name("server"))

    def forget(self, world: World, choices: Choices) -> Iterator[Call]:
        """A stream, with all that may lead to it."""
        names = [n for n, each in world.streams.items() if each.process == "parent"]
        if not names:
            return
        name = choices.pick(names[::-1])
        stream = world.streams[name]
        safes = [n for n, safe in world.safe_names.items() if safe in (stream.own, stream.client)]
        if safes and choices.pick((0, 0, 1)) == 1:
            safes = safes[1:]
        operations = [n for n, each in world.operations.items() if each.stream == name]
        callbacks = [n for n, each in world.callbacks.items() if each in operations]
        if not any(world.operations[each].thread for each in operations):
            yield Call("forget", " ".join((name, *safes, *operations, *callbacks)))

    def interrupt(self, world: World, choices: Choices) -> Iterator[Call]:
        """A signal for a call that waits."""
        waiting = [n for n, each in world.pending() if each.thread]
        if waiting:
            yield Call("signal", choices.pick(waiting))

    # Helpers

    @staticmethod
    def at_home(world: World, stream: str) -> bool:
        """Whether there are tokens in the stream's process."""
        return bool(world.tokens) and world.streams[stream].process == "parent"

    @staticmethod
    def open(world: World) -> list[tuple[str, Stream]]:
        """The streams that are not closed."""
        return [(n, each) for n, each in world.streams.items() if each.state != "closed"]

    @staticmethod
    def stream(world: World, choices: Choices) -> str:
        """Some stream, the youngest for a 0."""
        return choices.pick(list(world.streams)[::-1])

    @staticmethod
    def end(world: World, choices: Choices, access: str) -> str | None:
        """Some open stream of that direction, or none."""
        found = [n for n, each in Planner.open(world) if each.access == access]
        return choices.pick(found[::-1]) if found else None


def forced(world: World) -> Call | None:
    """The call that collects an operation that has ended: before anything else, so that nothing races it."""
    for name, operation in world.operations.items():
        if operation.ends and operation.callback and not operation.called:
            return Call("call", f"{operation.callback}.Wait")
        if operation.ends and not operation.collected:
            return _collecting(name, operation)
    return None


def _collecting(name: str, operation: Operation) -> Call:
    if operation.thread:
        return Call("finish", name, thread=name)
    if operation.begun:
        member = "EndWrite" if operation.kind == "write" else "EndRead"
        return Call("call", f"{operation.stream}.{member}", {"asyncResult": Ref(name)})
    return Call("call", f"{name}.Wait")


PROPERTIES = (
    "IsConnected", "CanRead", "CanWrite", "CanSeek", "CanTimeout", "IsAsync", "IsMessageComplete",
    "TransmissionMode", "ReadMode", "InBufferSize", "OutBufferSize", "Length", "Position",
    "ReadTimeout", "WriteTimeout",
)  # fmt: skip
SETTABLE = ("ReadMode", "Position", "ReadTimeout", "WriteTimeout")
OF_SAFE = (
    ("get", "IsClosed"), ("get", "IsInvalid"), ("call", "DangerousGetHandle"), ("call", "Dispose"),
)  # fmt: skip
ARRAYS = (
    "Read", "Write", "ReadAsync", "WriteAsync", "ReadExactly", "ReadExactlyAsync", "BeginRead",
    "BeginWrite",
)  # fmt: skip
RULES: Mapping[str, Callable[[Planner, World, Choices], Iterator[Call]]] = {
    "nothing": Planner.nothing,
    "pair": Planner.pair, "server": Planner.server, "write": Planner.write, "read": Planner.read,
    "property": Planner.property, "close": Planner.close, "handles": Planner.handles,
    "client": Planner.client, "bad arguments": Planner.bad_arguments, "against": Planner.against,
    "local copy": Planner.local_copy, "task": Planner.task, "token": Planner.token,
    "cancel": Planner.cancel, "status": Planner.status, "ending": Planner.ending,
    "content": Planner.content, "flush": Planner.flush, "drain": Planner.drain,
    "copy": Planner.copy, "flood": Planner.flood, "drink": Planner.drink, "child": Planner.child,
    "child client": Planner.child_client, "gone": Planner.gone, "of handle": Planner.of_handle,
    "assignment": Planner.assignment, "server refused": Planner.server_refused,
    "adopting": Planner.adopting, "adopted": Planner.adopted,
    "client refused": Planner.client_refused, "safe": Planner.safe, "seeking": Planner.seeking,
    "bad minimum": Planner.bad_minimum, "file": Planner.file, "forget": Planner.forget,
    "file refused": Planner.file_refused, "interrupt": Planner.interrupt,
    "called": Planner.called, "portrait": Planner.portrait, "cancelled": Planner.cancelled,
}  # fmt: skip
"""What may come next, the simplest first."""
OFTEN = (
    "write",
    "read",
    "read",
    "write",
    "against",
    "task",
    "ending",
    "ending",
    "token",
    "cancel",
    "close",
)
"""What comes more often: what other things depend on, and what has many forms."""
