"""The reference's sources, parsed by libclang: their files, and the functions that they define."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipects.errors import UserError
from pipects.mutation.target import UNIX, Target

FOR_SERIALIZATION = 0x10
"""libclang's option for a header that is saved; its binding has no name for it."""
FOLDERS = ("reference/src", "reference/include")


def clang() -> Any:
    """The binding of libclang. Raises UserError where it is not installed."""
    try:
        from clang import cindex
    except ImportError:
        raise UserError(
            "libclang's Python binding is missing",
            "install Debian's python3-clang and libclang-common-14-dev",
        ) from None
    return cindex


class Tree:
    """One file of the reference, parsed, with the cursors that stand at its outermost level."""

    def __init__(self, name: str, content: bytes, cursors: Sequence[Any]) -> None:
        self.name = name
        self.text = content.decode("latin-1")  # a character a byte, as libclang counts
        self.cursors = cursors


class Function:
    """A definition with a body, or a member with an initialiser."""

    def __init__(self, name: str, cursor: Any, parts: Sequence[Any]) -> None:
        self.name = name
        self.cursor = cursor
        self.parts = parts
        """Its body, and what initialises members before it."""


def trees(root: Path, target: Target = UNIX) -> Iterator[Tree]:
    """The files of the reference that are compiled for a system, each parsed once."""
    index = clang().Index.create()
    arguments = [
        "-x",
        "c++",
        "-std=c++20",
        *(f"-I{root / folder}" for folder in FOLDERS),
        *target.parsing(),
    ]
    done: set[str] = set()
    with _standard_headers(index, root, target, arguments) as prelude:
        for file in sorted(_compiled(root / FOLDERS[0], "*.cpp", target)):
            unit = index.parse(str(file), args=[*arguments, *prelude])
            for problem in unit.diagnostics:
                if problem.severity >= 3:
                    raise UserError(
                        f"{file.relative_to(root)}:{problem.location.line}: {problem.spelling}"
                    )
            yield from _of_unit(unit, root, done)


def _compiled(folder: Path, pattern: str, target: Target) -> Iterator[Path]:
    return filter(target.holds, folder.rglob(pattern))


def _of_unit(unit: Any, root: Path, done: set[str]) -> Iterator[Tree]:
    """The files of the reference that a source is made of, but for those that another one had."""
    cursors: dict[str, list[Any]] = {}
    for cursor in unit.cursor.get_children():
        where = cursor.location.file
        if where is not None:
            cursors.setdefault(where.name, []).append(cursor)
    for name, found in cursors.items():
        path = Path(name).resolve()
        if any(path.is_relative_to(root / folder) for folder in FOLDERS) and str(path) not in done:
            done.add(str(path))
            yield Tree(str(path.relative_to(root)), path.read_bytes(), found)


@contextlib.contextmanager
def _standard_headers(
    index: Any, root: Path, target: Target, arguments: Sequence[str]
) -> Iterator[list[str]]:
    """What makes libclang read the standard headers once for all sources: that is most of its work."""
    own = {str(path.relative_to(root / FOLDERS[1])) for path in (root / FOLDERS[1]).rglob("*.hpp")}
    wanted = {
        name
        for folder in FOLDERS
        for path in _compiled(root / folder, "*.[ch]pp", target)
        for name in re.findall(r"^#include <([^>.]+)>", path.read_text("utf-8"), re.MULTILINE)
    }
    text = "".join(f"#include <{name}>\n" for name in sorted(wanted - own))
    with tempfile.TemporaryDirectory(prefix="pipects-headers-") as folder:
        header = Path(folder) / "standard.hpp"
        header.write_text(text, encoding="utf-8")
        unit = index.parse(
            str(header), args=["-x", "c++-header", *arguments[2:]], options=FOR_SERIALIZATION
        )
        unit.save(str(header) + ".pch")
        yield ["-include-pch", f"{header}.pch"]


def functions(tree: Tree) -> Iterator[Function]:
    """Every function that the file defines, members and templates too, lambdas with their function."""
    for cursor in tree.cursors:
        yield from _functions(cursor)


def _functions(cursor: Any) -> Iterator[Function]:
    kind = cursor.kind.name
    if kind in ("NAMESPACE", "CLASS_DECL", "STRUCT_DECL", "CLASS_TEMPLATE", "LINKAGE_SPEC",
                "CLASS_TEMPLATE_PARTIAL_SPECIALIZATION"):  # fmt: skip
        for child in cursor.get_children():
            yield from _functions(child)
    elif kind in ("FUNCTION_DECL", "CXX_METHOD", "CONSTRUCTOR", "DESTRUCTOR", "CONVERSION_FUNCTION",
                  "FUNCTION_TEMPLATE"):  # fmt: skip
        parts = [
            part
            for part in map(_body, cursor.get_children())
            if part.kind.name == "COMPOUND_STMT"
            or (part.kind.is_expression() and kind == "CONSTRUCTOR")
        ]
        if any(part.kind.name == "COMPOUND_STMT" for part in parts):
            yield Function(_name(cursor), cursor, parts)
    elif kind == "FIELD_DECL":
        if parts := [child for child in cursor.get_children() if child.kind.is_expression()]:
            yield Function(_name(cursor), cursor, parts)


def _body(cursor: Any) -> Any:
    """A coroutine's body stands one level deeper than a function's."""
    if cursor.kind.name == "UNEXPOSED_STMT":
        return next(iter(cursor.get_children()), cursor)
    return cursor


def _name(cursor: Any) -> str:
    """The name with its classes', without namespaces and template arguments."""
    parts = [re.sub(r"<.*", "", cursor.spelling)]
    while (cursor := cursor.semantic_parent) is not None and "NAMESPACE" not in cursor.kind.name:
        if cursor.kind.name == "TRANSLATION_UNIT":
            break
        parts.insert(0, cursor.spelling)
    return "::".join(parts)
