"""Marks of pipe ends decide only where a case names them."""

from __future__ import annotations

import pytest

from bench import Bench
from pipects import ends
from pipects.observe import End

CASE = """\
- id: fake.ends
  title: A server holds both ends of its pipe
  covers: [server.pipe.unnamed]
  rows:
    - {label: %s}
  steps:
    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}
    - {observe: ends, of: server, are: [%s, write]}
"""


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        ("read", "pass"),
        ("read private", "pass"),
        ("read nonblocking", "pass"),
        ("read private nonblocking", "pass"),
        ("read blocking", "fail"),
        ("read inheritable", "fail"),
        ("write", "fail"),
    ],
)
def test_a_mark_decides_where_the_case_names_it(bench: Bench, end: str, verdict: str) -> None:
    """The fake's reading end is in non-blocking mode: what says nothing of modes holds."""
    bench.adapter("nonblocking")
    bench.cases(CASE % (end.replace(" ", "-"), end))
    done = bench.run("--timeout-scale", "0.1")
    assert list(done.verdicts().values()) == [verdict], done.output


def test_each_end_is_taken_once_whatever_the_order() -> None:
    """Where one end fits two that are wanted, the other is found a place all the same."""
    private = End("read", False, False, 1, 3)
    shared = End("read", True, False, 1, 4)
    assert ends.same(["read blocking", "read inheritable"], [shared, private])
    assert ends.same(["read", "read private"], [private, shared])
    assert not ends.same(["read private", "read private"], [private, shared])
    assert not ends.same(["read"], [private, shared])


def test_an_end_that_an_implementation_waits_with_is_none_that_it_was_given() -> None:
    """It is private, and belongs to an end that is there."""
    given = End("write", False, False, 7, 5)
    its_own = End("write", False, True, 7, 9)
    inherited = End("write", True, True, 7, 10)
    copy = End("write", False, False, 7, 11)
    another = End("write", False, False, 7, 12)
    aside = ends.without_its_own
    assert aside(["write"], [its_own, given]) == [given]
    assert aside(["write"], [its_own]) == [its_own], "it stands in nobody's place"
    assert aside([], [its_own]) == [its_own], "it goes with its end"
    assert aside([], [copy]) == [copy], "and so does a copy"
    assert aside(["write"], [copy, inherited]) == [
        inherited
    ], "a child has a copy of what it inherits"
    assert aside(["write"], [inherited, inherited]) == [inherited, inherited]
    assert aside(["write"], [given, copy]) == [given]
    assert aside(["write"], [given, copy, its_own]) == [given]
    assert aside(["write"], [given, copy, another]) == [given, copy], "one for each"
    assert aside(["read", "write"], [given, copy]) == [given], "none stands for the other access"


@pytest.mark.parametrize(("mode", "verdict"), [("copies", "pass"), ("copies-twice", "fail")])
def test_a_private_copy_to_work_with_is_no_fault(bench: Bench, mode: str, verdict: str) -> None:
    """Wrappers of descriptors often make one of their own; each copy more is one that nobody needs."""
    bench.adapter(mode)
    bench.cases(CASE % ("read", "read"))
    done = bench.run("--timeout-scale", "0.1")
    assert list(done.verdicts().values()) == [verdict], done.output
