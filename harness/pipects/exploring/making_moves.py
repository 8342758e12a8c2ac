"""Moves that make ends and handles, hand them out, and close them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipects.exploring.choosing import GREATEST, LEAST, Choices, Moves
from spec.model import making
from spec.model.calls import Argument, Call, Ref
from spec.model.state import WRITE, World

BAD_TEXTS = (
    "", "pipe", "-1", "-2", "12a", "0x10", "99999", " ", "4294967296", "18446744073709551616", "+",
    "-", "\t", "\n", "1e1", "4.0", "4294967300", "4294967301", "4294967302", "4294967303",
)  # fmt: skip
OF_SAFE = (
    ("get", "IsClosed"), ("get", "IsInvalid"), ("call", "DangerousGetHandle"), ("call", "Dispose"),
)  # fmt: skip

DECORATED = ("N ", " N", "+N", "++N", "N x", "-N", "Nx", "N.0", "0xN", "N,0", "N\n4", "0N")
"""Where the number of a handle stands in a text for N."""


class MakingMoves(Moves):
    """Constructors, handles, and what closes them."""

    def server(self, world: World, choices: Choices) -> Iterator[Call]:
        if self.crowded(world, 1):
            return
        given: dict[str, Argument] = {"direction": choices.pick(("In", "Out"))}
        overload = choices.pick((1, 2, 3, 0))
        if overload >= 2:
            given["inheritability"] = choices.pick(("Inheritable", "None"))
        if overload == 3:
            given["bufferSize"] = choices.pick((0, 1, 4096, 4097, 10000, GREATEST))
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
        for _ in range(choices.pick((1, 3))):
            direction = choices.argument("In", "InOut", 0, 4, -1, "Out")
            given: dict[str, Argument] = {"direction": direction}
            if choices.pick((False, True)):
                given["inheritability"] = choices.argument("None", 2, -1, "Inheritable")
                if choices.pick((False, True)):
                    given["bufferSize"] = choices.pick((-1, 0, LEAST))
            yield Call("new", making.SERVER, given, self.name("server"))

    def adopting(self, world: World, choices: Choices) -> Iterator[Call]:
        safes: list[Argument] = [None, *map(Ref, world.safe_names)]
        given: dict[str, Argument] = {
            "direction": choices.argument("Out", "In", "InOut", 7),
            "serverSafePipeHandle": choices.pick(safes[::-1]),
            "clientSafePipeHandle": choices.pick(safes[::-1]),
        }
        yield Call("new", making.SERVER, given, self.name("server"))
        yield from self._as_they_were(given)

    @staticmethod
    def _as_they_were(given: Mapping[str, Argument]) -> Iterator[Call]:
        """Whether the handle objects that a constructor was given are open still."""
        for name in dict.fromkeys(each.name for each in given.values() if isinstance(each, Ref)):
            yield Call("get", f"{name}.IsClosed")

    def misfits(self, world: World, choices: Choices) -> Iterator[Call]:
        """Handles of which some fit no pipe's end, two by two and one by one: which is told first?"""
        if self.crowded(world, 4):
            return
        server, own, client = self.name("server"), self.name("handle"), self.name("handle")
        yield Call("new", making.SERVER, {"direction": "Out"}, server)
        yield Call("get", f"{server}.SafePipeHandle", kept=own)
        yield Call("get", f"{server}.ClientSafePipeHandle", kept=client)
        other, closed, invalid = self.name("server"), self.name("handle"), self.name("safe")
        yield Call("new", making.SERVER, {"direction": choices.pick(("Out", "In"))}, other)
        yield Call("get", f"{other}.ClientSafePipeHandle", kept=closed)
        yield Call("call", f"{closed}.Dispose")
        minus_one: dict[str, Argument] = {
            "preexistingHandle": -1, "ownsHandle": choices.pick((False, True)),
        }  # fmt: skip
        yield Call("new", "SafePipeHandle", minus_one, invalid)
        odd: list[Argument] = [Ref(closed), Ref(invalid), None]
        for _ in range(8):
            pair = [choices.pick(odd), choices.pick((*odd, Ref(own), Ref(client)))]
            if choices.once_in(2):
                pair.reverse()
            given: dict[str, Argument] = {
                "direction": choices.argument("Out", "Out", "In", "InOut", 7),
                "serverSafePipeHandle": pair[0], "clientSafePipeHandle": pair[1],
            }  # fmt: skip
            yield Call("new", making.SERVER, given, self.name("server"))
        yield from self._as_they_were(given)
        for each in odd:
            given = {
                "direction": choices.argument("In", "Out", "InOut", 7), "safePipeHandle": each,
            }  # fmt: skip
            yield Call("new", making.CLIENT, given, self.name("client"))

    def adopted(self, world: World, choices: Choices) -> Iterator[Call]:
        """A server of the handles of another one."""
        servers = [n for n, each in self.open(world) if each.server and each.process == "parent"]
        if not servers or self.crowded(world, 1):
            return
        name = choices.pick(servers)
        handles = []
        for member in ("SafePipeHandle", "ClientSafePipeHandle"):
            stream = world.streams[name]
            safe = stream.own if member == "SafePipeHandle" else stream.client
            handle, asked = self._handle_of(world, name, member, safe)
            handles.append(handle)
            yield from asked
        given: dict[str, Argument] = {
            "direction": "Out" if world.streams[name].access == WRITE else "In",
            "serverSafePipeHandle": Ref(handles[0]),
            "clientSafePipeHandle": Ref(handles[1]),
        }
        yield Call("new", making.SERVER, given, self.name("server"))

    def client(self, world: World, choices: Choices) -> Iterator[Call]:
        sources = [*((n, "text") for n in world.texts), *((n, "safe") for n in world.safe_names)]
        if not sources or self.crowded(world, 1):
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
            texts = list(BAD_TEXTS)
            for name in (*world.texts, *world.files):
                texts += [form.replace("N", f"${{{name}}}") for form in DECORATED]
            given["pipeHandleAsString"] = None if kind == "null text" else choices.pick(texts)
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

    def taken_over(self, world: World, choices: Choices) -> Iterator[Call]:
        """A handle object gives its number up, and another one, which owns it, takes it over."""
        free = [
            n for n, each in self.open(world)
            if each.server and each.process == "parent" and not world.safes[each.client or 0].closed
        ]  # fmt: skip
        if not free:
            return
        name = choices.pick(free[::-1])
        stream = world.streams[name]
        handle, asked = self._handle_of(world, name, "ClientSafePipeHandle", stream.client)
        yield from asked
        number, owner = self.name("number"), self.name("safe")
        yield Call("call", f"{handle}.DangerousGetHandle", kept=number)
        yield Call("call", f"{handle}.SetHandleAsInvalid")
        given: dict[str, Argument] = {"preexistingHandle": Ref(number), "ownsHandle": True}
        yield Call("new", "SafePipeHandle", given, owner)
        match choices.pick(("Dispose", "client", "forget", "forget the first", "")):
            case "Dispose":
                yield Call("call", f"{owner}.Dispose")
            case "client":
                against = "Out" if stream.access != WRITE else "In"
                given = {"direction": against, "safePipeHandle": Ref(owner)}
                yield Call("new", making.CLIENT, given, self.name("client"))
            case "forget":
                yield Call("forget", owner)
            case "forget the first":
                own = [n for n, safe in world.safe_names.items() if safe == stream.own]
                yield Call("forget", " ".join((name, *own, handle)))

    def _handle_of(
        self, world: World, stream: str, member: str, safe: int | None
    ) -> tuple[str, tuple[Call, ...]]:
        """The name of a stream's handle object, and the call that gives it one if it has none yet."""
        for name, known in world.safe_names.items():
            if known == safe:
                return name, ()
        name = self.name("handle")
        return name, (Call("get", f"{stream}.{member}", kept=name),)

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

    def close(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            yield self.closed(self.stream(world, choices), choices)

    def local_copy(self, world: World, choices: Choices) -> Iterator[Call]:
        servers = [name for name, each in world.streams.items() if each.server]
        if servers:
            yield Call("call", f"{choices.pick(servers[::-1])}.DisposeLocalCopyOfClientHandle")

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
