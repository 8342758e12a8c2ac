"""Bytes as cases write them (spec/adapter-protocol.md, 'Values')."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNTOUCHED = 0xA5
"""What an array made by length alone is filled with, so that a byte nobody wrote can be told."""


def make(spec: Mapping[str, Any]) -> bytes:
    """The bytes that BYTES stands for. Raises ValueError if it is not one."""
    if "text" in spec:
        return str(spec["text"]).encode()
    if "hex" in spec:
        return bytes.fromhex(spec["hex"])
    if "pattern" in spec and "length" in spec:
        return pattern(spec["pattern"], spec["length"])
    if "length" in spec:
        return bytes([UNTOUCHED]) * int(spec["length"])
    raise ValueError(f"not bytes: {dict(spec)}")


def length(spec: Mapping[str, Any]) -> int:
    """How many bytes BYTES stands for; a long pattern is not made for it."""
    return int(spec["length"]) if "length" in spec else len(make(spec))


def pattern(seed: int, length: int) -> bytes:
    """The rule's first `length` bytes."""
    return bytes(
        ((i * 2654435761 + seed * 2246822519) & 0xFFFFFFFF) >> 16 & 0xFF for i in range(length)
    )
