"""Releases of an implementation: how they compare, and the ranges in which a deviation holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from pipects.errors import UserError


def parse(text: str) -> Version:
    """A release's number, for comparing. Raises UserError if it is none."""
    try:
        return Version(text)
    except InvalidVersion as error:
        raise UserError(f"'{text}' is no release; one is written like 10.0.14") from error


@dataclass(frozen=True)
class Range:
    """Releases from one on, up to one, or both: `>=8`, `<6`, `>=8,<11`."""

    text: str

    def __post_init__(self) -> None:
        try:
            SpecifierSet(self.text)
        except InvalidSpecifier as error:
            raise UserError(
                f"'{self.text}' is no range of releases; one is written like >=8,<11"
            ) from error

    def holds(self, release: str) -> bool:
        """Whether a release is in the range. A preview counts as the release that it leads to."""
        return SpecifierSet(self.text).contains(Version(parse(release).base_version))


def ascending(numbers: Iterable[str]) -> list[str]:
    """Releases in their order, oldest first."""
    return sorted(numbers, key=parse)


def newest(numbers: Iterable[str]) -> str:
    """The newest release that is no preview; the newest preview where there is nothing else."""
    known = ascending(numbers)
    if not known:
        raise UserError("there is no release at all")
    return next((each for each in reversed(known) if not parse(each).is_prerelease), known[-1])
