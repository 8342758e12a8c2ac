"""Moves that follow a server from its making to its end: what it hands out, and what becomes of that."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, Moves, beginning
from spec.model import calling_back, making
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import World


class LifetimeMoves(Moves):
    """Servers of every kind, given away in every way, and ended in every way."""

    def lived(self, world: World, choices: Choices) -> Iterator[Call]:
        """A server hands out some of text, client handle and own handle, and then goes."""
        if self.crowded(world, 2):
            return
        server, direction = self.name("server"), choices.pick(("Out", "In"))
        given: dict[str, Argument] = {"direction": direction}
        kind = choices.pick(("inheritable", "adopted", "none", "sized"))
        if kind != "adopted":
            given["inheritability"] = "None" if kind == "none" else "Inheritable"
        if kind == "sized":
            given["bufferSize"] = 4096
        yield Call("new", making.SERVER, given, server)
        known = {"SafePipeHandle": "", "ClientSafePipeHandle": ""}
        if kind == "adopted":
            for member in known:
                known[member] = self.name("handle")
                yield Call("get", f"{server}.{member}", kept=known[member])
            given = {
                "direction": direction, "serverSafePipeHandle": Ref(known["SafePipeHandle"]),
                "clientSafePipeHandle": Ref(known["ClientSafePipeHandle"]),
            }  # fmt: skip
            server = self.name("server")
            yield Call("new", making.SERVER, given, server)
        text = ""
        gives = choices.pick(range(8))
        if gives & 1:
            text = self.name("text")
            yield Call("call", f"{server}.GetClientHandleAsString", kept=text)
        for bit, member in ((2, "ClientSafePipeHandle"), (4, "SafePipeHandle")):
            if gives & bit:
                kept = "" if known[member] else self.name("handle")
                yield Call("get", f"{server}.{member}", kept=kept)
                known[member] = known[member] or kept
        if text and choices.once_in(3):  # maybe a number that was another pipe's before
            opposite = "In" if direction == "Out" else "Out"
            client = self.name("client")
            given = {"direction": opposite, "pipeHandleAsString": Ref(text)}
            yield Call("new", making.CLIENT, given, client)
            yield Call("call", f"{client}.Dispose")
        for _ in range(choices.pick((1, 2, 3))):
            yield from self._end(server, known, choices)
            if choices.once_in(2):  # what is handed out of a server that is closed is its user's
                kept = "" if text else self.name("text")
                yield Call("call", f"{server}.GetClientHandleAsString", kept=kept)
                text = text or kept
                if choices.pick((True, False)):
                    yield self.closed(server, choices)
                yield from self._end(server, known, choices)
        for name in filter(None, known.values()):
            yield Call("get", f"{name}.IsClosed")
        if text:
            yield Call("call", f"{server}.GetClientHandleAsString")

    def left(self, world: World, choices: Choices) -> Iterator[Call]:
        """A child whose client waits goes, one way or the other."""
        busy = len(world.processes) > 2 or world.files or world.scarce
        if busy or self.crowded(world, 2):
            return
        server, text, child = self.name("server"), self.name("text"), self.name("child")
        given: dict[str, Argument] = {"direction": "Out", "inheritability": "Inheritable"}
        yield Call("new", making.SERVER, given, server)
        yield Call("call", f"{server}.GetClientHandleAsString", kept=text)
        yield Call("start", child, {"0": Ref(text)})
        client = self.name("client")
        given = {"direction": "In", "pipeHandleAsString": Ref(f"{child}.arguments.0")}
        yield Call("new", making.CLIENT, given, client, child)
        if choices.pick((True, False)):
            yield Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
        array: dict[str, Argument] = {"buffer": Data(b"\xa5" * 4)}
        member = choices.pick(("Read", "ReadAsync", "ReadByte", "ReadAsync", "BeginRead"))
        if member == "BeginRead":  # its callback waits when the child goes
            reads_on = Callback(self.name("callback"), calls=calling_back.READS_ON)
            array |= {"offset": 0, "count": 4, "callback": reads_on, "state": None}
            yield Call("call", f"{client}.{member}", array, self.name("result"))
            yield Call("call", f"{server}.WriteByte", {"value": 6})
        elif member == "ReadAsync":
            task = self.name("task")
            yield Call("call", f"{client}.{member}", array, task)
            if choices.pick((True, False)):  # it has ended by then
                yield Call("call", f"{server}.WriteByte", {"value": 6})
        else:
            array = {} if member == "ReadByte" else array
            yield Call("call", f"{client}.{member}", array, thread=self.name("thread"))
        verb = choices.pick(("exit", "kill", "exit"))
        own_way = verb == "exit" and choices.pick((True, False))
        yield Call(verb, child, {"way": "language"} if own_way else {}, process=child)
        yield Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
        yield Call("call", f"{server}.WriteByte", {"value": 7})

    def deprived(self, world: World, choices: Choices) -> Iterator[Call]:
        """A child closes some of its standard streams, makes a pipe of its own, uses it, and closes it."""
        if len(world.processes) > 2 or self.crowded(world, 2):
            return
        child, server, text = self.name("child"), self.name("server"), self.name("text")
        yield Call("start", child, {"streams": "devnull"})
        for text_of in choices.pick(((), ("0",), ("1", "0"), ("2",))):
            given: dict[str, Argument] = {"pipeHandleAsString": text_of}
            direction = choices.pick(("In", "Out", ""))
            given |= {"direction": direction} if direction else {}
            yield Call("new", making.CLIENT, given, self.name("client"), child)
        for number in choices.pick(((0,), (0, 1), (1, 2), (2,), (0, 1, 2))):
            stream = self.name("stream")
            own: dict[str, Argument] = {"preexistingHandle": number, "ownsHandle": True}
            yield Call("new", "SafePipeHandle", own, stream, child)
            if choices.once_in(3):
                given = {"direction": choices.pick(("In", "Out")), "safePipeHandle": Ref(stream)}
                yield Call("new", making.CLIENT, given, self.name("client"), child)
            yield Call("call", f"{stream}.Dispose", process=child)
            yield Call("forget", stream, process=child)
        direction = choices.pick(("Out", "In"))
        given = {"direction": direction}
        if choices.pick((True, False)):
            given["inheritability"] = choices.pick(("Inheritable", "None"))
        yield Call("new", making.SERVER, given, server, child)
        if choices.pick((True, False)):
            client, opposite = self.name("client"), "In" if direction == "Out" else "Out"
            yield Call("call", f"{server}.GetClientHandleAsString", kept=text, process=child)
            given = {"direction": opposite, "pipeHandleAsString": Ref(text)}
            yield Call("new", making.CLIENT, given, client, child)
            ends = (server, client) if direction == "Out" else (client, server)
            yield Call("call", f"{ends[0]}.Write", {"buffer": Data(b"own")})
            yield Call("call", f"{ends[1]}.Read", {"buffer": Data(b"\xa5" * 3)})
            yield Call("call", f"{client}.Dispose")
        else:
            yield Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
        yield self.closed(server, choices)
        yield Call("exit", child, process=child)

    def fed(self, world: World, choices: Choices) -> Iterator[Call]:
        """A child has the ends of a FIFO, which may be open both ways, at its standard streams, and makes clients of them."""
        if len(world.processes) > 2 or self.crowded(world, 2):
            return
        child, ends = self.name("child"), {}
        ways = choices.pick(
            ("fifo,fifo", "fifo-both,fifo", "fifo,fifo-both", "fifo-both,fifo-both")
        )
        yield Call("start", child, {"streams": ways})
        for number, direction in choices.pick((((0, "In"), (1, "Out")), ((1, "Out"), (0, "In")))):
            given: dict[str, Argument] = {"direction": direction}
            if choices.pick((True, False)):
                given["pipeHandleAsString"] = str(number)
            else:
                safe = self.name("safe")
                own: dict[str, Argument] = {
                    "preexistingHandle": number, "ownsHandle": choices.pick((True, False)),
                }  # fmt: skip
                yield Call("new", "SafePipeHandle", own, safe, child)
                given["safePipeHandle"] = Ref(safe)
            ends[direction] = self.name("client")
            yield Call("new", making.CLIENT, given, ends[direction], child)
            for member in ("CanRead", "CanWrite", "IsConnected"):
                yield Call("get", f"{ends[direction]}.{member}")
        reader, writer = ends["In"], ends["Out"]
        array = {"buffer": Data(b"\xa5" * 3)}
        if choices.once_in(2):
            yield Call("call", f"{reader}.Read", array, thread=self.name("thread"))
            yield Call("call", f"{writer}.Write", {"buffer": Data(b"abc")})
        else:
            yield Call("call", f"{writer}.Write", {"buffer": Data(b"abcd")})
            yield Call("call", f"{reader}.Read", array)
            yield Call("call", f"{writer}.WaitForPipeDrain", thread=self.name("thread"))
            yield Call("call", f"{reader}.ReadByte")
        for name in beginning([*ends.values()], choices):
            yield self.closed(name, choices)
        yield Call("exit", child, process=child)

    def _end(self, server: str, known: dict[str, str], choices: Choices) -> Iterator[Call]:
        """One of the ways in which a server, or a handle of it, ends."""
        match choices.pick(("close", "local copy", "close", "forget", "handle")):
            case "close":
                yield self.closed(server, choices)
            case "local copy":
                yield Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
            case "forget":
                yield Call("forget", " ".join(filter(None, (server, known["SafePipeHandle"]))))
            case _ if known["ClientSafePipeHandle"]:
                yield Call("call", f"{known['ClientSafePipeHandle']}.Dispose")
