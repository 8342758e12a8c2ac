"""The catalogue of defects: mistakes made by hand, each a text of the reference and what stands in its place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipects import datafile, paths
from pipects.errors import UserError
from pipects.mutation import syntax
from pipects.mutation.model import BODY, EXPRESSION, Candidate, one_line
from pipects.mutation.syntax import Function, Tree
from pipects.mutation.target import UNIX, Target
from pipects.observe import platforms
from pipects.spec import Spec

FILE = paths.ROOT / "conformance" / "defects" / "reference.yaml"


@dataclass(frozen=True)
class Edit:
    """A text that stands once in a file, or in one of its functions, and what stands in its place."""

    file: str
    find: str
    replace: str
    function: str | None


@dataclass(frozen=True)
class Defect:
    """One mistake, and the requirements at one of which it must be caught."""

    id: str
    title: str
    requirements: tuple[str, ...]
    edits: tuple[Edit, ...]
    bug: str | None
    """The public report that it is modelled on, if there is one."""
    where: str
    platform: str = platforms.ANY
    """Where it can be made: what it calls may be one system's, and what it does no mistake on the other."""
    is_bound: bool = False
    """Whether no case can show it, since the protocol has no word for it: the binding's own tests must."""

    def fits(self, target: Target) -> bool:
        """Whether the mistake can be made in what is built for a system."""
        if self.is_bound and not target.besides:
            return False
        return target.takes(self.platform) and all(
            target.holds(Path(edit.file)) for edit in self.edits
        )


def fitting(spec: Spec, target: Target) -> list[Defect]:
    """The catalogue's defects that can be planted into what is built for a system, and are asked about there."""
    asked = {each.id for each in spec.requirements.values() if target.takes(each.platforms)}
    return [
        each
        for each in load(spec).values()
        if each.fits(target) and asked.intersection(each.requirements)
    ]


def load(spec: Spec, file: Path = FILE) -> dict[str, Defect]:
    """The catalogue by id. Raises UserError with file and line for what is wrong in it."""
    found: dict[str, Defect] = {}
    for entry in datafile.load(file, "defect"):
        where = f"{paths.shown(file)}:{entry.line}"
        defect = Defect(
            entry["id"],
            entry["title"],
            tuple(entry["requirements"]),
            tuple(map(_edit, [entry, *entry.get("also", ())])),
            entry.get("bug"),
            where,
            entry.get("platform", platforms.ANY),
            entry.get("shown-by") == "binding",
        )
        if defect.id in found:
            raise UserError(f"{where}: the defect {defect.id} stands twice")
        if found and defect.id < next(reversed(found)):
            raise UserError(f"{where}: {defect.id} stands behind {next(reversed(found))}")
        for requirement in defect.requirements:
            if requirement not in spec.requirements:
                raise UserError(f"{where}: unknown requirement '{requirement}'")
        found[defect.id] = defect
    return found


def _edit(entry: Mapping[str, Any]) -> Edit:
    return Edit(entry["file"], entry["find"], entry["replace"], entry.get("in"))


def candidates(root: Path, defects: Sequence[Defect], target: Target = UNIX) -> list[Candidate]:
    """The changes of each defect, numbered from 1 by its place in `defects`.

    Raises UserError if a text does not stand exactly once, or where nothing is executed.
    """
    trees = {tree.name: tree for tree in syntax.trees(root, target)}
    return [
        _candidate(trees, defect, edits, number)
        for number, defect in enumerate(defects, 1)
        for edits in _by_function(trees, defect)
    ]


@dataclass(frozen=True)
class _Found:
    """An edit, where its text begins and ends, and the function and its part that it lies in."""

    edit: Edit
    start: int
    end: int
    function: Function
    part: Any


def _by_function(trees: Mapping[str, Tree], defect: Defect) -> list[list[_Found]]:
    """The edits of a defect, those in the same body together."""
    grouped: dict[tuple[str, int], list[_Found]] = {}
    for edit in defect.edits:
        if edit.file not in trees:
            raise UserError(f"{defect.where}: {defect.id}: the reference has no file {edit.file}")
        found = _locate(trees[edit.file], edit, defect)
        grouped.setdefault((edit.file, found.part.extent.start.offset), []).append(found)
    return list(grouped.values())


def _locate(tree: Tree, edit: Edit, defect: Defect) -> _Found:
    find = _as_libclang_counts(edit.find)
    starts = [match.start() for match in re.finditer(re.escape(find), tree.text)]
    found = [
        _Found(edit, at, at + len(find), function, part)
        for function in syntax.functions(tree)
        for part in function.parts
        for at in starts
        if _holds(part, at, at + len(find)) and edit.function in (None, function.name)
    ]
    if len(found) != 1:
        within = f" in {edit.function}" if edit.function else ""
        raise UserError(
            f"{defect.where}: {defect.id}: its text stands {len(found)} times{within} in {edit.file}",
            "a text must stand in a function's body or in what initialises a member",
        )
    return found[0]


def _candidate(
    trees: Mapping[str, Tree], defect: Defect, edits: Sequence[_Found], number: int
) -> Candidate:
    first = edits[0]
    tree = trees[first.edit.file]
    changes = sorted(map(_change, edits), key=lambda each: -each.start)
    regions = _regions(first.part, changes[-1].start, max(each.end for each in changes))
    start, end, text, shape = next(
        (start, end, text, shape)
        for start, end, shape in regions
        if is_whole(text := _changed(tree.text[start:end], start, changes))
        or (start, end) == regions[-1][:2]
    )
    return Candidate(
        file=tree.name, line=tree.text.count("\n", 0, start) + 1, function=first.function.name,
        operator=defect.id, text=one_line(first.edit.find), becomes=one_line(first.edit.replace),
        shape=shape, start=start, end=end, replacement=one_line(text), number=number,
    )  # fmt: skip


@dataclass(frozen=True)
class _Change:
    """What an edit changes of the text that it is found by: the rest only tells which text is meant."""

    start: int
    end: int
    text: str


def _change(found: _Found) -> _Change:
    find, replace = map(_as_libclang_counts, (found.edit.find, found.edit.replace))
    before = len(os.path.commonprefix([find, replace]))
    after = len(os.path.commonprefix([text[before:][::-1] for text in (find, replace)]))
    return _Change(found.start + before, found.end - after, replace[before : len(replace) - after])


def _changed(text: str, start: int, changes: Sequence[_Change]) -> str:
    """A stretch that begins at `start` with the changes in it, of which the last comes first."""
    for each in changes:
        text = text[: each.start - start] + each.text + text[each.end - start :]
    return text


def is_whole(text: str) -> bool:
    """Whether every brace that opens in the text closes in it, the first one with its last character."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//[^\n]*', "", text).rstrip()
    depth = 0
    for at, character in enumerate(bare):
        depth += (character == "{") - (character == "}")
        if depth < 0 or (depth == 0 and bare[0] == "{" and at < len(bare) - 1):
            return False
    return depth == 0


def _regions(part: Any, start: int, end: int) -> list[tuple[int, int, str]]:
    """The blocks (of an initialiser: expressions) that hold the whole stretch, the innermost first."""
    is_body = part.kind.name == "COMPOUND_STMT"
    found, inside = [part], [part]
    while inside:
        inside = [
            child
            for cursor in inside
            for child in cursor.get_children()
            if _holds(child, start, end)
        ]
        found += [
            child
            for child in inside
            if (_is_block(child) if is_body else child.kind.is_expression())
        ]
    shape = BODY if is_body else EXPRESSION
    return [
        (cursor.extent.start.offset, cursor.extent.end.offset, shape) for cursor in reversed(found)
    ]


def _is_block(cursor: Any) -> bool:
    """Whether it may stand in the branch of an if: what has a switch's labels may not."""
    return cursor.kind.name == "COMPOUND_STMT" and not any(
        child.kind.name in ("CASE_STMT", "DEFAULT_STMT") for child in cursor.get_children()
    )


def _holds(cursor: Any, start: int, end: int) -> bool:
    return bool(cursor.extent.start.offset <= start and end <= cursor.extent.end.offset)


def _as_libclang_counts(text: str) -> str:
    """A character a byte."""
    return text.encode().decode("latin-1")
