"""The faults put into the reference: each still fits its source, so that `pipects defects` can show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipects.commands import defects
from pipects.errors import UserError


def test_every_fault_still_fits_the_reference() -> None:
    """Its text stands exactly once in its file."""
    assert len(defects.load()) >= 10


def test_a_fault_that_no_longer_fits_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the defect's name and the file."""
    moved = defects.FILE.read_text(encoding="utf-8").replace(
        '  find: "', '  find: "no such text ', 1
    )
    file = tmp_path / "reference.yaml"
    file.write_text(moved, encoding="utf-8")
    monkeypatch.setattr(defects, "FILE", file)
    with pytest.raises(UserError, match="both-ends-lost: its text stands 0 times"):
        defects.load()
