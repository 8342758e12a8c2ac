"""Places and schemata: which mutants a small source has, and that all in one text are one program each."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pipects.errors import UserError
from pipects.mutation import model, places, schemata, switch
from pipects.mutation.model import Candidate

SOURCE = """
#include "Small.hpp"
#include <atomic>
#include <mutex>
#include <optional>
enum class Colour { Red, Green, Blue };
std::mutex guard;
int calls = 0;
void Note() { ++calls; }
void Close() { calls += 10; }
int Twice(int value, int most = 100) {
    const std::lock_guard lock(guard);
    if (value > most || value == 7) {
        return most;
    }
    Note();
    Close();
    return value * 2;
}
bool IsRed(Colour colour) {
    return colour == Colour::Red;
}
int Difference(int left, int right) { return left - right; }
std::optional<int> Half(int value) { return value % 2 == 0 ? std::optional(value / 2) : std::nullopt; }
int HalfOrMinusOne(int value) {
    const auto half = Half(value);
    if (half && *half > 1) { return *half; }
    return half ? 1 : -1;
}
std::atomic<int> shared;
int Shared() { return shared.load(std::memory_order_relaxed); }
int Three() { return Difference(5, 2) + 0 * Twice(1, 2); }
"""
HEADER = """#pragma once
inline bool Both(bool left, bool right) { return left && !right; }
"""
MAIN = """
#include <cstdio>
int main() {
    extern int Three();
    extern int Twice(int, int);
    extern int HalfOrMinusOne(int);
    extern int calls;
    const int three = Three();
    const int at = Twice(3, 3);
    const int above = Twice(4, 3);
    std::printf("%d %d %d %d", three, at, above, calls);
    for (const int value : {0, 2, 3, 4}) {
        std::printf(" %d", HalfOrMinusOne(value));
    }
}
"""


@pytest.fixture(name="root", scope="module")
def _root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("root")
    for name, text in (("src/Small.cpp", SOURCE), ("src/Small.hpp", HEADER)):
        file = tmp_path / "reference" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture(name="found", scope="module")
def _found(root: Path) -> list[Candidate]:
    return places.find(root)


def _has(found: list[Candidate], operator: str, text: str, becomes: str) -> bool:
    return any(
        (each.operator, each.text, each.becomes) == (operator, text, becomes) for each in found
    )


@pytest.mark.parametrize(
    ("operator", "text", "becomes"),
    [
        ("boundary", "value > most", "value >= most"),
        ("comparison", "value > most", "value <= most"),
        ("comparison", "value == 7", "value != 7"),
        ("logical", "value > most || value == 7", "value > most && value == 7"),
        ("dropped operand", "value > most || value == 7", "value == 7"),
        ("constant", "7", "8"),
        ("negated condition", "left && !right", "!(left && !right)"),
        ("negation removed", "!right", "right"),
        ("removed statement", "Note();", "nothing"),
        ("removed close", "Close();", "nothing"),
        ("removed lock", "const std::lock_guard lock(guard);", "no lock"),
        ("swapped statements", "Note();", "Close();"),
        ("other enumerator", "Colour::Red", "Colour::Green"),
        ("swapped argument", "Difference(5, 2)", "Difference(2, 5)"),
        ("dropped argument", "Twice(1, 2)", "Twice(1)"),
        ("arithmetic", "value * 2", "value / 2"),
    ],
)
def test_an_operator_finds_its_place(
    found: list[Candidate], operator: str, text: str, becomes: str
) -> None:
    """Each of the usual operators, in a source and in a header that it includes."""
    assert _has(found, operator, text, becomes)


def test_a_memory_order_is_not_left_out(found: list[Candidate]) -> None:
    """What is left then is the strongest order, and equivalent."""
    assert not _has(
        found, "dropped argument", "shared.load(std::memory_order_relaxed)", "shared.load()"
    )
    assert _has(found, "dropped argument", "Twice(1, 2)", "Twice(1)")


def test_what_does_not_parse_is_said_with_file_and_line(tmp_path: Path) -> None:
    """A broken source is the user's to mend."""
    file = tmp_path / "reference/src/Small.cpp"
    file.parent.mkdir(parents=True)
    file.write_text("int Broken( {", encoding="utf-8")
    with pytest.raises(UserError, match=r"reference/src/Small.cpp:1: "):
        places.find(tmp_path)


def _compile(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    for name, content in (
        ("Mutated.cpp", text), ("Main.cpp", MAIN), ("Switch.hpp", switch.HEADER), ("Small.hpp", HEADER),
        ("Switch.cpp", switch.SOURCE),
    ):  # fmt: skip
        (folder / name).write_text(content, encoding="latin-1")
    return subprocess.run(
        ["c++", "-std=c++20", "-w", "-include", "Switch.hpp", "-o", "mutated", "Mutated.cpp", "Main.cpp",
         "Switch.cpp"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip


def _says(folder: Path, number: int, reached: Path | None = None) -> str:
    environment = {**os.environ, switch.ACTIVE: str(number)}
    if reached is not None:
        environment[switch.REACHED] = str(reached)
    done = subprocess.run(
        [folder / "mutated"], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def test_one_build_is_every_mutant_and_the_original(found: list[Candidate], tmp_path: Path) -> None:
    """The number in the environment decides which; none is the original."""
    found = [each for each in found if each.file.endswith("Small.cpp")]
    done = _compile(tmp_path, schemata.render(SOURCE, found).text)
    assert done.returncode == 0, done.stdout
    number = {(each.operator, each.text, each.becomes): each.number for each in found}
    assert _says(tmp_path, 0) == "3 6 3 22 1 1 -1 2"
    assert _says(tmp_path, number["removed statement", "Note();", "nothing"]) == "3 6 3 20 1 1 -1 2"
    assert _says(tmp_path, number["removed close", "Close();", "nothing"]) == "3 6 3 2 1 1 -1 2"
    assert (
        _says(tmp_path, number["boundary", "value > most", "value >= most"]) == "3 3 3 11 1 1 -1 2"
    )
    assert (
        _says(tmp_path, number["swapped argument", "Difference(5, 2)", "Difference(2, 5)"])
        == "-3 6 3 22 1 1 -1 2"
    )


def test_the_build_notes_which_places_were_reached(found: list[Candidate], tmp_path: Path) -> None:
    """IsRed is never called, Twice is."""
    found = [each for each in found if each.file.endswith("Small.cpp")]
    assert _compile(tmp_path, schemata.render(SOURCE, found).text).returncode == 0
    reached = tmp_path / "reached"
    reached.write_bytes(bytes(switch.MOST))
    _says(tmp_path, 0, reached)
    content = reached.read_bytes()
    functions = {each.function for each in found if content[each.number]}
    assert "Twice" in functions and "Note" in functions
    assert "IsRed" not in functions


def test_the_compilers_errors_name_the_mutants_that_are_none(
    found: list[Candidate], tmp_path: Path
) -> None:
    """What does not compile is found by the lines that the errors name."""
    found = [each for each in found if each.file.endswith("Small.cpp")]
    place = next(each for each in found if each.text == "value * 2")
    broken = Candidate(**{**place.__dict__, "replacement": "no_such_name", "number": 999})
    rendered = schemata.render(SOURCE, [*found, broken])
    done = _compile(tmp_path, rendered.text)
    owners = {str(tmp_path / "Mutated.cpp"): rendered.owners}
    assert schemata.blamed(done.stdout, tmp_path, owners) == {999}


def test_a_body_that_is_an_if_leaves_the_original_its_else(
    found: list[Candidate], tmp_path: Path
) -> None:
    """A replacement of more than one statement, an "if" among them, stands in a body's place only while it is on."""
    place = next(each for each in found if each.text == "value * 2")
    body = "{ return left - right; }"
    start = SOURCE.index(body)
    unbraced = replace(
        place,
        shape=model.BODY,
        start=start,
        end=start + len(body),
        replacement="if (left > 100) { return 0; } return 77;",
        number=999,
    )
    done = _compile(tmp_path, schemata.render(SOURCE, [unbraced]).text)
    assert done.returncode == 0, done.stdout
    assert _says(tmp_path, 0).startswith("3 ")
    assert _says(tmp_path, 999).startswith("77 ")
