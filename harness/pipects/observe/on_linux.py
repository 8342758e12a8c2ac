"""Processes of the Linux that the harness runs on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

from pipects import paths
from pipects.observe import End, Proof, Use, calls, idle, linux, platform, signals
from pipects.observe.rest import Rest
from pipects.observe.standstill import Standstill

SHELL = "/bin/sh"


class Linux:
    """What /proc, pidfds and prlimit show; every function is told of where it is defined."""

    system = "unix"
    environment: Mapping[str, str] = {}
    undirected: str | None = None
    starts_fail = False

    def serves(self) -> bool:
        """Always: it is there for as long as we are."""
        return True

    def as_child(self, program: str) -> str:
        """A path is the same for everyone."""
        return program

    def plain_peer(self) -> tuple[str, tuple[str, ...], Mapping[str, str]]:
        """A module of the harness's own."""
        harness = {"PYTHONPATH": str(paths.ROOT / "harness")}
        return sys.executable, ("-m", "pipects.plain_peer"), harness

    def through_shell(self, script: str, program: str, words: Sequence[str]) -> list[str]:
        """By `sh -c`."""
        return [SHELL, "-c", script, program, *words]

    def expect(self, token: str) -> None:
        """Starts disturb nobody."""

    def met(self, token: str) -> None:
        """Starts disturb nobody."""

    def watch(self, pid: int, ports: tuple[int, int] | None = None) -> linux.Watch:
        """By a pidfd; whoever is connected, the number says enough."""
        return linux.Watch(pid)

    def is_own(self, name: str) -> bool:
        """Nothing is: there is no platform beside the system."""
        return False

    def is_zombie(self, pid: int) -> bool:
        return linux.is_zombie(pid)

    def is_stopped(self, pid: int) -> bool:
        return linux.is_stopped(pid)

    def tracer(self, pid: int) -> int:
        return linux.tracer(pid)

    def descriptors(self, pid: int) -> list[int]:
        return linux.descriptors(pid)

    def links(self, pid: int) -> list[tuple[int, str]]:
        return linux.links(pid)

    def pipe_ends(self, pid: int, of: Collection[int] | None = None) -> list[End]:
        return linux.pipe_ends(pid, of)

    def pipes(self, pid: int, *, newcomers: bool = False) -> set[int]:
        return linux.pipes(pid)

    def pipe_of(self, pid: int, handle: int) -> int | None:
        return linux.pipe_of(pid, handle)

    def standard_streams(self, pid: int) -> frozenset[tuple[int, str]]:
        return linux.standard_streams(pid)

    def beside_streams(self, pid: int, streams: Collection[tuple[int, str]]) -> list[str]:
        return linux.beside_streams(pid, streams)

    def descriptor_target(self, pid: int, handle: int) -> str | None:
        return linux.descriptor_target(pid, handle)

    def unread(self, pid: int, pipe: int) -> int:
        return linux.unread(pid, pipe)

    def capacity(self, pid: int, pipe: int) -> int:
        return linux.capacity(pid, pipe)

    def limit_handles(self, pid: int, free: int | None) -> None:
        most = None if free is None else linux.next_free_descriptors(pid, free)
        linux.limit_handles(pid, most)

    def threads(self, pid: int) -> list[int]:
        return linux.threads(pid)

    def waiting(self, pid: int, pipes: Collection[int]) -> tuple[list[Proof], Proof | None]:
        return calls.waiting(pid, pipes)

    def rest(
        self, pid: int, scale: float = 1.0, stirred: Callable[[], frozenset[int]] = frozenset
    ) -> Rest:
        return Rest(pid, scale, stirred)

    def standstill(
        self,
        living: Callable[[], Collection[int]],
        until: float,
        port: int,
        known: Callable[[], Collection[int]] = tuple,
    ) -> Standstill:
        return Standstill(living, until, port, known)

    def situation(self, pid: int) -> list[str]:
        return calls.situation(pid)

    def processor_use(self, pid: int) -> Use:
        return idle.use(pid)

    def send_signal(self, pid: int, thread: int | None, number: signal.Signals) -> None:
        linux.send_signal(pid, thread, number)

    def open_to(self, pid: int, number: signal.Signals) -> list[int]:
        return linux.open_to(pid, number)

    def signals(self, pid: int) -> dict[str, str]:
        return signals.now(pid)

    def dispositions(self, pid: int) -> dict[str, str]:
        return signals.of_the_process(pid)

    def signals_at_birth(self, pid: int) -> dict[str, int]:
        return signals.at_birth(pid)


LINUX: platform.Platform = Linux()
