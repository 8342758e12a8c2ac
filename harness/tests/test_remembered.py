"""What is kept between commands: as long as the files are as they were, and no longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipects import remembered
from pipects.errors import UserError


class Maker:
    """Counts how often something had to be made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.yaml").write_text("a")
    return folder


def test_what_is_as_it_was_is_not_made_again(source: Path, tmp_path: Path) -> None:
    make = Maker()
    assert [remembered.of("it", [source], make, tmp_path) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("change", ["content", "name", "more", "less"])
def test_any_change_makes_it_anew(source: Path, tmp_path: Path, change: str) -> None:
    make = Maker()
    remembered.of("it", [source], make, tmp_path)
    file = source / "a.yaml"
    if change == "content":
        file.write_text("b")
    elif change == "name":
        file.rename(source / "b.yaml")
    elif change == "more":
        (source / "b.yaml").write_text("")
    else:
        file.unlink()
    assert remembered.of("it", [source], make, tmp_path) == 2


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x05cnowhere\nnothing\n."])
def test_what_can_not_be_read_is_made_anew(source: Path, tmp_path: Path, content: bytes) -> None:
    make = Maker()
    remembered.of("it", [source], make, tmp_path)
    (kept,) = (tmp_path / "remembered").iterdir()
    kept.write_bytes(content)
    assert remembered.of("it", [source], make, tmp_path) == 2


def test_an_error_is_not_remembered(source: Path, tmp_path: Path) -> None:
    def refuse() -> int:
        raise UserError("a.yaml:1: it is wrong")

    with pytest.raises(UserError):
        remembered.of("it", [source], refuse, tmp_path)
    assert remembered.of("it", [source], Maker(), tmp_path) == 1


def test_few_are_kept(source: Path, tmp_path: Path) -> None:
    for number in range(remembered.KEPT + 3):
        (source / "a.yaml").write_text(str(number))
        remembered.of("it", [source], Maker(), tmp_path)
    assert len([*(tmp_path / "remembered").iterdir()]) == remembered.KEPT


def test_what_is_made_at_once_is_not_kept(source: Path, tmp_path: Path) -> None:
    make = Maker()
    assert [remembered.of("it", [source], make, tmp_path, worth=60) for _ in range(2)] == [1, 2]


def test_a_single_file_counts_as_a_folder_does(source: Path, tmp_path: Path) -> None:
    make = Maker()
    file = source / "a.yaml"
    assert [remembered.of("it", [file], make, tmp_path) for _ in range(2)] == [1, 1]
    file.write_text("b")
    assert remembered.of("it", [file], make, tmp_path) == 2
