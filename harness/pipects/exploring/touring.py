"""Which sequence comes next: many are imagined, and of those the one that tries what was tried least."""

from __future__ import annotations

import heapq
import itertools
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipects.exploring import simulating
from pipects.exploring.simulating import Imagined
from spec.model.calls import Call

POOL, MADE = 1200, 300
"""Sequences among which is chosen, and how many of them are made; then there are new ones."""
EIGHTH = 8
NEW = 1 << 20
CHOICES = 24
"""How many new pairs of choices count as much as one new feature."""
A_SEQUENCE = 20
"""What a sequence costs beside its calls: as much as so many."""


@dataclass
class Novelty:
    """How often each feature of a sequence was tried."""

    tried: Counter[int] = field(default_factory=Counter)
    worth: dict[int, int] = field(default_factory=dict)
    """By feature that was tried: what it counts; one that is new counts NEW."""

    def of(self, sequence: Imagined) -> float:
        """How much of a sequence is new, for what it costs: a feature counts less the more often it was tried."""
        worth = self.worth.get
        new = sum(worth(each, NEW) for each in sequence.features)
        new += sum(worth(each, NEW) for each in sequence.choices) // CHOICES
        return new / (A_SEQUENCE + len(sequence.calls))

    def note(self, sequence: Imagined) -> None:
        """The sequence is tried now."""
        for each in sequence.features | sequence.choices:
            self.tried[each] += 1
            self.worth[each] = NEW // (1 + self.tried[each]) ** 2


def tour(
    seed: int, imagined: int = POOL, made: int = MADE, directed: bool = False, until: float = math.inf
) -> Iterator[Sequence[Call]]:  # fmt: skip
    """Sequences, the same for the same seed; each tries what those before it tried least. None is imagined behind a time
    (`until`, by time.monotonic), and there is no other end.

    Of so many that are imagined so many are made, then others are imagined. The first time it is an eighth of that,
    so that a short search, too, makes some.
    """
    novelty, first, share = Novelty(), 0, EIGHTH
    while True:
        drawn = simulating.sequences(seed, imagined // share, first=first, directed=directed)
        pool = list(itertools.takewhile(lambda _: time.monotonic() <= until, drawn))
        if not pool:
            return
        first += len(pool)
        waiting = [(-novelty.of(each), number) for number, each in enumerate(pool)]
        heapq.heapify(waiting)
        for _ in range(min(len(pool), max(1, made // share))):
            while True:  # what is new can only have become less since it was reckoned
                _, number = heapq.heappop(waiting)
                worth = novelty.of(pool[number])
                if not waiting or worth >= -waiting[0][0]:
                    break
                heapq.heappush(waiting, (-worth, number))
            novelty.note(pool[number])
            yield pool[number].asked
        share = 1
