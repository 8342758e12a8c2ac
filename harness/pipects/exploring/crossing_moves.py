"""Moves in which two things meet that are each looked at alone elsewhere: what is closed, and what goes on beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipects.exploring.choosing import Choices, pattern
from pipects.exploring.meeting_moves import READING, ROOM, WRITING, MeetingMoves, Pipe
from spec.model import calling_back, making
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import PAGE, World

GATHERING = ("ReadExactlyAsync", "ReadAtLeastAsync", "ReadExactly", "ReadAtLeast")


class CrossingMoves(MeetingMoves):
    """Disposal and gathering reads, closed ends and copies, text and cancellation, callbacks and disposal."""

    def crossed(self, world: World, choices: Choices) -> Iterator[Call]:
        """Two pipes' worth of ends, and one of the meetings."""
        if self.crowded(world, 4):
            return
        pipe = self._names(choices.pick((False, True)))
        yield from self._pipe(pipe)
        yield from choices.pick(
            (
                self._gathers_closed, self._copies_closed, self._speaks_cancelled,
                self._called_closed, self._gives_up, self._calls_back,
            )
        )(pipe, choices)  # fmt: skip

    def _gathers_closed(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """A read that gathers has a part, or nothing, when its end is closed; then it is asked for more."""
        closes = self.closed(pipe.reader, choices)
        last = choices.pick((True, False))
        for member in (choices.pick(GATHERING), choices.pick(GATHERING)):
            data = self.name("data")
            yield Call("new", "Bytes", {"length": 6}, data)
            given: dict[str, Argument] = {"buffer": Ref(data)}
            if "AtLeast" in member:
                given["minimumBytes"] = choices.pick((4, 6, 0))
                if choices.pick((True, False)):
                    given["throwOnEndOfStream"] = choices.pick((False, True))
            elif choices.pick((True, False)):
                given |= {"offset": choices.pick((0, 2)), "count": choices.pick((4, 0))}
            of_task = member.endswith("Async")
            kept = self.name("task") if of_task else ""
            thread = "main" if kept else self.name("thread")
            yield Call("call", f"{pipe.reader}.{member}", given, kept, thread=thread)
            for _ in range(choices.pick((1, 2, 0))):
                yield Call("call", f"{pipe.writer}.WriteByte", {"value": 66})
            if last and choices.pick((True, False)):
                yield from self._goes(pipe, pipe.writer)
            yield closes
            yield Call("get", f"{data}.Hex")
            yield Call("get", f"{pipe.reader}.IsConnected")

    def _copies_closed(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """Source and destination of a copy are closed, before it or while it waits, and so may a handle object be."""
        into = self._names(choices.pick((False, True)))
        yield from self._pipe(into)
        source, token, made = self.cancellable()
        yield from made
        victims = (pipe.reader, into.writer, pipe.writer, into.reader)
        before = choices.pick(("", "", *victims))
        if before:
            yield self.closed(before, choices)
        given: dict[str, Argument] = {"destination": Ref(into.writer)}
        if choices.pick((False, True)):
            given["bufferSize"] = choices.pick((81920, 1, 0))
        of_task = choices.pick((True, False))
        if of_task and choices.pick((True, False)):
            given["cancellationToken"] = Ref(token)
            if choices.once_in(4):
                yield Call("call", f"{source}.Cancel")
        awaited = of_task and bool(before)
        kept = self.name("task") if of_task and not awaited else ""
        thread = "main" if of_task else self.name("thread")
        member = "CopyToAsync" if of_task else "CopyTo"
        yield Call("call", f"{pipe.reader}.{member}", given, kept, thread=thread, awaited=awaited)
        for _ in range(2):
            match choices.pick(("bytes", "close", "read", "client", "cancel")):
                case "bytes":
                    yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(3))})
                case "close":
                    yield self.closed(choices.pick(victims), choices)
                case "read":
                    yield Call("call", f"{into.reader}.Read", {"buffer": Data(b"\xa5" * 3)})
                case "client":
                    yield Call("call", f"{into.server}.DisposeLocalCopyOfClientHandle")
                case _:
                    yield Call("call", f"{source}.Cancel")
        yield Call("call", f"{pipe.writer}.WriteByte", {"value": 67})
        yield from self._goes(pipe, pipe.writer)
        yield Call("get", f"{into.writer}.CanWrite")

    def _speaks_cancelled(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """Text goes through an end on which something was cancelled, or waits that will be."""
        reads = choices.pick((True, False))
        own = pipe.reader if reads else pipe.writer
        source, token, made = self.cancellable()
        yield from made
        if not reads:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(ROOM))})
        text, kind = self.name("text"), "StreamReader" if reads else "StreamWriter"
        given: dict[str, Argument] = {"stream": Ref(own)}
        if choices.pick((False, True)):
            given["leaveOpen"] = choices.pick((True, False))
        yield Call("new", kind, given, text)
        if not reads and choices.pick((True, False)):
            yield Call("set", f"{text}.AutoFlush", {"value": True})
        data = Data(b"\xa5" * 3 if reads else pattern(3))
        with_token: dict[str, Argument] = {"buffer": data, "cancellationToken": Ref(token)}
        tasks = choices.pick((1, 2))
        for _ in range(tasks):
            task = self.name("task")
            yield Call("call", f"{own}.{'ReadAsync' if reads else 'WriteAsync'}", with_token, task)
        if choices.pick((True, False)):
            yield Call("call", f"{source}.Cancel")
        if reads:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(b"one\ntwo\n")})
            for _ in range(2):
                yield Call("call", f"{text}.ReadLine", thread=self.name("thread"))
        else:
            yield Call("call", f"{text}.WriteLine", {"value": "one"}, thread=self.name("thread"))
            yield Call("call", f"{source}.Cancel")
            array = Data(b"\xa5" * ROOM)
            yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": array})
            yield Call("call", f"{text}.Flush", thread=self.name("thread"))
        yield Call("call", f"{text}.{choices.pick(('Dispose', 'Close'))}")
        yield Call("get", f"{own}.{'CanRead' if reads else 'CanWrite'}")

    def _called_closed(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """Operations with callbacks, some of which ask what came of them, when their end or the other one goes."""
        reads = choices.pick((True, False))
        own, against = (pipe.reader, pipe.writer) if reads else (pipe.writer, pipe.reader)
        if not reads:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(ROOM))})
        kind, known = "Read" if reads else "Write", []
        for _ in range(choices.pick((2, 1, 3))):
            callback = self.name("callback")
            data = b"\xa5" * 2 if reads else pattern(2)
            given: dict[str, Argument] = {
                "buffer": Data(data), "offset": 0, "count": choices.pick((2, 2, 0)),
                "callback": Callback(callback, choices.pick((f"End{kind}", ""))),
                "state": choices.argument("marked", None),
            }  # fmt: skip
            yield Call("call", f"{own}.Begin{kind}", given, self.name("result"))
            known.append(callback)
        if choices.pick((True, False)):
            if reads:
                yield Call("call", f"{against}.WriteByte", {"value": 68})
            else:
                array = Data(b"\xa5" * ROOM)
                yield Call("call", f"{against}.ReadExactly", {"buffer": array})
        match choices.pick(("close", "goes", "close")):
            case "close":
                yield self.closed(own, choices)
            case _:
                yield from self._goes(pipe, against)
        for callback in known:
            yield Call("get", f"{callback}.{choices.pick(('Count', 'SameThread'))}")
        if choices.once_in(2):
            yield Call("forget", own)

    def _calls_back(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """A callback closes its stream, or reads on, once its operation is over: at once, or later."""
        reads = choices.pick((True, False))
        own, against = (pipe.reader, pipe.writer) if reads else (pipe.writer, pipe.reader)
        for _ in range(there := choices.pick((0, 1, 2)) if reads else 0):
            yield Call("call", f"{pipe.writer}.WriteByte", {"value": 65})
        if not reads and (there := choices.pick((ROOM, 0))):
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(there))})
        kind = "Read" if reads else "Write"
        calls = choices.pick(calling_back.CLOSES)
        if reads and choices.pick((True, False)):
            calls = calling_back.READS_ON
        callback, result = self.name("callback"), self.name("result")
        given: dict[str, Argument] = {
            "buffer": Data(b"\xa5" if reads else b"x"), "offset": 0, "count": 1,
            "callback": Callback(callback, choices.pick((f"End{kind}", "")), calls), "state": None,
        }  # fmt: skip
        yield Call("call", f"{own}.Begin{kind}", given, result)
        match choices.pick(("goes on", "goes on", "goes", "close")):
            case "goes on" if reads:
                for _ in range(choices.pick((2, 1, 3)) - min(there, 1)):
                    yield Call("call", f"{against}.WriteByte", {"value": 66})
            case "goes on":
                array = Data(b"\xa5" * (there or 1))
                yield Call("call", f"{against}.ReadExactly", {"buffer": array})
            case "close":
                yield self.closed(own, choices)
            case _:
                yield from self._goes(pipe, against)
        yield Call("get", f"{callback}.Count")
        array = Data(b"\xa5" * 2)
        again: dict[str, Argument] = {"buffer": array} if reads else {"value": 67}
        yield Call(
            "call", f"{own}.{'Read' if reads else 'WriteByte'}", again, thread=self.name("thread")
        )
        yield from self._goes(pipe, against)

    def _gives_up(self, pipe: Pipe, choices: Choices) -> Iterator[Call]:
        """The handle object of an end that was used, and has waited, gives its number up, and another one owns it."""
        reads = choices.pick((False, True))
        own, against = (pipe.reader, pipe.writer) if reads else (pipe.writer, pipe.reader)
        handle, number, owner = pipe.handle, self.name("number"), self.name("safe")
        if own == pipe.server:
            handle = self.name("handle")
            yield Call("get", f"{own}.SafePipeHandle", kept=handle)
        yield Call("call", f"{handle}.DangerousGetHandle", kept=number)
        if choices.pick((True, True, False)):
            thread = self.name("thread")
            if reads:
                yield Call("call", f"{own}.Read", {"buffer": Data(b"\xa5" * 3)}, thread=thread)
                yield Call("call", f"{against}.Write", {"buffer": Data(pattern(3))})
            else:
                yield Call("call", f"{own}.Write", {"buffer": Data(pattern(ROOM))})
                yield Call("call", f"{own}.Write", {"buffer": Data(pattern(100))}, thread=thread)
                array = Data(b"\xa5" * (ROOM + 100))
                yield Call("call", f"{against}.ReadExactly", {"buffer": array})
        yield Call("call", f"{handle}.SetHandleAsInvalid")
        if choices.pick((True, False)):
            member = "ReadByte" if reads else "WriteByte"
            with_byte: dict[str, Argument] = {} if reads else {"value": 69}
            yield Call("call", f"{own}.{member}", with_byte)
        given: dict[str, Argument] = {"preexistingHandle": Ref(number), "ownsHandle": True}
        yield Call("new", "SafePipeHandle", given, owner)
        if choices.pick((True, False)):
            yield self.closed(own, choices)
        yield Call("call", f"{owner}.{choices.pick(('Dispose', 'Close'))}")
        if reads:
            yield Call("call", f"{against}.Write", {"buffer": Data(pattern(3))})
        else:
            yield Call("call", f"{against}.Read", {"buffer": Data(b"\xa5" * 3)})
        yield self.closed(own, choices)

    def shared(self, world: World, choices: Choices) -> Iterator[Call]:
        """A child that shares an end makes it non-blocking, or resizes the pipe: who waits at it here does so as before."""
        if len(world.processes) > 1 or world.files or world.scarce or self.crowded(world, 2):
            return
        pipe, reads = self._names(choices.pick((False, True))), choices.pick((True, False))
        text, child, plain = self.name("text"), self.name("child"), self.name("plain")
        own = ("Out", "In") if reads else ("In", "Out")
        given: dict[str, Argument] = {
            "direction": own[0], "inheritability": "Inheritable", "bufferSize": ROOM,
        }  # fmt: skip
        yield Call("new", making.SERVER, given, pipe.server)
        yield Call("call", f"{pipe.server}.GetClientHandleAsString", kept=text)
        yield Call("start", child, {"program": "plain", "0": Ref(text)})
        number: dict[str, Argument] = {"number": Ref(f"{child}.arguments.0")}
        yield Call("new", "Plain", number, plain, child)
        yield Call("get", f"{pipe.server}.ClientSafePipeHandle", kept=pipe.handle)
        given = {"direction": own[1], "safePipeHandle": Ref(pipe.handle)}
        yield Call("new", making.CLIENT, given, pipe.client)
        ends = (pipe.client, pipe.server) if reads else (pipe.server, pipe.client)
        pipe = Pipe(pipe.server, pipe.handle, pipe.client, *ends)
        if choices.once_in(3):
            yield from self._resized(pipe, Call("call", f"{plain}.Resize", process=child), choices)
            return
        source, token, made = self.cancellable()
        yield from made
        if not reads:
            yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(ROOM))})
        unblocks = Call("call", f"{plain}.SetNonBlocking", process=child)
        first = choices.pick((True, False))
        if first:
            yield unblocks
        begun = list(self._waiting(pipe.client, READING if reads else WRITING, token, choices, 0))
        yield from begun
        if not first:
            yield unblocks
        for _ in range(2):
            yield from self._event(pipe, [pipe.client], reads, source, begun, ROOM, choices)

    def _resized(self, pipe: Pipe, resizes: Call, choices: Choices) -> Iterator[Call]:
        """Both ends tell how much their pipe holds, now and after it holds another number of bytes."""
        sizes = [
            Call("get", f"{pipe.reader}.InBufferSize"), Call("get", f"{pipe.writer}.OutBufferSize"),
        ]  # fmt: skip
        yield from sizes[: choices.pick((2, 1, 0))]
        size = choices.pick((4, 1, 16)) * PAGE
        yield replace(resizes, arguments={"size": size})
        yield from sizes
        yield Call("call", f"{pipe.writer}.Write", {"buffer": Data(pattern(size))})
        yield Call("call", f"{pipe.reader}.ReadExactly", {"buffer": Data(b"\xa5" * size)})
