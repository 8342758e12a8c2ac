"""Moves in which text goes through pipes of its own, from writers to readers, and what stands on an end goes."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, Moves, beginning
from pipects.exploring.texting_moves import TEXTS, LONG
from spec.model import making
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.state import READ, WRITE, World

PIECES = ("\r\n", "\n", "a", "\r", "b\n", "\u20ac", "\ufec1")
"""What texts are made of; the last begins as a byte-order mark does."""
MUCH = (30_000, 65_536, 9_000)
"""Characters of texts that are more than a pipe holds, two or three of them."""


class SpeakingMoves(Moves):
    """Stories of readers and writers of text."""

    def spoken(self, world: World, choices: Choices) -> Iterator[Call]:
        """A pipe with a reader or a writer of text at either end, and what goes through it."""
        if self.crowded(world, 2):
            return
        server, client = self.name("server"), self.name("client")
        yield from self._joined(server, client)
        if choices.pick((False, True)):
            yield Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
        reader, writer, speaks = self.name("text"), self.name("text"), choices.pick((True, False))
        yield self._on(client, "StreamReader", reader, choices)
        if choices.once_in(6):
            yield from self._whole(server, reader, writer if speaks else "", choices)
            return
        if speaks:
            yield self._on(server, "StreamWriter", writer, choices)
            if choices.pick((True, False)):
                yield Call("set", f"{writer}.AutoFlush", {"value": True})
        for _ in range(choices.pick((1, 2, 3))):
            text = "".join(choices.pick(PIECES) for _ in range(choices.pick((3, 1, 0, 2, 4))))
            if choices.once_in(3):
                text = choices.pick(tuple(map("y".__mul__, LONG)))
            if speaks:
                member = choices.pick(("WriteLine", "Write"))
                yield Call("call", f"{writer}.{member}", {"value": text})
                match choices.pick(("Flush", "Flush", "AutoFlush", "")):
                    case "Flush":  # else what comes next goes behind what is held
                        yield Call("call", f"{writer}.Flush")
                    case "AutoFlush":
                        value = choices.pick((True, False))
                        yield Call("set", f"{writer}.AutoFlush", {"value": value})
            else:
                data = (text + choices.pick(("\r\n", "\n", "", "\r"))).encode()
                yield Call("call", f"{server}.Write", {"buffer": Data(data)})
            if choices.pick((True, False)):
                yield self._heard(reader, choices)
        ends = choices.pick((server, writer if speaks else server, ""))
        if ends:
            yield Call("call", f"{ends}.{choices.pick(('Dispose', 'Close'))}")
        if speaks and ends == server:
            yield from self._spoken_in_vain(writer, choices)
        for _ in range(choices.pick((3, 1, 5))):
            yield self._heard(reader, choices)
        if choices.pick((True, False)):
            closed = choices.pick((reader, writer) if speaks else (reader,))
            yield Call("call", f"{closed}.Dispose")
            yield Call("get", f"{client if closed == reader else server}.IsConnected")
            yield self._heard(reader, choices)

    def spoken_beside(self, world: World, choices: Choices) -> Iterator[Call]:
        """Two pipes with a reader of text each, which have taken ahead, and are asked in turn."""
        if self.crowded(world, 4):
            return
        pairs: list[tuple[str, str]] = []
        for _ in range(2):
            server, client = self.name("server"), self.name("client")
            yield from self._joined(server, client)
            pairs.append((server, self.name("text")))
            yield self._on(client, "StreamReader", pairs[-1][1], choices)
        for _ in range(choices.pick((2, 1, 3))):
            for place, (server, _reader) in enumerate(beginning(pairs, choices)):
                text = "".join(choices.pick(PIECES) for _ in range(choices.pick((4, 3, 2))))
                line = f"{place}{text}" + choices.pick(("\n", "", "\r\n"))
                yield Call("call", f"{server}.Write", {"buffer": Data(line.encode())})
            for _, reader in beginning(pairs, choices):
                for _ in range(choices.pick((1, 2))):
                    yield self._heard(reader, choices)
        for server, reader in beginning(pairs, choices):
            yield Call("call", f"{server}.Dispose")
            yield Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
            yield self._heard(reader, choices)

    @staticmethod
    def _spoken_in_vain(writer: str, choices: Choices) -> Iterator[Call]:
        """A writer whose stream was closed is asked to write, and to send."""
        for _ in range(choices.pick((2, 1, 3))):
            member = choices.pick(("Write", "Flush", "WriteLine", "AutoFlush", "Dispose"))
            given: dict[str, Argument] = {}
            if member in ("Write", "WriteLine"):
                given = {"value": choices.pick((*("late", "") * 4, *map("y".__mul__, LONG)))}
            if member == "AutoFlush":
                yield Call("set", f"{writer}.{member}", {"value": choices.pick((True, False))})
            else:
                yield Call("call", f"{writer}.{member}", given)
        for _ in range(choices.pick((0, 2))):
            yield Call("call", f"{writer}.{choices.pick(('Dispose', 'Close'))}")

    def _whole(
        self, server: str, reader: str, writer: str, choices: Choices
    ) -> Iterator[Call]:  # fmt: skip
        """All is read that is left, while more comes than the pipe, or anything else, holds."""
        begun = choices.pick((True, False))
        if begun:
            yield Call("call", f"{reader}.ReadLine", thread=self.name("thread"))
            yield Call("call", f"{server}.Write", {"buffer": Data(b"first\nnext")})
        yield Call("call", f"{reader}.ReadToEnd", thread=self.name("thread"))
        if writer:
            yield Call("new", "StreamWriter", {"stream": Ref(server)}, writer)
            yield Call("set", f"{writer}.AutoFlush", {"value": True})
        for _ in range(choices.pick((3, 1, 4))):
            text = "z" * choices.pick(MUCH)
            if writer:
                yield Call("call", f"{writer}.Write", {"value": text})
            else:
                yield Call("call", f"{server}.Write", {"buffer": Data(text.encode())})
        yield Call("call", f"{writer or server}.{choices.pick(('Dispose', 'Close'))}")
        yield self._heard(reader, choices)

    def _joined(self, server: str, client: str) -> Iterator[Call]:
        """A pipe from a server to a client."""
        handle = self.name("handle")
        yield Call("new", making.SERVER, {"direction": "Out"}, server)
        yield Call("get", f"{server}.ClientSafePipeHandle", kept=handle)
        given: dict[str, Argument] = {"direction": "In", "safePipeHandle": Ref(handle)}
        yield Call("new", making.CLIENT, given, client)

    @staticmethod
    def _on(stream: str, kind: str, name: str, choices: Choices) -> Call:
        """A reader or a writer is made that may leave its stream open."""
        given: dict[str, Argument] = {"stream": Ref(stream)}
        if choices.once_in(3):
            given["leaveOpen"] = choices.pick((True, False))
        return Call("new", kind, given, name)

    def left_to_others(self, world: World, choices: Choices) -> Iterator[Call]:
        """What stands on an end is closed, and the end is used: it may have been left open, or not."""
        reads = choices.pick((True, False))
        name = self.end(world, choices, READ if reads else WRITE)
        if not name:
            return
        home, kind = world.streams[name].process, "StreamReader" if reads else "StreamWriter"
        for _ in range(choices.pick((1, 2))):
            text = self.name("text")
            given: dict[str, Argument] = {"stream": Ref(name)}
            if choices.pick((True, True, False)):
                given["leaveOpen"] = choices.pick((True, True, False))
            yield Call("new", kind, given, text, home)
            if not reads and choices.pick((True, False)):
                member = choices.pick(("Write", "WriteLine"))
                yield Call("call", f"{text}.{member}", {"value": choices.pick(TEXTS)})
            elif reads and world.pipes[world.streams[name].pipe].content:
                yield Call("call", f"{text}.ReadLine", thread=self.name("thread"))
            yield Call("call", f"{text}.{choices.pick(('Dispose', 'Close'))}")
            yield Call("get", f"{name}.{'CanRead' if reads else 'CanWrite'}")
        data = b"\xa5\xa5" if reads else b"on"
        yield from self.form(world, name, choices, ("Read",) if reads else ("Write",), data)
        again = self.name("text")
        yield Call("new", kind, {"stream": Ref(name)}, again, home)
        yield Call("call", f"{again}.{choices.pick(('Dispose', 'Close'))}")

    def _heard(self, reader: str, choices: Choices) -> Call:
        """Something is asked of a reader, in a thread of its own: it may have to wait."""
        member = choices.pick(("ReadLine", "EndOfStream", "ReadLine", "ReadToEnd"))
        verb = "get" if member == "EndOfStream" else "call"
        return Call(verb, f"{reader}.{member}", thread=self.name("thread"))
