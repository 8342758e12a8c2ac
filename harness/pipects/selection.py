"""Which tests a run takes. Nothing selected is an error: a run that checks nothing is not green."""

from __future__ import annotations

import difflib
import fnmatch
import random
from collections.abc import Iterable, Sequence

from pipects.cases import Test
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.spec import Spec


def select(
    tests: Sequence[Test],
    spec: Spec,
    globs: Sequence[str] = (),
    requirements: Sequence[str] = (),
    *,
    stress: bool = False,
) -> list[Test]:
    """The tests that match one of the globs and cover one of the requirements.

    Both are given by ids or by globs of ids. Cases tagged `stress` are left out unless `stress` is set or a glob
    of cases names them. Raises UserError for a glob, and for a selection, that matches nothing.
    """
    wanted: set[str] = set()
    for glob in requirements:
        found = fnmatch.filter(spec.requirements, glob)
        if not found:
            raise UserError(f"unknown requirement '{glob}'", similar(glob, spec.requirements))
        wanted.update(found)
    for glob in globs:
        if not any(_named(test, glob) for test in tests):
            raise UserError(
                f"no test matches '{glob}'", similar(glob, {test.case for test in tests})
            )
    chosen = [
        test
        for test in tests
        if (any(_named(test, glob) for glob in globs) if globs else stress or not test.tags)
        and (not requirements or not wanted.isdisjoint(test.covers))
    ]
    if not chosen:
        raise UserError("no test is selected", "'pipects list cases' shows what there is")
    return chosen


def shuffled(tests: Sequence[Test], seed: int) -> list[Test]:
    """The tests in an order that the seed decides."""
    result = list(tests)
    random.Random(seed).shuffle(result)
    return result


def implementations(known: dict[str, Implementation], names: Sequence[str]) -> list[Implementation]:
    """The implementations of these names; the reference without any."""
    for name in names:
        if name not in known:
            raise UserError(
                f"unknown implementation '{name}'",
                f"{similar(name, known)}; your own: --adapters DIR, with {name}.yaml in DIR",
            )
    return [known[name] for name in dict.fromkeys(names or ["reference"])]


def _named(test: Test, glob: str) -> bool:
    """A glob names a test by its own id or by its case's."""
    return fnmatch.fnmatchcase(test.id, glob) or fnmatch.fnmatchcase(test.case, glob)


def similar(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, [*dict.fromkeys(known)], n=3)
    return f"did you mean {' or '.join(near)}?" if near else "'pipects list' shows what there is"
