"""Moves about what stands between a caller and a stream: readers and writers of text, wrappers, other threads."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import Choices, Moves
from spec.model import making
from spec.model.calls import Argument, Call, Data, Ref
from spec.model.rules import WRAPPED
from spec.model.state import READ, WRITE, World

TEXTS = ("a", "", "two\n", "one\r\ntwo", "\n", "tail", "\r", "\u20ac", "\r\n\n\r")
PIECES = ("\r\n", "\n", "a", "\r", "b\n", "\u20ac")
LONG = (1024, 128, 4096, 1023, 3000, 4095, 5000, 9000)
"""Characters of long texts: about as many as a buffer holds."""
MUCH = (30_000, 65_536, 9_000)
"""Characters of texts that are more than a pipe holds, two or three of them."""
WRITING = ("Write", "WriteLine", "Flush", "AutoFlush", "Close", "Dispose", "WriteLine", "Write")
READING = ("ReadLine", "ReadLine", "EndOfStream", "ReadToEnd", "ReadLine", "Close", "Dispose")
NEEDING = ("Read", "Write", "ReadByte", "WriteByte", "ReadAsync", "WriteAsync")
"""Members of a wrapper that are tried more often."""


class TextingMoves(Moves):
    """Text, wrappers, and threads that wait for operations."""

    def texter(self, world: World, choices: Choices) -> Iterator[Call]:
        """A reader or a writer of text, mostly on an end that suits it."""
        kind = choices.pick(("StreamReader", "StreamWriter"))
        suits = self.end(world, choices, READ if kind == "StreamReader" else WRITE)
        whole: list[Argument] = [None, *map(Ref, world.streams)]
        stream = choices.pick(whole) if choices.once_in(4) else suits and Ref(suits)
        home = world.streams[stream.name].process if isinstance(stream, Ref) else "parent"
        given: dict[str, Argument] = {"stream": stream}
        if choices.once_in(3):
            given["leaveOpen"] = choices.pick((True, True, False))
        yield Call("new", kind, given, self.name("text"), home)

    def text(self, world: World, choices: Choices) -> Iterator[Call]:
        """Something is asked of a reader or a writer."""
        texters = list(world.texters)
        if not texters:
            yield from self.texter(world, choices)
            return
        name = choices.pick(texters[::-1])
        known = world.texters[name]
        if known.writes:
            member = choices.pick(WRITING)
            given: dict[str, Argument] = {}
            if member == "AutoFlush" and choices.pick((True, True, False)):
                yield Call("set", f"{name}.{member}", {"value": choices.pick((True, False))})
                return
            if member == "Write" or (member == "WriteLine" and not choices.once_in(4)):
                given = {"value": choices.pick((*TEXTS, *map("y".__mul__, LONG)))}
            yield Call("get" if member == "AutoFlush" else "call", f"{name}.{member}", given)
            return
        member = choices.pick(READING)
        thread = choices.pick(("main", self.name("thread")))
        thread = "main" if member in ("Close", "Dispose") else thread
        yield Call("get" if member == "EndOfStream" else "call", f"{name}.{member}", thread=thread)

    def lines(self, world: World, choices: Choices) -> Iterator[Call]:
        """Bytes that are text, for whoever reads text at the other end."""
        name = self.end(world, choices, WRITE)
        if name:
            text = "".join(choices.pick(TEXTS) for _ in range(3))
            if choices.once_in(4):
                length = choices.pick(LONG)
                cut = "x" * (length - 1) + "\r\n"  # a line end where a buffer may end
                text = choices.pick((cut, "x" * length)) + text
            yield Call("call", f"{name}.Write", {"buffer": Data(text.encode())})

    def spoken(self, world: World, choices: Choices) -> Iterator[Call]:
        """A pipe with a reader or a writer of text at either end, and what goes through it."""
        if self.crowded(world, 2):
            return
        server, handle, client = self.name("server"), self.name("handle"), self.name("client")
        yield Call("new", making.SERVER, {"direction": "Out"}, server)
        yield Call("get", f"{server}.ClientSafePipeHandle", kept=handle)
        given: dict[str, Argument] = {"direction": "In", "safePipeHandle": Ref(handle)}
        yield Call("new", making.CLIENT, given, client)
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

    @staticmethod
    def _spoken_in_vain(writer: str, choices: Choices) -> Iterator[Call]:
        """A writer whose stream was closed is asked to write, and to send."""
        for _ in range(choices.pick((2, 1, 3))):
            member = choices.pick(("Write", "Flush", "WriteLine", "AutoFlush", "Dispose"))
            given: dict[str, Argument] = {}
            if member in ("Write", "WriteLine"):
                given = {"value": choices.pick(("late", "", *map("y".__mul__, LONG)))}
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

    def wrapper(self, world: World, choices: Choices) -> Iterator[Call]:
        """A synchronized wrapper is made, or asked."""
        if not world.wrappers or choices.once_in(5):
            names = [n for n, each in world.streams.items() if each.process == "parent"]
            stream = choices.pick([*map(Ref, names), None])
            yield Call("call", "Stream.Synchronized", {"stream": stream}, self.name("wrapper"))
            return
        name = choices.pick(list(world.wrappers)[::-1])
        member = choices.pick((*NEEDING, *WRAPPED, *NEEDING))
        if member in ("Seek", "SetLength"):
            given: dict[str, Argument] = (
                {"offset": 0, "origin": "Begin"} if member == "Seek" else {"value": 0}
            )
            yield Call("call", f"{name}.{member}", given)
        elif member in ("Flush", "Dispose", "Close"):
            yield Call("call", f"{name}.{member}")
        elif member == "FlushAsync":
            given = {}
            if self.at_home(world, name) and choices.pick((True, False)):
                given["cancellationToken"] = Ref(choices.pick(list(world.tokens)[::-1]))
            yield Call("call", f"{name}.{member}", given, awaited=True)
        elif member in NEEDING:
            data = b"\xa5" * choices.pick((4, 1, 0, 9))
            yield from self.form(world, name, choices, (member,), data)
        else:
            yield Call("get", f"{name}.{member}")

    def join(self, world: World, choices: Choices) -> Iterator[Call]:
        """A thread waits for an operation under way."""
        waiting = [(n, each) for n, each in world.pending() if not each.thread]
        if not waiting:
            return
        name, operation = choices.pick(waiting)
        thread = self.name("thread")
        if operation.begun:
            member = "EndWrite" if operation.kind == "write" else "EndRead"
            given = {"asyncResult": Ref(name)}
            yield Call("call", f"{operation.stream}.{member}", given, thread=thread)
        else:
            yield Call("call", f"{name}.Wait", thread=thread)

    def rest(self, world: World, choices: Choices) -> Iterator[Call]:
        """While something waits, or has waited, it is seen whether the process lets the processor go."""
        if (world.pending() or world.operations) and choices.once_in(2):
            yield Call("rest", "parent")
