"""Implementations under test: their manifests, how they are built, and their known deviations."""

from __future__ import annotations

import fcntl
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pipects import building, datafile, paths
from pipects.errors import UserError
from pipects.observe import platforms
from pipects.processes import Command
from pipects.releases import Range, parse
from pipects.spec import Spec


NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
"""What an implementation can be called: it is the name of files, too."""


@dataclass(frozen=True)
class Deviation:
    """A failure that is known, with the reason that it is."""

    requirement: str
    tests: tuple[str, ...]
    verdict: str
    happens: str
    says: str | None
    """What the implementation does, as a sentence without its subject."""
    matches: str | None
    releases: Range | None
    kind: str
    reason: str
    link: str
    program: str | None
    """A minimal program that shows it."""
    sometimes: str | None
    mixed: bool
    """Whether it shows only where the other end is of another implementation."""
    where: str

    def names(self, test: str) -> bool:
        """Whether the deviation is about this test."""
        return any(fnmatchcase(test, pattern) for pattern in self.tests)

    def explains(self, verdict: str, actual: str) -> bool:
        """Whether a failure is the one that is known."""
        return verdict == self.verdict and re.search(self.matches or "", actual) is not None


@dataclass(frozen=True)
class Implementation:
    """One implementation under test: a manifest below conformance/adapters/."""

    id: str
    name: str
    language: str
    folder: Path
    sources: tuple[str, ...]
    requires: tuple[str, ...]
    packages: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]
    start: tuple[str, ...]
    environment: Mapping[str, str]
    lacks: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    starts_children: str
    strict_handles: bool
    start_seconds: float
    variant_of: str | None
    default: bool
    """Whether it takes part where none is named."""
    platform: str = platforms.UNIX
    """Where its processes live: `unix` or `windows`."""
    wrapper: tuple[str, ...] = ()
    """The words before the program that start it here."""
    release: str | None = None
    confirmed: str | None = None
    """The newest release that its list of deviations was held against."""

    @property
    def unconfirmed(self) -> str | None:
        """What to tell a reader of a release that is newer than its list of deviations knows."""
        if self.release is None or self.confirmed is None:
            return None
        if parse(self.release) <= parse(self.confirmed):
            return None
        return f"new release, list not confirmed (it was held against {self.confirmed} last)"

    @property
    def build_folder(self) -> Path:
        """Where its build's results go."""
        return paths.BUILD / "adapters" / self.id

    def missing(self) -> list[str]:
        """The programs and files that it requires and the machine lacks."""
        return [
            name
            for name in self.requires
            if not (Path(name).exists() if name.startswith("/") else shutil.which(name))
        ]

    def command(self) -> Command:
        """How its adapter is started."""
        program, *arguments = (self._filled(word) for word in self.start)
        wrapper = tuple(self._filled(word) for word in self.wrapper)
        return Command(
            shutil.which(program) or program,
            tuple(arguments),
            self._variables(),
            self.platform,
            wrapper,
        )

    def _filled(self, word: str) -> str:
        return word.format(source=self.folder, build=self.build_folder, root=paths.ROOT)

    def _variables(self) -> dict[str, str]:
        return {name: self._filled(value) for name, value in self.environment.items()}

    def prepare(self, show: building.Show = building.unshown) -> None:
        """Builds it, if it never was or if its sources have changed since; `show` lets a user see it.

        Raises NotBuilt with the build's last lines if that fails.
        """
        if not self.build:
            return
        self.build_folder.mkdir(parents=True, exist_ok=True)
        stamp = self.build_folder / "built-from"
        with open(self.build_folder / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            digest = self.fingerprint()
            built = stamp.exists() and stamp.read_text(encoding="utf-8") == self._state(digest)
            if built and all(file.exists() for file in self._own_files()):
                return
            began = time.monotonic()
            with show(self.id, self._took()) as watch:
                for command in self.build:
                    words = [self._filled(word) for word in command]
                    building.run(words, self._variables(), self.id, watch)
            stamp.write_text(self._state(digest), encoding="utf-8")
            self._took_file().write_text(f"{time.monotonic() - began:.1f}\n", encoding="utf-8")

    def _took_file(self) -> Path:
        return self.build_folder / "took"

    def _took(self) -> float | None:
        """How many seconds its build took the last time."""
        try:
            return float(self._took_file().read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _own_files(self) -> list[Path]:
        """The files below the build folder that its command names. A folder, as of a class path, is none."""
        files = [Path(self._filled(word)) for word in self.start]
        return [each for each in files if each.is_relative_to(paths.BUILD) and not each.is_dir()]

    def _state(self, digest: str) -> str:
        """What was built of sources with this digest: another's build may have made the same files of others."""
        times = [str(file.stat().st_mtime_ns) for file in self._own_files() if file.exists()]
        return "\n".join([digest, *times])

    def fingerprint(self) -> str:
        """A text that changes whenever its adapter would be built anew."""
        return building.digest((self.build, self.start), [*self._source_files()])

    def _source_files(self) -> Iterator[Path]:
        for pattern in self.sources:
            yield from building.sources(self.folder, self._filled(pattern), self.id)


def files(folder: Path) -> list[Path]:
    """The files of a folder of adapters, and of those in it, that say what implementations there are."""
    return sorted((*folder.glob("*.yaml"), *folder.glob("*/*.yaml")))


def load(
    spec: Spec,
    folders: Sequence[Path] = (paths.ADAPTERS,),
    known: Mapping[str, Implementation] | None = None,
) -> dict[str, Implementation]:
    """Reads every manifest in the folders and one level below, by id (the file's name).

    Those that are `known` come first. Raises UserError with file and line for a manifest that is wrong.
    """
    found, where = dict(known or {}), dict[str, str]()
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"{folder}: no such folder of adapters")
    for file in sorted(file for folder in folders for file in files(folder)):
        if file.name.endswith((".deviations.yaml", ".releases.yaml")):
            continue
        entry = datafile.load(file, "manifest")
        if not NAME.fullmatch(file.stem):
            raise UserError(
                f"{paths.shown(file)}: '{file.stem}' can't be an implementation's name: small "
                "letters, digits, '-' and '.'"
            )
        if file.stem in found:
            raise UserError(f"{paths.shown(file)}: an implementation {file.stem} exists already")
        found[file.stem] = read(file.stem, file, entry, spec)
        where[file.stem] = f"{paths.shown(file)}:{getattr(entry, 'line', 1)}"
    for name, at in where.items():
        of = found[name].variant_of
        if of is not None and (of not in found or of == name):
            raise UserError(f"{at}: variant-of: there is no other implementation '{of}'")
    return dict(sorted(found.items()))


def read(identifier: str, file: Path, entry: Mapping[str, Any], spec: Spec) -> Implementation:
    """An implementation from a manifest's content. Raises UserError with the file of what is wrong."""
    where = f"{paths.shown(file)}:{getattr(entry, 'line', 1)}"
    for lack in entry.get("lacks", ()):
        if lack not in spec.lackable:
            raise UserError(
                f"{where}: unknown capability '{lack}', and the name of no type or member"
            )
    for word in (
        *entry["start"],
        *entry.get("wrapper", ()),
        *entry["sources"],
        *(w for words in entry["build"] for w in words),
        *entry.get("environment", {}).values(),
    ):
        if problem := building.problem(word):
            raise UserError(f"{where}: {problem}")
    for name, value in entry.get("environment", {}).items():
        if not name or "=" in name or "\0" in name + value:
            raise UserError(
                f"{where}: no variable of the environment can be {name!r}={value!r:.80}"
            )
    deviations: tuple[Deviation, ...] = ()
    if "deviations" in entry:
        listed = _deviations(file.parent / entry["deviations"], spec)
        deviations = tuple(
            deviation
            for deviation in listed
            if deviation.releases is None or _in_range(deviation, entry.get("release"), file)
        )
    return Implementation(
        id=identifier,
        name=entry["name"],
        language=entry["language"],
        folder=file.parent,
        sources=tuple(entry["sources"]),
        requires=tuple(entry["requires"]),
        packages=tuple(entry.get("packages", ())),
        build=tuple(map(tuple, entry["build"])),
        start=tuple(entry["start"]),
        environment=dict(entry.get("environment", {})),
        lacks=tuple(entry.get("lacks", ())),
        deviations=deviations,
        starts_children=entry.get("starts-children", "documented"),
        strict_handles=entry.get("strict-handles", True),
        start_seconds=float(entry.get("start-seconds", 10)),
        variant_of=entry.get("variant-of"),
        default=entry.get("default", "variant-of" not in entry),
        platform=entry.get("platform", platforms.UNIX),
        wrapper=tuple(entry.get("wrapper", ())),
        release=entry.get("release"),
        confirmed=entry.get("confirmed"),
    )


def _in_range(deviation: Deviation, release: str | None, manifest: Path) -> bool:
    if release is None:
        raise UserError(
            f"{deviation.where}: a deviation of some releases, but {paths.shown(manifest)} says no "
            "'release'"
        )
    assert deviation.releases is not None
    return deviation.releases.holds(release)


def _deviations(file: Path, spec: Spec) -> Iterator[Deviation]:
    for entry in datafile.load(file, "deviation"):
        where = f"{paths.shown(file)}:{entry.line}"
        if entry["requirement"] not in spec.requirements:
            raise UserError(f"{where}: unknown requirement '{entry['requirement']}'")
        try:
            re.compile(entry.get("matches", ""))
        except (re.error, OverflowError, RecursionError) as error:
            raise UserError(f"{where}: 'matches' is no regular expression: {error}") from error
        yield Deviation(
            requirement=entry["requirement"],
            tests=tuple(entry["tests"]),
            verdict=entry["verdict"],
            happens=entry["happens"],
            says=entry.get("says"),
            matches=entry.get("matches"),
            releases=_range(entry["releases"], where) if "releases" in entry else None,
            kind=entry["kind"],
            reason=entry["reason"],
            link=entry["link"],
            program=entry.get("program"),
            sometimes=entry.get("sometimes"),
            mixed=entry.get("pairs") == "mixed",
            where=where,
        )


def _range(text: str, where: str) -> Range:
    try:
        return Range(text)
    except UserError as error:
        raise UserError(f"{where}: {error}") from error
