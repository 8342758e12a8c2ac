"""Bytes as cases write them (spec/adapter-protocol.md, 'Values')."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

KEYS = frozenset({"text", "hex", "length", "pattern"})
UNTOUCHED = 0xA5
"""What an array made by length alone is filled with, so that a byte nobody wrote can be told."""


def problem(spec: Mapping[str, Any]) -> str | None:
    """Why a mapping is not BYTES; None if it is."""
    for key, kind in (("text", str), ("hex", str), ("length", int), ("pattern", int)):
        if key in spec and type(spec[key]) is not kind:
            return f"'{key}' is no {'number' if kind is int else 'text'}"
    if spec.get("length", 0) < 0:
        return "'length' is below 0"
    if "hex" in spec:
        try:
            bytes.fromhex(spec["hex"])
        except ValueError:
            return "'hex' is not hexadecimal"
    if not {"text", "hex", "length"} & spec.keys():
        return "none of 'text', 'hex' and 'length' is there"
    return None


def make(spec: Mapping[str, Any]) -> bytes:
    """The bytes that BYTES stands for. Raises ValueError if it is not one."""
    if wrong := problem(spec):
        raise ValueError(f"not bytes: {wrong}")
    if "text" in spec:
        return str(spec["text"]).encode()
    if "hex" in spec:
        return bytes.fromhex(spec["hex"])
    if "pattern" in spec:
        return pattern(spec["pattern"], spec["length"])
    return bytes([UNTOUCHED]) * int(spec["length"])


def length(spec: Mapping[str, Any]) -> int:
    """How many bytes BYTES stands for; a long pattern is not made for it."""
    return int(spec["length"]) if "length" in spec else len(make(spec))


@functools.lru_cache(maxsize=16)  # tables ask for the same ones again and again
def pattern(seed: int, length: int) -> bytes:
    """The rule's first `length` bytes."""
    return bytes(
        ((i * 2654435761 + seed * 2246822519) & 0xFFFFFFFF) >> 16 & 0xFF for i in range(length)
    )
