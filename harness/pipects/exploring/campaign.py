"""Searches handed to workers, here or on a Dask cluster; and whether searching finds known defects."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import pickle
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipects.errors import EndedEarly, NotStarted
from pipects.exploring import touring
from pipects.exploring.findings import Finding
from pipects.exploring.search import Search, Tally
from pipects.implementations import Implementation
from pipects.mutation import build, switch
from pipects.mutation.spread import Workers
from pipects.mutation.trial import SESSION
from pipects.observe import linux
from spec.model.calls import Call


SHARED = 600
"""Sequences that all searches for defects begin with: they are drawn once."""
WIDER = 4
"""From how many times as many those are chosen as a single search's: it pays for all."""
FAILING = 160
"""Sequences in which the system fails calls, which are drawn once, too."""
TOLD = ".finding"
"""How the name of a file ends that holds a whole finding."""
DOES_NOT_START = "its adapter does not start"
BELOW = 0.1
"""The part of a search's time that is for each older kernel: what is wrong there shows soon."""
DIRECTED = 0.2
"""The part that is for failing and refused calls."""


@dataclass(frozen=True)
class Part:
    """What one worker does: one search with a seed of its own."""

    implementation: Implementation
    seed: int
    seconds: float
    scale: float
    first: bool = False
    """Whether the first finding is enough, as it is found."""
    kept: tuple[tuple[Call, ...], ...] = ()
    """Sequences that are made before any is drawn."""
    sound: Implementation | None = None
    """One without the mistakes that are looked for."""
    directed: bool = False
    """Whether the system fails calls now and then."""
    seen: Path | None = None
    """The file that a search makes when it has found something, which ends the others that look for the same."""
    told: Path | None = None
    """The folder that gets each finding as it comes (`told_in`)."""

    def is_over(self) -> bool:
        """Whether another search has found it."""
        return self.seen is not None and self.seen.exists()

    def tell(self, finding: Finding) -> None:
        """Puts a finding where it outlives the search."""
        if self.told is not None:
            file = self.told / f"{self.seed}-{time.monotonic_ns()}"
            file.write_bytes(pickle.dumps(finding))
            file.rename(file.with_suffix(TOLD))


def search(part: Part) -> tuple[Tally, float]:
    """One search, in any process. Returns what it came to, and after how many seconds."""
    linux.adopt_orphans()
    began = time.monotonic()
    seeker = Search(
        part.implementation, part.seed, part.scale, part.tell, stop_at_first=part.first,
        sound=part.sound, directed=part.directed, is_over=part.is_over,
    )  # fmt: skip
    try:
        seeker.run(part.seconds, part.kept)
    except NotStarted as error:
        seeker.tally.unclear[f"{DOES_NOT_START}: {error}"] += 1
    if part.seen and seen_in(seeker.tally):
        part.seen.touch()
    return seeker.tally, time.monotonic() - began


def search_in_turn(parts: Sequence[Part]) -> tuple[Tally, float]:
    """One search after the other, up to the first that finds something, here or elsewhere."""
    tallies, whole = [], 0.0
    for part in itertools.takewhile(lambda part: not part.is_over(), parts):
        tally, took = search(part)
        tallies.append(tally)
        whole += took
        if tally.findings:
            break
    return merged(tallies), whole


def marked(implementation: Implementation, session: str) -> Implementation:
    """The implementation, its processes marked as this command's."""
    environment = {**implementation.environment, SESSION: session}
    return dataclasses.replace(implementation, environment=environment)


def spread(
    implementation: Implementation, seed: int, seconds: float, scale: float, workers: Workers,
    parts: int, told: Path, kept: Sequence[Sequence[Call]] = (), directed: bool = False,
) -> Iterator[Tally]:  # fmt: skip
    """So many searches with seeds that follow one another; yields what each came to.

    The sequences that were kept are shared out among them. `told` gets each finding as it comes.
    """
    shares = [tuple(tuple(each) for each in kept[number::parts]) for number in range(parts)]
    tasks = [
        Part(
            implementation, seed + number, seconds, scale, kept=shares[number], directed=directed,
            told=told,
        )
        for number in range(parts)
    ]  # fmt: skip
    for _, (tally, _) in workers.map(search, [(each,) for each in tasks]):
        yield tally


def told_in(folder: Path) -> Tally:
    """What searches had found before they were broken off."""
    found = (pickle.loads(file.read_bytes()) for file in sorted(folder.glob(f"*{TOLD}")))
    return merged([Tally(findings={finding.signature: finding}) for finding in found])


def merged(tallies: Sequence[Tally]) -> Tally:
    """All together: of each finding the shortest sequence."""
    whole = Tally()
    for tally in tallies:
        whole.sequences += tally.sequences
        whole.calls += tally.calls
        whole.reached.update(tally.reached)
        whole.unclear.update(tally.unclear)
        whole.interesting += tally.interesting
        for signature, finding in tally.findings.items():
            known = whole.findings.get(signature)
            if known is None or finding.size < known.size:
                whole.findings[signature] = finding
    return whole


@dataclass(frozen=True)
class Planted:
    """A mistake in a build of many, and the number that turns it on."""

    id: str
    title: str
    number: int


@dataclass(frozen=True)
class Hunted:
    """What a search has seen of a mistake."""

    planted: Planted
    seen: str
    """A finding, or how the adapter ended at its start; empty if it was missed."""
    seconds: float


def seen_in(tally: Tally) -> str:
    """What a search has seen: a finding, or an adapter that ends by itself at its start; empty if nothing."""
    ends = f"{DOES_NOT_START}: {EndedEarly.WORDS}"
    seen = [each.signature for each in tally.findings.values()]
    return next(iter([*seen, *(told for told in tally.unclear if told.startswith(ends))]), "")


def _hunted(planted: Planted, came: Sequence[tuple[Tally, float]]) -> Hunted:
    """What the searches for one mistake came to: the first that has seen it counts."""
    seen = [(took, words) for tally, took in came if (words := seen_in(tally))]
    took, words = min(seen, default=(max(took for _, took in came), ""))
    return Hunted(planted, words, took)


Sequences = tuple[tuple[Call, ...], ...]


@dataclass(frozen=True)
class Hunt:
    """Where one looks, and for how long: seconds for each mistake."""

    seed: int
    seconds: float
    scale: float
    session: str
    beside: int
    """How many searches look for the same mistake at the same time."""


@dataclass(frozen=True)
class Searches:
    """What the searches for every mistake have in common."""

    references: Sequence[Implementation]
    """The reference as it is, and on older kernels."""
    adapter: Path
    hunt: Hunt

    def of(self, planted: Sequence[Planted], workers: Workers) -> Iterator[Hunted]:
        """Searches for each of these mistakes, of which one is on in a search."""
        known = {str(each.number): each for each in planted}
        came: defaultdict[str, list[tuple[Tally, float]]] = defaultdict(list)
        with tempfile.TemporaryDirectory(prefix="hunt-", dir=build.TREES) as folder:
            tasks = [
                (self.parts(each, share, Path(folder)),)
                for each in planted
                for share in range(self.hunt.beside)
            ]
            for (parts,), result in workers.map(search_in_turn, tasks):
                switched = switch_of(parts[0])
                came[switched].append(result)
                if len(came[switched]) == self.hunt.beside:
                    yield _hunted(known[switched], came.pop(switched))

    @functools.cached_property
    def shared(self) -> tuple[Sequences, Sequences]:
        """The sequences that all searches begin with: ordinary ones, and those in which the system fails calls."""
        usual = touring.tour(self.hunt.seed, WIDER * touring.POOL)
        failing = touring.tour(self.hunt.seed, directed=True)
        return (
            tuple(tuple(each) for each in itertools.islice(usual, SHARED)),
            tuple(tuple(each) for each in itertools.islice(failing, FAILING)),
        )

    def parts(self, planted: Planted, share: int, folder: Path) -> list[Part]:
        """One of the searches for a mistake: in the library as it is, on older kernels, and where the system fails calls.

        It makes its share of the sequences that all begin with, and then those of its own seed. What it has seen it
        leaves in `folder` for the others.
        """
        usual, failing = (sequences[share :: self.hunt.beside] for sequences in self.shared)
        older, directed = BELOW * self.hunt.seconds, DIRECTED * self.hunt.seconds
        times = [self.hunt.seconds - older * (len(self.references) - 1) - directed]
        times += [older] * (len(self.references) - 1)
        parts = [
            Part(
                self._with(planted, sound), self.hunt.seed + share, time_for, self.hunt.scale, first=True, kept=usual,
                sound=sound, seen=folder / str(planted.number),
            )
            for sound, time_for in zip(self.references, times, strict=True)
        ]  # fmt: skip
        last = dataclasses.replace(parts[0], seconds=directed, kept=failing, directed=True)
        return [*parts, last]

    def _with(self, planted: Planted, sound: Implementation) -> Implementation:
        """The build of all mistakes in the place of the one without, and this one turned on."""
        return dataclasses.replace(
            sound, id="mutant", build=(), sources=(), start=(*sound.start[:-1], str(self.adapter)),
            deviations=(), environment={**sound.environment, switch.ACTIVE: str(planted.number)},
        )  # fmt: skip


def switch_of(part: Part) -> str:
    """The number of the mistake that is on."""
    return part.implementation.environment[switch.ACTIVE]
