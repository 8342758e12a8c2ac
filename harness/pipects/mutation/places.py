"""The places of the reference's syntax tree at which a mutant may stand, by libclang."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipects.mutation import operators
from pipects.mutation.model import (
    DECLARATION,
    EXPRESSION,
    GUARD,
    OPPOSITE,
    SWAP,
    Candidate,
    numbered,
    one_line,
)
from pipects.mutation.syntax import Function, Tree, functions, trees

MEMORY_ORDER = "memory_order"
LOCK = re.compile(
    r"(const )?std::(?:lock_guard|unique_lock|scoped_lock)(?:<[^>]*>)? (\w+)\(([^,]+)\);"
)
CLOSERS = re.compile(r"\b(?:Close|close|Release|Dispose|DisposeAsync|reset)\(")
STATIC = ("constexpr", "static_assert", "using ", "consteval")


def find(root: Path) -> list[Candidate]:
    """Every candidate below `root`, numbered. Raises UserError for what does not parse."""
    found: dict[tuple[str, int, int, str, str], Candidate] = {}
    for tree in trees(root):
        for function in functions(tree):
            for each in _Places(tree, function).all():
                found.setdefault(
                    (each.file, each.start, each.end, each.shape, each.replacement), each
                )
    return numbered(found.values())


class _Places:
    """The places of one function."""

    def __init__(self, tree: Tree, function: Function) -> None:
        self._tree = tree
        self._text = tree.text
        self._function = function
        self._found: list[Candidate] = []

    def all(self) -> list[Candidate]:
        """Every candidate, in no order."""
        for part in self._function.parts:
            self._visit(part)
        return self._found

    def _visit(self, cursor: Any) -> None:
        name = cursor.kind.name
        handler = getattr(self, f"_at_{name.lower()}", None)
        if handler is not None:
            handler(cursor)
        else:
            self._operator(cursor)
            self._children(cursor)

    def _children(self, cursor: Any, skip: int = 0) -> None:
        for child in list(cursor.get_children())[skip:]:
            if child.kind.name not in ("TYPE_REF", "TEMPLATE_REF", "NAMESPACE_REF", "PARM_DECL"):
                self._visit(child)

    # Statements

    def _at_compound_stmt(self, cursor: Any) -> None:
        statements = list(cursor.get_children())
        for statement, following in zip(statements, [*statements[1:], None]):
            self._removed(statement)
            if following is not None:
                self._swapped(statement, following)
            self._visit(statement)

    def _removed(self, statement: Any) -> None:
        start, end = self._whole(statement)
        text = self._text[start:end]
        if (
            not _is_action(statement)
            or text.startswith("static_cast<void>")
            or "constexpr" in text[:13]
        ):
            return
        operator = (
            "removed close" if CLOSERS.search(text) and "{" not in text else "removed statement"
        )
        self._add(operator, GUARD, start, end, "", "nothing")

    def _swapped(self, first: Any, second: Any) -> None:
        if all(_is_action(each) and not _is_jump(each) for each in (first, second)):
            start, end = self._whole(first)
            other = self._whole(second)
            text = self._text[other[0] : other[1]]
            if "constexpr" not in self._text[start : other[1]]:
                self._add("swapped statements", SWAP, start, end, text, one_line(text), other)

    def _at_decl_stmt(self, cursor: Any) -> None:
        start, end = self._whole(cursor)
        text = self._text[start:end]
        if any(word in text.split("=")[0] for word in STATIC):
            return
        if match := LOCK.fullmatch(one_line(text)):
            const, name, mutex = match[1] or "", match[2], match[3]
            self._add(
                "removed lock", DECLARATION, start, end,
                f"{const}std::unique_lock {name} = @ON@ ? std::unique_lock({mutex}, std::defer_lock) "
                f": std::unique_lock({mutex});",
                "no lock",
            )  # fmt: skip
            return
        self._children(cursor)

    def _at_if_stmt(self, cursor: Any) -> None:
        start, end = self._extent(cursor)
        children = list(cursor.get_children())
        then = next(
            (i for i, child in enumerate(children) if child.kind.name == "COMPOUND_STMT"), 0
        )
        static = re.match(r"if\s+constexpr", self._text[start:end]) is not None
        if then and not static:
            self._condition(children[then - 1])
        for child in children[then if static else 0 :]:
            self._visit(child)

    def _at_while_stmt(self, cursor: Any) -> None:
        children = list(cursor.get_children())
        self._condition(children[-2])
        self._children(cursor)

    def _at_case_stmt(self, cursor: Any) -> None:
        self._children(cursor, skip=1)

    def _at_return_stmt(self, cursor: Any) -> None:
        for child in cursor.get_children():
            if child.type.spelling == "bool":
                self._condition(child)
        self._children(cursor)

    def _at_static_assert(self, cursor: Any) -> None:
        """Nothing happens there when the program runs."""

    # Expressions

    def _condition(self, cursor: Any) -> None:
        """A condition's opposite, unless another operator makes it."""
        start, end = self._extent(cursor)
        text = one_line(self._text[start:end])
        simple = self._parts(cursor)
        if (
            not cursor.kind.is_expression()
            or text in ("true", "false")
            or re.match(r"\s*=[^=]", self._text[end:])  # a name that is declared there
            or (simple and simple[1] in operators.COMPARISON)
        ):
            return
        if (opposite := operators.negated(text)) is not None:
            self._add("negated condition", OPPOSITE, start, end, opposite)

    def _at_conditional_operator(self, cursor: Any) -> None:
        self._condition(next(iter(cursor.get_children())))
        self._children(cursor)

    def _parts(self, cursor: Any) -> tuple[str, str, str] | None:
        """Left side, operator and right side of what is written so."""
        children = [child for child in cursor.get_children() if child.kind.is_expression()]
        if len(children) < 2:
            return None
        start, end = self._extent(cursor)
        (first, left), (right, last) = self._extent(children[0]), self._extent(children[-1])
        if first != start or last != end or left > right:
            return None
        operator = one_line(self._text[left:right])
        if operator not in operators.BINARY:
            return None
        return one_line(self._text[start:left]), operator, one_line(self._text[right:end])

    def _operator(self, cursor: Any) -> None:
        if (parts := self._parts(cursor)) is not None:
            for name, text in operators.binary(*parts):
                self._add(name, EXPRESSION, *self._extent(cursor), text)

    def _at_unary_operator(self, cursor: Any) -> None:
        start, end = self._extent(cursor)
        text = one_line(self._text[start:end])
        for sign, other in operators.UNARY.items():
            if text.startswith(sign):
                self._add("arithmetic", EXPRESSION, start, end, other + text[2:])
            elif text.endswith(sign):
                self._add("arithmetic", EXPRESSION, start, end, text[:-2] + other)
        if text.startswith(("!", "~")):
            bare = text[1:].strip()
            self._add(
                "negation removed", EXPRESSION, start, end,
                f"static_cast<bool>({bare})" if text[0] == "!" else bare, bare,
            )  # fmt: skip
        self._children(cursor)

    def _at_integer_literal(self, cursor: Any) -> None:
        start, end = self._extent(cursor)
        for name, text in operators.integer(self._text[start:end]):
            self._add(name, EXPRESSION, start, end, text)

    def _at_cxx_bool_literal_expr(self, cursor: Any) -> None:
        start, end = self._extent(cursor)
        if (text := self._text[start:end]) in ("true", "false"):
            self._add("constant", EXPRESSION, start, end, "false" if text == "true" else "true")

    def _at_string_literal(self, cursor: Any) -> None:
        start, end = self._extent(cursor)
        for name, text in operators.string(self._text[start:end]):
            self._add(name, EXPRESSION, start, end, text)

    def _at_decl_ref_expr(self, cursor: Any) -> None:
        named = cursor.referenced
        if named is None or named.kind.name != "ENUM_CONSTANT_DECL":
            return
        start, end = self._extent(cursor)
        text = self._text[start:end]
        family = [child.spelling for child in named.semantic_parent.get_children()
                  if child.kind.name == "ENUM_CONSTANT_DECL"]  # fmt: skip
        if "memory_order" in text or not text.endswith(named.spelling) or len(family) < 2:
            return
        at = family.index(named.spelling)
        for other in {family[(at + 1) % len(family)]: 0, family[at - 1]: 0}:
            self._add(
                "other enumerator", EXPRESSION, start, end, text[: -len(named.spelling)] + other
            )

    def _at_call_expr(self, cursor: Any) -> None:
        self._operator(cursor)
        start, end = self._extent(cursor)
        places = [self._extent(each) for each in cursor.get_arguments() if each is not None]
        arguments = list(cursor.get_arguments())
        inside = [i for i, (first, last) in enumerate(places) if start < first < last < end]
        if inside == list(range(len(places))) and places and places == sorted(places):
            self._arguments(cursor, start, end, places, arguments)
        self._children(cursor)

    def _arguments(
        self, cursor: Any, start: int, end: int, places: Sequence[tuple[int, int]], arguments: Sequence[Any]
    ) -> None:  # fmt: skip
        texts = [self._text[first:last] for first, last in places]
        for i in range(len(places) - 1):
            (a, b), (c, d) = places[i], places[i + 1]
            same = _plain(arguments[i].type) == _plain(arguments[i + 1].type)
            if same and texts[i] != texts[i + 1] and b <= c:
                swapped = (
                    self._text[start:a]
                    + texts[i + 1]
                    + self._text[b:c]
                    + texts[i]
                    + self._text[d:end]
                )
                self._add("swapped argument", EXPRESSION, start, end, one_line(swapped))
        # A memory order that is left out becomes the strongest one, which nothing can tell from the weaker.
        if _may_lack_last(cursor.referenced, len(places)) and MEMORY_ORDER not in texts[-1]:
            cut = places[-2][1] if len(places) > 1 else places[-1][0]
            left = self._text[start:cut] + self._text[places[-1][1] : end]
            self._add("dropped argument", EXPRESSION, start, end, one_line(left))

    # Text

    def _extent(self, cursor: Any) -> tuple[int, int]:
        return cursor.extent.start.offset, cursor.extent.end.offset

    def _whole(self, statement: Any) -> tuple[int, int]:
        """Where a statement stands, with its semicolon."""
        start, end = self._extent(statement)
        if self._text[end - 1] != ";" and (match := re.match(r"\s*;", self._text[end:])):
            end += match.end()
        return start, end

    def _add(
        self, operator: str, shape: str, start: int, end: int, replacement: str,
        becomes: str | None = None, second: tuple[int, int] = (0, 0),
    ) -> None:  # fmt: skip
        text = one_line(self._text[start:end])
        if text and end > start:
            self._found.append(
                Candidate(
                    file=self._tree.name, line=self._text.count("\n", 0, start) + 1,
                    function=self._function.name, operator=operator, text=text,
                    becomes=one_line(replacement) if becomes is None else becomes,
                    shape=shape, start=start, end=end, replacement=one_line(replacement), second=second,
                )  # fmt: skip
            )


def _is_action(statement: Any) -> bool:
    """Whether a statement does something that can be left out."""
    kind = statement.kind
    return kind.is_expression() or kind.name in (
        "IF_STMT",
        "RETURN_STMT",
        "BREAK_STMT",
        "CONTINUE_STMT",
    )


def _is_jump(statement: Any) -> bool:
    return statement.kind.name in ("RETURN_STMT", "BREAK_STMT", "CONTINUE_STMT", "CXX_THROW_EXPR")


def _plain(kind: Any) -> str:
    """A type's name without what a copy loses."""
    return re.sub(r"\bconst\b|[&\s]", "", str(kind.get_canonical().spelling))


def _may_lack_last(called: Any, count: int) -> bool:
    """Whether a function can be called with one argument less."""
    if called is None or called.semantic_parent is None:
        return False
    parameters = list(called.get_arguments())
    if len(parameters) >= count and parameters:
        tokens = [token.spelling for token in parameters[count - 1].get_tokens()]
        if "=" in tokens:
            return True
    return any(
        other.spelling == called.spelling and len(list(other.get_arguments())) == count - 1
        for other in called.semantic_parent.get_children()
        if other.kind == called.kind and other != called
    )
