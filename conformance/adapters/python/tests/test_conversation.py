"""The adapter, spoken to over a real socket as the harness does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import FOLDER

from kit import Callback, first_difference, pattern


class Peer:
    """An adapter process, and the harness's end of the conversation with it."""

    def __init__(self, listener: socket.socket, process: subprocess.Popen[bytes] | None) -> None:
        self.process = process
        self.connection, _ = listener.accept()
        self.connection.settimeout(20)
        self.answers = self.connection.makefile("rb")
        self.sent = 0
        self.early: dict[int, Any] = {}

    def send(self, method: str, **parameters: Any) -> int:
        self.sent += 1
        parameters = {key.rstrip("_"): value for key, value in parameters.items()}
        request = {"jsonrpc": "2.0", "id": self.sent, "method": method, "params": parameters}
        self.connection.sendall(json.dumps(request).encode() + b"\n")
        return self.sent

    def answer(self, number: int) -> Any:
        while number not in self.early:
            message = json.loads(self.answers.readline())
            self.early[message["id"]] = message.get("result", message.get("error"))
        return self.early.pop(number)

    def ask(self, method: str, **parameters: Any) -> Any:
        return self.answer(self.send(method, **parameters))

    def call(
        self, target: str, thread: str = "main", as_: str | None = None, **arguments: Any
    ) -> Any:
        name, _, member = target.partition(".")
        kept = {} if as_ is None else {"as_": as_}
        return self.ask(
            "call", object=name, member=member, arguments=arguments, thread=thread, **kept
        )

    def make(self, type: str, name: str, **arguments: Any) -> Any:
        return self.ask("create", type=type, as_=name, arguments=arguments)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        yield listening


def environment(listener: socket.socket, token: str) -> dict[str, str]:
    return {"PIPECTS_ADDRESS": "127.0.0.1:%d" % listener.getsockname()[1], "PIPECTS_TOKEN": token}


@pytest.fixture
def peer(listener: socket.socket) -> Iterator[Peer]:
    process = subprocess.Popen(
        [sys.executable, str(FOLDER / "adapter.py"), "one", "two words"],
        env=os.environ | environment(listener, "secret"),
    )
    talking = Peer(listener, process)
    yield talking
    talking.connection.close()
    talking.answers.close()
    process.wait(20)


def test_hello(peer: Peer) -> None:
    """It tells its token, its process and its arguments."""
    hello = peer.ask("hello", protocol=1)
    assert hello["token"] == "secret" and hello["protocol"] == 1
    assert hello["pid"] == peer.process.pid  # type: ignore[union-attr]
    assert hello["arguments"] == ["one", "two words"] and hello["lacks"] == ["text-streams"]


def test_conversation_of_the_protocol_page(peer: Peer) -> None:
    """The example of the protocol's page goes as it says there."""
    threw = peer.make("AnonymousPipeServerStream", "server", direction="InOut")["threw"]
    assert threw["type"] == "NotSupportedException" and threw["parameter"] is None
    made = peer.make("AnonymousPipeServerStream", "server", direction="In")
    assert made == {"returned": {"object": "server", "type": "AnonymousPipeServerStream"}}
    buffer = {"bytes": {"length": 8}}
    arguments = {"buffer": buffer, "offset": 0, "count": 8}
    reading = peer.send(
        "call", object="server", member="Read", thread="reader", arguments=arguments
    )
    assert peer.ask("get", object="server", member="IsConnected") == {"returned": True}
    peer.call("server.GetClientHandleAsString", as_="text")
    number = peer.call("server.GetClientHandleAsString")["returned"]
    peer.make("AnonymousPipeClientStream", "client", direction="Out", pipeHandleAsString=number)
    peer.call("client.Write", buffer={"bytes": {"text": "hé"}})
    assert peer.answer(reading) == {"returned": 3, "bytes": {"buffer": "68c3a9a5a5a5a5a5"}}


@pytest.mark.parametrize(
    ("code", "method", "parameters"),
    [
        (-32601, "nothing", {}),
        (-32602, "get", {"object": "x"}),
        (-32001, "create", {"type": "Nothing", "as": "x", "arguments": {}}),
        (-32001, "create", {"type": "PipeStream", "as": "x", "arguments": {"direction": "In"}}),
        (-32001, "create", {"type": "Descriptor", "as": "x", "arguments": {"nothing": 1}}),
        (-32001, "call", {"object": "bytes", "member": "Nothing", "arguments": {}}),
        (-32001, "call", {"object": "bytes", "member": "__init__", "arguments": {}}),
        (-32001, "call", {"type": "Stream", "member": "Flush", "arguments": {}}),
        (-32001, "get", {"object": "bytes", "member": "FirstDifference"}),
        (-32001, "set", {"object": "bytes", "member": "Length", "value": 1}),
        (-32002, "get", {"object": "nobody", "member": "Hex"}),
    ],
)
def test_refusals(peer: Peer, code: int, method: str, parameters: dict[str, Any]) -> None:
    """What the adapter cannot do is an error of its own, not an exception."""
    peer.make("Bytes", "bytes", length=4)
    assert peer.ask(method, **parameters)["code"] == code


def test_text_that_is_no_request(peer: Peer) -> None:
    """Text that is no JSON, and JSON that is no request, are answered."""
    peer.connection.sendall(b"{\n[]\n")
    codes = [json.loads(peer.answers.readline())["error"]["code"] for _ in range(2)]
    assert codes == [-32700, -32600]


def test_tasks_tokens_and_names(peer: Peer) -> None:
    """A task is an object; a cancelled one tells of its token by name."""
    peer.make("AnonymousPipeServerStream", "server", direction="In")
    peer.make("CancellationTokenSource", "source")
    peer.ask("get", object="source", member="Token", as_="token")
    again = peer.ask("get", object="source", member="Token")
    assert again["returned"]["same"] == "token"
    buffer = {"bytes": {"hex": "0102"}}
    token = {"object": "token"}
    peer.call("server.ReadAsync", as_="task", buffer=buffer, cancellationToken=token)
    assert peer.ask("get", object="task", member="IsCompleted") == {"returned": False}
    peer.call("source.Cancel")
    ended = peer.call("task.Wait")
    assert ended["threw"]["type"] == "OperationCanceledException"
    assert ended["threw"]["token"] == "token" and ended["bytes"] == {"buffer": "0102"}


def test_callback_that_ends(peer: Peer) -> None:
    """A callback runs on another thread, and tells what ending the operation gave."""
    peer.make("AnonymousPipeServerStream", "server")
    number = peer.call("server.GetClientHandleAsString")["returned"]
    peer.make("AnonymousPipeClientStream", "client", pipeHandleAsString=number)
    array: dict[str, Any] = {"buffer": {"bytes": {"length": 4}}, "offset": 1, "count": 3}
    callback = {"callback": "called", "ends": "EndRead"}
    peer.call("client.BeginRead", as_="result", callback=callback, state="mine", **array)
    peer.call("server.WriteByte", value=255)
    assert peer.call("called.Wait") == {"returned": 1}
    assert peer.ask("get", object="called", member="SameThread") == {"returned": False}
    assert peer.ask("get", object="result", member="AsyncState") == {"returned": "mine"}


def test_a_callback_tells_a_thread_from_one_that_ended_before_it() -> None:
    """The system gives the id of a thread that has ended to the next one."""
    made: list[Callback] = []
    same: list[bool] = []

    def called() -> None:
        made[0](None)
        same.append(made[0].SameThread)

    for work in (lambda: made.append(Callback(None, None, None)), *[called] * 20):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert same == [False] * 20
    own = Callback(None, None, None)
    own(None)
    assert own.SameThread


def test_child_process(peer: Peer, listener: socket.socket) -> None:
    """Megabytes reach a child that was started in the documented way, and its end is seen."""
    for way in ("documented", "platform"):
        server = "server of " + way
        peer.make("AnonymousPipeServerStream", server, direction="In", inheritability="Inheritable")
        number = peer.call(server + ".GetClientHandleAsString")["returned"]
        program = {"program": sys.executable, "arguments": [str(FOLDER / "adapter.py"), number]}
        started = peer.ask("start", environment=environment(listener, "t"), way=way, **program)
        child = Peer(listener, None)
        hello = child.ask("hello", protocol=1)
        assert hello["pid"] == started["returned"] and hello["arguments"] == [number]
        peer.call(server + ".DisposeLocalCopyOfClientHandle")
        child.make(
            "AnonymousPipeClientStream", "client", direction="Out", pipeHandleAsString=number
        )
        rule = {"pattern": 3, "chunk": 70000, "overload": ["buffer", "offset", "count"]}
        reading = peer.send("transfer", object=server, member="Read", total=None, **rule)
        written = child.ask("transfer", object="client", member="Write", total=4 << 20, **rule)
        assert written["returned"]["count"] == 4 << 20 and written["returned"]["calls"] == 60
        child.ask("exit", status=7)
        read = peer.answer(reading)["returned"]
        assert (read["count"], read["firstDifference"], read["ended"]) == (4 << 20, -1, True)


def changed(listener: socket.socket, by: str) -> Peer:
    """An adapter that something was changed in before it began."""
    begin = f"import anonymous_pipes, atexit, sys, threading; {by}; import adapter; adapter.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", begin],
        env=os.environ | environment(listener, "secret") | {"PYTHONPATH": str(FOLDER)},
    )
    return Peer(listener, process)


def test_exit_by_own_means(listener: socket.socket, tmp_path: Path) -> None:
    """Asked to, it ends as Python does: with what is to be done at exit, and with its status."""
    mark = tmp_path / "ended"
    peer = changed(listener, f"atexit.register(open, {str(mark)!r}, 'w')")
    peer.make("AnonymousPipeServerStream", "server", direction="In")
    peer.send("call", object="server", member="ReadByte", thread="reader")
    assert peer.ask("exit", status=3, way="language") is None
    assert peer.process is not None and peer.process.wait(20) == 3 and mark.exists()


def test_calls_without_a_thread_are_the_first_thread_s(listener: socket.socket) -> None:
    """What a thread begins is waited for at the end of Python only if that thread is."""
    peer = changed(
        listener,
        "anonymous_pipes.PipeStream.Flush = "
        "lambda self: threading.current_thread() is threading.main_thread()",
    )
    peer.make("AnonymousPipeServerStream", "server")
    assert peer.call("server.Flush") == {"returned": True}
    assert peer.call("server.Flush", thread="other") == {"returned": False}
    peer.ask("exit", status=0)


def test_what_is_thrown_is_told(listener: socket.socket) -> None:
    """Whatever a member throws is told, and its thread goes on."""
    peer = changed(listener, "anonymous_pipes.PipeStream.Flush = lambda self: sys.exit(4)")
    peer.make("AnonymousPipeServerStream", "server")
    assert peer.call("server.Flush")["threw"]["type"] == "SystemExit"
    assert peer.ask("get", object="server", member="IsConnected") == {"returned": True}
    peer.ask("exit", status=0)


def test_transfers_of_every_form(peer: Peer) -> None:
    """Every reading and writing member can be used over and over."""
    peer.make("AnonymousPipeServerStream", "server")
    number = peer.call("server.GetClientHandleAsString")["returned"]
    peer.make("AnonymousPipeClientStream", "client", pipeHandleAsString=number)
    array = ["buffer", "offset", "count"]
    forms = {
        "Write": ("Read", array),
        "WriteAsync": ("ReadAsync", ["buffer"]),
        "BeginWrite": ("BeginRead", array),
        "WriteByte": ("ReadByte", []),
    }
    for writing, (reading, overload) in forms.items():
        rule = {"pattern": 5, "total": 2000, "chunk": 300, "overload": overload}
        peer.ask("transfer", object="server", member=writing, **rule)
        read = peer.ask("transfer", object="client", member=reading, **rule)["returned"]
        assert (read["count"], read["firstDifference"]) == (2000, -1)


def test_forget_collects(peer: Peer) -> None:
    """What is forgotten is collected: its descriptors are closed."""
    folder = f"/proc/{peer.process.pid}/fd"  # type: ignore[union-attr]
    peer.ask("get", object="nobody", member="Hex")
    before = os.listdir(folder)
    peer.make("AnonymousPipeServerStream", "server")
    peer.call("server.GetClientHandleAsString", thread="other")
    assert len(os.listdir(folder)) == len(before) + 2
    assert peer.ask("forget", objects=["server"]) == {"returned": None}
    assert os.listdir(folder) == before


def test_descriptions(peer: Peer) -> None:
    """Declarations are told as far as Python knows them."""
    kind = peer.ask("describe", type="AnonymousPipeServerStream")["returned"]
    assert kind["sealed"] and kind["base"] == "PipeStream" and "IDisposable" in kind["interfaces"]
    assert peer.ask("describe", type="PipeStream")["returned"]["abstract"]
    values = peer.ask("describe", type="HandleInheritability")["returned"]["values"]
    assert values == {"None": 0, "Inheritable": 1}
    member = {"type": "AnonymousPipeServerStream", "member": "TransmissionMode"}
    description = peer.ask("describe", **member)["returned"]
    assert description["override"] and description["get"] == "public" and not description["set"]
    assert peer.ask("describe", type="Stream", member="Nothing")["code"] == -32001


def test_pattern_rule() -> None:
    """Bytes by rule are those of the rule, wherever they begin."""

    def rule(i: int, seed: int) -> int:
        return (((i * 2654435761 + seed * 2246822519) % 2**32) >> 16) & 255

    for seed, offset, count in [(0, 0, 9), (7, 65530, 20), (-3, 131072, 5), (12345, 3, 70000)]:
        expected = bytes(rule(i, seed) for i in range(offset, offset + count))
        assert pattern(seed, offset, count) == expected
        assert first_difference(seed, offset, expected) == -1
        changed = bytes([*expected[:-1], expected[-1] ^ 1])
        assert first_difference(seed, offset, changed) == offset + count - 1
