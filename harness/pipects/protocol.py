"""The harness's side of the adapter protocol: one connection, requests out, answers in."""

from __future__ import annotations

import json
import math
import re
import select
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipects.errors import AdapterFault, ConnectionLost, Overdue

VERSION = 1
NO_SUCH_METHOD = -32601
NO_SUCH_MEMBER = -32001
LONGEST_LINE = 64 * 1024 * 1024
PIECE = 64 * 1024
"""Bytes that are taken in at once: an answer is seldom longer."""
LARGEST_SHOWN = 65536
"""Bytes of an array that an answer still shows."""
DEEPEST = 64
"""Lists and mappings inside each other that a message may have."""
PATIENCE = 10.0
"""Seconds in which an adapter must take in a request."""


@dataclass(frozen=True)
class Returned:
    """The member returned."""

    value: Any
    arrays: Mapping[str, str] = field(default_factory=dict)
    """By parameter: the bytes, in hexadecimal, of the arrays that the call was given in place."""


@dataclass(frozen=True)
class Threw:
    """The implementation threw an exception: an ordinary outcome."""

    type: str
    parameter: str | None
    message: str
    token: str | None = None
    arrays: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """A JSON-RPC error: the adapter itself could not do what was asked."""

    code: int
    message: str


Outcome = Returned | Threw | Refused
Listener = Callable[[str, str], None]
"""Is told of every message: direction (`>` to the adapter, `<` from it) and its text."""


class Connection:
    """One adapter's connection. Not thread-safe: the worker that drives the process owns it."""

    def __init__(
        self, link: socket.socket, listener: Listener | None = None, longest: int = LONGEST_LINE
    ) -> None:
        self._link = link
        self.who = "the adapter"
        """Whose it is, for what is told of its faults."""
        self._longest = longest
        self._listener = listener or (lambda direction, text: None)
        self._pending: set[int] = set()
        self._answers: dict[int, Any] = {}
        self._buffer = bytearray()
        self._searched = 0
        self._next = 0
        self.heard = 0.0
        """When it last sent anything, by the clock that runs from the system's start; 0 if it never has."""
        self._poller = select.poll()
        self._poller.register(link, select.POLLIN)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setblocking(False)

    @property
    def sent(self) -> int:
        """How many requests have been sent."""
        return self._next

    def name(self, process: str) -> None:
        """Says whose it is, for what is told of its faults."""
        self.who = f"the adapter of '{process}'"

    def listen(self, listener: Listener | None) -> None:
        """Tells `listener` of every message from now on."""
        self._listener = listener or (lambda direction, text: None)

    def trust(self) -> None:
        """From now on the other side may send as much as an adapter may."""
        self._longest = LONGEST_LINE

    @property
    def ports(self) -> tuple[int, int] | None:
        """The ports of the connection, the one at the adapter's end first; None if it is gone."""
        try:
            return int(self._link.getpeername()[1]), int(self._link.getsockname()[1])
        except OSError:
            return None

    def fileno(self) -> int:
        """The socket's descriptor, for select."""
        return self._link.fileno()

    def close(self) -> None:
        """Closes the connection; an adapter ends itself when that happens."""
        self._link.close()

    def send(self, method: str, params: Mapping[str, Any]) -> int:
        """Sends a request and returns its id. Raises ConnectionLost if the adapter is gone."""
        self._next += 1
        text = _ENCODER.encode(
            {"jsonrpc": "2.0", "id": self._next, "method": method, "params": params}
        )
        self._listener(">", text)
        data = memoryview(text.encode() + b"\n")
        until = time.monotonic() + PATIENCE
        try:
            while data:
                try:
                    data = data[self._link.send(data) :]
                except BlockingIOError:
                    if not ready(self._link, select.POLLOUT, until - time.monotonic()):
                        raise AdapterFault(f"{self.who} does not read its requests") from None
        except OSError as error:
            raise ConnectionLost(f"the connection to {self.who} broke: {error}") from error
        self._pending.add(self._next)
        return self._next

    def answer(self, request: int, left: Callable[[], float]) -> Any:
        """Waits for an answer while there are seconds left.

        Raises Overdue, ConnectionLost, or AdapterFault for an answer that is not one.
        """
        while request not in self._answers:
            if (seconds := left()) <= 0:
                self.require_ended_line()
                raise Overdue(f"no answer to request {request}")
            self.poll(seconds)
        self._pending.discard(request)
        return self._answers.pop(request)

    def has_answer(self, request: int, seconds: float = 0) -> bool:
        """Whether the answer is there, or comes within so many seconds: a long one comes in many pieces."""
        until = time.monotonic() + seconds
        while request not in self._answers:
            left = until - time.monotonic()
            if not self.poll(left) or left <= 0:
                break
        return request in self._answers

    def answers_all(self, left: Callable[[], float]) -> bool:
        """Whether every request is answered while there are seconds left; the answers are of no more use then."""
        while unanswered := self._pending - self._answers.keys():
            if (seconds := left()) <= 0:
                return False
            self.has_answer(next(iter(unanswered)), seconds)
        self._pending.clear()
        self._answers.clear()
        return True

    @property
    def unfinished(self) -> str:
        """The beginning of a line whose end has not come; nothing if there is none."""
        return _excerpt(self._buffer) if self._buffer else ""

    def require_ended_line(self) -> None:
        """Raises AdapterFault if a line has begun whose end has not come."""
        if part := self.unfinished:
            raise AdapterFault(f"the adapter has not ended its line: {part}")

    def poll(self, seconds: float) -> bool:
        """Takes in what has arrived, waiting for at most `seconds`; tells whether anything has."""
        if not self._poller.poll(max(0.0, seconds) * 1000):
            return False
        try:
            data = self._link.recv(PIECE)
        except BlockingIOError:
            return False
        except OSError as error:
            raise ConnectionLost(f"the connection to {self.who} broke: {error}") from error
        if not data:
            rest = f" in the middle of a line ({_excerpt(self._buffer)})" if self._buffer else ""
            raise ConnectionLost(f"{self.who} closed its connection{rest}")
        self.heard = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._buffer += data
        while (end := self._buffer.find(b"\n", self._searched)) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            self._searched = 0
            self._take(line)
        self._searched = len(self._buffer)
        if len(self._buffer) > self._longest:
            raise AdapterFault(f"a line of {self.who} exceeds {self._longest} bytes")
        return True

    def _take(self, line: bytes) -> None:
        try:
            text = line.decode("utf-8")
            self._listener("<", text)
            message = _DECODER.decode(text)
        except RecursionError:
            raise AdapterFault(
                f"{self.who} sent what is nested too deep: {_excerpt(line)}"
            ) from None
        except UnicodeDecodeError:
            raise AdapterFault(f"{self.who} sent what is not UTF-8: {_excerpt(line)}") from None
        except ValueError as error:
            raise AdapterFault(f"{self.who} sent what is not JSON: {_excerpt(line)}") from error
        if _may_be_odd(line) and (odd := oddity(message)):
            raise AdapterFault(f"{self.who} sent {odd}: {_excerpt(line)}")
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            raise AdapterFault(f"{self.who} sent what is not JSON-RPC 2.0: {_excerpt(line)}")
        identifier = message.get("id")
        if (
            type(identifier) is not int
            or identifier not in self._pending
            or identifier in self._answers
        ):
            asked = type(identifier) is int and 0 < identifier <= self._next
            why = "which has been answered" if asked else "which was not asked"
            raise AdapterFault(
                f"{self.who} answered with the id {_excerpt(identifier)}, {why}: {_excerpt(line)}"
            )
        if ("result" in message) == ("error" in message):
            raise AdapterFault(
                f"{self.who} sent an answer with both a result and an error, or neither: {_excerpt(line)}"
            )
        self._answers[identifier] = message


def ready(link: Any, event: int, seconds: float) -> bool:
    """Whether a socket can be read or written (or is broken) within so many seconds."""
    poller = select.poll()
    poller.register(link, event)
    return bool(poller.poll(max(0.0, seconds) * 1000))


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


_ENCODER = json.JSONEncoder(separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=_no_number)
_ODD = re.compile(rb"\\u[dD]|[0-9]{19}|[0-9.][eE]")


def _may_be_odd(line: bytes) -> bool:
    """Whether a message is worth looking into for an oddity: such as have one all look like this."""
    return line.count(b"[") + line.count(b"{") > DEEPEST or _ODD.search(line) is not None


def oddity(value: Any) -> str | None:
    """What in a message JSON's grammar allows and no adapter may send, or None."""
    todo = [(value, 1)]
    while todo:
        here, depth = todo.pop()
        match here:
            case dict() | list():
                if depth > DEEPEST:
                    return f"more than {DEEPEST} levels"
                inner = [*here, *here.values()] if isinstance(here, dict) else here
                todo += [(each, depth + 1) for each in inner]
            case str() if not here.isascii() and any("\ud800" <= sign <= "\udfff" for sign in here):
                return "half a surrogate pair, which is no text"
            case float() if not math.isfinite(here):
                return "a number that is not finite"
            case int() if not -(2**63) <= here < 2**64:
                return "a number beyond 64 bits"
    return None


def acknowledge(message: Mapping[str, Any], asked: str, connection: Connection) -> None:
    """Takes the answer to `forget` or `exit`, whose result says nothing. Raises AdapterFault for an error."""
    if "error" in message:
        error = _excerpt(message["error"])
        raise AdapterFault(f"{connection.who} refused '{asked}': {error}")


def outcome_of(message: Mapping[str, Any]) -> Outcome:
    """Reads an answer's outcome. Raises AdapterFault if it is not as the protocol says."""
    if "error" in message:
        error = message["error"]
        if not isinstance(error, dict) or type(error.get("code")) is not int:
            raise AdapterFault(f"an error has a code and a message, not {_excerpt(error)}")
        return Refused(error["code"], str(error.get("message", "")))
    result = message["result"]
    if not isinstance(result, dict) or ("returned" in result) == ("threw" in result):
        raise AdapterFault(f"a result has either 'returned' or 'threw', not {_excerpt(result)}")
    arrays = result.get("bytes", {})
    if not isinstance(arrays, dict) or not all(map(_is_hex, arrays.values())):
        raise AdapterFault(f"'bytes' maps parameters to hexadecimal text, not {_excerpt(arrays)}")
    arrays = {name: each.lower() for name, each in arrays.items()}
    if "returned" in result:
        return Returned(_object_or_value(result["returned"]), arrays)
    threw = result["threw"]
    if not isinstance(threw, dict) or not isinstance(threw.get("type"), str):
        raise AdapterFault(f"'threw' names the exception's type, not {_excerpt(threw)}")
    for key in ("parameter", "message", "token"):
        if not isinstance(threw.get(key), str | None):
            raise AdapterFault(f"'{key}' of what was thrown is text, not {_excerpt(threw[key])}")
    return Threw(
        threw["type"],
        threw.get("parameter"),
        threw.get("message") or "",
        threw.get("token"),
        arrays,
    )


def _object_or_value(value: Any) -> Any:
    """A returned value, whose own form is right; the documented type is a matter for the case."""
    if isinstance(value, dict):
        for key in ("object", "type", "same"):
            if key in value and not isinstance(value[key], str | None):
                raise AdapterFault(f"'{key}' of an object is a name, not {_excerpt(value[key])}")
        if "object" in value and value.get("type") is None:
            raise AdapterFault(f"an object is returned with its 'type', not as {_excerpt(value)}")
        if "bytes" in value:
            shown = value["bytes"]
            if not isinstance(shown, dict) or not _is_hex(shown.get("hex")):
                raise AdapterFault(f"returned bytes are hexadecimal text, not {_excerpt(shown)}")
    return value


def _is_hex(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("(?:[0-9A-Fa-f]{2})*", value) is not None


def _excerpt(value: Any) -> str:
    """A line as it came, or a value in JSON; not more than can be read."""
    if isinstance(value, (bytes, bytearray)):
        text = value.decode("utf-8", "backslashreplace").strip("\r") or "an empty line"
    else:
        text = json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= 160 else text[:160] + "…"
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(unseen: str) -> str:
    """A character that nobody would see, such as a byte-order mark."""
    return unseen.encode("unicode_escape").decode("ascii")
