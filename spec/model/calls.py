"""What is asked: one call on one object, as a reader of the documentation would write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAIN = "main"


@dataclass(frozen=True)
class Ref:
    """What an earlier call gave a name to."""

    name: str


@dataclass(frozen=True)
class Data:
    """An array made for the call, with this content."""

    content: bytes


@dataclass(frozen=True)
class Callback:
    """A function of the caller's, which counts its calls, and may call two members of its stream: `ends` with the
    result, then `calls` with nothing."""

    name: str
    ends: str = ""
    calls: str = ""


Argument = None | bool | int | str | Ref | Data | Callback


@dataclass(frozen=True)
class Call:
    """One call. `verb` is `new`, `call`, `get`, `set`, `start`, `exit`, `kill`, `finish`, `signal`,
    `limit`, `answer`, `rest` or `forget`."""

    verb: str
    target: str
    """A type, OBJECT.MEMBER, or the name of a process, a thread or an object."""
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    kept: str = ""
    """The name that the result gets."""
    process: str = "parent"
    thread: str = MAIN
    awaited: bool = False
    """Whether the task that it returns is waited for, so that the outcome is the operation's."""

    @property
    def object(self) -> str:
        """The name of the object."""
        return self.target.partition(".")[0]

    @property
    def member(self) -> str:
        """The member, or the type that is constructed."""
        return self.target.rpartition(".")[2]

    @property
    def form(self) -> str:
        """The member with its overload: what a transition is told by."""
        names = ",".join(self.arguments)
        return (
            f"{self.verb} {self.member}({names})"
            if self.verb in ("new", "call")
            else (f"{self.verb} {self.member}" if self.verb in ("get", "set") else self.verb)
        )

    def text(self, parameter: str) -> str | None:
        """The name of what an argument refers to, None for a null or a missing one."""
        value = self.arguments.get(parameter)
        return value.name if isinstance(value, Ref) else None
