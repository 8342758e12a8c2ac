"""The handshake test: is the adapter fit to be asked? Tells a broken adapter from a failing
implementation before any case runs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
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


def run(family: Family, scale: float = 1.0) -> list[Check]:
    """Asks the adapter what none may get wrong. Stops at the first answer that never comes."""
    checks: list[Check] = []
    try:
        checks.extend(_checks(family, scale))
    except (AdapterFault, Overdue) as error:
        checks.append(Check("every question is answered", False, str(error)))
    return checks


def _checks(family: Family, scale: float) -> Iterator[Check]:
    adapter = family.parent

    def ask(method: str, parameters: Mapping[str, Any]) -> protocol.Outcome:
        request = adapter.connection.send(method, parameters)
        answer = adapter.connection.answer(request, time.monotonic() + PATIENCE * scale)
        return protocol.outcome_of(answer)

    def refused(text: str, code: int, outcome: protocol.Outcome) -> Check:
        ok = isinstance(outcome, Refused) and outcome.code == code
        detail = f"expected error {code}; {matching.say_actual(outcome)}"
        return Check(text, ok, "" if ok else detail)

    greeting = adapter.greeting
    yield Check("says hello with its token", True, f"{greeting.name} {greeting.version}".strip())
    yield refused(
        "refuses a type that cannot exist",
        protocol.NO_SUCH_MEMBER,
        ask("create", {"type": "PipectsNoSuchType", "as": "nothing", "arguments": {}}),
    )
    outcome = ask(
        "create",
        {"type": "AnonymousPipeServerStream", "as": "smoke", "arguments": {"direction": "Out"}},
    )
    made = isinstance(outcome, Returned) and matching.matches({"object": "smoke"}, outcome.value)
    yield Check("makes a server", made, "" if made else matching.say_actual(outcome))
    if not made:
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
    ok = isinstance(outcome, Returned) and outcome.value is True
    yield Check("answers on a second thread", ok, "" if ok else matching.say_actual(outcome))
    ask("create", {"type": "Bytes", "as": "rule", "arguments": {"pattern": 7, "length": 300}})
    outcome = ask("get", {"object": "rule", "member": "Hex"})
    ok = isinstance(outcome, Returned) and outcome.value == bytespec.pattern(7, 300).hex()
    yield Check("knows the pattern rule", ok, "" if ok else matching.say_actual(outcome))
    request = adapter.connection.send("forget", {"dispose": True})
    protocol.acknowledge(adapter.connection.answer(request, time.monotonic() + PATIENCE * scale))
    yield Check("forgets what it is told to", True, "")
    yield refused("has forgotten it", -32002, ask("get", {"object": "smoke", "member": "CanRead"}))
