"""The space of a rule: axes, the cells that a requirement spans, and those that are none."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipects import datafile, paths
from pipects.errors import UserError

Cell = tuple[tuple[str, str], ...]
"""One point of a space, (axis, value) by axis; a pair of them where all pairs are enough."""

LARGEST = 20_000
"""No rule has more cells than this: whoever writes more wants `pairs`."""


@dataclass(frozen=True)
class Axis:
    """What a rule can hold over, and its values, each with a sentence."""

    id: str
    text: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Block:
    """Cells that do not count: all that have one of these values on each of these axes."""

    cells: Mapping[str, frozenset[str]]
    because: str

    def holds(self, cell: Mapping[str, str]) -> bool:
        """Whether the cell is one of them; a cell without one of the axes is not."""
        return all(cell.get(axis) in values for axis, values in self.cells.items())


@dataclass(frozen=True)
class MemberShape:
    """By what a step shows a member: its verb, its name, and the parameters that it gives."""

    verb: str
    name: str
    given: frozenset[str]
    may: frozenset[str]


@dataclass(frozen=True)
class Axes:
    """The vocabulary (spec/axes.yaml)."""

    axes: Mapping[str, Axis] = field(default_factory=dict)
    impossible: tuple[Block, ...] = ()
    shapes: Mapping[tuple[str, str], tuple[tuple[str, MemberShape], ...]] = field(
        default_factory=dict
    )

    def member(self, verb: str, name: str, given: Iterable[str]) -> str | None:
        """The value of `member` that a step shows, if it is one of the vocabulary's."""
        parameters = frozenset(given) - {"cancellationToken"}
        for value, shape in self.shapes.get((verb, name), ()):
            if parameters - shape.may == shape.given:
                return value
        return None

    @functools.cached_property
    def by_signature(self) -> Mapping[str, frozenset[str]]:
        """By documented signature, without a token: the values of `member` that stand for it."""
        found: dict[str, set[str]] = {}
        for value, text in self.axes["member"].values.items() if self.axes else ():
            found.setdefault(signature(text), set()).add(value)
        return {text: frozenset(values) for text, values in found.items()}


@dataclass(frozen=True)
class Space:
    """Over what a rule holds."""

    over: Mapping[str, tuple[str, ...]]
    pairs: bool
    cells: tuple[Cell, ...]
    """Those that are to be checked; a rule without axes has one, with no values."""
    left_out: Mapping[Cell, str]
    """Those that the requirement leaves out, and why."""

    @functools.cached_property
    def number(self) -> Mapping[Cell, int]:
        """By cell: its place among `cells`."""
        return {cell: place for place, cell in enumerate(self.cells)}

    def points(self, values: Mapping[str, Sequence[str]]) -> Iterable[Cell]:
        """The cells, counted or not, that these values of each axis meet."""
        if not self.pairs:
            listed = [[(axis, value) for value in values[axis]] for axis in self.over]
            return itertools.product(*listed)
        return (
            cell
            for one, other in itertools.combinations(self.over, 2)
            for cell in itertools.product(
                [(one, value) for value in values[one]], [(other, value) for value in values[other]]
            )
        )


POINT = Space({}, False, ((),), {})
"""The space of a rule that holds at one point."""


def signature(text: str) -> str:
    """A documented member as both sides write it: no class, no token, no mark of setting."""
    text = text.replace("..ctor", "").removesuffix(", set").replace(", CancellationToken", "")
    return text.replace("(CancellationToken)", "()")


def load(path: Path = paths.AXES) -> Axes:
    """Reads the vocabulary. Raises UserError with file and line."""
    document = datafile.load(path, "axes")
    axes: dict[str, Axis] = {}
    shapes: dict[tuple[str, str], list[tuple[str, MemberShape]]] = {}
    for entry in document["axes"]:
        where = f"{paths.shown(path)}:{entry.line}"
        if entry["id"] in axes:
            raise UserError(f"{where}: the axis {entry['id']} stands twice")
        texts: dict[str, str] = {}
        for value, said in entry["values"].items():
            if isinstance(said, str):
                texts[value] = said
                continue
            texts[value] = said["text"]
            verb, name = next((verb, said["is"][verb]) for verb in _VERBS if verb in said["is"])
            shape = MemberShape(
                verb,
                name,
                frozenset(said["is"].get("with", ())),
                frozenset(said["is"].get("may", ())),
            )
            shapes.setdefault((verb, name), []).append((value, shape))
        axes[entry["id"]] = Axis(entry["id"], entry["text"], texts)
    known = Axes(axes, (), {key: tuple(found) for key, found in shapes.items()})
    impossible = tuple(
        _block(entry, known, f"{paths.shown(path)}:{entry.line}")
        for entry in document["impossible"]
    )
    return Axes(known.axes, impossible, known.shapes)


_VERBS = ("new", "call", "get", "set")


def space(entry: Any, axes: Axes, where: str) -> Space:
    """The space that a requirement's `over`, `pairs` and `except` say.

    Raises UserError for an axis or a value that is not in the vocabulary, and for an exception
    that leaves nothing out.
    """
    if "over" not in entry:
        return POINT
    over: dict[str, tuple[str, ...]] = {}
    for axis in axes.axes:  # in the vocabulary's order, whatever the requirement's
        if axis in entry["over"]:
            asked = entry["over"][axis]
            over[axis] = (
                tuple(axes.axes[axis].values)
                if asked == "all"
                else tuple(_known(asked, axis, axes, where))
            )
    for axis in entry["over"]:
        if axis not in over:
            raise UserError(f"{where}: unknown axis '{axis}' (known: {', '.join(axes.axes)})")
    pairs = bool(entry.get("pairs"))
    if pairs and len(over) < 3:
        raise UserError(f"{where}: 'pairs' is for three axes and more")
    size = 1
    for values in over.values():
        size *= len(values)
    if size > LARGEST and not pairs:
        raise UserError(f"{where}: {size} cells are too many; 'pairs: true' asks for all pairs")
    blocks = [_block(each, axes, where) for each in entry.get("except", ())]
    for block in blocks:
        if missing := sorted(block.cells.keys() - over.keys()):
            raise UserError(f"{where}: 'except' names the axis '{missing[0]}', 'over' does not")
    cells: list[Cell] = []
    left_out: dict[Cell, str] = {}
    used: set[int] = set()
    shape = Space(over, pairs, (), {})
    for cell in shape.points(over):
        point = dict(cell)
        if any(block.holds(point) for block in axes.impossible):
            continue
        reasons = [number for number, block in enumerate(blocks) if block.holds(point)]
        used.update(reasons)
        if reasons:
            left_out[cell] = blocks[reasons[0]].because
        else:
            cells.append(cell)
    for number, block in enumerate(blocks):
        if number not in used:
            raise UserError(f"{where}: this 'except' leaves nothing out: {block.because}")
    if not cells:
        raise UserError(f"{where}: no cell is left of this space")
    return Space(over, pairs, tuple(cells), left_out)


def say(cell: Cell) -> str:
    """A cell in words."""
    return ", ".join(f"{axis} {value}" for axis, value in cell) or "its one cell"


def _block(entry: Any, axes: Axes, where: str) -> Block:
    cells = {}
    for axis, values in entry["cells"].items():
        if axis not in axes.axes:
            raise UserError(f"{where}: unknown axis '{axis}' (known: {', '.join(axes.axes)})")
        listed = [values] if isinstance(values, str) else values
        cells[axis] = frozenset(_known(listed, axis, axes, where))
    return Block(cells, entry["because"])


def _known(values: Iterable[str], axis: str, axes: Axes, where: str) -> Iterable[str]:
    """The values in the vocabulary's order; all of them must be in it."""
    asked = set(values)
    if unknown := sorted(asked - axes.axes[axis].values.keys()):
        raise UserError(
            f"{where}: '{unknown[0]}' is no value of the axis '{axis}' "
            f"(known: {', '.join(axes.axes[axis].values)})"
        )
    return [value for value in axes.axes[axis].values if value in asked]
