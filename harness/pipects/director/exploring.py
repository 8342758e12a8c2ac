"""All orders of the calls of a case, depth-first: each choice that had an alternative is made anew."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence

from pipects.cases import Test
from pipects.director.order import Order
from pipects.errors import UserError
from pipects.judging import Record
from pipects.steps import Step

Prefix = tuple[str, ...]


def ordered(test: Test) -> Test:
    """The test with its calls in order from the moment at which two threads can be at work.

    Raises UserError for one that leaves nothing running, or directs its calls by itself.
    """
    if test.directed:
        raise UserError(f"{test.id} directs its system calls itself")
    first = next(
        (at for at, step in enumerate(test.steps) if step.options.get("until") == "running"), None
    )
    if first is None:
        raise UserError(
            f"{test.id} leaves no call running, so there is one order only",
            "'until: running' in a step lets the next one go on beside it",
        )
    step = Step("order", "", "parent", "main", {}, {}, test.covers[0])
    return dataclasses.replace(test, steps=(*test.steps[:first], step, *test.steps[first:]))


def explore(
    run: Callable[[Order], Record], most: int, depth: int, seed: int
) -> Iterator[tuple[Order, Record]]:
    """Runs up to `most` orders that differ in their first `depth` choices; the seed says which come first."""
    chance = random.Random(seed)
    todo: list[Prefix] = [()]
    while todo and most > 0:
        prefix = todo.pop()
        order = Order(prefix, depth)
        yield order, run(order)
        most -= 1
        todo += _alternatives(order, len(prefix), chance)


def _alternatives(order: Order, known: int, chance: random.Random) -> Iterator[Prefix]:
    """The orders that go another way somewhere behind what was prescribed; the deepest come last, and so are next."""
    made = [decision.chosen for decision in order.decisions]
    for at, decision in enumerate(order.decisions):
        others = [label for label in decision.candidates if label != decision.chosen]
        chance.shuffle(others)
        if at >= known:
            yield from ((*made[:at], label) for label in others)


def kept(test: Test, order: Order) -> list[str]:
    """The lines of a case that makes its calls in this order: ready to be kept in a file of cases."""
    made = [decision.chosen for decision in order.decisions]
    steps = [
        f"{{order: [{', '.join(made)}]}}" if step.verb == "order" else step.text
        for step in test.steps
    ]
    name = test.id.replace("/", ".").replace(",", "-")
    return [
        f"- id: directed.kept.{name}",
        f"  title: {test.title}, in an order that has failed",
        f"  covers: [{', '.join(test.covers)}]",
        *(
            ["  because: As the case that it comes of."]
            if any("any" in s.expectation for s in test.steps)
            else []
        ),
        "  steps:",
        *(f"    - {step}" for step in steps),
    ]


def shown(labels: Sequence[str]) -> str:
    """An order in one line."""
    return " ".join(labels) or "(no call was held)"
