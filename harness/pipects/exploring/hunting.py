"""Mistakes that searching is to find without being told where they are: the catalogue's, and mutants that outlived the suite."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from jsonschema.exceptions import best_match
from rich.console import Console

from pipects import cases, datafile, paths
from pipects.cases import Test
from pipects.errors import UserError
from pipects.exploring import campaign
from pipects.exploring.campaign import Hunt, Planted
from pipects.mutation import build, catalogue
from pipects.mutation.catalogue import Defect
from pipects.mutation.model import SURVIVED
from pipects.mutation.spread import Workers
from pipects.mutation.target import UNIX
from pipects.reports import model
from pipects.suite import Suite

REFERENCES = ("reference", "reference-kernel-6.4", "reference-old-kernel", "reference-filtered")
"""What a mistake is planted into: the library as it is, as older kernels have it, and as a filter does."""
MOST = 200
"""Mutants that are looked for at most."""
ENOUGH = 0.9
"""The part that has to be found."""


def defects(loaded: Suite, number: int, hunt: Hunt, workers: Workers, console: Console) -> int:
    """Looks for so many defects of the catalogue, drawn by the seed. Returns the exit status: 1 if too few were found."""
    every = catalogue.fitting(loaded.spec, UNIX)
    adapter = build.defects(build.TREES / "defects", every, lambda text: console.print(f"{text} …"))
    planted = askable(cases.load(loaded.spec, paths.CASES), every)
    if beyond := len(every) - len(planted):
        console.print(
            f"{beyond} of {len(every)} are left out: only the library's own language shows them, "
            "by classes that derive, objects that move and the like"
        )
    drawn = Random(hunt.seed).sample(planted, min(number, len(planted)))
    return _tell(loaded, drawn, adapter, hunt, workers, console)


def askable(tests: Sequence[Test], every: Sequence[Defect]) -> list[Planted]:
    """Those that a case may show, numbered by their place among all."""
    asked = {requirement for test in tests for requirement in test.covers}
    return [
        Planted(each.id, each.title, place)
        for place, each in enumerate(every, 1)
        if asked.intersection(each.requirements) and not each.is_bound
    ]


def mutants(loaded: Suite, file: Path, hunt: Hunt, workers: Workers, console: Console) -> int:
    """Looks for the mutants that outlived the suite in a run of `pipects mutants`, as its results file has them.

    Returns the exit status as `defects` does. Raises UserError if the file is none, or of another reference.
    """
    survivors = survivors_in(file)
    if not survivors:
        console.print("no mutant outlived the suite there")
        return 0
    built = build.mutants(build.TREES / "mutants", lambda text: console.print(f"{text} …"))
    known = {each.number: each for each in built.mutants}
    planted = [
        Planted(f"{Path(each.file).name}:{each.line}", each.words, each.number)
        for each in (known[number] for number in survivors[:MOST])
    ]
    return _tell(loaded, planted, built.adapter, hunt, workers, console)


def survivors_in(file: Path) -> list[int]:
    """The numbers of those that no test has killed, and nobody has explained."""
    what = "a results file of `pipects mutants`"
    document = model.parse(file, what)
    if wrong := best_match(datafile.validator("mutants").iter_errors(document)):
        raise UserError(f"{file}: not {what}: {wrong.json_path}: {wrong.message:.80}")
    if document["digest"] != build.digest_of_sources():
        raise UserError(
            f"{file}: its mutants are of another state of the reference",
            "run `pipects mutants` again",
        )
    return [
        each["number"]
        for each in document["mutants"]
        if each["status"] == SURVIVED and "explained" not in each
    ]


def _tell(
    loaded: Suite, planted: Sequence[Planted], adapter: Path, hunt: Hunt, workers: Workers, console: Console
) -> int:  # fmt: skip
    references = [campaign.marked(each, hunt.session) for each in loaded.chosen(REFERENCES)]
    for known in references:
        known.prepare()
    console.print("drawing the sequences that all searches begin with …")
    searches = campaign.Searches(references, adapter, hunt)
    found = 0
    for each in searches.of(planted, workers):
        found += bool(each.seen)
        word = "found " if each.seen else "MISSED"
        shown = each.seen[:120] or each.planted.title
        console.print(f"{word} {each.planted.id:32} {each.seconds:4.0f} s  {shown}", markup=False)
    console.print(f"{found} of {len(planted)} found")
    return 0 if found >= ENOUGH * len(planted) else 1
