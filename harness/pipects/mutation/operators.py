"""The usual operators of mutation: which other text may stand where an expression stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
COMPARISON = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
LOGICAL = {"&&": "||", "||": "&&"}
ARITHMETIC = {
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "|": "&", "&": "|",
    "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=",
}  # fmt: skip
UNARY = {"++": "--", "--": "++"}
BINARY = {*BOUNDARY, *COMPARISON, *LOGICAL, *ARITHMETIC}
DROPPABLE = ("&&", "||", "|")


def binary(left: str, operator: str, right: str) -> Iterator[tuple[str, str]]:
    """What may stand for `left operator right`, each with its operator's name."""
    for name, table in (
        ("boundary", BOUNDARY), ("comparison", COMPARISON), ("logical", LOGICAL), ("arithmetic", ARITHMETIC),
    ):  # fmt: skip
        if operator in table:
            yield name, f"{left} {table[operator]} {right}"
    if operator in DROPPABLE:
        yield "dropped operand", left
        yield "dropped operand", right


def integer(text: str) -> Iterator[tuple[str, str]]:
    """What may stand for an integer literal or a macro that is one."""
    if re.fullmatch(r"[A-Z_][A-Z0-9_]*", text):
        yield "constant", "0"
    elif match := re.fullmatch(r"(0x[0-9A-Fa-f]+|\d+)([uUlL]*)", text):
        value, suffix = int(match[1], 0), match[2]
        yield "constant", f"{value + 1}{suffix}"
        if value > 0:
            yield "constant", f"{value - 1}{suffix}"


def string(text: str) -> Iterator[tuple[str, str]]:
    """A name in a string, as a parameter's; prose is nobody's to check."""
    if re.fullmatch(r'"[a-z][A-Za-z]+"', text):
        yield "constant", '"other"'


def negated(text: str) -> str | None:
    """The condition's opposite; None where another operator makes the same of it."""
    if re.match(r"!(?!=)[\w(]", text) and not re.search(r"&&|\|\|", text):
        return None
    return f"!({text})"
