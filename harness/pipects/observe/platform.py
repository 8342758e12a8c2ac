"""The one interface by which the harness looks at processes, whatever system they live on.

A process is named by the number that its own system gives it: under Wine by that of Windows.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from pipects.observe import End, Exit, Proof, Use


class Watch(Protocol):
    """A process that is watched to its end."""

    @property
    def pid(self) -> int:
        """Its number on its own system."""

    @property
    def local(self) -> int | None:
        """Its number on the system that the harness runs on; None while that is not known."""

    def close(self) -> None:
        """Lets go of the process. May be called again."""

    def ended(self, seconds: float = 0) -> bool:
        """Whether the process has ended, or does so within `seconds`."""

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal, on Windows the one that ends it; nothing happens if it has ended."""

    def exit(self) -> Exit:
        """How the process ended. Raises NotObservable where the system does not tell."""


class Rest(Protocol):
    """Looks at one process since it was given something to do (spec/adapter-protocol.md, "Waiting")."""

    @property
    def rests(self) -> bool:
        """Whether enough looks have found the process at rest."""

    def look(self) -> bool:
        """Looks once; tells whether the process was at rest just now."""

    def begin_again(self) -> None:
        """Forgets the moments of rest: something has shown that they did not count."""

    def seen(self) -> str:
        """What was seen, for a verdict that could not be reached."""


class Standstill(Protocol):
    """Looks at some processes of which it is to be proven that nothing will come any more."""

    disturbance: str
    """Why the last look found no standstill."""

    @property
    def disturbed(self) -> bool:
        """Whether the last look found that something may still happen."""

    def lasts(self) -> float:
        """Looks once; tells for how many seconds nothing has been able to happen, 0 if something is."""


class Platform(Protocol):
    """A system on which processes under test live. Whatever it does not show raises NotObservable."""

    @property
    def system(self) -> str:
        """`unix` or `windows`: what cases and requirements call it."""

    @property
    def starts_fail(self) -> bool:
        """Whether the start of a process fails or hangs now and then, whoever asks for it."""

    def serves(self) -> bool:
        """Whether it is as it was when it was made ready. One that is lost shows nothing of its processes any more."""

    # Starting

    @property
    def environment(self) -> Mapping[str, str]:
        """What every process of the platform gets beside the manifest's variables."""

    @property
    def undirected(self) -> str | None:
        """Why no director can see the system calls of its processes; None if one can."""

    def as_child(self, program: str) -> str:
        """The path of a program as a process of the platform starts it."""

    def plain_peer(self) -> tuple[str, tuple[str, ...], Mapping[str, str]]:
        """Program, arguments and environment of the child that knows no pipe stream."""

    def through_shell(self, script: str, program: str, words: Sequence[str]) -> list[str]:
        """A program and its arguments, started by a script of the shell (`"$0" "$@"`)."""

    def expect(self, token: str) -> None:
        """A process that will present this token is about to be started."""

    def met(self, token: str) -> None:
        """It has come, or nobody waits for it any more."""

    # Processes

    def watch(self, pid: int, ports: tuple[int, int] | None = None) -> Watch:
        """A watch on a process; `ports` are those of its connection, its own first, if it has any yet.

        Raises OSError if there is no such process.
        """

    def is_own(self, name: str) -> bool:
        """Whether a program belongs to the platform itself, so that none of it is left behind by a case."""

    def is_zombie(self, pid: int) -> bool:
        """Whether the process has ended and its parent has not collected it."""

    def is_stopped(self, pid: int) -> bool:
        """Whether a signal has stopped the process, and none has let it go on."""

    def tracer(self, pid: int) -> int:
        """The process that traces this one, such as a debugger; 0 if none does."""

    # Handles

    def descriptors(self, pid: int) -> list[int]:
        """The numbers of its open files, pipes and sockets."""

    def links(self, pid: int) -> list[tuple[int, str]]:
        """The process's open files, pipes and sockets by handle, and what each is open on."""

    def pipe_ends(self, pid: int, of: Collection[int] | None = None) -> list[End]:
        """Every pipe end that the process holds (of these pipes alone)."""

    def pipes(self, pid: int, *, newcomers: bool = False) -> set[int]:
        """The pipes of which the process holds an end.

        `newcomers` says that what stood there at the last look may be taken for what it was, where to look takes long.
        """

    def pipe_of(self, pid: int, handle: int) -> int | None:
        """The pipe that a handle is an end of, if it is one."""

    def standard_streams(self, pid: int) -> frozenset[tuple[int, str]]:
        """The process's standard streams, by handle, and what each is open on."""

    def beside_streams(self, pid: int, streams: Collection[tuple[int, str]]) -> list[str]:
        """What the process's handles but these are open on, by kind."""

    def descriptor_target(self, pid: int, handle: int) -> str | None:
        """What a handle is open on, or None if it is closed."""

    def unread(self, pid: int, pipe: int) -> int:
        """How many bytes are in the pipe."""

    def capacity(self, pid: int, pipe: int) -> int:
        """How many bytes the pipe can hold."""

    def limit_handles(self, pid: int, free: int | None) -> None:
        """Leaves the process exactly so many handles to open; None lifts the limit."""

    # Threads

    def threads(self, pid: int) -> list[int]:
        """The process's threads."""

    def waiting(self, pid: int, pipes: Collection[int]) -> tuple[list[Proof], Proof | None]:
        """The threads that wait on the pipes by themselves, and one that waits for others."""

    def rest(
        self, pid: int, scale: float = 1.0, stirred: Callable[[], frozenset[int]] = frozenset
    ) -> Rest:
        """Looks at a process from now on."""

    def standstill(
        self,
        living: Callable[[], Collection[int]],
        until: float,
        port: int,
        known: Callable[[], Collection[int]] = tuple,
    ) -> Standstill:
        """Looks at processes from now on; `until` is when something should have come.

        `known` are those of which it is known what they are there for.
        """

    def situation(self, pid: int) -> list[str]:
        """Where every thread of the process is, a line each."""

    def processor_use(self, pid: int) -> Use:
        """What the process makes of the processor in a short while from now on."""

    # Signals

    def send_signal(self, pid: int, thread: int | None, number: signal.Signals) -> None:
        """Sends a signal to one thread (or to the process) and waits until it was taken."""

    def open_to(self, pid: int, number: signal.Signals) -> list[int]:
        """The process's threads that do not block a signal."""

    def signals(self, pid: int) -> dict[str, str]:
        """Ignored and handled signals of the process, and the blocked ones of each thread."""

    def dispositions(self, pid: int) -> dict[str, str]:
        """Ignored and handled signals of the process; empty on a system without signals."""

    def signals_at_birth(self, pid: int) -> dict[str, int]:
        """The signals that a process was born ignoring and blocking."""
