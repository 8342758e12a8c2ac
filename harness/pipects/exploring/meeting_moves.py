"""Moves that bring an operation to wait, on a pipe of its own, and let something end it."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import MOST_STREAMS, Choices, Moves, pattern
from spec.model import making
from spec.model.calls import Argument, Call, Callback, Data, Ref
from spec.model.state import PAGE, World

READING = (
    "Read", "ReadByte", "ReadExactly", "ReadAtLeast", "ReadAsync", "ReadExactlyAsync",
    "ReadAtLeastAsync", "BeginRead", "CopyTo", "CopyToAsync",
)  # fmt: skip
WRITING = ("Write", "WriteByte", "WriteAsync", "BeginWrite", "WaitForPipeDrain")
CLOSING = ("Dispose", "Close", "DisposeAsync")
EVENTS = ("bytes", "close", "cancel", "other goes", "bytes", "nothing", "rest", "signal")


class MeetingMoves(Moves):
    """Operations of every form that wait, alone or one behind the other, and what they meet."""

    def met(self, world: World, choices: Choices) -> Iterator[Call]:
        """A pipe, what waits on it, and what happens then."""
        if len(world.streams) > MOST_STREAMS - 2:
            return
        serves_reader, reads = choices.pick((False, True)), choices.pick((True, True, False))
        server, handle, client = self.name("server"), self.name("handle"), self.name("client")
        direction, other = ("In", "Out") if serves_reader else ("Out", "In")
        given: dict[str, Argument] = {
            "direction": direction, "inheritability": "None", "bufferSize": PAGE,
        }  # fmt: skip
        yield Call("new", making.SERVER, given, server)
        yield Call("get", f"{server}.ClientSafePipeHandle", kept=handle)
        given = {"direction": other, "safePipeHandle": Ref(handle)}
        yield Call("new", making.CLIENT, given, client)
        reader, writer = (server, client) if serves_reader else (client, server)
        own, against = (reader, writer) if reads else (writer, reader)
        if not reads:
            yield Call("call", f"{writer}.Write", {"buffer": Data(pattern(PAGE))})
        source, token = self.name("source"), self.name("token")
        yield Call("new", "CancellationTokenSource", kept=source)
        yield Call("get", f"{source}.Token", kept=token)
        threads = []
        for _ in range(choices.pick((1, 2, 1, 3))):
            for call in self._waiting(own, reads, token, choices):
                yield call
                threads += [call.thread] if call.thread != "main" else []
        match choices.pick(EVENTS):
            case "bytes" if reads:
                data = Data(pattern(choices.pick((1, 2, 8))))
                yield Call("call", f"{against}.Write", {"buffer": data})
            case "bytes":
                yield Call("call", f"{against}.ReadExactly", {"buffer": Data(b"\xa5" * PAGE)})
            case "close":
                member = choices.pick(CLOSING)
                yield Call("call", f"{own}.{member}", awaited=member == "DisposeAsync")
            case "cancel":
                yield Call("call", f"{source}.Cancel")
            case "other goes":
                yield Call("call", f"{against}.{choices.pick(('Dispose', 'Close'))}")
                yield Call("call", f"{server}.DisposeLocalCopyOfClientHandle")
            case "rest":
                yield Call("rest", "parent")
            case "signal" if threads:
                yield Call("signal", threads[0])

    def _waiting(self, own: str, reads: bool, token: str, choices: Choices) -> Iterator[Call]:
        """An operation that finds nothing to take, or no room."""
        member = choices.pick(READING if reads else WRITING)
        of_task, begun = member.endswith("Async"), member.startswith("Begin")
        data = choices.pick((3, 1, 8))
        given: dict[str, Argument] = {"buffer": Data(b"\xa5" * data if reads else pattern(data))}
        if member == "WriteByte":
            given = {"value": 65}
        elif member in ("ReadByte", "WaitForPipeDrain"):
            given = {}
        elif member.startswith("CopyTo"):
            memory = self.name("memory")
            yield Call("new", "MemoryStream", kept=memory)
            given = {"destination": Ref(memory)}
        elif member.startswith("ReadAtLeast"):
            given["minimumBytes"] = choices.pick((1, data))
        elif begun or choices.pick((False, True)):
            given |= {"offset": 0, "count": data}
        if begun:
            callback = choices.pick((None, Callback(self.name("callback"))))
            given |= {"callback": callback, "state": choices.argument("marked", None)}
        if of_task and choices.pick((True, False)):
            given["cancellationToken"] = Ref(token)
        kept = self.name("task" if of_task else "result") if of_task or begun else ""
        thread = "main" if kept else self.name("thread")
        yield Call("call", f"{own}.{member}", given, kept, thread=thread)
