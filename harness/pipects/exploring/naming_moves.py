"""Moves about numbers: several that know one, what is closed in which order, and who has the number next."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, Moves, beginning
from spec.model import making
from spec.model.calls import Argument, Call, Ref
from spec.model.state import World

MOST_FILES = 3
FORMS = (" N", "N ", "+N", "0N", "00N")
"""Texts that stand for N, or for nothing."""


class NamingMoves(Moves):
    """Clients of one text, ended one by one, while the numbers that come free are taken by others."""

    def named(self, world: World, choices: Choices) -> Iterator[Call]:
        """A server, clients of its text, and what becomes of the number while they go."""
        if self.crowded(world, 4):
            return
        server, text, direction = (
            self.name("server"),
            self.name("text"),
            choices.pick(("Out", "In")),
        )
        kind = choices.pick(("None", "Inheritable"))
        yield Call("new", making.SERVER, {"direction": direction, "inheritability": kind}, server)
        handle = self.name("handle") if choices.once_in(3) else ""
        if handle:
            yield Call("get", f"{server}.ClientSafePipeHandle", kept=handle)
            if choices.once_in(2):  # its text is told all the same
                yield self.closed(server, choices)
        yield Call("call", f"{server}.GetClientHandleAsString", kept=text)
        clients = [self.name("client") for _ in range(choices.pick((2, 3, 1)))]
        for name in clients:
            given: dict[str, Argument] = {
                "direction": "In" if direction == "Out" else "Out",
                "pipeHandleAsString": Ref(text),
            }
            if choices.once_in(4):
                form = choices.pick(FORMS).replace("N", f"${{{text}}}")
                given["pipeHandleAsString"] = form
            yield Call("new", making.CLIENT, given, name)
        if choices.once_in(3):
            clients = beginning(clients, choices)
        first = choices.once_in(3)
        if first:
            yield self._server_goes(server, choices)
        for place, name in enumerate(clients[::-1]):
            yield self._client_goes(name, choices)
            if place == 0 or choices.once_in(3):
                yield from self._number_taken(world, choices)
        if not first:
            yield self._server_goes(server, choices)
        for name in (server, *clients):
            if choices.once_in(3):
                yield self.closed(name, choices)
        if handle:
            if choices.once_in(2):
                yield Call("call", f"{handle}.Dispose")
            yield Call("get", f"{handle}.IsClosed")

    def borrowed(self, world: World, choices: Choices) -> Iterator[Call]:
        """A text whose handle is closed, and the same number in a text of one that only borrows it."""
        if self.crowded(world, 5):
            return
        first, text = self.name("server"), self.name("text")
        yield Call("new", making.SERVER, {"direction": choices.pick(("Out", "In"))}, first)
        yield Call("call", f"{first}.GetClientHandleAsString", kept=text)
        yield self._server_goes(first, choices)
        server, direction = self.name("server"), choices.pick(("Out", "In"))
        yield Call("new", making.SERVER, {"direction": direction}, server)
        own, client, number = self.name("handle"), self.name("handle"), self.name("number")
        yield Call("get", f"{server}.SafePipeHandle", kept=own)
        yield Call("get", f"{server}.ClientSafePipeHandle", kept=client)
        yield Call("call", f"{client}.DangerousGetHandle", kept=number)
        # Whoever is made of the text owns it alone.
        yield Call("call", f"{client}.SetHandleAsInvalid")
        borrowing, adopting, text = self.name("safe"), self.name("server"), self.name("text")
        given: dict[str, Argument] = {"preexistingHandle": Ref(number), "ownsHandle": False}
        yield Call("new", "SafePipeHandle", given, borrowing)
        given = {
            "direction": direction, "serverSafePipeHandle": Ref(own),
            "clientSafePipeHandle": Ref(borrowing),
        }  # fmt: skip
        yield Call("new", making.SERVER, given, adopting)
        yield Call("call", f"{adopting}.GetClientHandleAsString", kept=text)
        opposite = "In" if direction == "Out" else "Out"
        for _ in range(choices.pick((1, 2))):
            last = self.name("client")
            given = {"direction": opposite, "pipeHandleAsString": Ref(text)}
            yield Call("new", making.CLIENT, given, last)
        yield Call("get", f"{last}.IsConnected")
        for name in beginning((last, adopting, server), choices):
            yield self.closed(name, choices)

    def _number_taken(self, world: World, choices: Choices) -> Iterator[Call]:
        """Somebody else gets the lowest number that is free."""
        what = choices.pick(("file", "server", ""))
        if what == "file" and len(world.files) < MOST_FILES and len(world.processes) == 1:
            name = self.name("file")
            yield Call("new", "Descriptor", {"kind": choices.pick(("file", "socket"))}, name)
            yield Call("get", f"{name}.Number", kept=self.name("number"))
        elif what == "server":
            yield Call("new", making.SERVER, {"direction": "Out"}, self.name("server"))

    def _client_goes(self, name: str, choices: Choices) -> Call:
        """A client is closed, or nobody knows it any more."""
        return Call("forget", name) if choices.once_in(3) else self.closed(name, choices)

    def _server_goes(self, server: str, choices: Choices) -> Call:
        """A server gives its copy up, or goes."""
        if choices.once_in(2):
            return Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
        return self._client_goes(server, choices)
