"""A build is shown: whose, how far it is, how long it took, and nothing where nothing is built."""

from __future__ import annotations

import dataclasses
import io
import itertools
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from pipects import building, building_bar, implementations, paths, spec
from pipects.errors import UserError
from pipects.implementations import Implementation

NINJA = """
echo '-- Configuring done'
echo '[1/2] Building CXX object conformance/adapters/reference/CMakeFiles/adapter.dir/main.cpp.o'
echo '[2/2] Linking CXX executable adapter'
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Implementation:
    """An implementation that nobody built."""
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    (tmp_path / "source.c").write_text("int main;", encoding="utf-8")
    the_spec = spec.load()
    content: Mapping[str, object] = {
        "name": "Mine", "language": "C", "sources": ["*.c"], "requires": [],
        "build": [["sh", "-c", NINJA]], "start": ["cat"],
    }  # fmt: skip
    return implementations.read("mine", tmp_path / "mine.yaml", content, the_spec)


def told(console: Console, of: Implementation) -> str:
    """What a user sees."""
    of.prepare(lambda name, last: building_bar.shown(console, name, last))
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def test_elsewhere_than_on_a_terminal_it_is_two_lines(made: Implementation) -> None:
    text = told(Console(file=io.StringIO(), width=80), made)
    assert re.fullmatch(r"mine: building \(the first time\)\nmine: built in \d+ ms\n", text)


def test_what_is_built_already_is_not_told_of(made: Implementation) -> None:
    made.prepare()
    assert told(Console(file=io.StringIO(), width=80), made) == ""


def test_what_another_build_has_made_anew_is_built_again(
    made: Implementation, tmp_path: Path
) -> None:
    """Of which sources nobody knows: they may have changed and be as they were by now."""
    program = tmp_path / "build" / "program"
    sharing = dataclasses.replace(
        made, build=(("sh", "-c", f"echo '[1/1] Linking'; : > {program}"),), start=(str(program),)
    )
    sharing.prepare()
    assert told(Console(file=io.StringIO(), width=80), sharing) == ""
    os.utime(program, (0, 0))
    assert "built" in told(Console(file=io.StringIO(), width=80), sharing)


def test_a_folder_that_the_command_names_is_not_built_again_for_what_is_noted_in_it(
    made: Implementation,
) -> None:
    """A class path of Java's is one."""
    folder = dataclasses.replace(made, start=("cat", "{build}"))
    folder.prepare()
    assert told(Console(file=io.StringIO(), width=80), folder) == ""


def test_a_place_in_a_variable_is_filled_in_as_in_the_command(
    made: Implementation, tmp_path: Path
) -> None:
    """For the build and for the processes: what was built is often found by a variable."""
    file = tmp_path / "seen"
    pointed = dataclasses.replace(
        made,
        environment={"HERE": "{build}:{source}/x", "BRACED": "{{}}"},
        build=(("sh", "-c", f'echo "$HERE" > {file}'),),
    )
    pointed.prepare()
    here = f"{made.build_folder}:{made.folder}/x"
    assert file.read_text(encoding="utf-8") == f"{here}\n"
    assert pointed.command().environment == {"HERE": here, "BRACED": "{}"}


def test_what_a_build_has_not_made_is_built_again(made: Implementation, tmp_path: Path) -> None:
    lacking = dataclasses.replace(made, start=(str(tmp_path / "build" / "program"),))
    lacking.prepare()
    assert "built" in told(Console(file=io.StringIO(), width=80), lacking)


def test_the_time_of_the_last_time_is_told(made: Implementation, tmp_path: Path) -> None:
    made.prepare()
    (made.build_folder / "took").write_text("75.0\n", encoding="utf-8")
    (tmp_path / "source.c").write_text("int main = 1;", encoding="utf-8")
    text = told(Console(file=io.StringIO(), width=80), made)
    assert "mine: building (1 min 15 s the last time)" in text


def test_on_a_terminal_a_bar_follows_the_steps_within_its_width(made: Implementation) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    text = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", told(console, made))
    assert "building mine" in text and "(the first time)" in text
    lines = [line for line in re.split("[\r\n]", text) if line]
    assert max(map(len, lines)) <= 80
    assert re.fullmatch(r"mine: built in \d+ ms", lines[-1])


def test_a_step_of_ninja_moves_the_bar() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    progress = building_bar._bar(console, "the first time")
    task = progress.add_task("building mine", total=None, doing="")
    building_bar._follow(
        progress, task, "[3/17] Building CXX object a/b/very_long_name_of_a_file.cpp.o"
    )
    (shown,) = progress.tasks
    assert (shown.completed, shown.total) == (3, 17)
    assert shown.fields["doing"] == "very_long_name_of_a_fil…"


def test_a_build_that_fails_is_not_said_to_be_done(made: Implementation) -> None:
    console = Console(file=io.StringIO(), width=80)
    with pytest.raises(UserError, match="can't be built"):
        told(console, dataclasses.replace(made, build=(("false",),)))
    assert isinstance(console.file, io.StringIO)
    assert "built in" not in console.file.getvalue()


def test_every_line_of_a_build_can_be_watched() -> None:
    seen: list[str] = []
    building.run(["sh", "-c", NINJA], {}, "mine", seen.append)
    assert len(seen) == 3 and all(a != b for a, b in itertools.pairwise(seen))
