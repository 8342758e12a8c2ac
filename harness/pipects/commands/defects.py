"""`pipects defects`: break the reference in one way at a time, and show that the suite sees it."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipects import datafile, paths, spec
from pipects.errors import UserError

FILE = paths.ROOT / "conformance" / "defects" / "reference.yaml"
COPIED = ("CMakeLists.txt", "CMakePresets.json", "reference", "conformance", "harness", "spec")
OMITTED = frozenset({"node_modules", "__pycache__"})
ADAPTER = Path("conformance/adapters/reference/pipects-reference-adapter")
PATIENCE = "0.4"
"""Deadlines are cut for broken code only: what hangs is seen the sooner."""


@dataclass(frozen=True)
class Defect:
    """A text of the reference and what stands in its place in the broken copy."""

    id: str
    title: str
    file: str
    find: str
    replace: str
    requirement: str


def add(subparsers: Any) -> None:
    """Adds `defects`."""
    defects = subparsers.add_parser(
        "defects",
        help="break the reference in known ways and show that each is seen",
        description="Builds the reference with one fault at a time, in a copy below build/, and runs "
        "the suite on it. Each must turn the run red, at the requirement that the fault breaks. "
        "Exit status: 0 all were seen, 1 one was not.",
    )
    defects.add_argument("ids", nargs="*", metavar="DEFECT", help="only these (all without any)")
    defects.set_defaults(run=defects_command)


def defects_command(args: argparse.Namespace) -> int:
    """`pipects defects`. Returns the exit status."""
    chosen = load(args.ids)
    tree = paths.BUILD / "defects"
    _copy(tree)
    _build(tree)
    missed = 0
    if broken := _broken(tree):
        raise UserError(f"the copy without a fault is red at {', '.join(sorted(broken))}")
    for defect in chosen:
        file = tree / defect.file
        whole = file.read_text(encoding="utf-8")
        file.write_text(whole.replace(defect.find, defect.replace), encoding="utf-8")
        try:
            _build(tree)
            broken = _broken(tree)
        finally:
            file.write_text(whole, encoding="utf-8")
        seen = defect.requirement in broken
        missed += not seen
        print(
            f"{'seen' if seen else 'MISSED':7} {defect.id:26} {len(broken):3} requirements broken",
            flush=True,
        )
        if not seen:
            print(
                f"        {defect.requirement} held; broken: {', '.join(sorted(broken)) or 'none'}"
            )
    print(
        f"{len(chosen) - missed} of {len(chosen)} defects seen, each at the requirement that names it"
    )
    return 1 if missed else 0


def load(ids: Sequence[str] = ()) -> list[Defect]:
    """The defects of these ids, all without any. Raises UserError for what is wrong in their file."""
    known = {entry["id"]: Defect(**entry) for entry in datafile.load(FILE, "defect")}
    requirements = spec.load().requirements
    for defect in known.values():
        if defect.requirement not in requirements:
            raise UserError(f"{paths.shown(FILE)}: unknown requirement '{defect.requirement}'")
        times = (paths.ROOT / defect.file).read_text(encoding="utf-8").count(defect.find)
        if times != 1:
            raise UserError(
                f"{paths.shown(FILE)}: {defect.id}: its text stands {times} times in {defect.file}"
            )
    for name in ids:
        if name not in known:
            raise UserError(f"unknown defect '{name}'", f"there are {', '.join(known)}")
    return [known[name] for name in ids or known]


def _copy(tree: Path) -> None:
    """Copies what a build needs. A file that is the same stays untouched: its age decides on rebuilding."""
    wanted = [
        file.relative_to(paths.ROOT)
        for name in COPIED
        for file in [paths.ROOT / name, *(paths.ROOT / name).rglob("*")]
        if file.is_file() and not OMITTED.intersection(file.parts)
    ]
    for name in wanted:
        copy, content = tree / name, (paths.ROOT / name).read_bytes()
        if not copy.exists() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
    (tree / "adapters").mkdir(exist_ok=True)
    (tree / "adapters" / "broken.yaml").write_text(
        "name: A broken copy of the reference\nlanguage: C++\nsources: []\nrequires: []\nbuild: []\n"
        f"start: ['{tree / 'out' / ADAPTER}']\nstrict-handles: true\n",
        encoding="utf-8",
    )


def _build(tree: Path) -> None:
    out = str(tree / "out")
    for command in (
        [
            "cmake",
            "-G",
            "Ninja",
            "-S",
            str(tree),
            "-B",
            out,
            "-DPIPECTS_DEVELOP=OFF",
            "-DBUILD_TESTING=OFF",
        ],
        ["cmake", "--build", out, "--target", ADAPTER.name],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            tail = "\n  ".join((done.stdout + done.stderr).splitlines()[-12:])
            raise UserError(f"the copy in {paths.shown(tree)} can't be built:\n  {tail}")


def _broken(tree: Path) -> set[str]:
    """The requirements that a run on the copy shows broken."""
    file = tree / "results.json"
    file.unlink(missing_ok=True)
    done = subprocess.run(
        [
            sys.executable, "-m", "pipects", "run", "broken", "--adapters", str(tree / "adapters"),
            "--case", "*", "--json", str(file), "--timeout-scale", PATIENCE, "--jobs", "4",
        ],
        env={**os.environ, "PYTHONPATH": str(paths.ROOT / "harness")},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if not file.exists():
        raise UserError(f"the run on the copy could not be done: {done.stderr.strip()}")
    results = json.loads(file.read_text(encoding="utf-8"))
    return {
        requirement["id"]
        for requirement in results["requirements"]
        if requirement["held"].get("broken") == "broken"
    }
