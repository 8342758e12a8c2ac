"""Releases, and the deviations that hold in a range of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipects import implementations, spec
from pipects.errors import UserError
from pipects.releases import Range

MANIFEST = """\
name: An implementation with releases
language: none
sources: []
requires: []
build: []
start: [/bin/false]
deviations: each.deviations.yaml
"""
ENTRY = """\
- requirement: stream.read-byte.value
  tests: [stream.read.*]
  verdict: fail
  happens: it does
  releases: "{range}"
  kind: implementation
  reason: because
  link: https://example.org/
"""


@pytest.mark.parametrize(
    ("text", "release", "holds"),
    [
        (">=6", "6.0.0", True),
        (">=6", "11.0.0", True),
        (">=6", "3.1.3", False),
        (">=8,<11", "10.0.15", True),
        (">=8,<11", "11.0.0", False),
        ("<10", "9.0.23", True),
        ("<9.0.23", "9.0.3", True),  # numbers, not texts
        ("==10.0.*", "10.0.14", True),
        (">=11", "11.0.0-preview.3", True),
    ],
)
def test_a_range_holds_what_it_says(text: str, release: str, holds: bool) -> None:
    assert Range(text).holds(release) is holds


@pytest.mark.parametrize("text", ["8", "from 8 on", ">=eight"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="no range of releases"):
        Range(text)


def one(folder: Path, more: str, releases: str) -> implementations.Implementation:
    (folder / "one.yaml").write_text(MANIFEST + more)
    (folder / "each.deviations.yaml").write_text(ENTRY.replace("{range}", releases))
    return implementations.load(spec.load(), [folder])["one"]


def test_an_implementation_has_the_deviations_of_its_release(tmp_path: Path) -> None:
    assert len(one(tmp_path, 'release: "10.0"\n', ">=8").deviations) == 1
    assert one(tmp_path, 'release: "10.0"\n', "<8").deviations == ()


def test_a_range_without_a_release_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"each\.deviations\.yaml:1: .*one\.yaml says no 'release'"):
        one(tmp_path, "", ">=8")


@pytest.mark.parametrize(("release", "told"), [("11.0.0", False), ("11.0.1", True), ("12", True)])
def test_a_release_newer_than_the_list_says_so(tmp_path: Path, release: str, told: bool) -> None:
    found = one(tmp_path, f'release: "{release}"\nconfirmed: "11.0.0"\n', ">=8")
    assert (found.unconfirmed is not None) is told
    assert len(found.deviations) == 1
