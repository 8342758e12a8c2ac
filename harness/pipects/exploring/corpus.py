"""Sequences that are kept: those that took a transition of the model first, to be made again before all others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipects import paths
from pipects.errors import UserError
from spec.model.calls import Argument, Call, Callback, Data, Ref

NAME = "corpus.json"
MANY = 64
"""Bytes beyond which an array of one byte's copies is told by that byte."""


def load(folder: Path) -> list[list[Call]]:
    """The sequences kept in a folder, none if there are none. Raises UserError for a file that is no corpus."""
    file = folder / NAME
    if not file.exists():
        return []
    try:
        return [list(map(_call, each)) for each in json.loads(file.read_text(encoding="utf-8"))]
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{paths.shown(file)}: no corpus of sequences: {error}") from error


def keep(folder: Path, sequences: Iterable[Sequence[Call]]) -> Path:
    """Keeps the sequences in a folder. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(list(map(_plain, each))) for each in sequences]
    file = folder / NAME
    file.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    return file


def _plain(call: Call) -> dict[str, Any]:
    whole = {
        "verb": call.verb, "target": call.target, "kept": call.kept, "process": call.process,
        "thread": call.thread, "awaited": call.awaited,
        "arguments": {name: _value(each) for name, each in call.arguments.items()},
    }  # fmt: skip
    usual = {"kept": "", "process": "parent", "thread": "main", "awaited": False, "arguments": {}}
    return {name: each for name, each in whole.items() if usual.get(name, ...) != each}


def _value(argument: Argument) -> Any:
    match argument:
        case Ref(name):
            return {"ref": name}
        case Data(content):
            byte = content[:1]
            if len(content) > MANY and content == byte * len(content):
                return {"data": byte.hex(), "times": len(content)}
            return {"data": content.hex()}
        case Callback(name, ends, calls):
            return {"callback": name, "ends": ends, **({"calls": calls} if calls else {})}
    return argument


def _call(plain: dict[str, Any]) -> Call:
    given = {name: _argument(each) for name, each in plain.pop("arguments", {}).items()}
    return Call(arguments=given, **plain)


def _argument(value: Any) -> Argument:
    match value:
        case {"ref": str(name)}:
            return Ref(name)
        case {"callback": str(name), "ends": str(ends)}:
            return Callback(name, ends, value.get("calls", ""))
        case {"data": str(content)}:
            return Data(bytes.fromhex(content) * int(value.get("times", 1)))
        case None | bool() | int() | str():
            return value
    raise ValueError(f"{value} is no argument")
