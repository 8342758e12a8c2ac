"""The cells of rules, as `pipects list` and `pipects show` tell them."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pipects import cells, spaces
from pipects.cases import Test
from pipects.spaces import Cell, Space
from pipects.spec import Requirement, Spec
from pipects.traceability import binding_covers


def holes(the_spec: Spec, tests: Sequence[Test]) -> tuple[list[dict[str, Any]], list[str]]:
    """The cells that no test looks at, by requirement: as data, and in lines."""
    content: list[dict[str, Any]] = []
    lines: list[str] = []
    found = list(_places(the_spec, tests))
    for requirement, places in found:
        space = requirement.space
        missing = [cell for place, cell in enumerate(space.cells) if place not in places]
        if not missing:
            continue
        content.append(
            {
                "id": requirement.id,
                "cells": len(space.cells),
                "checked": len(places),
                "holes": [dict(cell) for cell in missing],
                "left_out": [
                    {"cell": dict(cell), "because": because}
                    for cell, because in space.left_out.items()
                ],
            }
        )
        lines.append(f"{requirement.id}: {len(places)} of {len(space.cells)} cells")
        lines += [f"  {said}" for said in _grouped(missing, space)]
    checked = sum(len(places) for _, places in found)
    total = sum(len(each.space.cells) for each in the_spec.requirements.values())
    lines.append(f"in all: {_figure(checked, total)}")
    return content, lines


def by_member(the_spec: Spec, tests: Sequence[Test]) -> tuple[list[dict[str, Any]], list[str]]:
    """Cells checked of cells by documented member. A cell of several members counts for each."""
    checked: Counter[str] = Counter()
    total: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    whole = [0, 0]
    for requirement, places in _places(the_spec, tests):
        met: set[str] = set()
        for place, cell in enumerate(requirement.space.cells):
            whole[1] += 1
            whole[0] += place in places
            for member in _members(requirement, cell):
                met.add(member)
                total[member] += 1
                checked[member] += place in places
        rules.update(met)
    rows = [
        {
            "member": name,
            "requirements": rules[name],
            "cells": total[name],
            "checked": checked[name],
        }
        for name in sorted(total)
    ]
    lines = ["| member | requirements | cells checked of cells |", "|---|---:|---:|"]
    lines += [
        f"| `{name}` | {rules[name]} | {checked[name]:,} of {total[name]:,} |"
        for name in sorted(total)
    ]
    lines.append(f"| in all | {len(the_spec.requirements)} | {_figure(*whole)} |")
    return rows, lines


def space(of: Space) -> list[str]:
    """A rule's space in words, for `pipects show`."""
    if not of.over:
        return []
    lines = ["", f"holds over {len(of.cells)} {'pairs of values' if of.pairs else 'cells'}:"]
    for axis, values in of.over.items():
        lines += textwrap.wrap(
            f"{axis:15}{', '.join(values)}", 80, initial_indent="  ", subsequent_indent=" " * 17
        )
    for because, count in Counter(of.left_out.values()).items():
        lines += textwrap.wrap(
            f"but for {count}: {because}", 80, initial_indent="  ", subsequent_indent="    "
        )
    return lines


def _places(the_spec: Spec, tests: Sequence[Test]) -> Iterator[tuple[Requirement, set[int]]]:
    """Each requirement with the places of its cells that are checked. The cell of one that only
    the in-process runner can show is checked by that runner."""
    found = cells.checked(tests)
    for name in binding_covers(the_spec):
        if not the_spec.requirements[name].space.over:
            found[name] = {0}
    for requirement in the_spec.requirements.values():
        yield requirement, found.get(requirement.id, set())


def _members(requirement: Requirement, cell: Cell) -> set[str]:
    """The documented members that a cell is about, without class and overload."""
    chosen = dict(cell).get("member")
    if chosen is not None:
        kind = {"server": "AnonymousPipeServerStream", "client": "AnonymousPipeClientStream"}
        name = chosen.partition("(")[0].removesuffix("=")
        return {f"new {kind[name]}" if name in kind else name}
    found = set()
    for text in requirement.members:
        kind_name, _, rest = text.partition(".")
        if rest.startswith(".ctor"):
            found.add(f"new {kind_name}")
        else:
            found.add((rest or kind_name).partition("(")[0].partition(" ")[0])
    return found


def _grouped(missing: Sequence[Cell], of: Space) -> Iterator[str]:
    """Holes with the values of their last axis in one line."""
    if of.pairs or len(of.over) < 2:
        yield from (spaces.say(cell) for cell in missing)
        return
    groups: dict[Cell, list[str]] = {}
    for cell in missing:
        groups.setdefault(cell[:-1], []).append(cell[-1][1])
    last = list(of.over)[-1]
    for rest, values in groups.items():
        yield f"{spaces.say(rest)}, {last} {' or '.join(values)}"


def _figure(checked: int, total: int) -> str:
    return f"{checked:,} of {total:,} ({100 * checked // total}%)" if total else "0 of 0"
