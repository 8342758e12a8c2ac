"""The handshake test: is the adapter fit to be asked? Tells a broken adapter from a failing
implementation before any case runs."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipects import bytespec, matching, protocol
from pipects.errors import AdapterFault, Overdue
from pipects.processes import Family
from pipects.protocol import Refused, Returned

PATIENCE = 5.0


@dataclass(frozen=True)
class Check:
    """One thing that every adapter must get right, and how it went."""

    check: str
    ok: bool
    detail: str


def run(family: Family, capabilities: Collection[str], scale: float = 1.0) -> list[Check]:
    """Asks the adapter what none may get wrong. Stops at the first answer that never comes.

    `capabilities` are those that an adapter may say it lacks. The adapter is not to be used again.
    """
    checks: list[Check] = []
    try:
        checks.extend(_checks(family, capabilities, scale))
    except (AdapterFault, Overdue) as error:
        checks.append(
            Check("every question is answered", False, f"{error}{family.meeting.turned_away()}")
        )
    return checks


def _checks(family: Family, capabilities: Collection[str], scale: float) -> Iterator[Check]:
    adapter = family.parent

    def answer(request: int) -> Any:
        return adapter.connection.answer(request, family.deadline(PATIENCE * scale).left)

    def ask(method: str, parameters: Mapping[str, Any]) -> protocol.Outcome:
        return protocol.outcome_of(answer(adapter.connection.send(method, parameters)))

    def judged(text: str, ok: bool, expected: str, outcome: protocol.Outcome) -> Check:
        return Check(text, ok, "" if ok else f"expected {expected}; {matching.say_actual(outcome)}")

    def refused(text: str, code: int, outcome: protocol.Outcome) -> Check:
        ok = isinstance(outcome, Refused) and outcome.code == code
        return judged(text, ok, f"error {code}", outcome)

    def returns(text: str, value: Any, outcome: protocol.Outcome) -> Check:
        ok = isinstance(outcome, Returned) and matching.matches(value, outcome.value)
        return judged(text, ok, f"returned {matching.short(value)}", outcome)

    greeting = adapter.greeting
    yield Check("says hello with its token", True, f"{greeting.name} {greeting.version}".strip())
    unknown = sorted({*greeting.lacks}.difference(capabilities))
    words = f"{', '.join(unknown)}: not of spec/capabilities.yaml" if unknown else ""
    yield Check("lacks only what is a capability", not unknown, words)
    yield refused(
        "refuses a type that cannot exist",
        protocol.NO_SUCH_MEMBER,
        ask("create", {"type": "PipectsNoSuchType", "as": "nothing", "arguments": {}}),
    )
    outcome = ask(
        "create",
        {"type": "AnonymousPipeServerStream", "as": "smoke", "arguments": {"direction": "Out"}},
    )
    made = returns("makes a server", {"object": "smoke"}, outcome)
    yield made
    if not made.ok:
        return
    yield refused(
        "refuses a member that cannot exist",
        protocol.NO_SUCH_MEMBER,
        ask("call", {"object": "smoke", "member": "PipectsNoSuchMember", "arguments": {}}),
    )
    yield refused(
        "refuses an object that was never made",
        -32002,
        ask("get", {"object": "pipects_nobody", "member": "CanRead"}),
    )
    yield refused("refuses a method that the protocol lacks", -32601, ask("pipects_no_method", {}))
    outcome = ask("get", {"object": "smoke", "member": "CanWrite", "thread": "other"})
    yield returns("answers on a second thread", True, outcome)
    ask("create", {"type": "Bytes", "as": "rule", "arguments": {"pattern": 7, "length": 300}})
    outcome = ask("get", {"object": "rule", "member": "Hex"})
    yield returns("knows the pattern rule", bytespec.pattern(7, 300).hex(), outcome)
    forgotten = answer(adapter.connection.send("forget", {"dispose": True}))
    protocol.acknowledge(forgotten, "forget", adapter.connection)
    yield Check("forgets what it is told to", True, "")
    yield refused("has forgotten it", -32002, ask("get", {"object": "smoke", "member": "CanRead"}))
    ask(
        "create",
        {"type": "AnonymousPipeServerStream", "as": "empty", "arguments": {"direction": "In"}},
    )
    reading = adapter.connection.send(
        "call",
        {
            "object": "empty",
            "member": "Read",
            "thread": "other",
            "arguments": {"buffer": {"bytes": {"length": 1}}, "offset": 0, "count": 1},
        },
    )
    text = "answers while another thread waits in a Read"
    try:  # whatever it answers: this closes the pipe's other end, so that the Read comes to an end
        ask("call", {"object": "empty", "member": "DisposeLocalCopyOfClientHandle"})
    except Overdue as error:
        yield Check(text, False, f"{error}: who reads the socket must not do the work as well")
        return
    yield Check(text, True, "")
    with contextlib.suppress(Overdue):  # a Read that does not end is a matter for the cases
        answer(reading)
