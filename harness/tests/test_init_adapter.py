"""`pipects init-adapter`: what it writes works at once, and it overwrites nothing."""

from __future__ import annotations

import glob
import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import ENOUGH, ROOT, Bench, Done, finished
from pipects import implementations, paths, selection, spec
from pipects.cases import Test
from pipects.commands import init_adapter

Command = Callable[..., Done]

CRATES = "/usr/share/cargo/registry"
NEEDS = {
    "cpp": ("cmake", "ninja", "c++"),
    "csharp": ("dotnet",),
    "go": ("go",),
    "python": ("python3",),
    "rust": ("cargo", "cc", f"{CRATES}/libc-*", f"{CRATES}/serde_json-*"),
}
"""What a skeleton is tried with: programs, and libraries' folders."""


def lacking(language: str) -> list[str]:
    """What this machine has not of that."""
    return [
        need
        for need in NEEDS[language]
        if not (glob.glob(need) if need.startswith("/") else shutil.which(need))
    ]


@pytest.fixture
def name() -> Iterator[str]:
    """A name that no other run uses; what is built under it goes away."""
    unique = f"try-{uuid.uuid4().hex[:8]}"
    yield unique
    shutil.rmtree(ROOT / "build" / "adapters" / unique, ignore_errors=True)


def test_every_language_is_tried() -> None:
    """A skeleton that no test runs would be a promise only."""
    assert init_adapter.languages() == sorted(NEEDS)


@pytest.mark.parametrize("language", sorted(NEEDS))
def test_the_handshake_passes_at_once(
    bench: Bench, pipects: Command, name: str, language: str
) -> None:
    """So do two cases that the stub is good enough for."""
    if missing := lacking(language):
        pytest.skip(f"the {language} skeleton is not tried: {', '.join(missing)} is not installed")
    folder = bench.folder / "adapters"
    done = pipects("init-adapter", language, str(folder), "--name", name)
    assert done.status == 0, done.errors
    assert f"./pipects run {name} --adapters {folder}" in done.output
    run = finished(bench.command("run", name, "--json", str(folder / "r.json")), 4 * ENOUGH)
    assert "handshake: 12 checks passed" in run.output, run.output + run.errors
    assert run.status == 0, run.output + run.errors


@pytest.mark.parametrize(
    ("base", "verdict"), [("NotSupportedException", "pass"), ("Exception", "fail")]
)
def test_a_class_of_ones_own_is_told_by_the_documented_one_that_it_is(
    bench: Bench, pipects: Command, name: str, base: str, verdict: str
) -> None:
    """Whoever catches what the documentation says catches it."""
    folder = bench.folder / "adapters"
    assert pipects("init-adapter", "python", str(folder), "--name", name).status == 0
    stub = folder / "pipes.py"
    refusing = (
        f"class NotSupportedException(Exception):\n    pass\n\n\nclass OneWay({base}):\n    pass\n\n\n"
        "class AnonymousPipeServerStream(PipeStream):\n"
    )
    given = "bufferSize=0\n    ):\n"
    text = stub.read_text(encoding="utf-8")
    text = text.replace("class AnonymousPipeServerStream(PipeStream):\n", refusing)
    text = text.replace(
        given, f"{given}        if direction == 3:\n            raise OneWay('one-way')\n", 1
    )
    stub.write_text(text, encoding="utf-8")
    bench.cases(
        "- id: fake.one-way\n  title: T\n  covers: [server.ctor.direction.inout-rejected]\n  steps:\n"
        "    - {new: AnonymousPipeServerStream, with: {direction: InOut}, throws: NotSupportedException}\n"
    )
    file = folder / "r.json"
    done = finished(bench.command("run", name, "--json", str(file)), 4 * ENOUGH)
    (result,) = json.loads(file.read_text(encoding="utf-8"))["results"]
    assert result["verdict"] == verdict, done.output


@pytest.mark.parametrize("language", sorted(NEEDS))
def test_no_placeholder_is_left(tmp_path: Path, language: str) -> None:
    """Neither in a file's name nor in a file."""
    for file in init_adapter.write(language, tmp_path / "mine", "mine"):
        assert "@" not in file.name
        assert init_adapter.PLACEHOLDER not in file.read_text(encoding="utf-8")


def test_the_name_can_be_chosen(pipects: Command, tmp_path: Path) -> None:
    """It is the manifest's."""
    assert pipects("init-adapter", "python", str(tmp_path), "--name", "other").status == 0
    assert "name: other" in (tmp_path / "other.yaml").read_text(encoding="utf-8")


def test_nothing_is_overwritten(pipects: Command, tmp_path: Path) -> None:
    """One file that is there already, and none is written."""
    (tmp_path / "adapter.py").write_text("precious", encoding="utf-8")
    done = pipects("init-adapter", "python", str(tmp_path), "--name", "mine")
    assert done.status == 2
    assert "has adapter.py already; nothing was written" in done.errors
    assert [file.name for file in tmp_path.iterdir()] == ["adapter.py"]
    assert (tmp_path / "adapter.py").read_text(encoding="utf-8") == "precious"


def test_nothing_is_overwritten_further_down(pipects: Command, tmp_path: Path) -> None:
    """A file of a skeleton's folder is named by its path, and not the adapter's own files alone count."""
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "value.rs").write_text("precious", encoding="utf-8")
    done = pipects("init-adapter", "rust", str(tmp_path), "--name", "mine")
    assert done.status == 2
    assert "has kit/value.rs already; nothing was written" in done.errors
    assert [file.name for file in tmp_path.iterdir()] == ["kit"]
    assert [file.name for file in (tmp_path / "kit").iterdir()] == ["value.rs"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["cobol", "mine"], "only in cpp, csharp, go, python, rust"),
        (["python", "My Pipes"], "'My Pipes' can't be an implementation's name"),
        (["python", "mine", "--name", "../x"], "'../x' can't be an implementation's name"),
        (["python", "reference"], "the suite has an implementation 'reference' already"),
    ],
)
def test_what_cannot_be_done_is_said(
    pipects: Command, tmp_path: Path, arguments: list[str], words: str
) -> None:
    """Status 2, and nothing is written."""
    language, folder, *more = arguments
    done = pipects("init-adapter", language, str(tmp_path / folder), *more)
    assert done.status == 2
    assert words in done.errors
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_cannot_be_made_is_said(pipects: Command) -> None:
    """No traceback."""
    done = pipects("init-adapter", "python", "/proc/no/mine")
    assert done.status == 2 and "/proc/no" in done.errors


def test_the_guide_names_cases_that_there_are(every_test: list[Test]) -> None:
    """So does every skeleton."""
    the_spec = spec.load()
    files = [paths.ROOT / "spec" / "adapter-guide.md", *init_adapter.SKELETONS.rglob("README*")]
    found = {
        name
        for file in files
        for name in re.findall(r"(?:--case|replay) '?([a-z][\w.*/-]+)", file.read_text("utf-8"))
    }
    assert len(found) >= 3
    for name in found:
        assert selection.select(every_test, the_spec, [name])


@pytest.mark.parametrize("language", sorted(NEEDS))
def test_capabilities_that_are_lacking_exist(tmp_path: Path, language: str) -> None:
    """The manifest is read as it stands, before anything is built."""
    init_adapter.write(language, tmp_path, "mine")
    known = implementations.load(spec.load(), [tmp_path])
    assert known["mine"].folder == tmp_path
