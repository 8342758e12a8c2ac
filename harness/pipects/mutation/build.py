"""A mutated copy of the reference below build/, compiled once: what the compiler refuses is left out."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipects import paths
from pipects.errors import UserError
from pipects.mutation import binding, catalogue, places, schemata, switch, syntax
from pipects.mutation.catalogue import Defect
from pipects.mutation.model import Candidate, from_json
from pipects.mutation.target import UNIX, Target

COPIED = (
    "CMakeLists.txt",
    "CMakePresets.json",
    "cmake",
    "reference",
    "conformance",
    "harness",
    "spec",
)
TREES = paths.BUILD / "mutation"
"""Where the copies are made, each in a folder of its own."""
OMITTED = frozenset({"node_modules", "__pycache__"})
ADAPTER = Path("conformance/adapters/reference/pipects-reference-adapter")
KERNEL = Path("conformance/kernels/pipects-kernel")
OWN = Path(__file__).parent
TOGETHER = b"""set_target_properties(pipects-reference PROPERTIES UNITY_BUILD_MODE BATCH UNITY_BUILD_BATCH_SIZE 0)
"""
"""Has the library's sources compiled as one: most of the time goes into the headers."""


@dataclass(frozen=True)
class Build:
    """A mutated adapter and the mutants that are in it."""

    adapter: Path
    mutants: tuple[Candidate, ...]
    refused: int
    """How many candidates the compiler refused."""
    digest: str
    """Of the sources and of what makes mutants of them."""


def mutants(tree: Path, say: Callable[[str], None]) -> Build:
    """Builds the mutants of the reference in the folder `tree`, unless that was done before.

    Raises UserError if there is no way to build them.
    """
    digest = digest_of_sources()
    known = tree / "mutants.json"
    if known.exists():
        kept = json.loads(known.read_text(encoding="utf-8"))
        if kept["digest"] == digest and (tree / "out" / ADAPTER).exists():
            found = tuple(map(from_json, kept["mutants"]))
            return Build(tree / "out" / ADAPTER, found, kept["refused"], digest)
        known.unlink()
    say("looking for places")
    candidates = places.find(paths.ROOT)
    say(f"building {len(candidates)} candidates")
    left = compile_all(tree, candidates, say)
    known.write_text(
        json.dumps(
            {
                "digest": digest,
                "refused": len(candidates) - len(left),
                "mutants": [asdict(each) for each in left],
            }
        ),
        encoding="utf-8",
    )
    return Build(tree / "out" / ADAPTER, tuple(left), len(candidates) - len(left), digest)


def defects(
    tree: Path, every: Sequence[Defect], say: Callable[[str], None], target: Target = UNIX
) -> Path:
    """Builds the defects for a system in the folder `tree`, in which they have the numbers of their order, from 1.

    Returns the adapter; the binding's program is beside it (`bound`). Raises UserError, with file and line, for one that does not compile.
    """
    stamp, digest = tree / "defects.digest", digest_of_sources(repr(every))
    adapter = (tree / "out" / ADAPTER).with_suffix(target.suffix)
    if adapter.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return adapter
    stamp.unlink(missing_ok=True)
    say(f"building {len(every)} defects")
    owners = _prepared(tree, every, target)
    _accepted(_compile(tree, *target.besides), tree, every, owners)
    stamp.write_text(digest, encoding="utf-8")
    return adapter


def check_defects(tree: Path, every: Sequence[Defect], target: Target = UNIX) -> None:
    """Has the compiler read the defects for a system, and make nothing of them: a fraction of a build.

    Raises UserError as `defects` does.
    """
    owners = _prepared(tree, every, target)
    commands = json.loads((tree / "out" / "compile_commands.json").read_text(encoding="utf-8"))
    (whole,) = (each for each in commands if "pipects-reference.dir/Unity" in each["file"])
    command = shlex.split(whole["command"])
    done = _run([*command[: command.index("-o")], "-fsyntax-only", whole["file"]], tree / "out")
    _accepted(done, tree, every, owners)


def bound(adapter: Path, target: Target = UNIX) -> Path | None:
    """The program with the binding's tests that was built with an adapter, if the system has one."""
    return adapter.parents[3] / binding.PROGRAM if target.besides else None


def compile_all(
    tree: Path, candidates: Sequence[Candidate], say: Callable[[str], None]
) -> list[Candidate]:
    """Compiles the candidates in one build, leaving out what does not compile. Returns what is left."""
    copy(tree)
    _configure(tree)
    left = list(candidates)
    for _ in range(40):
        owners = _write(tree, left)
        done = _compile(tree, KERNEL, *UNIX.besides)
        if done.returncode == 0:
            return left
        guilty = schemata.blamed(done.stdout, tree / "out", owners)
        if not guilty:
            raise UserError(
                f"the copy in {paths.shown(tree)} can't be built:\n  {_errors(done.stdout)}"
            )
        left = [each for each in left if each.number not in guilty]
        say(f"{len(guilty)} do not compile, {len(left)} left")
    raise UserError(f"the copy in {paths.shown(tree)} can't be built: too many errors")


def copy(tree: Path, more: bytes = b"") -> None:
    """Copies what a build needs, and adds the switch. A file that is the same stays untouched.

    `more` is for CMake, behind what makes the library.
    """
    wanted = {
        file.relative_to(paths.ROOT): file.read_bytes()
        for name in COPIED
        for file in [paths.ROOT / name, *(paths.ROOT / name).rglob("*")]
        if file.is_file() and not OMITTED.intersection(file.parts)
    }
    lists = Path("reference/CMakeLists.txt")
    wanted[lists] += b"\ntarget_sources(pipects-reference PRIVATE ../switch/Switch.cpp)\n" + more
    wanted[Path("switch/Switch.hpp")] = switch.HEADER.encode()
    wanted[Path("switch/Switch.cpp")] = switch.SOURCE.encode()
    for folder in ("reference", "conformance"):
        for file in (tree / folder).rglob("*"):
            if file.is_file() and file.relative_to(tree) not in wanted:
                file.unlink()
    for name, content in wanted.items():
        if (
            not any(name.is_relative_to(folder) for folder in syntax.FOLDERS)
            or not (tree / name).exists()
        ):
            put(tree / name, content)


def put(file: Path, content: bytes) -> None:
    """Writes a file unless it is the same: its age decides on rebuilding."""
    if not file.exists() or file.read_bytes() != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _prepared(
    tree: Path, every: Sequence[Defect], target: Target
) -> dict[str, Sequence[tuple[int, ...]]]:
    """Makes a copy with the defects in it, to be compiled as one. Returns the owners of its lines."""
    found = catalogue.candidates(paths.ROOT, every, target)
    copy(tree, TOGETHER)
    _configure(tree, target)
    return _write(tree, found)


def _accepted(
    done: subprocess.CompletedProcess[str],
    tree: Path,
    every: Sequence[Defect],
    owners: dict[str, Sequence[tuple[int, ...]]],
) -> None:
    """Raises UserError, with file and line, unless the compiler took all defects."""
    if done.returncode == 0:
        return
    guilty = [
        every[number - 1] for number in sorted(schemata.blamed(done.stdout, tree / "out", owners))
    ]
    if guilty:
        names = ", ".join(defect.id for defect in guilty)
        raise UserError(f"{guilty[0].where}: does not compile: {names}\n  {_errors(done.stdout)}")
    raise UserError(f"the copy in {paths.shown(tree)} can't be built:\n  {_errors(done.stdout)}")


def _write(tree: Path, candidates: Sequence[Candidate]) -> dict[str, Sequence[tuple[int, ...]]]:
    """Writes every file of the reference with its mutants. Returns the owners of their lines."""
    owners: dict[str, Sequence[tuple[int, ...]]] = {}
    for folder in syntax.FOLDERS:
        for file in sorted((paths.ROOT / folder).rglob("*.[ch]pp")):
            name = str(file.relative_to(paths.ROOT))
            own = [each for each in candidates if each.file == name]
            rendered = schemata.render(file.read_bytes().decode("latin-1"), own)
            put(tree / name, rendered.text.encode("latin-1"))
            owners[str(tree / name)] = rendered.owners
    return owners


def _configure(tree: Path, target: Target = UNIX) -> None:
    flags = f"-include {tree / 'switch' / 'Switch.hpp'} -Werror=return-type -fmax-errors=0{target.flags}"
    command = [
        "cmake", "-G", "Ninja", "-S", str(tree), "-B", str(tree / "out"),
        "-DPIPECTS_DEVELOP=OFF", "-DBUILD_TESTING=OFF", "-DCMAKE_BUILD_TYPE=Debug",
        "-DPIPECTS_BINDING_ALONE=ON",
        f"-DCMAKE_CXX_FLAGS={flags}", f"-DCMAKE_CXX_FLAGS_DEBUG={target.optimised} -g0",
        *target.options,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(tree / "out", ignore_errors=True)
        tail = "\n  ".join((done.stdout + done.stderr).splitlines()[-12:])
        raise UserError(f"the copy in {paths.shown(tree)} can't be configured:\n  {tail}")


def _compile(tree: Path, *besides: Path) -> subprocess.CompletedProcess[str]:
    """Builds the adapter, and these programs besides."""
    targets = [each.name for each in (ADAPTER, *besides)]
    return _run(
        ["cmake", "--build", str(tree / "out"), "--target", *targets, "--", "-k", "0"], tree
    )


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command whose output is looked at, both streams in one."""
    return subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _errors(output: str) -> str:
    lines = output.splitlines()
    return "\n  ".join([line for line in lines if " error: " in line][:12] or lines[-12:])


def digest_of_sources(more: str = "") -> str:
    """Of everything that the build is made of."""
    hasher = hashlib.sha256(more.encode())
    folders = [
        *syntax.FOLDERS,
        "conformance/kit/include",
        "conformance/adapters/reference",
        "conformance/inprocess/binding",
    ]
    files = [file for folder in folders for file in (paths.ROOT / folder).rglob("*")]
    makers = [
        OWN / f"{name}.py"
        for name in (
            "build",
            "catalogue",
            "model",
            "operators",
            "places",
            "schemata",
            "switch",
            "syntax",
            "target",
        )
    ]
    for file in sorted([*files, *makers]):
        if file.is_file():
            hasher.update(str(file.relative_to(paths.ROOT)).encode())
            hasher.update(file.read_bytes())
    return hasher.hexdigest()
