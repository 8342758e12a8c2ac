"""What the binding's own tests say of a mistake: how one is run, what counts as red, which are about a requirement."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipects import verdicts
from pipects.cases import Test
from pipects.commands import defects
from pipects.errors import UserError
from pipects.mutation import binding, switch
from pipects.mutation.catalogue import Defect, Edit

NAME = "binding/derived/handle/connects"


def _program(folder: Path, script: str) -> Path:
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def test_a_green_test_kills_nothing(tmp_path: Path) -> None:
    """It is run alone, with the mistake that is asked for."""
    program = _program(tmp_path, f'test "$1" = --run_test={NAME} && test "${switch.ACTIVE}" = 7')
    assert binding.run(program, NAME, 1.0, {switch.ACTIVE: "7"}) is None
    assert binding.run(program, NAME, 1.0, {switch.ACTIVE: "8"}) is not None


@pytest.mark.parametrize(
    ("script", "verdict", "actual"),
    [
        (
            f"echo 'a.cpp(14): error: in \"{NAME}\": check x has failed'; exit 201",
            verdicts.FAIL,
            f'"{NAME}": check x has failed',
        ),
        (
            f"echo 'unknown location(0): fatal error: in \"{NAME}\": memory access violation'; exit 201",
            verdicts.CRASH,
            f'"{NAME}": memory access violation',
        ),
        ("kill -ABRT $$", verdicts.CRASH, "exit status -6"),
        ("exec sleep 60", verdicts.HANG, "it does not end"),
    ],
)
def test_what_is_red(tmp_path: Path, script: str, verdict: str, actual: str) -> None:
    """A failed check, a signal that Boost.Test reports or does not, and no end."""
    kill = binding.run(_program(tmp_path, script), NAME, 0.02 if "sleep" in script else 1.0, {})
    assert kill is not None
    assert (kill.test, kill.verdict, kill.actual) == (NAME, verdict, actual)
    assert kill.requirement == "stream.initialize-handle.connected"


def test_a_derived_class_is_asked_where_its_requirement_is_broken(every_test: list[Test]) -> None:
    """No case is about it: without the binding's program nothing could see it."""
    defect = Defect(
        "a", "A mistake", ("stream.initialize-handle.connected",), (Edit("x", "y", "z", None),), None, "here"
    )  # fmt: skip
    asked = defects.covering(defect, every_test)
    assert NAME in asked and all(each.startswith(binding.PREFIX) for each in asked)
    with pytest.raises(UserError, match="no test is about"):
        defects.covering(defect, every_test, bound=False)
    assert not any(test.id.startswith(binding.PREFIX) for test in every_test)
