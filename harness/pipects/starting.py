"""Children: started on a thread, several at once, and with standard streams of the case's choosing."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from pipects import matching
from pipects.conversation import Differs, Running, refusal_of, word_of
from pipects.errors import AdapterFault, EndedEarly, Overdue
from pipects.judging import Judging
from pipects.meeting import HIGHEST_PID
from pipects.observe import NotObservable, signals
from pipects.protocol import Outcome, Refused, Returned
from pipects.steps import Step

STREAMS = {"in": (0, "<"), "out": (1, ">"), "err": (2, ">")}
STATES = {"closed": "&-", "devnull": "/dev/null", "fifo": '"$fifo"', "fifo-both": '"$fifo"'}
FIFOS = frozenset({"fifo", "fifo-both"})
ONE_FIFO = 'fifo=$(mktemp -u) && mkfifo "$fifo" && '

GREETING = 1.0
"""Seconds in which a child that has connected is greeted and answers."""


class Starting(Judging):
    """The start of processes."""

    def _do_start(self, step: Step) -> None:
        token = self._family.meeting.token()
        self._tokens[step.target] = token
        asked = self._start_request(step, token)
        if "until" in step.options:
            request = self._adapter(step.process).connection.send("start", asked)
            self._running[step.thread] = Running(step.process, request, step, frozenset(), None)
            return
        try:
            outcome = self._ask(step, "start", asked)
        except Overdue as missing:
            self._blame_start(step, missing)
            raise
        try:
            self._started(step, outcome)
        except EndedEarly as ended:
            if "streams" not in step.options:
                raise
            # Elsewhere the same program has said hello: it is the streams that it can't do without.
            raise Differs("the program runs with these standard streams", str(ended)) from ended

    def _started(self, step: Step, outcome: Outcome) -> None:
        """Meets the child that a `start` has answered for."""
        if isinstance(outcome, Refused):
            raise refusal_of(outcome)
        if not isinstance(outcome, Returned):
            raise Differs("a child is started", matching.say_actual(outcome))
        if type(outcome.value) is not int or not 0 < outcome.value <= HIGHEST_PID:
            raise AdapterFault(f"'start' returns a process id, not {matching.short(outcome.value)}")
        for name, other in self._processes.items():
            if other.pid == outcome.value:
                raise AdapterFault(
                    f"'start' returns the id of the process that it has made, not {other.pid}, which is '{name}'"
                )
        patience = max(self._client.start_seconds * self._scale, self._patience)
        try:
            child = self._family.child(self._tokens[step.target], outcome.value, patience)
        except Overdue as overdue:
            if self._test.directed or "streams" in step.options:  # what may keep it from that
                raise Overdue(str(overdue), patience, put_off=overdue.put_off) from overdue
            raise AdapterFault(
                f"process {outcome.value}, started as '{step.target}': {overdue}"
            ) from overdue
        for name, other in self._processes.items():
            if other.pid == child.pid:
                child.close()
                raise AdapterFault(
                    f"the adapter of '{step.target}' says it is process {child.pid}, which is '{name}'"
                )
        self._processes[step.target] = child
        child.connection.name(step.target)

    def _blame_start(self, step: Step, missing: Overdue) -> None:
        """Raises AdapterFault if an unanswered `start` has made its child: nothing is left to the implementation."""
        until = self._family.deadline(GREETING * self._scale)
        try:
            child = self._family.meeting.wait_for(
                self._tokens[step.target], until, lambda: None, None
            )
        except (AdapterFault, NotObservable, Overdue):
            return
        where: list[str] = []
        with contextlib.suppress(OSError, NotObservable):  # it only adds to the evidence
            where = self._system.situation(self._adapter(step.process).pid)
        child.close()
        raise AdapterFault(
            f"{missing}, a 'start' whose child has said hello: the adapter waits for it"
            + f" ({'; '.join(where[:3])})" * bool(where)
        ) from missing

    def _start_request(self, step: Step, token: str) -> dict[str, Any]:
        plain = step.options.get("program") == "plain"
        if plain:
            program, first, environment = self._system.plain_peer()
        else:
            command = self._client.command()
            program, first = self._system.as_child(command.program), command.arguments
            environment = command.environment
        arguments = [self._value("argument", value) for value in step.options.get("arguments", [])]
        words = [*first, *map(word_of, arguments)]
        if plain and self._asks_of_birth(step.target):
            program, *words = self._system.through_shell(signals.RECORDING, program, words)
        if streams := step.options.get("streams"):
            program, *words = self._system.through_shell(redirected(streams), program, words)
        return {
            "program": program,
            "arguments": words,
            "environment": {**environment, **self._family.variables(token)},
            "way": step.options.get("way", self._implementation(step.process).starts_children),
            "thread": step.thread,
        }

    def _asks_of_birth(self, process: str) -> bool:
        return any(
            step.verb == "observe" and step.target == "signals" and step.process == process
            for step in self._test.steps
        )


def redirected(streams: Mapping[str, str]) -> str:
    """For `sh -c`: becomes a program whose standard streams are closed, `/dev/null`, or of one FIFO."""
    given = [
        (number, way, streams[name]) for name, (number, way) in STREAMS.items() if name in streams
    ]
    ways = " ".join(
        f"{number}{'<>' if state == 'fifo-both' else way}{STATES[state]}"
        for number, way, state in given
    )
    # Both ways at first: an end that is opened alone waits for the other. No further number is used, which may be a pipe's.
    both = " ".join(f"{number}<>{STATES[state]}" for number, _, state in given if state in FIFOS)
    if not both:
        return f'exec "$0" "$@" {ways}'
    return f'{ONE_FIFO}exec {both} && exec {ways} && rm "$fifo" && exec "$0" "$@"'
