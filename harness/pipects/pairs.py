"""Who is run against whom, how a run goes about its tests, and what the handshake showed of everybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipects import building, missing, smoke
from pipects.cases import Test
from pipects.errors import NotBuilt, NotStarted
from pipects.implementations import Deviation, Implementation
from pipects.observe import NotObservable
from pipects.processes import Family, Greeting


@dataclass(frozen=True)
class Pair:
    """Who makes the first process, and who its children."""

    server: Implementation
    client: Implementation

    @property
    def title(self) -> str:
        """The pair as a reader wants it."""
        return (
            self.server.id if self.server is self.client else f"{self.server.id}>{self.client.id}"
        )

    @property
    def deviations(self) -> tuple[Deviation, ...]:
        """What is known of either end; some of it shows beside a stranger only."""
        if self.server is self.client:
            return tuple(each for each in self.server.deviations if not each.mixed)
        return (*self.server.deviations, *self.client.deviations)


@dataclass(frozen=True)
class Settings:
    """How a run goes about its tests."""

    jobs: int = 2
    repeat: int = 1
    scale: float = 1.0
    trace: bool = False
    outcomes: bool = False
    """Whether results keep what came of every step."""
    apart: bool = False
    """Whether each test has processes of its own."""
    where: str = ""
    """The options that a replay must repeat to find the same cases and implementations."""


@dataclass(frozen=True)
class Introduction:
    """What the handshake test showed of an implementation."""

    greeting: Greeting | None
    checks: tuple[smoke.Check, ...]
    reason: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the adapter is fit to be asked."""
        return self.greeting is not None and all(check.ok for check in self.checks)


def introduce(
    implementation: Implementation,
    capabilities: Collection[str],
    scale: float,
    show: building.Show = building.unshown,
) -> Introduction:
    """Starts an implementation's adapter and holds the handshake test.

    `capabilities` are those that an adapter may say it lacks; `show` lets a user see its build.
    """
    if missing := implementation.missing():
        return Introduction(None, (), f"{', '.join(missing)} is not installed")
    try:
        implementation.prepare(show)
        family = Family(implementation.command(), implementation.start_seconds * scale)
    except NotBuilt as error:
        return Introduction(None, (smoke.Check("is built", False, str(error)),))
    except NotStarted as error:
        words = "; it printed: " + " | ".join(error.output) if error.output else ""
        return Introduction(
            None, (smoke.Check("says hello with its token", False, f"{error}{words}"),)
        )
    except NotObservable as unseen:
        return Introduction(None, (), str(unseen))
    try:
        return Introduction(family.parent.greeting, tuple(smoke.run(family, capabilities, scale)))
    finally:
        family.end(politely=True)


def lacking(test: Test, pair: Pair, introductions: Mapping[str, Introduction]) -> str | None:
    """Why a test is not applicable to a pair, or None if it is."""
    for implementation in {pair.server.id: pair.server, pair.client.id: pair.client}.values():
        greeting = introductions[implementation.id].greeting
        assert greeting is not None
        system = "windows" if greeting.os == "windows" else "unix"
        if test.platforms not in ("any", system):
            return f"a case for {test.platforms} only"
        lacks = {*greeting.lacks, *implementation.lacks}
        for need in test.needs:
            if need in lacks:
                return f"{implementation.id} lacks {need}"
        if member := missing.used(test, lacks):
            return f"{implementation.id} lacks {member}"
    return None
