"""The steps that direct: system calls held, let go, answered in the system's place, and recorded."""

from __future__ import annotations

import collections
import errno
import itertools
import time
from collections.abc import Iterator, Mapping
from typing import Any

from pipects import matching
from pipects.conversation import Differs, Named
from pipects.director.process import Call, Director, Rule
from pipects.errors import AdapterFault
from pipects.observe import LOOK_AGAIN, NotObservable
from pipects.observe.rest import ASLEEP, status
from pipects.processes import Adapter
from pipects.starting import Starting
from pipects.steps import Step
from pipects.wellformed import FORMS_OF_CALLS

HOLD = 4
"""How many times the deadline of a request a call is held, at most: longer than anyone waits for it."""
DEAF_S = 0.5
"""Within this time a process that reads its requests answers one that asks nothing of it."""
TAKES = {"AnonymousPipeServerStream": "Out", "AnonymousPipeClientStream": "In"}
"""The direction of an end that is made without one."""


class Directing(Starting):
    """What a director does for a test. Every rule must have met its calls when the steps are over."""

    def _do_hold(self, step: Step) -> None:
        longest = f"hold:{int(self._patience * HOLD * 1000)}"
        self._rules[step.options["as"]] = self._directed(step, [longest])
        self._names[step.options["as"]] = Named(step.process, False, None, frozenset())

    def _do_answer(self, step: Step) -> None:
        rule = self._directed(step, [*actions(step.options["by"])])
        if "as" in step.options:
            self._rules[step.options["as"]] = rule
            self._names[step.options["as"]] = Named(step.process, False, None, frozenset())

    def _do_record(self, step: Step) -> None:
        name = step.options["as"]
        self._rules[name] = self._directed(step, ["note"], always=True)
        self._names[name] = Named(step.process, False, None, frozenset())

    def _do_release(self, step: Step) -> None:
        rule = self._rules[step.target]
        if self._given[rule.id][0].verb == "answer":
            self._director.drop(rule)
            return
        if not rule.held:
            self._await_held(step.process, rule)
        call = rule.held[0]
        before = _switches(call)
        self._director.go(call, action(step.options["by"]) if "by" in step.options else "pass")
        self._settled(call, before)
        self._note("observed", f"{call} has gone on")

    def _observe_held(self, step: Step) -> None:
        name = step.options["of"]
        call = self._await_held(step.process, self._rules[name])
        pipes = frozenset([call.pipe] if call.pipe else [])
        self._names[name] = Named(step.process, False, None, pipes)
        self._proofs.append("strong")
        self._note("observed", f"{call} is held")

    def _observe_answered(self, step: Step) -> None:
        rule = self._rules[step.options["of"]]
        if _refuses_form(self._given[rule.id][0]):
            self._director.listen()
            refused = ", ".join(call.name for call in rule.met) or "none, since none is made"
            self._note("observed", f"calls refused: {refused}")
            return
        by = [*actions(self._given[rule.id][0].options["by"])]
        passed = next((number for number, word in enumerate(by) if word != "pass"), 0)
        self._note("observed", f"{self._await_met(step.process, rule, passed)} was answered")

    def _observe_rest(self, step: Step) -> None:
        pid = self._adapter(step.process).pid
        self._come_to_rest(pid)
        self._note("observed", f"process {pid} rests")

    def _observe_calls(self, step: Step) -> None:
        self._director.listen()
        met = self._rules[step.options["of"]].met
        counted = collections.Counter(call.family for call in met)
        counted["inheritable"] = sum(call.inheritable for call in met)
        wanted: Mapping[str, Any] = step.options["are"]
        found = {name: counted[name] for name in {**wanted, **counted}}
        self._note("observed", f"calls: {', '.join(call.name for call in met) or 'none'}")
        for name, number in wanted.items():
            if not matching.matches(number, found[name]):
                raise Differs(
                    f"calls of '{name}': {matching.short(number)}",
                    f"{found[name]}, of {', '.join(call.name for call in met) or 'none at all'}",
                )

    def _directed(self, step: Step, actions: list[str], *, always: bool = False) -> Rule:
        """Gives the director a rule for a step's calls."""
        whom = step.options.get("of")
        pipes = self._names[whom].pipes if whom else frozenset()
        if whom and not pipes:
            raise AdapterFault(f"no pipe is known of '{whom}'")
        rule = self._director.rule(
            "*" if step.target == "any" else step.target,
            self._adapter(step.process).pid,
            pipes,
            self._end_of(whom) if whom else None,
            actions,
            skip=step.options.get("nth", 1) - 1,
            always=always or step.options.get("always", False),
        )
        self._given[rule.id] = step, rule
        return rule

    def _end_of(self, name: str) -> str | None:
        """The end that an object of the case works on, by the step that made it; None for both."""
        made = self._test.naming(name)
        if made is None or made.target not in TAKES:
            return None
        direction = (made.options.get("with") or {}).get("direction", TAKES[made.target])
        return {"In": "read", "Out": "write"}.get(str(direction))

    def _await_held(self, process: str, rule: Rule) -> Call:
        """Waits until a call is held. Raises NotObservable if the process comes to rest without one."""
        return self._await_call(process, rule, rule.held)

    def _await_met(self, process: str, rule: Rule, before: int) -> Call:
        """Waits until a rule has met a call, behind so many others. Raises NotObservable as `_await_held` does."""
        return self._await_call(process, rule, rule.met, before)

    def _await_call(self, process: str, rule: Rule, calls: list[Call], before: int = 0) -> Call:
        pid = self._adapter(process).pid
        deadline = self._family.deadline(self._patience)
        rest = self._system.rest(pid, self._scale, self._family.stirred)
        while len(calls) <= before:
            rests = rest.rests
            self._director.listen(LOOK_AGAIN)
            if len(calls) > before:
                break
            if rests or not deadline.left():
                raise NotObservable(
                    f"{self._server.id} makes no such call: {self._given[rule.id][0].text}"
                )
            rest.look()
        return calls[before]

    def _settled(self, call: Call, before: tuple[str, ...]) -> None:
        """Waits until a call that was let go has gone as far as it can: its thread sleeps again, or has ended."""
        deadline = self._family.deadline(self._patience)
        while deadline.left():
            state, switches = status(call.process, call.thread)
            if state in ASLEEP and switches != before:
                break
            time.sleep(LOOK_AGAIN / 4)
        self._director.listen()

    def _end_directing(self) -> None:
        """Raises NotObservable for a rule whose calls never came: the case has not shown what it is about."""
        if not self._given:
            return
        self._director.listen()
        for step, rule in self._given.values():
            if rule.late:
                raise NotObservable(f"the call was held for too long: {step.text}")
            if not rule.met and step.verb != "record" and not _refuses_form(step):
                raise NotObservable(f"{self._server.id} makes no such call: {step.text}")
        self._stop_directing()

    def _deaf(self) -> list[str]:
        """The processes that answer nothing at all, not on another thread either, in words."""
        return [
            f"'{name}' answers nothing else either: "
            + (
                "a signal has stopped it"
                if self._system.is_stopped(adapter.pid)
                else "what reads its requests is held up, or does not read"
            )
            for name, adapter in self._processes.items()
            if not self._answers(adapter, self._ask_nobody(adapter), DEAF_S)
        ]

    def _ask_nobody(self, adapter: Adapter) -> int:
        nobody = {"object": "pipects_nobody", "member": "CanRead", "thread": "pipects_asked"}
        return adapter.connection.send("get", nobody)

    def _held_up(self) -> str | None:
        """Why a call can't end: its process does nothing at all while another one is held, and answers once that goes.

        Some runtimes make calls that can't wait under a lock for all their threads. What is asked of the
        process then is nothing of the implementation's.
        """
        if not self._given:
            return None
        self._director.listen()
        held = [call for _, rule in self._given.values() for call in rule.held]
        for adapter in self._processes.values():
            mine = [call for call in held if call.process == adapter.pid]
            if not mine:
                continue
            asked = self._ask_nobody(adapter)
            if not self._answers(adapter, asked):
                self._director.clear()
                if self._answers(adapter, asked):
                    return f"process {adapter.pid} does nothing else while {mine[0]} is held"
        return None

    def _answers(self, adapter: Adapter, request: int, seconds: float | None = None) -> bool:
        deadline = self._family.deadline(self._patience if seconds is None else seconds)
        while not adapter.connection.has_answer(request, deadline.left()):
            if not deadline.left():
                return False
        return True

    def _never_refused(self) -> str | None:
        """Why a failure is not what the case is about: it refuses forms of calls, none of which is ever made."""
        refused = [(step, rule) for step, rule in self._given.values() if _refuses_form(step)]
        if not refused:
            return None
        self._director.listen()
        if any(rule.met for _, rule in refused):
            return None
        return f"{self._server.id} makes no such call, and fails all the same: {refused[0][0].text}"

    def _stop_directing(self) -> None:
        """Lets all go on as it will. May be called again."""
        if self._given:
            self._given.clear()
            self._director.clear()

    @property
    def _director(self) -> Director:
        if self._family.director is None:
            raise AdapterFault("the processes of this test are not directed")
        return self._family.director


def _refuses_form(step: Step) -> bool:
    """Whether one form of a call is not to be had at all: who does without it does all that is asked."""
    return (
        step.verb == "answer"
        and step.target in FORMS_OF_CALLS
        and step.options.get("always", False)
    )


def actions(given: Any) -> Iterator[str]:
    """The director's words for what calls are answered with, one call after the other."""
    if isinstance(given, Mapping) and "times" in given:
        yield from itertools.repeat(action(given["give"]), given["times"])
        return
    if isinstance(given, Mapping):
        for length in range(1, given["lengths"] + 1):
            yield action(length)
            if "then" in given:
                yield action(given["then"])
        return
    yield from map(action, given if isinstance(given, list) else [given])


def action(given: Any) -> str:
    """The director's word for what a case says: an error's name, a number of bytes, or `pass`."""
    if isinstance(given, int):
        return f"short:{given}"
    return "pass" if given == "pass" else f"fail:{getattr(errno, given)}"


def _switches(call: Call) -> tuple[str, ...]:
    return status(call.process, call.thread)[1]
