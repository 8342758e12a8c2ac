"""What the tests ask an adapter for: each constructor, overload and property, by the names of its arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pipects.cases import Test
from pipects.steps import Step

ASKED = ("new", "call", "get", "set", "transfer")
PEER = "Plain"
"""The type that the harness's own peer alone has."""


def of(tests: Iterable[Test]) -> list[tuple[str, str, int]]:
    """The verb, what is asked for, and how many tests do, by type or member."""
    found = Counter(ask for test in tests for ask in {*_of_test(test.steps)})
    ordered = sorted(found.items(), key=lambda each: (ASKED.index(each[0][0]), each[0][1]))
    return [(verb, what, count) for (verb, what), count in ordered]


def _of_test(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    peers = {
        str(step.options["as"]) for step in steps if step.verb == "new" and step.target == PEER
    }
    for step in steps:
        owner, member = step.owner, step.member
        if step.verb not in ASKED or owner in peers or step.target == PEER:
            continue
        what = step.target if owner[:1].isupper() else member  # an object's own name says nothing
        if step.verb in ("new", "call"):
            what += f"({', '.join(sorted(step.options.get('with') or {}))})"  # cases give them in any order
        yield step.verb, what
