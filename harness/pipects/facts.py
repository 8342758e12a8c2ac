"""What a test's own steps show of the axes, so that no case has to claim it (spec/axes.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipects import bytespec
from pipects.cases import Test
from pipects.spaces import Axes
from pipects.steps import INSIDE, Step

KINDS = {"AnonymousPipeServerStream": "server", "AnonymousPipeClientStream": "client"}
"""The types whose objects hold an end of a pipe, and which end that is."""
CLOSING = {"Dispose": "disposed", "Close": "closed", "DisposeAsync": "disposed-async"}
PAGE = 4096
CAPACITY = 65536
WRAPPERS = frozenset({"StreamWriter", "StreamReader"})
"""What an end may be wrapped in; closing the wrapper closes the end."""


@dataclass(frozen=True)
class Facts:
    """What one step shows."""

    step: Step
    values: Mapping[str, frozenset[str]]
    """By axis; an axis of which it shows nothing is absent."""


@dataclass
class _End:
    """One end that the case makes."""

    kind: str
    process: str
    server: str | None
    """The name of the server of its pipe, where the steps tell."""
    direction: str | None
    inheritability: str | None
    built_on: str | None
    """How the handle that it was made from was given out."""


class _Walk:
    """A test's steps in order, and what has become of each end by now."""

    def __init__(self, test: Test, axes: Axes) -> None:
        self._axes = axes
        self._steps = test.steps
        self._kinds = dict(_process_kinds(test))
        self._ends: dict[str, _End] = {}
        self._handles: dict[str, tuple[str, str]] = {}
        self._given: dict[str, set[str]] = {}
        self._passed: dict[str, set[str]] = {}
        self._state: dict[str, str] = {}
        self._gone: set[str] = set()
        self._local_copy_gone: set[str] = set()
        self._alias: dict[str, str] = {}
        self._lengths: dict[str, int] = {}
        self._tokens: dict[str, str] = {}
        self._cancelled: set[str] = set()
        self._arguments: dict[str, list[str]] = {}
        self._left: dict[str, tuple[str, str, Step]] = {}
        """By the thread or the task that it runs on: end, member and step of a call."""

    def facts(self) -> Iterator[Facts]:
        for place, step in enumerate(self._steps):
            self._make(step)
            found = self._look(place, step)
            if found:
                yield Facts(step, found)
            self._follow(step)

    def _look(self, place: int, step: Step) -> dict[str, frozenset[str]]:
        """What this step shows, before it has changed anything."""
        member = self._member(step)
        name, end = self._end_of(step)
        shown: dict[str, set[str]] = {"member": {member} if member else set()}
        if step.verb == "transfer" and member in ("BeginRead", "BeginWrite"):
            shown["member"].add(member.replace("Begin", "End"))
        callback = (step.options.get("with") or {}).get("callback")
        if isinstance(callback, Mapping) and callback.get("ends") in ("EndRead", "EndWrite"):
            shown["member"].add(callback["ends"])
        if step.verb == "new" and step.target in KINDS:
            shown["end"] = {KINDS[step.target]}
            if "as" in step.options:
                name, end = step.options["as"], self._ends[step.options["as"]]
            else:
                end = self._built(step)
        elif end is None:
            return {}
        if end is not None:
            shown["end"] = {end.kind}
            shown["direction"] = {end.direction} if end.direction else set()
            shown["inheritability"] = self._inheritability(end)
            shown["peer"] = self._peer(name, end)
            shown["handle"] = self._handle(step, name, end)
            if name is not None and step.verb != "new":
                shown["state"] = {self._state.get(name) or self._unmet(name, end)}
        if step.verb in ("call", "transfer"):
            method = step.member
            shown["form"] = {_form(method)}
            shown["waiting"] = self._waiting(place, step)
            shown["token"] = self._token(place, step, shown["waiting"])
            shown["size"] = self._size(step, method)
        elif step.verb == "new":
            shown["size"] = self._size(step, "")
        return {axis: frozenset(values) for axis, values in shown.items() if values}

    def _member(self, step: Step) -> str | None:
        given = step.options.get("with") or {}
        if step.verb == "new":
            return self._axes.member("new", step.target, given)
        name = step.member
        if step.verb == "transfer":
            values = [name]
            if given.get("overload", "array") != "array":
                values = [f"{name}(span)", f"{name}(memory)"]
            known = self._axes.axes["member"].values
            return next((value for value in values if value in known), None)
        return self._axes.member(step.verb, name, given)

    def _end_of(self, step: Step) -> tuple[str | None, _End | None]:
        if step.verb not in ("call", "get", "set", "transfer"):
            return None, None
        name = step.subject
        name = self._alias.get(name, name)
        return name, self._ends.get(name)

    def _inheritability(self, end: _End) -> set[str]:
        owner = self._ends.get(end.server or "")
        if owner is not None:
            return {owner.inheritability} if owner.inheritability else set()
        return {
            each.inheritability
            for each in self._ends.values()
            if each.kind == "server" and each.inheritability
        }

    def _peer(self, name: str | None, end: _End) -> set[str]:
        """Where the clients of its pipe are; a server without one has its peer in its own process."""
        server = end.server
        owner = self._ends.get(server or "")
        if owner is None or server is None:
            return set(self._kinds.values()) or {"same-process"}
        clients = [
            each for each in self._ends.values() if each.kind == "client" and each.server == server
        ]
        found = {
            "same-process" if each.process == owner.process else self._kinds[each.process]
            for each in clients
            if each.process == owner.process or each.process in self._kinds
        }
        found |= {
            self._kinds[process]
            for process in self._passed.get(server, ())
            if self._kinds[process] == "plain-child" or not clients
        }
        return found or {"same-process"}

    def _handle(self, step: Step, name: str | None, end: _End) -> set[str]:
        if end.built_on is not None:
            return {end.built_on}
        given = set(self._given.get(end.server or "", ()))
        asked = {"GetClientHandleAsString": "string", "ClientSafePipeHandle": "safe-handle"}
        now = asked.get(step.member)
        return given | ({now} if now else set()) or {"not-given"}

    def _unmet(self, name: str, end: _End) -> str:
        """What nobody has noticed yet: whether the peer is there."""
        server = end.server
        if server is None:
            return "connected"
        if end.kind == "client":
            return "peer-gone" if server in self._gone else "connected"
        clients = [
            n for n, each in self._ends.items() if each.kind == "client" and each.server == server
        ]
        passed = self._passed.get(server, set())
        here = any(self._ends[n].process == end.process for n in clients)
        held = [n for n in clients if n not in self._gone]
        alive = [process for process in passed if process not in self._gone]
        if server in self._local_copy_gone or (here and not held):
            idle = [p for p in alive if not any(self._ends[n].process == p for n in clients)]
            if not held and not idle:
                return "peer-gone"
        return "connected"

    def _waiting(self, place: int, step: Step) -> set[str]:
        until = step.options.get("until")
        if until == "blocked":
            return {"waits"}
        if until is not None:
            return set()
        task = step.options.get("as")
        if task is None:
            return {"at-once"}
        for later in self._steps[place + 1 :]:
            if later.verb == "observe" and later.target == "pending":
                if later.options.get("of") == task:
                    return {"waits"}
            if later.options.get("until") == "blocked" and _uses(later, task):
                return {"waits"}
            if later.verb == "call" and _uses(later, task):
                break
        return {"at-once"}

    def _token(self, place: int, step: Step, waiting: set[str]) -> set[str]:
        token = (step.options.get("with") or {}).get("cancellationToken")
        if not isinstance(token, str) or not token.startswith("$"):
            return {"none"}
        source = self._tokens.get(token[1:])
        if source in self._cancelled:
            return {"cancelled-before"}
        task = step.options.get("as")
        thread = step.thread if "until" in step.options else None
        for later in self._steps[place + 1 :]:
            if later.verb == "call" and later.target == f"{source}.Cancel":
                return {"cancelled-while-waiting" if "waits" in waiting else "given"}
            if task and later.verb == "call" and _uses(later, task):
                if "until" not in later.options:
                    break
            if later.verb == "finish" and later.target == thread and task is None:
                break
        return {"given"}

    def _size(self, step: Step, method: str) -> set[str]:
        given = step.options.get("with") or {}
        if method in ("ReadByte", "WriteByte"):
            return {"one"}
        if method.startswith("CopyTo"):
            return set()
        asked: Any
        if step.verb == "transfer":
            asked = given.get("total")
        elif step.verb == "new":
            asked = given.get("bufferSize")
        elif "count" in given:
            asked = given["count"] if given.get("buffer") is not None else None
        else:
            asked = self._length(given.get("buffer"))
        return {_size_class(asked)} if isinstance(asked, int) and asked >= 0 else set()

    def _length(self, buffer: Any) -> int | None:
        if isinstance(buffer, str) and buffer.startswith("$"):
            return self._lengths.get(buffer[1:])
        if not isinstance(buffer, Mapping):
            return None
        if isinstance(buffer.get("length"), int):
            return int(buffer["length"])
        return len(bytespec.make(buffer)) if {"text", "hex"} & buffer.keys() else None

    def _make(self, step: Step) -> None:
        """Takes note of an end, a token or an array that the step makes."""
        options = step.options
        name = options.get("as")
        given = options.get("with") or {}
        if step.verb == "new" and name:
            if step.target in KINDS:
                self._ends[name] = self._built(step)
                if KINDS[step.target] == "server":
                    self._ends[name].server = name
            elif step.target == "Bytes":
                if (length := self._length(given)) is not None:
                    self._lengths[name] = length
            elif step.target in WRAPPERS:
                self._wrap(name, given)
        if step.verb == "start":
            texts = options.get("arguments", ())
            self._arguments[step.target] = [self._follow_text(text) for text in texts]
            for text in self._arguments[step.target]:
                if text in self._handles:
                    self._passed.setdefault(self._handles[text][0], set()).add(step.target)
        if step.target == "Stream.Synchronized" and name:
            self._wrap(name, given)

    def _wrap(self, name: str, given: Mapping[str, Any]) -> None:
        for value in given.values():
            inner = value[1:] if isinstance(value, str) and value.startswith("$") else ""
            inner = self._alias.get(inner, inner)
            if inner in self._ends:
                self._alias[name] = inner

    def _built(self, step: Step) -> _End:
        given = step.options.get("with") or {}
        kind = KINDS[step.target]
        direction = given.get("direction", "Out" if kind == "server" else "In")
        if direction not in ("In", "Out"):
            direction = None
        over_handles = "serverSafePipeHandle" in given
        inheritability = None
        if kind == "server" and not over_handles:
            inheritability = given.get("inheritability", "None")
            if inheritability not in ("None", "Inheritable"):
                inheritability = None
        server, built_on = None, None
        if kind == "client":
            built_on = "string" if "pipeHandleAsString" in given else "safe-handle"
            text = self._follow_text(given.get("pipeHandleAsString", given.get("safePipeHandle")))
            server = self._handles.get(text, (None, ""))[0]
        return _End(kind, step.process, server, direction, inheritability, built_on)

    def _follow_text(self, value: Any) -> str:
        """The name that a handle was kept under first, through any number of start arguments."""
        if not isinstance(value, str):
            return ""
        inside = INSIDE.findall(value)
        name: str = inside[0] if inside else value.removeprefix("$")
        process, _, rest = name.partition(".arguments.")
        if rest.isdigit() and int(rest) < len(self._arguments.get(process, ())):
            return self._arguments[process][int(rest)]
        return name

    def _follow(self, step: Step) -> None:
        """What has changed after the step."""
        options = step.options
        method = step.member
        name, end = self._end_of(step)
        kept = options.get("as")
        if step.verb in ("kill", "exit"):
            self._gone.add(step.target)
            self._gone |= {n for n, each in self._ends.items() if each.process == step.target}
        if step.verb == "get" and method == "Token" and kept:
            self._tokens[kept] = step.subject
        if step.verb == "call" and method == "Cancel":
            self._cancelled.add(step.subject)
        self._met(step, name, method)
        if end is None or name is None:
            return
        if method in ("GetClientHandleAsString", "ClientSafePipeHandle"):
            how = "string" if method == "GetClientHandleAsString" else "safe-handle"
            self._given.setdefault(name, set()).add(how)
            if kept:
                self._handles[kept] = (name, how)
        if step.verb != "call" or "throws" in step.expectation:
            return
        if method == "DisposeLocalCopyOfClientHandle":
            self._local_copy_gone.add(name)
        if method in CLOSING and self._state.get(name) not in CLOSING.values():
            self._state[name] = CLOSING[method]
            self._gone.add(name)

    def _met(self, step: Step, name: str | None, method: str) -> None:
        """Takes note of an end of the stream, or a break, that a call has met."""
        if name is not None and ("until" in step.options or "as" in step.options):
            left = (name, method, step)
            if "until" in step.options:
                self._left[f"on {step.thread}"] = left
            if "as" in step.options:
                self._left[step.options["as"]] = left
            return
        if step.verb == "finish":
            found = self._left.pop(f"on {step.target}", None)
        elif method == "Wait" and step.verb == "call":
            found = self._left.get(step.subject)
        elif method.startswith("End"):
            result = (step.options.get("with") or {}).get("asyncResult")
            found = self._left.get(result[1:]) if isinstance(result, str) else None
        else:
            found = (name, method, step) if name is not None else None
        if found is None or found[0] not in self._ends or found[0] in self._gone:
            return
        end, member, call = found
        expected = step.expectation
        thrown = expected.get("throws")
        kind = thrown.get("type") if isinstance(thrown, Mapping) else thrown
        if "Read" in member and "zero" not in self._size(call, member):
            returned = expected.get("returns")
            if isinstance(returned, Mapping):
                ended = returned.get("ended") is True
            else:
                ended = returned in (0, -1) and returned is not False
            if ended or kind == "EndOfStreamException":
                self._state[end] = "end-met"
        if "Write" in member and kind == "IOException":
            self._state[end] = "break-met"


def of(test: Test, axes: Axes) -> list[Facts]:
    """What each step shows; a step that is about no end shows nothing and is left out."""
    return list(_Walk(test, axes).facts())


def peers(test: Test) -> frozenset[str]:
    """Every kind of process that takes part, as values of `peer`."""
    return frozenset({"same-process", *dict(_process_kinds(test)).values()})


def _process_kinds(test: Test) -> Iterator[tuple[str, str]]:
    for step in test.steps:
        if step.verb == "start":
            if step.options.get("program") == "plain":
                yield step.target, "plain-child"
            else:
                yield step.target, "child" if step.process == "parent" else "grandchild"


def _form(method: str) -> str:
    if method.startswith(("Begin", "End")):
        return "begin-end"
    return "task" if method.endswith("Async") else "synchronous"


def _size_class(size: int) -> str:
    known = {
        0: "zero", 1: "one", PAGE - 1: "page-less-one", PAGE: "page", PAGE + 1: "page-and-one",
        CAPACITY: "capacity",
    }  # fmt: skip
    return known.get(size) or ("more" if size > CAPACITY else "some")


def _uses(step: Step, name: str) -> bool:
    """Whether a step collects the task or result of that name."""
    if step.target.startswith(f"{name}."):
        return True
    return (step.options.get("with") or {}).get("asyncResult") == f"${name}"
