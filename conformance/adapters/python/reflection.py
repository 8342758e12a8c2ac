"""What Python can tell of a declaration, and which arguments a member takes."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, get_overloads

_VARIABLE_NAMES = 0x08  # the flag of a function that takes arguments of any name
_IS_ABSTRACT = 1 << 20  # the flag of a type that has abstract members


class Undeclared(Exception):
    """There is no such member."""


def declared(owner: type, name: str) -> Any:
    """The declaration of a member. What begins with an underscore is nobody's to use."""
    for base in owner.__mro__:
        if name in vars(base) and not name.startswith("_"):
            return vars(base)[name]
    raise Undeclared(f"{owner.__name__} has no {name}")


def is_abstract(kind: type) -> bool:
    """Whether no instance of the type can be made."""
    return bool(kind.__flags__ & _IS_ABSTRACT)


def accepts(function: Callable[..., Any], names: set[str]) -> bool:
    """Whether the function, or one of its overloads, takes arguments of these names."""
    for overload in get_overloads(function) or [function]:
        code, defaults = overload.__code__, overload.__defaults__ or ()
        positional = code.co_varnames[code.co_posonlyargcount : code.co_argcount]
        named = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
        optional = {"self", *positional[len(positional) - len(defaults) :]}
        optional.update(overload.__kwdefaults__ or ())
        known = {*positional, *named} | (names if code.co_flags & _VARIABLE_NAMES else set())
        if names <= known and {*positional, *named} - optional <= names:
            return True
    return False


def describe_type(kind: type) -> dict[str, Any]:
    description = {
        "kind": "enum" if issubclass(kind, IntEnum) else "class",
        "base": kind.__bases__[0].__name__,
        "public": True,
        "abstract": is_abstract(kind),
    }
    if issubclass(kind, IntEnum):
        return description | {"values": {each.name.rstrip("_"): int(each) for each in kind}}
    interfaces = {"IDisposable": "Dispose", "IAsyncDisposable": "DisposeAsync"}
    offered = [name for name, member in interfaces.items() if hasattr(kind, member)]
    return description | {"sealed": hasattr(kind, "__final__"), "interfaces": offered}


def describe_member(owner: type, text: str, names: list[str] | None) -> dict[str, Any]:
    """What is protected shows by its name's first character. Python's types are not documented
    ones, so that no types are told, nor are those of parameters."""
    name, _, types = text.partition("(")
    if name in (".ctor", owner.__name__):
        return {"kind": "constructor"} | ({} if is_abstract(owner) else {"access": "public"})
    count = None if not types else 0 if types == ")" else 1 + types.count(",")
    for spelling, access in ((name, "public"), (f"_{name}", "protected")):
        holders = [base for base in owner.__mro__ if spelling in vars(base)]
        found = vars(holders[0])[spelling] if holders else None
        function = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
        if not holders or name.startswith("_") or not _fits(function, count, names):
            continue
        description = {
            "access": access,
            "static": isinstance(found, staticmethod),
            "virtual": not hasattr(function, "__final__"),
            "override": holders[0] is owner and len(holders) > 1,
        }
        if isinstance(found, property):
            settable = access if found.fset is not None else False
            return description | {"kind": "property", "get": access, "set": settable}
        return description | {"kind": "method"}
    raise Undeclared(f"{owner.__name__} has no {text}")


def _fits(function: Any, count: int | None, names: list[str] | None) -> bool:
    """Whether a declaration takes so many arguments, or arguments of these names."""
    code, defaults = function.__code__, len(function.__defaults__ or ())
    total = code.co_argcount - ("self" in code.co_varnames[:1])
    counted = count is None or total - defaults <= count <= total
    return counted and (names is None or accepts(function, set(names)))


def describe(owner: type, member: str | None, names: list[str] | None) -> dict[str, Any]:
    """A type's declaration, or that of a member."""
    return describe_type(owner) if member is None else describe_member(owner, member, names)
