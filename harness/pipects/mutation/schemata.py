"""All mutants of a file in one text: each change stands beside the original, behind a question to the switch.

Every alternative has a line of its own, so that a compiler's error names the mutant that it is about.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipects.mutation.model import (
    BODY,
    DECLARATION,
    EXPRESSION,
    GUARD,
    OPPOSITE,
    SWAP,
    Candidate,
    one_line,
)

ON = "PIPECTS_ON({})"


@dataclass
class _Node:
    """A stretch of the original with what may stand in its place, and the stretches inside it."""

    start: int
    end: int
    statement: bool
    changes: list[Candidate] = field(default_factory=list)
    held_back: list[Candidate] = field(default_factory=list)
    """Swaps that have done this statement already, before the one in front of it."""
    inner: list["_Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Rendered:
    """A file with its mutants, and whose line each is."""

    text: str
    owners: tuple[tuple[int, ...], ...]
    """By line, from 1 (the first entry stands for none): the innermost mutants that wrote it."""


def render(text: str, candidates: Iterable[Candidate]) -> Rendered:
    """The file's text with all its candidates. What overlaps another without lying in it is left out."""
    root = _Node(0, len(text), False)
    for node in _nodes(candidates):
        _insert(root, node)
    writer = _Writer(text)
    writer.inside(root, ())
    return writer.rendered()


def _nodes(candidates: Iterable[Candidate]) -> list[_Node]:
    """The nodes, outer before inner."""
    nodes: dict[tuple[int, int, bool], _Node] = {}

    def node(start: int, end: int, statement: bool) -> _Node:
        return nodes.setdefault((start, end, statement), _Node(start, end, statement))

    for each in candidates:
        node(each.start, each.end, each.shape not in (EXPRESSION, OPPOSITE)).changes.append(each)
        if each.shape == SWAP:
            node(*each.second, True).held_back.append(each)
    return sorted(nodes.values(), key=lambda n: (n.start, -n.end, not n.statement))


def _insert(outer: _Node, node: _Node) -> None:
    for inner in outer.inner:
        if inner.start <= node.start and node.end <= inner.end:
            return _insert(inner, node)
        if node.start < inner.end and inner.start < node.end:
            return None
    outer.inner.append(node)
    return None


class _Writer:
    """The mutated text as it grows, with the owner of every line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._owners: list[tuple[int, ...]] = [(), ()]

    def rendered(self) -> Rendered:
        return Rendered("".join(self._parts), tuple(self._owners))

    def inside(self, node: _Node, owner: tuple[int, ...]) -> None:
        """The original of a node with the nodes in it."""
        at = node.start
        for inner in node.inner:
            self._write(self._text[at : inner.start], owner)
            if inner.statement:
                self._statement(inner)
            else:
                self._expression(inner)
            at = inner.end
        self._write(self._text[at : node.end], owner)

    def _expression(self, node: _Node) -> None:
        owner = _numbers(node.changes)
        original = one_line(self._text[node.start : node.end])
        others = [each for each in node.changes if each.shape == EXPRESSION]
        opposites = [each for each in node.changes if each.shape == OPPOSITE]
        for each in others:  # of the original's own type: else the two would agree on a third
            asked = f"{ON.format(each.number)} ? static_cast<decltype(({original}))>"
            self._line(f"({asked}({each.replacement}) :", (each.number,))
        for each in opposites:
            self._line(f"({ON.format(each.number)} != static_cast<bool>(", (each.number,))
        self._write("\n(", owner)
        self.inside(node, owner)
        self._write(")" + "))" * len(opposites) + ")" * len(others) + "\n", owner)

    def _statement(self, node: _Node) -> None:
        if node.changes and node.changes[0].shape == BODY:
            self._bodies(node)
            return
        for each in node.changes:
            if each.shape == DECLARATION:
                self._line(each.replacement.replace("@ON@", ON.format(each.number)), (each.number,))
                return
            if each.shape == SWAP:
                self._line(
                    f"if ({ON.format(each.number)}) {{ {each.replacement} }}", (each.number,)
                )
        absent = [each for each in node.changes if each.shape == GUARD] + node.held_back
        owner = _numbers([*node.changes, *node.held_back])
        if absent:
            asked = " && ".join(f"!{ON.format(each.number)}" for each in absent)
            self._line(f"if ({asked}) {{", owner)
        self.inside(node, owner)
        if absent:
            self._line("}", owner)

    def _bodies(self, node: _Node) -> None:
        """A function's body beside those that may stand in its place."""
        self._write("{", ())
        for each in node.changes:
            # Within braces: a replacement may be an "if" itself, which would take the "else".
            self._line(
                f"if ({ON.format(each.number)}) {{ {each.replacement} }} else", (each.number,)
            )
        self.inside(node, ())
        self._write("}", ())

    def _line(self, text: str, owner: tuple[int, ...]) -> None:
        self._write("\n", ())
        self._write(text, owner)
        self._write("\n", ())

    def _write(self, text: str, owner: tuple[int, ...]) -> None:
        self._parts.append(text)
        pieces = text.split("\n")
        if pieces[0].strip() and owner:
            self._owners[-1] = owner
        self._owners.extend(owner if piece.strip() else () for piece in pieces[1:])


def _numbers(changes: Sequence[Candidate]) -> tuple[int, ...]:
    return tuple(each.number for each in changes)


ERROR = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):\d+:\s+(?P<kind>.*)$", re.MULTILINE)


def blamed(output: str, folder: Path, owners: Mapping[str, Sequence[tuple[int, ...]]]) -> set[int]:
    """The mutants that a compiler's errors are about, by the lines that they and their notes name.

    `owners` has the owners of the lines by the file's path; the compiler was run in `folder`.
    """
    guilty: set[int] = set()
    for block in _blocks(output):
        for match in block:
            lines = owners.get(os.path.normpath(folder / match["file"]))
            if lines is not None and (owner := _nearest(lines, int(match["line"]))):
                guilty.update(owner)
                break
    return guilty


def _nearest(lines: Sequence[tuple[int, ...]], number: int) -> tuple[int, ...]:
    """The owner of a line; of one that is nobody's the next that has one: an error may stand before its cause."""
    after, before = range(number + 1, number + 4), range(number - 1, number - 80, -1)
    for line in [number, *after, *before]:  # a function that ends without a value: far before
        if 0 < line < len(lines) and lines[line]:
            return tuple(lines[line])
    return ()


def _blocks(output: str) -> Iterable[list[re.Match[str]]]:
    """For each error the places to look at: its own, those that required it, then its notes."""
    required: list[re.Match[str]] = []
    block: list[re.Match[str]] = []
    for match in ERROR.finditer(output):
        kind = match["kind"]
        if "required from" in kind or "required by" in kind:
            required.append(match)
        elif kind.startswith(("error", "fatal error", "internal compiler error")):
            if block:
                yield block
            block, required = [match, *required], []
        elif block:
            block.append(match)
    if block:
        yield block
