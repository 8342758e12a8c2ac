"""Requirements against what names them."""

from __future__ import annotations

from pathlib import Path

from pipects import spec, traceability


def test_a_comment_may_name_only_what_is_a_requirement(tmp_path: Path) -> None:
    (tmp_path / "Pipe.cpp").write_text(
        "int a[] = {1};  // [stream.read.short, stream.read.blocks-until-count]\n"
        "int b;  // [server.pipe.unnamed] and [1]\n"
    )
    found = traceability.unknown_in_reference(spec.load(), tmp_path)
    assert found == [f"{tmp_path}/Pipe.cpp:1: stream.read.blocks-until-count"]


def test_the_reference_names_only_requirements() -> None:
    assert traceability.unknown_in_reference(spec.load()) == []
