"""Windows processes under Wine: what they hold tells the observer among them, what their threads do tells Linux.

Wine makes each of them a process of Linux with a number of its own, and each of its threads one of Linux. A wait
ends by the prefix's server; so one process rests if all its threads sleep and the server does.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from pipects.observe import LOOK_AGAIN, End, Exit, NotObservable, Proof, Use
from pipects.observe import calls, descent, idle, linux, pairing, rest, sockets
from pipects.observe.observer import Handle, Observer
from pipects.observe.starts import Starts
from pipects.observe.wine import Wine, windows_path
from pipects.observe.windows_programs import Programs

KILLED = 137
"""The status of a process that the harness ends: as a Unix shell tells SIGKILL."""
SETTLE = 5.0
"""Seconds between the end of a process for Linux and for Wine."""
NO_HANDLE = 0
"""The number that no handle has."""
EXECUTE = 0x20
"""FILE_EXECUTE."""
OWN = ("c:\\windows\\", "/usr/lib/wine/wineserver")
"""What Wine starts by itself, in small letters."""


class Watch:
    """A process that the observer holds, and Linux, once it is known which it is there."""

    def __init__(self, observer: Observer, pid: int, local: int | None) -> None:
        self.pid = pid
        self.local = local
        self.parent = observer.watch(pid)
        self._observer = observer
        self._handle = os.pidfd_open(local) if local is not None else -1
        self._exit: Exit | None = None
        self._killed: str | None = None

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def ended(self, seconds: float = 0) -> bool:
        if self._exit is not None:
            return True
        if self._handle < 0:
            return self._status(time.monotonic() + seconds) is not None
        poller = select.poll()
        poller.register(self._handle, select.POLLIN)
        return bool(poller.poll(max(0, seconds) * 1000))

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._observer.kill(self.pid, KILLED)
            self._killed = number.name

    def exit(self) -> Exit:
        if self._exit is None:
            status = self._status(time.monotonic() + SETTLE)
            if status is None:
                raise NotObservable(f"the observer does not tell how process {self.pid} ended")
            by_us = status == KILLED and self._killed is not None
            self._exit = Exit(None, self._killed) if by_us else Exit(status, None)
        return self._exit

    def _status(self, until: float) -> int | None:
        while True:
            try:
                status = self._observer.status(self.pid)
            except ProcessLookupError:
                raise NotObservable(f"nobody has held process {self.pid}") from None
            if status is not None or time.monotonic() >= until:
                return status
            time.sleep(LOOK_AGAIN)


class RestBesideServer(rest.Rest):
    """A moment of rest is one in which the server has nothing to do for the process, either.

    A thread that asks it again and again sleeps while the server runs, and runs while the server sleeps: to see both
    asleep one after the other says nothing, unless no thread has run from before the look at the server till after it.
    """

    def __init__(
        self, local: int, server: int, scale: float, stirred: Callable[[], frozenset[int]]
    ) -> None:
        super().__init__(local, scale, stirred)
        self._server = server

    def _asleep(self) -> rest.Switches | None:
        before = super()._asleep()
        if before is None or rest.status(self._server, self._server)[0] not in rest.ASLEEP:
            return None
        return before if super()._asleep() == before else None


class Unproven:
    """No standstill is ever proven: the server could end any wait, by a clock that nobody shows."""

    disturbance = "Wine's server may end any wait"
    disturbed = True

    def lasts(self) -> float:
        return 0.0


class OnWine:
    """The processes of one prefix."""

    system = "windows"
    undirected: str | None = "no director sees the calls of Windows processes"
    starts_fail = True
    """Under load CreateProcess did not return in some ten thousand starts: of a C++ program, and of .NET."""

    def __init__(self, wine: Wine, programs: Programs) -> None:
        self._wine = wine
        self._programs = programs
        self.environment: Mapping[str, str] = {
            **wine.environment,
            "PIPECTS_WINE_GUARD": windows_path(str(programs.guard)),
        }
        self._observer = Observer(wine.command(programs.observer), self.environment)
        if wine.is_new:
            wine.settle()
        self._pairing = pairing.Pairing()
        self._locals: dict[int, int] = {}
        self._starts = Starts()
        """None of them may meet a question for the table of handles (Handles.hpp)."""

    def serves(self) -> bool:
        return self._wine.serves and self._observer.serves and not self._starts.hang()

    def end(self) -> None:
        """Ends all that lives there. May be called again."""
        self._observer.close()
        self._wine.end()

    def leave(self) -> None:
        """Lets go of it in a copy of the process that has it, which goes on with it."""
        self._observer.leave()
        self._wine.leave()

    # Starting

    def as_child(self, program: str) -> str:
        return windows_path(program)

    def plain_peer(self) -> tuple[str, tuple[str, ...], Mapping[str, str]]:
        return windows_path(str(self._programs.plain_peer)), (), {}

    def through_shell(self, script: str, program: str, words: Sequence[str]) -> list[str]:
        raise NotObservable("there is no shell among Windows processes")

    def expect(self, token: str) -> None:
        self._starts.begin(token)

    def met(self, token: str) -> None:
        self._starts.end(token)

    # Processes

    def watch(self, pid: int, ports: tuple[int, int] | None = None) -> Watch:
        local = None if ports is None else self._connected(*ports)
        watch = Watch(self._observer, pid, local)
        if local is not None:
            self._locals[pid] = local
        self._pairing.begin(pid, watch.parent)
        return watch

    def _connected(self, port: int, to: int) -> int:
        """The process of Linux that has the connection between two local ports."""
        inode = sockets.inode(port, to)
        if inode is None:
            raise NotObservable(f"no connection from port {port} to {to} is seen")
        wanted = f"socket:[{inode}]"
        others = (self._wine.server, self._observer.pid, os.getpid())
        until = time.monotonic() + SETTLE
        while True:  # the server lends it the connection for each call, until it keeps it
            for process in descent.descendants(os.getpid(), descent.table()):
                if process.pid in others or process.zombie:
                    continue
                with contextlib.suppress(OSError, NotObservable):
                    if any(target == wanted for _, target in linux.links(process.pid)):
                        return process.pid
            if time.monotonic() > until:
                raise NotObservable("whose connection it is can't be seen")
            time.sleep(LOOK_AGAIN)

    def is_own(self, name: str) -> bool:
        return name.lower().startswith(OWN)

    def is_zombie(self, pid: int) -> bool:
        return False

    def is_stopped(self, pid: int) -> bool:
        return False

    def tracer(self, pid: int) -> int:
        return 0

    # Handles

    def _handles(
        self, pid: int, *, marks: bool = False, fresh: bool = False, only: int | None = None
    ) -> tuple[list[Handle], Mapping[int, int]]:
        """What the process holds, and by handle the pipes; nothing if it has ended.

        `marks` says that it must be told what is inheritable, even if that takes a while; `only` is the one handle
        that matters.
        """
        try:
            with self._starts.held(quiet=marks) as none_is_under_way:
                if marks and not none_is_under_way:
                    raise NotObservable("the start of a process does not come to its end")
                handles = self._observer.handles(
                    pid, listed=none_is_under_way, fresh=fresh, only=only
                )
                return handles, self._pairing.pipes(pid, handles)
        except ProcessLookupError:
            return [], {}

    def descriptors(self, pid: int) -> list[int]:
        return [number for number, _ in self.links(pid)]

    def links(self, pid: int) -> list[tuple[int, str]]:
        """But for the images that the process runs or has loaded: they come when they are needed, and stay."""
        handles, pipes = self._handles(pid)
        return [(each.number, _target(each, pipes)) for each in handles if not _is_image(each)]

    def pipe_ends(self, pid: int, of: Collection[int] | None = None) -> list[End]:
        handles, pipes = self._handles(pid, marks=True, fresh=True)
        return [
            End(
                access=pairing.access(each),
                inheritable=each.inheritable,
                nonblocking=each.nonblocking,
                pipe=pipes[each.number],
                descriptor=each.number,
            )
            for each in handles
            if each.number in pipes and (of is None or pipes[each.number] in of)
        ]

    def pipes(self, pid: int, *, newcomers: bool = False) -> set[int]:
        return {*self._handles(pid, only=NO_HANDLE if newcomers else None)[1].values()}

    def pipe_of(self, pid: int, handle: int) -> int | None:
        return self._handles(pid, only=handle)[1].get(handle)

    def standard_streams(self, pid: int) -> frozenset[tuple[int, str]]:
        return frozenset()  # they are never among the handles shown

    def beside_streams(self, pid: int, streams: Collection[tuple[int, str]]) -> list[str]:
        return [each.kind for each in self._handles(pid)[0]]

    def descriptor_target(self, pid: int, handle: int) -> str | None:
        handles, pipes = self._handles(pid, fresh=True, only=handle)
        return next((_target(each, pipes) for each in handles if each.number == handle), None)

    def unread(self, pid: int, pipe: int) -> int:
        return self._content(pid, pipe)[0]

    def capacity(self, pid: int, pipe: int) -> int:
        return self._content(pid, pipe)[1]

    def _content(self, pid: int, pipe: int) -> tuple[int, int]:
        """What is in a pipe and what can be, by an end that reads, whoever has it: one that writes does not tell."""
        for holder in (pid, *(other for other in self._pairing.holders(pipe) if other != pid)):
            handles, pipes = self._handles(holder)
            for each in handles:
                if pipes.get(each.number) == pipe and pairing.access(each) == "read":
                    return self._observer.pipe(holder, each.number)
        raise NotObservable("no process is known that reads the pipe")

    def limit_handles(self, pid: int, free: int | None) -> None:
        if free is not None:
            raise NotObservable("Windows limits the handles of no process")

    # Threads

    def _local(self, pid: int) -> int:
        if pid not in self._locals:
            raise NotObservable(f"which process of Linux process {pid} is can't be seen")
        return self._locals[pid]

    def threads(self, pid: int) -> list[int]:
        return linux.threads(self._local(pid))

    def waiting(self, pid: int, pipes: Collection[int]) -> tuple[list[Proof], Proof | None]:
        """No thread is seen on the very pipe: all of them wait for the server."""
        return [], None

    def rest(
        self, pid: int, scale: float = 1.0, stirred: Callable[[], frozenset[int]] = frozenset
    ) -> RestBesideServer:
        return RestBesideServer(self._local(pid), self._wine.server, scale, stirred)

    def standstill(
        self,
        living: Callable[[], Collection[int]],
        until: float,
        port: int,
        known: Callable[[], Collection[int]] = tuple,
    ) -> Unproven:
        return Unproven()

    def situation(self, pid: int) -> list[str]:
        return calls.situation(self._local(pid))

    def processor_use(self, pid: int) -> Use:
        return idle.use(self._local(pid))

    # Signals

    def send_signal(self, pid: int, thread: int | None, number: signal.Signals) -> None:
        raise NotObservable("Windows has no signals")

    def open_to(self, pid: int, number: signal.Signals) -> list[int]:
        raise NotObservable("Windows has no signals")

    def signals(self, pid: int) -> dict[str, str]:
        raise NotObservable("Windows has no signals")

    def dispositions(self, pid: int) -> dict[str, str]:
        return {}

    def signals_at_birth(self, pid: int) -> dict[str, int]:
        raise NotObservable("Windows has no signals")


def _is_image(handle: Handle) -> bool:
    """Whether a handle is on a file that was opened to be executed."""
    return handle.kind == "disk" and bool(handle.access & EXECUTE)


def _target(handle: Handle, pipes: Mapping[int, int]) -> str:
    """What a handle is open on, as Linux would say it."""
    if handle.number in pipes:
        return f"pipe:[{pipes[handle.number]}]"
    return handle.kind + (f":{handle.name}" if handle.name else "")
