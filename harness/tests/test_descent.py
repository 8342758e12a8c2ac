"""Who descends from this process: told as well when strangers are not looked at again."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Iterator

import pytest

from pipects import meeting
from pipects.errors import AdapterFault
from pipects.observe import descent
from pipects.observe.on_linux import LINUX

TWO = "sleep 300 & echo; wait"


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[bytes]"]:
    """A shell with a child of its own, which is there."""
    process = subprocess.Popen(["sh", "-c", TWO], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    descent.end(lambda: living(process.pid, descent.table()))
    process.wait()
    process.stdout.close()


def living(of: int, processes: descent.Table) -> list[descent.Process]:
    """The process and its descendants, as far as they live."""
    found = [*descent.descendants(of, processes), *filter(None, [processes.get(of)])]
    return [each for each in found if not each.zombie]


def test_kin_are_the_same_with_strangers_left_out(parent: "subprocess.Popen[bytes]") -> None:
    """At each of several looks, with one who is born and ends between them."""
    kin = descent.Kin()
    for _ in range(3):
        child = subprocess.Popen(["sleep", "300"])
        known, whole = kin.table(), descent.table()
        child.kill()
        child.wait()
        mine, all_of_mine = (descent.descendants(os.getpid(), each) for each in (known, whole))
        assert {each.pid for each in mine} == {each.pid for each in all_of_mine}
        assert {parent.pid, child.pid} <= {each.pid for each in mine}
        assert len(living(parent.pid, known)) == 2
        assert child.pid not in kin.table()


def test_strangers_are_read_once() -> None:
    """The first process of the system is none of ours; this one is never a stranger to itself."""
    kin = descent.Kin()
    assert 1 in kin.table()
    assert 1 not in kin.table() and os.getpid() in kin.table()


def test_one_whose_line_breaks_off_is_no_stranger(
    parent: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its parent may have ended between two lines of the table, so it is looked at again."""
    kin, real = descent.Kin(), descent.look

    def torn(pid: int | str) -> descent.Process | None:
        seen = real(pid)
        nobody = 2**22 + 1
        return dataclasses.replace(seen, parent=nobody) if seen and seen.pid == parent.pid else seen

    monkeypatch.setattr(descent, "look", torn)
    assert parent.pid in kin.table()
    monkeypatch.setattr(descent, "look", real)
    assert parent.pid in {each.pid for each in descent.descendants(os.getpid(), kin.table())}


def test_a_process_may_belong_to_the_family_a_moment_later() -> None:
    """Its parent has ended, and its environment is not there while it executes its program."""
    looks = iter([False, False, True])
    meeting.proven(os.getpid(), lambda pid: next(looks), LINUX).close()
    with pytest.raises(AdapterFault, match="none of its own"):
        meeting.proven(os.getpid(), lambda pid: False, LINUX)
