"""Adapter processes: started, connected, watched, and ended with all that came of them."""

from __future__ import annotations

import collections
import contextlib
import os
import secrets
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from pipects import protocol
from pipects.errors import AdapterFault, ConnectionLost, NotStarted, Overdue, UserError
from pipects.observe import linux as system

SESSION_VARIABLE = "PIPECTS_SESSION"
"""Marks every process that comes of an adapter, whatever becomes of its parents."""
KEPT_LINES = 200
GRACE = 2.0
"""Seconds that a process gets to end after it was asked to, before it is killed."""


@dataclass(frozen=True)
class Command:
    """How an implementation's adapter is started."""

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


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

    def __init__(self, connection: protocol.Connection, greeting: Greeting) -> None:
        self.connection = connection
        self.greeting = greeting
        self.pid = greeting.pid
        self.watch = system.Watch(greeting.pid)

    def close(self) -> None:
        """Closes the harness's handles on the process; does not end it."""
        self.connection.close()
        self.watch.close()


class Meeting:
    """A listening socket on the loopback address at which adapters present their tokens."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._arrived: dict[str, Adapter] = {}
        self._expected: set[str] = set()

    @property
    def address(self) -> str:
        """HOST:PORT, as adapters get it."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def close(self) -> None:
        """Stops listening."""
        self._socket.close()

    def token(self) -> str:
        """A new one-time token that an adapter will present."""
        token = secrets.token_hex(16)
        self._expected.add(token)
        return token

    def wait_for(
        self, token: str, deadline: float, gone: "ProcessGone", listener: protocol.Listener | None
    ) -> Adapter:
        """The adapter that presents `token`. Raises Overdue, or AdapterFault if it can't be one.

        `gone` says whether the process that should come has ended, so that nobody waits for it.
        """
        while token not in self._arrived:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Overdue("the adapter did not connect and answer hello")
            if not select.select([self._socket], [], [], min(left, 0.02))[0]:
                if (reason := gone()) is not None:
                    raise AdapterFault(f"the adapter ended before it said hello ({reason})")
                continue
            link, _ = self._socket.accept()
            connection = protocol.Connection(link, listener)
            try:
                self._greet(connection, deadline)
            except BaseException:
                connection.close()
                raise
        self._expected.discard(token)
        return self._arrived.pop(token)

    def _greet(self, connection: protocol.Connection, deadline: float) -> None:
        request = connection.send("hello", {"protocol": protocol.VERSION})
        try:
            message = connection.answer(request, deadline)
        except Overdue:
            raise Overdue("the adapter connected and never answered hello") from None
        result = message.get("result")
        if not isinstance(result, dict):
            raise AdapterFault(f"the adapter refused hello: {message.get('error')}")
        if result.get("protocol") != protocol.VERSION:
            raise AdapterFault(
                f"the adapter speaks protocol {result.get('protocol')!r}, not {protocol.VERSION}"
            )
        token = result.get("token")
        if token not in self._expected:
            raise AdapterFault("the adapter presented a wrong token")
        try:
            greeting = Greeting(
                pid=int(result["pid"]),
                name=str(result["name"]),
                version=str(result["version"]),
                language=str(result["language"]),
                runtime=str(result["runtime"]),
                os=str(result["os"]),
                arguments=tuple(map(str, result["arguments"])),
                lacks=tuple(map(str, result["lacks"])),
            )
            self._arrived[token] = Adapter(connection, greeting)
        except (KeyError, TypeError, ValueError) as error:
            raise AdapterFault(f"the answer to hello lacks {error}") from error
        except ProcessLookupError:
            raise AdapterFault(
                f"the adapter says it is process {result['pid']}, which is none"
            ) from None


ProcessGone = Any
"""A function that says why a process is gone, or None while it is not."""


class Output:
    """The last lines that a process and its children printed. Read to the end, so none blocks."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._lines: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
        self._stream = stream
        self._thread = threading.Thread(target=self._drain, daemon=True, name="output")
        self._thread.start()

    def _drain(self) -> None:
        rest = b""
        with self._stream:
            while chunk := os.read(self._stream.fileno(), 1 << 16):
                *lines, rest = (rest + chunk)[-(1 << 17) :].split(b"\n")
                self._lines.extend(
                    line[:500].decode("utf-8", "replace") for line in lines[-KEPT_LINES:]
                )
        if rest:
            self._lines.append(rest[:500].decode("utf-8", "replace"))

    def lines(self) -> list[str]:
        """What is kept so far."""
        return list(self._lines)

    def settle(self, seconds: float) -> None:
        """Waits until all who could print are gone, for at most `seconds`."""
        self._thread.join(seconds)


class Family:
    """An implementation's first process with all its descendants: started and ended together."""

    def __init__(
        self, command: Command, deadline: float, listener: protocol.Listener | None = None
    ) -> None:
        self.meeting = Meeting()
        self._listener = listener
        self.session = secrets.token_hex(8)
        token = self.meeting.token()
        environment = {**os.environ, **command.environment, **self.variables(token)}
        (
            nothing,
            writer,
        ) = os.pipe()  # descriptor 0 is a pipe at its end, for cases that use that number
        os.close(writer)
        try:
            self._root = subprocess.Popen(
                [command.program, *command.arguments],
                stdin=nothing,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            self.meeting.close()
            raise UserError(f"{command.program} can't be started: {error.strerror}") from error
        finally:
            os.close(nothing)
        assert self._root.stdout is not None
        self.output = Output(self._root.stdout)
        try:
            self.parent = self.meeting.wait_for(token, deadline, self._root_gone, listener)
        except (AdapterFault, Overdue) as error:
            self.end()
            raise NotStarted(str(error), tuple(self.output.lines()[-12:])) from error
        except BaseException:
            self.end()
            raise

    def variables(self, token: str) -> dict[str, str]:
        """The environment that makes a process an adapter of this family."""
        return {
            "PIPECTS_ADDRESS": self.meeting.address,
            "PIPECTS_TOKEN": token,
            SESSION_VARIABLE: self.session,
        }

    def child(self, token: str, pid: int, deadline: float) -> Adapter:
        """The child that presents `token`, which was started as process `pid`."""

        def gone() -> str | None:
            return (
                None
                if os.path.exists(f"/proc/{pid}") and not system.is_zombie(pid)
                else "it is gone"
            )

        return self.meeting.wait_for(token, deadline, gone, self._listener)

    def _root_gone(self) -> str | None:
        status = self._root.poll()
        if status is None:
            return None
        return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"

    def root_exit(self) -> str | None:
        """How the first process ended, in words; None while it runs."""
        return self._root_gone()

    def listen(self, listener: protocol.Listener | None) -> None:
        """Tells `listener` of every message from now on."""
        self._listener = listener
        self.parent.connection.listen(listener)

    def kill(self) -> None:
        """Kills the first process at once, from any thread; its worker sees it go."""
        self._root.kill()

    def members(self) -> list[int]:
        """Every living process of the family."""
        return [
            pid
            for pid in system.with_environment(SESSION_VARIABLE, self.session)
            if not system.is_zombie(pid)
        ]

    def end(self, *, politely: bool = False) -> None:
        """Ends every process of the family and collects them. May be called again."""
        if politely and self._root.poll() is None:
            with contextlib.suppress(AdapterFault, Overdue, ConnectionLost):
                until = time.monotonic() + GRACE
                request = self.parent.connection.send("exit", {"status": 0})
                self.parent.connection.answer(request, until)
                self._root.wait(max(0.0, until - time.monotonic()))
        if hasattr(self, "parent"):
            self.parent.close()
        self.meeting.close()
        if self._root.poll() is None:
            self._root.kill()
        self._root.wait()
        for _ in range(100):
            left = self.members()
            if not left:
                break
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            collect_orphans(left)
        self.output.settle(GRACE)


def collect_orphans(pids: Sequence[int]) -> None:
    """Collects what the harness has inherited of `pids`, waiting until each has ended."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            watch = system.Watch(pid)
            try:
                watch.ended(GRACE)
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)
            finally:
                watch.close()
