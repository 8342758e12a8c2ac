"""The adapter of the Python implementation: the conversation with the harness."""

from __future__ import annotations

import gc
import json
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable
from enum import IntEnum
from types import FunctionType
from typing import Any

import anonymous_pipes
from kit import ENUMERATIONS, TYPES, Bytes, Callback, make_bytes, transfer
from reflection import Undeclared, accepts, declared, describe, is_abstract

LACKS = ["text-streams"]
SHOWN = 65536


class Fault(Exception):
    """What the adapter itself could not do."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Lane:
    """A named thread: its requests are done one after the other."""

    def __init__(self) -> None:
        self.requests: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.unanswered = 0

    def start(self) -> Lane:
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def run(self) -> None:
        while request := self.requests.get():
            request()
            del request


class Session:
    """A conversation: its threads, its objects, and a method for each of the protocol's."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.sending = threading.Lock()
        self.main = Lane()  # the program's own first thread: Python treats no other like that
        self.lanes = {"main": self.main}
        self.changing = threading.Lock()
        self.objects: dict[str, Any] = {}
        self.status: int | None = None
        self.way: str | None = None

    def listen(self) -> None:
        """Takes what the harness asks for, until it has gone."""
        try:
            for line in self.connection.makefile("rb"):
                self.take(line)
        finally:
            os._exit(0)

    def take(self, line: bytes) -> None:
        """Hands a request to its thread."""
        try:
            request = json.loads(line)
        except ValueError:
            return self.answer(None, error={"code": -32700, "message": "this is no JSON"})
        parameters = request.get("params", {}) if isinstance(request, dict) else None
        if not isinstance(parameters, dict):
            return self.answer(None, error={"code": -32600, "message": "this is no request"})
        name = parameters.pop("thread", "main")
        with self.changing:
            lane = self.lanes[name] = self.lanes.get(name) or Lane().start()
            lane.unanswered += 1
        lane.requests.put(lambda: self.handle(lane, request, parameters))

    def handle(self, lane: Lane, request: dict[str, Any], parameters: dict[str, Any]) -> None:
        method = f"do_{request.get('method')}"
        try:
            if not hasattr(self, method):
                raise Fault(-32601, f"there is no method {request.get('method')}")
            named = {"name" if key == "as" else key: each for key, each in parameters.items()}
            if not accepts(getattr(Session, method), set(named)):
                raise Fault(-32602, f"{request['method']} takes other parameters")
            answer = {"result": getattr(self, method)(**named)}
        except Fault as fault:
            answer = {"error": {"code": fault.code, "message": str(fault)}}
        except Undeclared as error:
            answer = {"error": {"code": -32001, "message": str(error)}}
        except Exception as error:
            answer = {"error": {"code": -32603, "message": f"{type(error).__name__}: {error}"}}
        with self.changing:
            lane.unanswered -= 1
        self.answer(request.get("id"), **answer)
        if self.status is None or method != "do_exit":
            return  # who is asked to exit is answered first
        if self.way == "language":  # it begins where the program's first thread has come to its end
            self.main.requests.put(None)
        else:
            os._exit(self.status)

    def answer(self, number: Any, **answer: Any) -> None:
        message = json.dumps({"jsonrpc": "2.0", "id": number, **answer}) + "\n"
        with self.sending:
            self.connection.sendall(message.encode())

    # Values

    def find(self, name: str) -> Any:
        if name not in self.objects:
            raise Fault(-32002, f"there is no object {name}")
        return self.objects[name]

    def read(self, name: str, value: Any, owner: Any, arrays: dict[str, bytearray]) -> Any:
        """An argument; notes the arrays that the call may write in place."""
        if isinstance(value, str) and name in ENUMERATIONS:
            return ENUMERATIONS[name]["None_" if value == "None" else value]
        if not isinstance(value, dict):
            return value
        if "bytes" in value:
            arrays[name] = make_bytes(**value["bytes"])
            return arrays[name]
        if "callback" in value:
            callback = self.objects[value["callback"]] = Callback(
                owner, value.get("ends"), value.get("calls")
            )
            return callback
        found = self.find(value["object"])
        arrays.update(getattr(found, "given", {}))
        return found.array if isinstance(found, Bytes) else found

    def write(self, value: Any, name: str | None) -> Any:
        """A returned value; what is no plain value is an object, kept if it is given a name."""
        if isinstance(value, IntEnum):
            return value.name.rstrip("_")
        if isinstance(value, bytes | bytearray):
            return {"bytes": {"hex": value.hex()}}
        if value is None or isinstance(value, bool | int | str | dict):
            return value
        same = self.name_of(value)
        if name is not None:
            self.objects[name] = value
        written = {"object": name, "type": type(value).__name__}
        return written if same is None else {**written, "same": same}

    def name_of(self, value: Any) -> str | None:
        return next((name for name, each in [*self.objects.items()] if each is value), None)

    def outcome(
        self, work: Callable[[], Any], name: str | None, arrays: dict[str, bytearray]
    ) -> dict[str, Any]:
        """Does the work, and tells what came of it: what it returned, or what it threw."""
        try:
            value = work()
            if isinstance(value, anonymous_pipes.Task | anonymous_pipes.IAsyncResult):
                setattr(value, "given", arrays)  # ending the operation tells of them again
            result = {"returned": self.write(value, name)}
        except BaseException as error:  # SystemExit would end the thread, and nobody would be told
            token = self.name_of(getattr(error, "CancellationToken", None) or self)
            threw = {
                "type": type(error).__name__,
                "parameter": getattr(error, "ParamName", None),
                "message": str(error) or type(error).__name__,
            }
            result = {"threw": threw | ({"token": token} if token else {})}
        small = {key: each.hex() for key, each in arrays.items() if len(each) <= SHOWN}
        return {**result, "bytes": small} if small else result

    def invoke(
        self, function: Any, owner: Any, arguments: dict[str, Any], name: str | None
    ) -> dict[str, Any]:
        signature = getattr(function, "__init__") if isinstance(function, type) else function
        if not accepts(getattr(signature, "__func__", signature), set(arguments)):
            raise Fault(-32001, f"no overload of {function.__name__} takes {sorted(arguments)}")
        arrays: dict[str, bytearray] = dict(getattr(owner, "given", {}))
        values = {key: self.read(key, each, owner, arrays) for key, each in arguments.items()}
        return self.outcome(lambda: function(**values), name, arrays)

    # Methods

    def do_hello(self, protocol: int) -> dict[str, Any]:
        return {
            "token": os.environ["PIPECTS_TOKEN"],
            "protocol": 1,
            "name": "Python reference port",
            "version": anonymous_pipes.__version__,
            "language": "Python",
            "runtime": f"{sys.implementation.name} {sys.version.split()[0]}",
            "os": sys.platform,
            "pid": os.getpid(),
            "arguments": sys.argv[1:],
            "lacks": LACKS,
        }

    def do_create(
        self, type: str, arguments: dict[str, Any] = {}, name: str | None = None
    ) -> dict[str, Any]:
        kind = self.kind(type)
        if is_abstract(kind):
            raise Fault(-32001, f"{type} is abstract")
        return self.invoke(kind, None, arguments, name)

    def do_call(
        self,
        member: str,
        object: str | None = None,
        type: str | None = None,
        arguments: dict[str, Any] = {},
        name: str | None = None,
    ) -> dict[str, Any]:
        owner = self.find(object) if object is not None else self.kind(str(type))
        found = declared(owner if object is None else owner.__class__, member)
        if not isinstance(found, staticmethod if object is None else FunctionType):
            raise Fault(-32001, f"{member} is no method that can be called so")
        return self.invoke(getattr(owner, member), owner, arguments, name)

    def do_get(self, object: str, member: str, name: str | None = None) -> dict[str, Any]:
        owner = self.find(object)
        if callable(declared(type(owner), member)):
            raise Fault(-32001, f"{member} is no property")
        return self.outcome(lambda: getattr(owner, member), name, {})

    def do_set(self, object: str, member: str, value: Any) -> dict[str, Any]:
        owner = self.find(object)
        if getattr(declared(type(owner), member), "fset", None) is None:
            raise Fault(-32001, f"{member} is no property that can be set")
        new = self.read(member, value, owner, {})
        return self.outcome(lambda: setattr(owner, member, new), None, {})

    def do_transfer(
        self,
        object: str,
        member: str,
        pattern: int,
        total: int | None,
        chunk: int = 1,
        overload: list[str] = [],
    ) -> dict[str, Any]:
        owner = self.find(object)
        declared(type(owner), member)
        return self.outcome(
            lambda: transfer(owner, member, overload, pattern, total, chunk), None, {}
        )

    def do_start(
        self,
        program: str,
        arguments: list[str] = [],
        environment: dict[str, str] = {},
        way: str = "documented",
        name: str | None = None,
    ) -> dict[str, Any]:
        words, variables = [program, *arguments], os.environ | environment

        def start() -> int:
            if way == "platform":
                child = os.posix_spawnp(program, words, variables)
                threading.Thread(target=os.waitpid, args=(child, 0), daemon=True).start()
                return child
            import subprocess

            process = subprocess.Popen(words, env=variables, close_fds=False)
            threading.Thread(target=process.wait, daemon=True).start()
            return process.pid

        return self.outcome(start, name, {})

    def do_describe(
        self, type: str, member: str | None = None, overload: list[str] | None = None
    ) -> dict[str, Any]:
        return {"returned": describe(self.kind(type), member, overload)}

    def do_forget(self, objects: list[str] | None = None, dispose: bool = False) -> dict[str, Any]:
        for name in list(self.objects) if objects is None else objects:
            forgotten = self.objects.pop(name, None)
            if dispose and hasattr(forgotten, "Dispose"):
                self.outcome(forgotten.Dispose, None, {})
            del forgotten
        gc.collect()
        with self.changing:
            for name, lane in [*self.lanes.items()]:
                if lane is not self.main and not lane.unanswered:
                    self.lanes.pop(name).requests.put(None)
        return {"returned": None}

    def do_exit(self, status: int, way: str | None = None) -> None:
        self.status, self.way = status, way

    def kind(self, name: str) -> Any:
        if name not in TYPES:
            raise Fault(-32001, f"there is no type {name}")
        return TYPES[name]


def main() -> None:
    signal.signal(signal.SIGUSR1, lambda *unused: None)
    host, _, port = os.environ["PIPECTS_ADDRESS"].rpartition(":")
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    session = Session(connection)
    threading.Thread(target=session.listen, daemon=True).start()
    session.main.run()
    sys.exit(session.status)


if __name__ == "__main__":
    main()
