"""Where adapters present their tokens: who they are, and that they are what they say."""

from __future__ import annotations

import contextlib
import errno
import secrets
import select
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pipects import protocol
from pipects.errors import AdapterFault, EndedEarly, Overdue
from pipects.observe import NotObservable, comes, descent, platforms
from pipects.observe.deadline import Deadline
from pipects.observe.on_linux import LINUX
from pipects.observe.platform import Platform, Watch

MOST_VISITORS = 128
"""Connections that have not shown a token yet; of more, the oldest is dropped."""
GREETED_S = 1.0
"""Seconds in which one who is greeted late answers."""
LONGEST_GREETING = 1 << 20
EXECUTES_S = 0.25
"""Within this time a program that is being executed is there."""
HIGHEST_PID = 2**31 - 1

SAID_BEFORE = "the adapter said hello on another one before"
OF_A_CHILD = ", by a token that was its: a child is told its own by the 'environment' of 'start'"

ProcessGone = Callable[[], str | None]
"""Says why a process is gone, or None while it is not."""
Belongs = Callable[[int], bool]
"""Whether a process is one of the family. Raises NotObservable where that can't be told."""


@dataclass(frozen=True)
class Greeting:
    """An adapter's answer to hello."""

    pid: int
    name: str
    version: str
    language: str
    runtime: str
    os: str
    arguments: tuple[str, ...]
    lacks: tuple[str, ...]


class Adapter:
    """A process that speaks the protocol: an implementation's server or one of its children."""

    def __init__(
        self,
        connection: protocol.Connection,
        greeting: Greeting,
        watch: Watch,
        streams: frozenset[tuple[int, str]],
    ) -> None:
        self.connection = connection
        self.greeting = greeting
        self.pid = greeting.pid
        self.watch = watch
        self.streams = streams
        """Its standard streams when it came: what has their numbers later is something else."""

    def close(self) -> None:
        """Closes the harness's handles on the process; does not end it."""
        self.connection.close()
        self.watch.close()


@dataclass
class Visitor:
    """Someone who has connected and not yet shown a token."""

    connection: protocol.Connection
    request: int
    heard: list[tuple[str, str]] = field(default_factory=list)


class Meeting:
    """A listening socket on the loopback address at which adapters present their tokens.

    Anyone on the machine can connect to it. Only the token says who is awaited: whoever has none is
    dropped, and nobody waits for him.
    """

    def __init__(self, belongs: Belongs, platform: Platform = LINUX) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._socket.setblocking(False)
        self._belongs = belongs
        self._platform = platform
        self._visitors: list[Visitor] = []
        self._arrived: dict[str, Adapter | Exception] = {}
        self._expected: set[str] = set()
        self._met: set[str] = set()
        self._turned_away: str | None = None

    @property
    def port(self) -> int:
        """The port to which adapters connect."""
        return int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        """HOST:PORT, as adapters get it."""
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stops listening, and lets go of everyone whom nobody has asked for."""
        self._socket.close()
        for visitor in self._visitors:
            visitor.connection.close()
        for adapter in self._arrived.values():
            if isinstance(adapter, Adapter):
                adapter.close()
        for token in self._expected:
            self._platform.met(token)
        self._visitors.clear()
        self._arrived.clear()

    def token(self) -> str:
        """A new one-time token that an adapter will present."""
        token = secrets.token_hex(16)
        self._expected.add(token)
        self._platform.expect(token)
        return token

    def wait_for(
        self,
        token: str,
        deadline: Deadline,
        gone: ProcessGone,
        listener: protocol.Listener | None,
    ) -> Adapter:
        """The adapter that presents `token`. Raises Overdue, or AdapterFault if it can't be one: EndedEarly if it is no more.

        `gone` says whether the process that should come has ended, so that nobody waits for it.
        """
        while token not in self._arrived:
            left = deadline.left()
            if left <= 0:
                raise Overdue(
                    f"the adapter did not connect and answer hello{self._silent()}{self._hint()}",
                    put_off=deadline.put_off,
                )
            if not self._anyone(min(left, 0.02)):
                if (reason := gone()) is not None:
                    raise EndedEarly(f"{EndedEarly.WORDS} ({reason}){self._hint()}")
                continue
            self._let_in()
            self._hear(listener)
        found = self._arrived.pop(token)
        if isinstance(found, Exception):
            raise found
        found.connection.listen(listener)
        return found

    def _silent(self) -> str:
        """What those have done who are connected."""
        if not self._visitors:
            return ""
        begun = [
            each.connection.unfinished for each in self._visitors if each.connection.unfinished
        ]
        said = f" (a line has no end: {begun[0]})" if begun else ""
        return f"; {len(self._visitors)} connected and never answered hello{said}"

    def turned_away(self) -> str:
        """Why someone was dropped, also of those who have come since anybody was awaited."""
        self._let_in()
        if self._visitors and self._anyone(GREETED_S):
            self._hear(None)
        return self._hint()

    def _hint(self) -> str:
        return f"; a connection was dropped: {self._turned_away}" if self._turned_away else ""

    def _anyone(self, seconds: float) -> bool:
        """Whether someone has come, or said something, within so many seconds."""
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        for visitor in self._visitors:
            poller.register(visitor.connection, select.POLLIN)
        return bool(poller.poll(seconds * 1000))

    def _let_in(self) -> None:
        """Greets everyone who has connected in the meantime."""
        while True:
            try:
                link, _ = self._socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE) and self._visitors:
                    self._drop(self._visitors[0], "too many came")
                    continue
                return  # whoever it was has gone
            visitor = self._greeted(link)
            if visitor is not None:
                self._visitors.append(visitor)
            if len(self._visitors) > MOST_VISITORS:
                self._drop(self._visitors[0], "too many came")

    @staticmethod
    def _greeted(link: socket.socket) -> Visitor | None:
        heard: list[tuple[str, str]] = []
        connection: protocol.Connection | None = None
        try:
            connection = protocol.Connection(
                link, lambda direction, text: heard.append((direction, text)), LONGEST_GREETING
            )
            request = connection.send("hello", {"protocol": protocol.VERSION})
            return Visitor(connection, request, heard)
        except (AdapterFault, OSError):  # gone already
            link.close()
            return None

    def _hear(self, listener: protocol.Listener | None) -> None:
        """Takes in what visitors have answered; drops those who answer without a token."""
        for visitor in list(self._visitors):
            try:
                if not visitor.connection.has_answer(visitor.request):
                    continue
                message = visitor.connection.answer(visitor.request, lambda: 0)
            except AdapterFault as fault:
                self._drop(visitor, str(fault))
                continue
            result = message.get("result")
            token = result.get("token") if isinstance(result, dict) else None
            token = token if isinstance(token, str) else None
            if token is None or token not in self._expected:
                refused = "the adapter refused hello" if "error" in message else None
                twice = SAID_BEFORE if token in self._met else None
                if twice and self._expected:
                    twice += OF_A_CHILD
                self._drop(visitor, refused or twice or "the adapter presented a wrong token")
                continue
            self._visitors.remove(visitor)
            self._expected.discard(token)
            self._met.add(token)
            self._platform.met(token)
            for each in visitor.heard if listener else ():
                listener(*each)  # type: ignore[misc]
            try:
                self._arrived[token] = self._adapter(visitor.connection, result)
            except (AdapterFault, NotObservable) as fault:
                visitor.connection.close()
                self._arrived[token] = fault

    def _drop(self, visitor: Visitor, why: str) -> None:
        self._turned_away = why
        self._visitors.remove(visitor)
        visitor.connection.close()

    def _adapter(self, connection: protocol.Connection, result: Mapping[str, Any]) -> Adapter:
        if result.get("protocol") != protocol.VERSION:
            raise AdapterFault(
                f"the adapter speaks protocol {result.get('protocol')!r}, not {protocol.VERSION}"
            )
        greeting = Greeting(
            pid=_number(result, "pid"),
            name=_text(result, "name"),
            version=_text(result, "version"),
            language=_text(result, "language"),
            runtime=_text(result, "runtime"),
            os=_text(result, "os"),
            arguments=_texts(result, "arguments"),
            lacks=_texts(result, "lacks"),
        )
        watch = proven(greeting.pid, self._belongs, self._platform, connection.ports)
        connection.trust()
        streams: frozenset[tuple[int, str]] = frozenset()
        with contextlib.suppress(NotObservable):  # then nobody is told what it holds, either
            streams = self._platform.standard_streams(greeting.pid)
        return Adapter(connection, greeting, watch, streams)


def proven(
    pid: int, belongs: Belongs, platform: Platform, ports: tuple[int, int] | None = None
) -> Watch:
    """A watch on a process of the family. Raises AdapterFault if it is none: EndedEarly if it has gone."""
    try:
        watch = platform.watch(pid, ports)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EPERM):
            raise NotObservable(f"this system can't watch processes: {error.strerror}") from error
        fault = EndedEarly if error.errno == errno.ESRCH else AdapterFault
        gone = f"the adapter says it is process {pid}, which is gone, or never was"
        raise fault(gone + _counted(pid, platform)) from None
    try:
        # While it lives its number can't come to mean another process, so what is found is about it.
        # One that was adopted shows no environment while it executes its program.
        local = watch.local
        stranger = local is not None and not comes(partial(belongs, local), EXECUTES_S)
        if watch.ended():
            raise EndedEarly(f"{EndedEarly.WORDS} (process {pid} is gone)")
        if stranger:
            raise AdapterFault(
                f"the adapter says it is process {pid}, which is none of its own"
                + _counted(pid, platform)
            )
    except BaseException:
        watch.close()
        raise
    return watch


def _counted(pid: int, platform: Platform) -> str:
    """Why a number may be a wrong one: in a container processes are counted from 1 again."""
    try:
        known = descent.known_otherwise(pid) if platform.system == platforms.UNIX else None
    except NotObservable:
        return ""
    return "" if known is None else f" ({known} is, which a PID namespace of its own calls {pid})"


def _number(result: Mapping[str, Any], key: str) -> int:
    value = _of(result, key)
    if type(value) is not int or not 0 < value <= HIGHEST_PID:
        raise AdapterFault(f"'{key}' in the answer to hello is a process id, not {value!r:.80}")
    return value


def _text(result: Mapping[str, Any], key: str) -> str:
    value = _of(result, key)
    if not isinstance(value, str):
        raise AdapterFault(f"'{key}' in the answer to hello is text, not {value!r:.80}")
    return value


def _texts(result: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = _of(result, key)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise AdapterFault(f"'{key}' in the answer to hello is a list of texts, not {value!r:.80}")
    return tuple(value)


def _of(result: Mapping[str, Any], key: str) -> Any:
    if key not in result:
        raise AdapterFault(f"the answer to hello lacks '{key}'")
    return result[key]
