"""The catalogue of defects: each still fits the reference, and what is wrong in it is said with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipects import paths, spec
from pipects.cases import Test
from pipects.commands import defects
from pipects.errors import Interrupted, UserError
from pipects.mutation import build, catalogue, trial
from pipects.mutation.catalogue import Defect, Edit
from pipects.mutation.model import Kill, Outcome
from pipects.mutation.spread import Task
from pipects.mutation.target import UNIX, WINDOWS, Target
from pipects.observe import windows_programs


@pytest.mark.parametrize("target", [UNIX, WINDOWS], ids=lambda each: each.system)
def test_every_defect_still_fits_the_reference(
    target: Target, every_test: list[Test], tmp_path: Path
) -> None:
    """Its text stands once in its function, what becomes of it compiles, and tests are about its requirement."""
    if target is WINDOWS and not shutil.which(windows_programs.COMPILER):
        pytest.skip(f"{windows_programs.COMPILER} is not installed")
    every = catalogue.fitting(spec.load(), target)
    assert len(every) >= 100
    build.check_defects(tmp_path, every, target)
    asked = [each for each in every_test if target.takes(each.platforms)]
    for defect in every:
        assert defects.covering(defect, asked, bound=bool(target.besides))


def test_a_defect_that_does_not_compile_is_named(tmp_path: Path) -> None:
    first, second = catalogue.fitting(spec.load(), UNIX)[:2]
    (edit,) = first.edits
    wrong = replace(first, edits=(replace(edit, replace=f"no_such_name == {edit.find}"),))
    with pytest.raises(UserError, match=f"^{wrong.where}: does not compile: {wrong.id}\n"):
        build.check_defects(tmp_path, [second, wrong])


ENTRY = """- id: {id}
  title: A mistake
  requirements: [{requirement}]
  file: reference/src/Stream.cpp
  find: "x"
  replace: "y"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY.format(id="a", requirement="no.such"), ":1: unknown requirement 'no.such'"),
        (
            ENTRY.format(id="b", requirement="stream.read.count")
            + ENTRY.format(id="a", requirement="stream.read.count"),
            ":7: a stands behind b",
        ),
        (
            ENTRY.format(id="a", requirement="stream.read.count") * 2,
            ":7: the defect a stands twice",
        ),
        (
            ENTRY.format(id="a", requirement="")
            .replace("[]", "[x]", 1)
            .replace("file: ref", "file: /ref"),
            ":1: file: ",
        ),
    ],
)
def test_a_wrong_catalogue_is_said_with_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    """Before anything is built."""
    file = tmp_path / "reference.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        catalogue.load(spec.load(), file)
    assert said in str(raised.value)


SOURCE = """
int Twice(int value) {
    if (value > 3) {
        auto doubled = [](int each) { return each * 2; };
        return doubled(value);
    }
    return value + value;
}
struct Counter {
    Counter(int first) : first_(first), last_(first) {}
    int first_;
    int last_ = 0;
};
"""


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    file = tmp_path / "reference/src/Small.cpp"
    file.parent.mkdir(parents=True)
    file.write_text(SOURCE, encoding="utf-8")
    return tmp_path


def _defect(find: str, replace: str, function: str | None = None) -> Defect:
    edit = Edit("reference/src/Small.cpp", find, replace, function)
    return Defect("small", "A mistake", ("stream.read.count",), (edit,), None, "catalogue.yaml:1")


def test_a_defect_is_the_innermost_block_with_its_text_replaced(root: Path) -> None:
    """So that another body of a lambda is the same lambda."""
    (found,) = catalogue.candidates(root, [_defect("each * 2", "each * 3")])
    assert (found.shape, found.function) == ("body", "Twice")
    assert found.replacement == "{ return each * 3; }"


def test_a_defect_never_ends_the_block_that_it_stands_in(root: Path) -> None:
    """A text with more braces than it replaces is that of the block around."""
    (found,) = catalogue.candidates(
        root, [_defect("if (value > 3) {", "if (value > 4) { return 0; } if (value > 3) {")]
    )
    assert found.start == SOURCE.index("{")
    assert found.replacement.endswith("} return value + value; }")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("{ a; { b; } }", True),
        ("{ a; } if (b) { c; }", False),
        ('{ f("}"); }', True),
        ("{ a; } }", False),
        ("{ f('{'); // }\n }", True),
        ("a + b", True),
    ],
)
def test_a_block_is_whole_if_its_braces_meet(text: str, whole: bool) -> None:
    """Whatever stands in strings and comments."""
    assert catalogue.is_whole(text) == whole


def test_a_defect_of_an_initialiser_is_its_innermost_expression(root: Path) -> None:
    """There no other statement could stand."""
    (found,) = catalogue.candidates(root, [_defect("0", "1", "Counter::last_")])
    assert (found.shape, found.replacement) == ("expression", "1")


@pytest.mark.parametrize(
    ("find", "function", "said"),
    [
        ("value + 3", None, "its text stands 0 times in reference/src/Small.cpp"),
        ("value", "Twice", "its text stands 4 times in Twice in reference/src/Small.cpp"),
        ("struct Counter", None, "its text stands 0 times"),
    ],
)
def test_a_text_that_does_not_stand_once_is_said(
    root: Path, find: str, function: str | None, said: str
) -> None:
    """With the defect and the place of its entry."""
    with pytest.raises(UserError, match=f"catalogue.yaml:1: small: {said}"):
        catalogue.candidates(root, [_defect(find, "0", function)])


def test_a_defect_that_no_test_is_about_is_an_error() -> None:
    """It could not be caught."""
    with pytest.raises(UserError, match="no test is about stream.read.count"):
        defects.covering(_defect("x", "y"), [])


class Interrupting:
    """A worker whose user ends the command in the third trial."""

    count = 1

    def map(
        self, function: Callable[..., Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Any]]:
        """See Workers. The sound copy is green; each odd defect is seen."""
        for times, task in enumerate(tasks):
            number = int(task[1])
            if times == 2:
                raise Interrupted("SIGINT")
            kill = Kill("a", "stream.flush.disposed", "fail", "outcome", "a step", "this", "that")
            yield task, Outcome(number, "killed", 1, 0.1, kill if number % 2 else None)

    def close(self) -> None:
        """See Workers."""


def test_what_was_tried_before_an_interrupt_is_kept(every_test: list[Test]) -> None:
    every = catalogue.fitting(spec.load(), UNIX)
    bench = trial.Bench("adapter", "session", 1.0)
    kills = defects.tried(
        every, every[:4], every_test, bench, Interrupting(), Console(quiet=True), 1
    )  # fmt: skip
    first, second = (each.id for each in every[:2])
    assert {name: len(seen) for name, seen in kills.items()} == {first: 1, second: 0}
