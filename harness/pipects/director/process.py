"""A director at work: rules for the calls of one family of processes, and what it tells of them."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipects.director.programs import programs
from pipects.observe import NotObservable

PATIENCE = 5.0
"""Seconds for an answer of the director's; it waits for nobody."""
END = 2.0
"""Seconds in which it ends when nobody asks for anything any more."""


@dataclass(frozen=True)
class Call:
    """A system call that a thread was about to make."""

    notification: str
    process: int
    thread: int
    family: str
    """As cases have it: `read`, `poll`, …"""
    name: str
    """As the system has it: `preadv2`, `ppoll`, …"""
    pipe: int | None
    """The pipe that it is about, if it is about one."""
    inheritable: bool
    """Whether it makes descriptors that a program executed from here on holds, too."""

    def __str__(self) -> str:
        return f"{self.name} of thread {self.thread}"


@dataclass
class Rule:
    """What the director was told to do with calls of a kind, and what came of it."""

    id: str
    held: list[Call] = field(default_factory=list)
    """Calls that wait to be let go, the first of them first."""
    met: list[Call] = field(default_factory=list)
    """All that it was about."""
    late: bool = False
    """Whether a held call was let go since its time was over."""


class Director:
    """The director of one family. Raises NotObservable wherever the system does not allow it."""

    def __init__(self) -> None:
        found = programs()
        if found.missing:
            raise NotObservable(found.missing)
        self._launcher = found.launcher
        self._rules: dict[str, Rule] = {}
        self._rest = b""
        self._answers: list[str] = []
        self._number = 0
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [found.director, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )

    @property
    def descriptor(self) -> int:
        """What the launcher must inherit; it is of use once, and closed by `launched`."""
        return self._ours.fileno()

    def launched(self) -> None:
        """Lets go of what only the launcher needs."""
        self._ours.close()

    def directing(self, program: str, arguments: Iterable[str]) -> tuple[str, list[str]]:
        """The program and arguments that become this program with its calls directed."""
        return str(self._launcher), [str(self.descriptor), program, *arguments]

    def rule(
        self, call: str, process: int | None, pipes: Iterable[int], end: str | None,
        actions: Sequence[str], *, skip: int = 0, always: bool = False,
    ) -> Rule:  # fmt: skip
        """From now on calls of this kind, after `skip` of them, meet the actions one after the other.

        No pipes, process or end means any; an action is one of conformance/director's words.
        """
        self._number += 1
        rule = Rule(str(self._number))
        self._rules[rule.id] = rule
        words = (
            "rule", rule.id, call, process or "*", ",".join(map(str, pipes)) or "*", end or "*", skip,
            "always" if always else "once", *actions,
        )  # fmt: skip
        self._ask(" ".join(map(str, words)))
        return rule

    def go(self, call: Call, action: str = "pass") -> None:
        """Lets a held call go on, or answers it."""
        for rule in self._rules.values():
            rule.held[:] = [each for each in rule.held if each != call]
        self._ask(f"go {call.notification} {action}")

    def drop(self, rule: Rule) -> None:
        """Ends a rule; what it holds goes on."""
        self._ask(f"drop {rule.id}")
        rule.held.clear()

    def clear(self) -> None:
        """Ends all rules and lets all calls go on."""
        self._rules.clear()
        self._ask("clear")

    def settle(self) -> frozenset[int]:
        """Lets every thread go on that waits for the director only. Returns the threads served since the last time."""
        return frozenset(map(int, self._ask("settle").split()[1:]))

    def listen(self, seconds: float = 0.0) -> None:
        """Takes in what the director has told, or tells within `seconds`."""
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        while poller.poll(max(0.0, seconds) * 1000):
            chunk = os.read(descriptor, 1 << 16)
            if not chunk:
                raise NotObservable("the director has ended")
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                self._take(line.decode())
            seconds = 0.0

    def end(self) -> None:
        """Ends the director, and with it whatever it still watches. May be called again."""
        self._ours.close()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, command: str) -> str:
        assert self._process.stdin is not None
        try:
            os.write(self._process.stdin.fileno(), command.encode() + b"\n")
        except OSError as error:
            raise NotObservable(f"the director has ended: {error.strerror}") from error
        until = time.monotonic() + PATIENCE
        while not self._answers:
            if time.monotonic() > until:
                raise NotObservable("the director does not answer")
            self.listen(until - time.monotonic())
        answer = self._answers.pop(0)
        if answer.startswith("error") and "nothing is held" not in answer:  # it may be gone
            raise ValueError(f"director: {answer}")
        return answer

    def _take(self, line: str) -> None:
        words = line.split()
        if words[:1] in (["ok"], ["error"]):
            self._answers.append(line)
        elif words[0] in ("held", "met") and words[1] in self._rules:
            rule, call = self._rules[words[1]], _call(words[2:])
            rule.met.append(call)
            if words[0] == "held":
                rule.held.append(call)
        elif words[0] == "late":
            for rule in self._rules.values():
                rule.late |= any(call.notification == words[1] for call in rule.held)


def _call(words: Sequence[str]) -> Call:
    notification, process, thread, family, name, _, pipe, _, birth = words
    return Call(
        notification, int(process), int(thread), family, name,
        None if pipe == "-" else int(pipe), birth == "inheritable",
    )  # fmt: skip
