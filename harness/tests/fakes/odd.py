"""Answers that no adapter should give: an answer, and the dice, make one of them."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

DEEP = 100_000
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 0.5, "", "²", "٣", "-1", "9999999999", "0x10",
    "\x1b[31m", "\0", "x" * 100_000, [], {}, [[]], {"a": {}}, ["hello"], {"object": []},
    {"object": {"a": 1}}, {"object": None}, {"object": "nobody", "type": 7}, {"bytes": []},
    {"bytes": {"hex": "zz"}}, {"bytes": {"hex": None}}, {"bytes": {}}, {"same": []}, {"returned": 1},
    {"threw": []}, {"threw": {"type": None}}, {"threw": {"type": "IOException", "message": []}},
    {"threw": {"type": "IOException", "parameter": {}, "token": []}},
)  # fmt: skip
TEXTS = (
    "NaN", "Infinity", "1e400", "-1e400", "9" * 5000, '"\\ud800"', '"\\udfff\\ud800"',
    "[" * DEEP, "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP, "[" * 500 + "]" * 500,
)  # fmt: skip
"""What is no value of Python's, or none that it would write."""
LINES = (
    b"", b"\0", b"\xff\xfe", b"{", b"}", b"null", b"[]", b"[1, 2]", b'"text"', b"5", b"{}",
    b'{"jsonrpc":"2.0"}', b'{"jsonrpc":"2.0","id":1}', b'{"jsonrpc":2.0,"id":1,"result":null}',
    b'{"jsonrpc":"2.0","method":"hello","params":{}}', b"\xef\xbb\xbf{}", b"x" * 200_000,
    b'{"jsonrpc":"2.0","id":1,"error":null}', b'{"jsonrpc":"2.0","id":{},"result":{}}',
)  # fmt: skip
MARK = "odd value here"


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, each in inner for place in _places(each, (*path, key)))]  # fmt: skip


def _with(message: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(message)
    here = changed
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return changed


def line(message: dict[str, Any], dice: random.Random) -> bytes:
    """An odd line in the place of this answer."""
    kind = dice.randrange(8)
    if kind == 0:
        return dice.choice(LINES)
    if kind == 1:
        whole = json.dumps(message).encode()
        return whole[: dice.randrange(len(whole))]
    if kind == 2:
        return json.dumps(message).encode() + b"\n" + json.dumps(message).encode()
    if kind == 3:
        return json.dumps(
            {**message, "error": {"code": dice.choice(VALUES), "message": "m"}}
        ).encode()
    path = dice.choice(_places(message))
    if kind == 4:
        text = json.dumps(_with(message, path, MARK))
        return text.replace(f'"{MARK}"', dice.choice(TEXTS)).encode()
    return json.dumps(_with(message, path, dice.choice(VALUES))).encode()
