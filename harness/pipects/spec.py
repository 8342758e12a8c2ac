"""The specification: requirements, their sources, and what an implementation may lack."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


from pipects import addresses, datafile, paths, spaces
from pipects.errors import UserError
from pipects.spaces import Axes, Space


@dataclass(frozen=True)
class Requirement:
    """One testable statement, in the project's own words."""

    id: str
    members: tuple[str, ...]
    text: str
    level: str
    platforms: str
    sources: tuple[str, ...]
    note: str | None
    derived_only: bool
    """Only a class derived from PipeStream can show it, so only the in-process runner tests it."""
    file: Path
    line: int
    space: Space = spaces.POINT
    """Over what it holds."""
    throws: frozenset[str] = frozenset()
    """The exceptions that it speaks of, if it speaks of no other outcome."""


@dataclass(frozen=True)
class Source:
    """A document that a requirement comes from."""

    title: str
    url: str


@dataclass(frozen=True)
class Capability:
    """Something that an implementation may lack, and what in a case shows the need of it."""

    id: str
    text: str
    types: frozenset[str]
    members: frozenset[str]


@dataclass(frozen=True)
class Spec:
    """Everything below spec/ that the harness reads."""

    requirements: dict[str, Requirement]
    sources: dict[str, Source]
    capabilities: dict[str, Capability]
    axes: Axes = field(default_factory=Axes)

    @property
    def lackable(self) -> frozenset[str]:
        """What an implementation may say it lacks: capabilities, types, and members by their bare names."""
        names = {
            member.partition("(")[0]
            for each in self.requirements.values()
            for member in each.members
        }
        types = {name.partition(".")[0] for name in names}
        return frozenset((*self.capabilities, *types, *(n.rpartition(".")[2] for n in names)))

    def source_of(self, reference: str) -> str:
        """A source's reference as a reader wants it: title, part and address."""
        part = addresses.part_of(reference)
        source = self.sources[addresses.page_of(reference)]
        address = addresses.address(source.url, reference)
        return f"{source.title}{', ' + part if part else ''} <{address}>"


def load(folder: Path = paths.REQUIREMENTS) -> Spec:
    """Reads the specification. Raises UserError with file and line for what is wrong in it."""
    sources = {
        key: Source(entry["title"], entry["url"])
        for key, entry in dict(_plain(paths.SOURCES)).items()
    }
    capabilities = {
        entry["id"]: Capability(
            entry["id"],
            entry["text"],
            frozenset(entry.get("types", ())),
            frozenset(entry.get("members", ())),
        )
        for entry in _plain(paths.CAPABILITIES)
    }
    axes = spaces.load()
    requirements: dict[str, Requirement] = {}
    for file in sorted(folder.rglob("*.yaml")):
        previous = ""
        for entry in datafile.load(file, "requirement"):
            where = f"{paths.shown(file)}:{entry.line}"
            identifier = entry["id"]
            if identifier in requirements:
                first = requirements[identifier]
                raise UserError(
                    f"{where}: the requirement {identifier} stands twice, "
                    f"first at {paths.shown(first.file)}:{first.line}"
                )
            if identifier < previous:
                raise UserError(
                    f"{where}: {identifier} must stand before {previous} (sorted by id)"
                )
            previous = identifier
            references = tuple(_reference(each) for each in entry["sources"])
            for reference in references:
                if addresses.page_of(reference) not in sources:
                    raise UserError(f"{where}: unknown source '{reference}'")
            requirements[identifier] = Requirement(
                id=identifier,
                members=tuple(entry.get("members") or [entry["member"]]),
                text=" ".join(entry["text"].split()),
                level=entry["level"],
                platforms=entry["platforms"],
                sources=references,
                note=" ".join(entry["note"].split()) if "note" in entry else None,
                derived_only=entry.get("scope") == "derived",
                file=file,
                line=entry.line,
                space=spaces.space(entry, axes, where),
                throws=_throws(entry.get("outcome")),
            )
    return Spec(requirements, sources, capabilities, axes)


def _throws(outcome: Any) -> frozenset[str]:
    """The exceptions of an outcome that is nothing else."""
    outcomes = outcome.get("any", [outcome]) if outcome else []
    thrown = [each.get("throws") for each in outcomes]
    return frozenset() if None in thrown else frozenset(thrown)


def _reference(said: Any) -> str:
    """A source as one text: `PAGE#PART` as it is, or a mapping with the sentence's words."""
    if isinstance(said, str):
        return said
    first, last = said["words"]
    return addresses.reference(said["page"], said.get("member", ""), (first, last))


def _plain(path: Path) -> Any:
    loaded = datafile.parse(path)
    if not isinstance(loaded, (dict, list)):
        raise UserError(f"{paths.shown(path)}: a list or mapping is expected")
    return loaded
