"""A survey: what every release of a product does in every test. What is known of a release is kept, and not run again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipects import paths, verdicts
from pipects.cases import Test
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.products import Product
from pipects.reports import output
from pipects.pairs import Introduction, Pair, Settings, introduce
from pipects.running import Run
from pipects.spec import Spec
from pipects.verdicts import Result

KEPT = paths.BUILD / "releases"


@dataclass(frozen=True)
class Seen:
    """What came of a test on a release, once. Known deviations are failures here."""

    verdict: str
    requirement: str | None
    """The requirement that was broken."""
    actual: str
    outcomes: tuple[str, ...]

    @staticmethod
    def of(result: Result) -> "Seen":
        """A result without what is known of its implementation."""
        verdict = result.verdict
        if verdict == verdicts.KNOWN_DEVIATION and result.deviation is not None:
            verdict = result.deviation.verdict
        elif verdict == verdicts.UNEXPECTED_PASS:
            verdict = verdicts.PASS
        failure = result.failure
        return Seen(
            verdict,
            failure.requirement if failure else None,
            failure.actual if failure else "",
            (*result.outcomes, *(f"proof: {proof}" for proof in result.proofs)),
        )


Told = Callable[[str, Introduction], None]
Progress = Callable[[Implementation, int], Any]


@dataclass
class Survey:
    """The releases of one product in these tests."""

    product: Product
    spec: Spec
    tests: Sequence[Test]
    settings: Settings
    introduced: Told
    progress: Progress
    """Makes a context for a release's run, with a method `result` that is told of each result."""
    folder: Path = KEPT

    def seen(
        self, release: str, only: Iterable[str] | None = None, rounds: int = 1
    ) -> dict[str, list[Seen]]:
        """What came of each test in at least so many rounds. Runs what is not known yet.

        `only` names the tests; all are taken without it. Raises UserError if the release can't be run.
        """
        implementation = self.product.implementation(release)
        kept = self._kept(implementation)
        wanted = {test.id for test in self.tests} if only is None else set(only)
        missing = [
            test for test in self.tests if test.id in wanted and len(kept.get(test.id, ())) < rounds
        ]
        if missing:
            more = rounds - min(len(kept.get(test.id, ())) for test in missing)
            for result in self._run(implementation, missing, more):
                kept.setdefault(result.test, []).append(Seen.of(result))
            self._keep(implementation, kept)
        return {test: kept[test] for test in wanted if test in kept}

    def _run(
        self, implementation: Implementation, tests: Sequence[Test], rounds: int
    ) -> list[Result]:
        introduction = introduce(implementation, self.spec.lackable, self.settings.scale)
        self.introduced(implementation.id, introduction)
        if not introduction.ok:
            why = introduction.reason or "its adapter is not fit to be asked"
            raise UserError(f"{implementation.id} can't be run: {why}")
        results: list[Result] = []
        pair = Pair(implementation, implementation)
        settings = dataclasses.replace(self.settings, repeat=rounds, outcomes=True)
        with self.progress(implementation, len(tests) * rounds) as progress:

            def each(result: Result) -> None:
                results.append(result)
                progress.result(result)

            run = Run(pair, {implementation.id: introduction}, settings)
            run.execute(tests, each)
        return results

    def _file(self, implementation: Implementation) -> Path:
        return self.folder / self.product.id / f"{implementation.release}.json"

    def _kept(self, implementation: Implementation) -> dict[str, list[Seen]]:
        """What earlier runs saw, as long as neither suite nor adapter has changed since."""
        try:
            content = json.loads(self._file(implementation).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if content.get("of") != self._fingerprint(implementation):
            return {}
        return {
            test: [
                Seen(each["verdict"], each["requirement"], each["actual"], tuple(each["outcomes"]))
                for each in times
            ]
            for test, times in content["seen"].items()
        }

    def _keep(self, implementation: Implementation, seen: Mapping[str, list[Seen]]) -> None:
        content = {
            "of": self._fingerprint(implementation),
            "seen": {
                test: [dataclasses.asdict(each) for each in times] for test, times in seen.items()
            },
        }
        output.write(self._file(implementation), json.dumps(content, ensure_ascii=False))

    def _fingerprint(self, implementation: Implementation) -> str:
        hasher = hashlib.sha256(implementation.fingerprint().encode())
        for folder, pattern in ((paths.CASES, "*.yaml"), (Path(__file__).parent, "*.py")):
            for file in sorted(folder.rglob(pattern)):
                hasher.update(file.read_bytes())
        return hasher.hexdigest()
