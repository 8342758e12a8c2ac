"""Products: implementations of which any release can be had, by its number (NAME.releases.yaml)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipects import datafile, implementations, paths, releases
from pipects.building import braced
from pipects.errors import UserError
from pipects.implementations import Implementation
from pipects.spec import Spec

SUFFIX = ".releases.yaml"
NEWEST = "latest"
RELEASE = re.compile(r"[0-9]+(\.[0-9A-Za-z-]+)+")
ASKING_SECONDS = 60.0


@dataclass(frozen=True)
class Product:
    """What a file NAME.releases.yaml says."""

    id: str
    file: Path
    entry: Mapping[str, Any]
    spec: Spec

    def implementation(self, release: str) -> Implementation:
        """One release, under the id NAME@RELEASE. It need not have been heard of before."""
        if not RELEASE.fullmatch(release):
            raise UserError(
                f"'{release}' is no release of {self.id}; one is written like 10.0.14",
                f"'pipects list releases {self.id}' has them all; {self.id}@{NEWEST} is the newest",
            )
        target = self._target(release)

        def filled(word: str) -> str:
            return word.replace("{release}", release).replace("{target}", target)

        entry = {
            **{key: value for key, value in self.entry.items() if key not in OWN_KEYS},
            "name": filled(self.entry["name"]),
            "build": [[filled(word) for word in command] for command in self.entry["build"]],
            "release": release,
            "default": False,
        }
        return implementations.read(f"{self.id}@{release}", self.file, entry, self.spec)

    def on_runtime(
        self, folder: Path, known: Mapping[str, Implementation], release: str | None = None
    ) -> Implementation:
        """The adapter on a runtime of the user's own: a shared framework's folder, or one that holds `dotnet`.

        `release` says which deviations to expect, where the folder's name does not.
        """
        own = self.entry.get("own-runtime")
        if own is None:
            raise UserError(
                f"{paths.shown(self.file)}: no 'own-runtime', so --runtime is not for {self.id}"
            )
        host, version = _host(folder, self.id)
        base = known[own["implementation"]]
        entry = {
            **{key: value for key, value in self.entry.items() if key not in OWN_KEYS},
            "name": f"{self.entry['name'].replace('{release}', 'of one’s own')}",
            "build": [list(command) for command in base.build],
            "start": [word.replace("{muxer}", braced(host / "dotnet")) for word in own["start"]],
            "environment": {**base.environment, "DOTNET_ROOT": braced(host)},
            "release": release or version or releases.newest([self.entry["confirmed"]]),
            "default": False,
        }
        return implementations.read(f"{self.id}@runtime", self.file, entry, self.spec)

    def _target(self, release: str) -> str:
        for each in self.entry["targets"]:
            if releases.Range(each["releases"]).holds(release):
                return str(each["target"])
        ranges = ", ".join(each["releases"] for each in self.entry["targets"])
        raise UserError(f"{self.id} {release}: its adapter is built for releases {ranges}")

    def available(self) -> list[str]:
        """Every release that the package source has and the adapter can be built for, oldest first.

        Raises UserError if the source can't be asked.
        """
        return releases.ascending(
            {
                version
                for version in _versions(self.entry["package"])
                if any(
                    releases.Range(each["releases"]).holds(version)
                    for each in self.entry["targets"]
                )
            }
        )

    def newest(self) -> str:
        """The newest release that is no preview."""
        return releases.newest(self.available())


OWN_KEYS = frozenset({"package", "targets", "own-runtime"})
"""What a product says beyond an implementation's manifest."""


def load(spec: Spec, folders: Sequence[Path]) -> dict[str, Product]:
    """Every product in the folders and one level below, by its name."""
    found: dict[str, Product] = {}
    for folder in folders:
        for file in sorted((*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*/*{SUFFIX}"))):
            name = file.name.removesuffix(SUFFIX)
            if name in found:
                raise UserError(f"{paths.shown(file)}: a product {name} exists already")
            found[name] = Product(name, file, datafile.load(file, "product"), spec)
    return found


def _versions(package: str) -> list[str]:
    """The versions of a package, by the package source's own client."""
    client = shutil.which("dotnet")
    if client is None:
        raise UserError("which releases there are is asked with 'dotnet', which is not on the path")
    command = [client, "package", "search", package, "--exact-match", "--format", "json"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=ASKING_SECONDS, check=False, cwd=paths.ROOT,
        )  # fmt: skip
        answer = json.loads(done.stdout)
        found = {
            str(each["version"])
            for source in answer["searchResult"]
            for each in source["packages"]
            if str(each["id"]).lower() == package.lower()
        }
    except subprocess.TimeoutExpired as error:
        raise UserError(f"the package source did not answer within {ASKING_SECONDS:g} s") from error
    except (ValueError, KeyError, TypeError) as error:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise UserError(
            f"the package source can't be asked for {package}: {said[-1] if said else 'no answer'}"
        ) from error
    if not found:
        raise UserError(f"the package source has no version of {package}")
    return sorted(found)


def _host(folder: Path, product: str) -> tuple[Path, str | None]:
    """The folder whose `dotnet` runs on that runtime, and the runtime's release if its folder tells."""
    folder = folder.resolve()
    if (folder / "dotnet").is_file():
        frameworks = sorted(folder.glob("shared/Microsoft.NETCore.App/*"))
        return folder, frameworks[-1].name if frameworks else None
    if not (folder / "System.Private.CoreLib.dll").is_file():
        raise UserError(
            f"{folder}: neither a shared framework (System.Private.CoreLib.dll is not there) "
            "nor a folder with a 'dotnet'"
        )
    return _linked_host(folder, product), folder.name if RELEASE.fullmatch(folder.name) else None


def _linked_host(framework: Path, product: str) -> Path:
    """A folder like an installed one, with the machine's own host and this shared framework alone."""
    installed = shutil.which("dotnet")
    if installed is None:
        raise UserError("a shared framework is run by 'dotnet', which is not on the path")
    root = Path(installed).resolve().parent
    host = paths.BUILD / "adapters" / f"{product}@runtime" / "host"
    shutil.rmtree(host, ignore_errors=True)
    release = framework.name if RELEASE.fullmatch(framework.name) else "99.0.0"
    shared = host / "shared" / "Microsoft.NETCore.App"
    shared.mkdir(parents=True)
    shutil.copy2(root / "dotnet", host / "dotnet")
    (host / "host").symlink_to(root / "host")
    (shared / release).symlink_to(framework)
    return host
