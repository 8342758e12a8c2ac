"""`pipects init-adapter`: a skeleton for the author of an adapter."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from pipects import fitting, implementations, paths, spec
from pipects.errors import UserError

SKELETONS = Path(__file__).resolve().parents[1] / "skeletons"
ENDING = ".in"
"""What a template's name ends with, so that no tool takes it for a source of the suite."""
PLACEHOLDER = "@NAME@"


def add(subparsers: Any) -> None:
    """Adds `init-adapter`."""
    init = subparsers.add_parser(
        "init-adapter",
        help="write the skeleton of an adapter for another implementation",
        description="Writes an adapter whose handshake passes at once, around a stub that the "
        "author replaces by the implementation to be tested. See spec/adapter-guide.md.",
    )
    init.add_argument("language", metavar="LANGUAGE", help=f"one of: {', '.join(languages())}")
    init.add_argument("folder", type=Path, metavar="DIR", help="where to; made if it isn't there")
    init.add_argument("--name", help="what the implementation is called (the folder's name)")
    init.set_defaults(run=init_adapter_command)


def init_adapter_command(args: argparse.Namespace) -> int:
    """`pipects init-adapter`. Returns the exit status."""
    folder: Path = args.folder.resolve()
    name: str = args.name or folder.name
    _check(name)
    written = write(args.language, folder, name)
    fitting.say(f"written to {folder}:")
    for file in written:
        fitting.say(f"  {file.relative_to(folder)}")
    command = f"./pipects run {name} --adapters {shlex.quote(str(folder))}"
    fitting.say(f"now, in {paths.ROOT}:\n  {command} --case 'server.construct*'")
    return 0


def languages() -> list[str]:
    """The languages that there is a skeleton for."""
    return sorted(folder.name for folder in SKELETONS.iterdir() if folder.is_dir())


def write(language: str, folder: Path, name: str) -> list[Path]:
    """Writes a skeleton. Raises UserError if that is impossible or would overwrite anything."""
    if language not in languages():
        raise UserError(
            f"there is no skeleton in '{language}', only in {', '.join(languages())}",
            "an adapter in any other language is made by spec/adapter-guide.md",
        )
    skeleton = SKELETONS / language
    files = {
        folder / _target(template.relative_to(skeleton), name): template
        for template in sorted(skeleton.rglob(f"*{ENDING}"))
    }
    if existing := [str(file.relative_to(folder)) for file in files if file.exists()]:
        raise UserError(f"{folder} has {', '.join(existing)} already; nothing was written")
    try:
        for file, template in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            text = template.read_text(encoding="utf-8")
            file.write_text(text.replace(PLACEHOLDER, name), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from error
    return [*files]


def _target(template: Path, name: str) -> Path:
    """Where a template's text goes, from the adapter's folder."""
    return template.with_name(template.name.removesuffix(ENDING).replace(PLACEHOLDER, name))


def _check(name: str) -> None:
    """Raises UserError if no implementation can be called so."""
    if not implementations.NAME.fullmatch(name):
        raise UserError(
            f"'{name}' can't be an implementation's name: small letters, digits, '-' and '.'",
            "choose one by --name",
        )
    if name in implementations.load(spec.load()):
        raise UserError(
            f"the suite has an implementation '{name}' already", "choose another by --name"
        )
