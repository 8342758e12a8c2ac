"""A child that knows no pipe stream: it reads and writes an inherited handle by plain system calls.

Cases start it by `start: NAME, program: plain` and speak to it as to an adapter. It offers one type,
`Plain`, made with the `number` that it was given: `Receive(count)`, `Send(buffer)`, `SetNonBlocking()`, `Resize(size)`, `Dispose()`.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

from pipects.bytespec import make


class Plain:
    """One end of a pipe, by its number."""

    def __init__(self, number: str) -> None:
        self._descriptor = int(number)

    def Receive(self, count: int) -> dict[str, Any]:  # noqa: N802
        """What one read gives: no bytes at the end."""
        return {"bytes": {"hex": os.read(self._descriptor, count).hex()}}

    def Send(self, buffer: Mapping[str, Any]) -> None:  # noqa: N802
        """Writes every byte."""
        rest = memoryview(make(buffer["bytes"]))
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def SetNonBlocking(self) -> None:  # noqa: N802
        """Makes the end non-blocking, for all who share it."""
        os.set_blocking(self._descriptor, False)

    def Resize(self, size: int) -> None:  # noqa: N802
        """Gives the pipe another capacity, in bytes; the system rounds it up."""
        fcntl.fcntl(self._descriptor, fcntl.F_SETPIPE_SZ, size)

    def Dispose(self) -> None:  # noqa: N802
        """Closes the end."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Unknown(Exception):
    """It was asked what it does not offer; the argument is the protocol's code."""


def answer(method: str, asked: Mapping[str, Any], objects: dict[str, Plain]) -> Any:
    """The result of a request."""
    match method:
        case "hello":
            return {
                "token": os.environ["PIPECTS_TOKEN"], "protocol": 1, "name": "plain", "version": "1",
                "language": "none", "runtime": "", "os": sys.platform, "pid": os.getpid(),
                "arguments": sys.argv[1:], "lacks": [],
            }  # fmt: skip
        case "create" if asked["type"] == "Plain":
            objects[asked["as"]] = Plain(asked["arguments"]["number"])
            return {"returned": {"object": asked["as"], "type": "Plain"}}
        case "call" if asked.get("object") in objects:
            try:
                member = getattr(objects[asked["object"]], asked["member"])
                return {"returned": member(**asked["arguments"])}
            except OSError as error:
                return {"threw": {"type": "OSError", "parameter": None, "message": str(error)}}
        case "exit" | "forget":
            return None
    raise Unknown(-32601 if method not in ("create", "call") else -32001)


def main() -> None:
    """Answers until the harness hangs up or asks it to end."""
    host, _, port = os.environ["PIPECTS_ADDRESS"].rpartition(":")
    objects: dict[str, Plain] = {}
    with socket.create_connection((host, int(port))) as link, link.makefile("rwb") as lines:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for line in lines:
            request = json.loads(line)
            reply: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
            asked = request.get("params") or {}
            try:
                reply["result"] = answer(request["method"], asked, objects)
            except Unknown as refused:
                reply["error"] = {
                    "code": refused.args[0],
                    "message": "not offered by the plain peer",
                }
            lines.write(json.dumps(reply).encode() + b"\n")
            lines.flush()
            if request["method"] == "exit":
                sys.exit(asked.get("status", 0))


if __name__ == "__main__":
    main()
