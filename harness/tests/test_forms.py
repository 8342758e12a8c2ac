"""What an adapter answers for itself has its form; where it has not, the implementation is not to blame."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from bench import Bench
from pipects import forms
from pipects.cases import nameless
from pipects.protocol import Returned, Threw
from pipects.steps import Step

MADE = Step("new", "Bytes", "parent", "main", {"as": "data"}, {})
HEX = Step("get", "data.Hex", "parent", "main", {}, {"returns": "00"})
MOVES = Step("transfer", "server.Read", "parent", "main", {}, {"returns": {"count": 1}})
TEST = nameless((MADE, HEX, MOVES))
SUM = {"count": 1, "calls": 1, "firstDifference": -1, "ended": False}


@pytest.mark.parametrize(
    "value",
    [{"object": None, "type": "Sum"}, None, [1], {**SUM, "count": "1"}, {**SUM, "ended": 0},
     {"count": 1, "calls": 1}],
)  # fmt: skip
def test_a_transfer_tells_its_sum(value: Any) -> None:
    """Whatever else it returns was never counted by an implementation."""
    assert forms.amiss(TEST, MOVES, Returned(SUM)) is None
    assert "a transfer returns count" in (forms.amiss(TEST, MOVES, Returned(value)) or "")
    assert forms.amiss(TEST, MOVES, Threw("IOException", None, "")) is None


@pytest.mark.parametrize(
    ("member", "answer", "right"),
    [
        ("Read", {"count": 9}, True),
        ("Read", {"count": 8, "ended": True}, True),
        ("Read", {"count": 8}, False),
        ("Read", {"count": 10}, True),
        ("Write", {"count": 8}, False),
    ],
)
def test_a_transfer_goes_on_until_its_end(member: str, answer: Any, right: bool) -> None:
    """Who counts fewer without having met the end of the stream has stopped, or counts wrongly; a Read may give more."""
    given = {"with": {"pattern": 1, "total": 9, "chunk": 3}}
    moves = Step("transfer", f"server.{member}", "parent", "main", given, {})
    wrong = forms.amiss(TEST, moves, Returned({**SUM, **answer}))
    assert (
        wrong is None if right else "a transfer of 9 bytes goes on until their end" in (wrong or "")
    )


@pytest.mark.parametrize("value", [None, 7, "0", "0g", {"bytes": {"hex": "00"}}])
def test_bytes_are_shown_in_hexadecimal(value: Any) -> None:
    """Which bytes they are is the implementation's doing; that they are bytes is not."""
    assert forms.amiss(TEST, HEX, Returned("a5")) is None
    assert "Bytes.Hex is its bytes in hexadecimal" in (
        forms.amiss(TEST, HEX, Returned(value)) or ""
    )


def test_what_the_adapter_makes_itself_never_throws() -> None:
    """Unless a case asks for that."""
    refused = Threw("RangeError", None, "too long")
    assert "is the adapter's own" in (forms.amiss(TEST, MADE, refused) or "")
    stream = Step("new", "AnonymousPipeServerStream", "parent", "main", {"as": "server"}, {})
    assert forms.amiss(TEST, stream, refused) is None
    asked = Step("new", "Bytes", "parent", "main", {}, {"throws": "RangeError"})
    assert forms.amiss(TEST, asked, refused) is None


def test_what_the_implementation_has_closed_throws_by_no_fault_of_the_adapter() -> None:
    closed = Threw("ObjectDisposedException", None, "closed")
    assert forms.amiss(TEST, HEX, closed) is None
    assert "is the adapter's own" in (forms.amiss(TEST, MADE, closed) or "")


@pytest.mark.parametrize(
    "name",
    ["System.IOException", "Pipes::IOException", "java.io.IOException", "My+IOException"],
)
def test_a_type_with_its_namespace_is_known_by_its_last_name(name: str) -> None:
    """A bare one, though it be wrong, has none."""
    bare = forms.without_namespace(Threw(name, None, ""))
    assert bare == Threw("IOException", None, "")
    assert forms.without_namespace(Threw("IOException", None, "")) is None
    assert forms.without_namespace(Returned(name)) is None


def test_a_value_of_an_enumeration_is_told_by_its_name() -> None:
    """A number that names no member can't be."""
    mode = Step("get", "server.ReadMode", "parent", "main", {}, {"returns": "Byte"})
    assert "told by its name, Byte" in (forms.amiss(TEST, mode, Returned(0)) or "")
    assert forms.amiss(TEST, mode, Returned("Message")) is None
    assert forms.amiss(TEST, mode, Returned(7)) is None
    size = Step("get", "server.InBufferSize", "parent", "main", {}, {})
    assert forms.amiss(TEST, size, Returned(0)) is None


@pytest.mark.parametrize(
    ("member", "value", "loud"),
    [("Write", 5, True), ("ReadExactlyAsync", 5, True), ("Write", None, False), ("Read", 5, False)],
)
def test_a_member_that_returns_nothing_has_no_value(member: str, value: Any, loud: bool) -> None:
    """Some languages give back something all the same, such as a number of bytes; of one that threw nothing is taken."""
    assert (forms.without_value(member, Returned(value)) == Returned(None)) == loud
    assert forms.without_value(member, Threw("IOException", None, "")) is None


REFUSED = """\
- id: fake.refused
  title: A text that names no handle is refused
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeClientStream, as: client, with: {pipeHandleAsString: x}, throws: ArgumentException}
"""


SILENT = """\
- id: fake.silent
  title: A member that returns nothing
  covers: [server.pipe.unnamed]
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {call: server.DisposeLocalCopyOfClientHandle, returns: null}
"""


NUMBER = """\
- id: fake.number
  title: A descriptor has a number
  covers: [server.pipe.unnamed]
  steps:
    - {new: Descriptor, as: file, with: {kind: file}}
    - {get: file.Number, as: number}
    - {observe: descriptor, number: $number, is: open}
"""


def test_a_descriptor_for_which_an_implementation_left_no_handle_is_its_doing() -> None:
    """Its process may open so many only, and the case counts on them; without a limit it is the adapter's."""
    limit = Step("limit", "parent", "parent", "main", {"handles": 1}, {})
    new = Step("new", "Descriptor", "parent", "main", {"as": "spare", "with": {"kind": "file"}}, {})
    elsewhere = dataclasses.replace(limit, target="child")
    none_free = Threw("IOException", None, "24")
    assert forms.amiss(nameless((limit, new)), new, none_free) is None
    for steps in ((new, limit), (elsewhere, new), (new,)):
        assert "is the adapter's own" in (forms.amiss(nameless(steps), new, none_free) or "")


@pytest.mark.parametrize(
    ("text", "way", "verdict", "shown"),
    [
        (REFUSED, "good", "pass", ""),
        (REFUSED, "namespace", "adapter error", "threw System."),
        (REFUSED, "other-type", "fail", "threw System."),
        (NUMBER, "good", "pass", ""),
        (SILENT, "good", "pass", ""),
        (SILENT, "counts", "adapter error", "returns nothing, which is told as null, not as 1"),
        (NUMBER, "number-as-text", "adapter error", "Descriptor.Number is a number, not"),
    ],
)
def test_what_the_adapter_alone_tells_is_its_own_fault_in_a_run(
    bench: Bench, text: str, way: str, verdict: str, shown: str
) -> None:
    """A namespace is, another type is the implementation's; the answer is shown either way."""
    bench.adapter(way)
    case = re.match("- id: (.*)", text)
    assert case is not None
    bench.cases(text)
    done = bench.run()
    assert done.verdicts() == {case[1]: verdict}, done.output
    if shown:
        assert shown in done.failure(case[1])["actual"]
