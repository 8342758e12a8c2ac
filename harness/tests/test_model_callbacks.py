"""The executable specification of BeginRead, BeginWrite, their results and their callbacks."""

from __future__ import annotations

import pytest
from worlds import one, pipe

from pipects.exploring import planning
from spec.model import rules
from spec.model.calls import Call, Callback, Data, Ref
from spec.model.outcomes import DONE, Returns, Throws, Unspecified
from spec.model.state import CLOSED, PAGE, World


def test_who_waits_for_an_operation_is_told_what_came_of_it() -> None:
    begin = Call("call", "client.ReadAsync", {"buffer": Data(bytes(4))}, "task")
    world = one(one(pipe(), begin), Call("call", "task.Wait", thread="first"))
    mays = rules.possibilities(world, Call("call", "server.Write", {"buffer": Data(b"ab")}))
    for may, count in zip(mays, (2, 1), strict=True):
        told = rules.possibilities(may.after, Call("finish", "first", thread="first"))
        assert [each.outcome for each in told] == [Returns(count)]


def test_whether_a_result_of_begin_leads_to_its_stream_is_left_open() -> None:
    begin = Call("call", "server.BeginWrite", {"buffer": Data(b"a"), "offset": 0, "count": 1, "callback": None, "state": None}, "result")  # fmt: skip
    world = one(pipe(), begin)
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("forget", "server handle"))
    rules.possibilities(world, Call("forget", "server handle result"))


def test_whether_the_callback_of_a_refused_call_leads_to_its_stream_is_left_open() -> None:
    given = {"buffer": Data(bytes(2)), "offset": 0, "count": 2, "callback": Callback("called")}
    refused = one(pipe(), Call("call", "server.BeginRead", given, kept="result"))
    with pytest.raises(Unspecified, match="leads to its stream"):
        rules.possibilities(refused, Call("forget", "server handle"))
    rules.possibilities(pipe(), Call("forget", "server handle"))


def test_what_waits_has_not_completed_in_its_call_of_the_rest_nobody_says() -> None:
    given = {"buffer": Data(bytes(1)), "offset": 0, "count": 1, "callback": None, "state": None}
    waits = one(pipe(), Call("call", "client.BeginRead", given, "result"))
    asked = Call("get", "result.CompletedSynchronously")
    assert [may.outcome for may in rules.possibilities(waits, asked)] == [Returns(False)]
    ended = one(waits, Call("call", "server.WriteByte", {"value": 7}))
    with pytest.raises(Unspecified, match="completed in its call"):
        rules.possibilities(ended, asked)


@pytest.mark.parametrize("closes", ["Dispose", "Close"])
def test_a_callback_closes_its_stream(closes: str) -> None:
    world = one(begun(pipe(), closes), Call("call", "server.Write", {"buffer": Data(b"ab")}))
    world = one(world, Call("call", "called.Wait"))
    assert world.streams["client"].state == CLOSED
    end = Call("call", "client.EndRead", {"asyncResult": Ref("result")})
    assert [may.outcome for may in rules.possibilities(world, end)] == [Returns(1)]


def test_a_callback_reads_on_when_there_is_something() -> None:
    world = begun(pipe(), "ReadByte")
    world = one(world, Call("call", "server.WriteByte", {"value": 1}))
    assert planning.forced(world) == Call("call", "client.EndRead", {"asyncResult": Ref("result")})
    with pytest.raises(Unspecified, match="for ever"):
        rules.possibilities(world, Call("call", "called.Wait"))
    with pytest.raises(Unspecified, match="has been called"):
        rules.possibilities(world, Call("get", "called.Count"))
    world = one(world, Call("call", "server.WriteByte", {"value": 2}))
    mays = rules.possibilities(world, Call("call", "called.Wait"))
    assert [may.outcome for may in mays] == [Returns(2)]


def test_a_callback_that_reads_on_meets_the_disposal_of_its_stream() -> None:
    world = begun(pipe(), "ReadByte")
    mays = rules.possibilities(world, Call("call", "client.Dispose"))
    told = [may.outcome for may in rules.possibilities(mays[0].after, Call("call", "called.Wait"))]
    assert told == [Throws("ObjectDisposedException")]


def test_a_callback_that_may_be_called_in_the_call_that_begins_must_not_wait_there() -> None:
    """What has ended at once may call it in the same thread; nobody says that the call returns then."""
    there = one(pipe(), Call("call", "server.Write", {"buffer": Data(b"a")}))
    with pytest.raises(Unspecified, match="call itself"):
        begun(there, "ReadByte")
    further = one(there, Call("call", "server.Write", {"buffer": Data(b"b")}))
    mays = rules.possibilities(begun(further, "ReadByte"), Call("call", "called.Wait"))
    assert [may.outcome for may in mays] == [Returns(ord("b"))]


def test_what_waits_while_a_callback_closes_its_stream_is_left_open() -> None:
    """The callback may have come far enough, or not: here it ends the very copy that waits for its end."""
    copy = Call("call", "client.CopyToAsync", {"destination": Ref("memory")}, "task")
    world = one(one(pipe(), Call("new", "MemoryStream", kept="memory")), copy)
    given = {"buffer": Data(b"a"), "offset": 0, "count": 1, "callback": Callback("c", "", "Close")}
    world = one(world, Call("call", "server.BeginWrite", given, kept="result"))
    with pytest.raises(Unspecified, match="how far a callback"):
        rules.possibilities(world, Call("call", "task.Wait", thread="waits"))


def test_a_long_write_to_who_closes_in_a_callback_is_left_open() -> None:
    world = begun(pipe(), "Close")
    for length in (PAGE, PAGE + 1):
        write = Call("call", "server.Write", {"buffer": Data(bytes(length))})
        if length > PAGE:
            with pytest.raises(Unspecified, match="how far a callback"):
                rules.possibilities(world, write)
        else:
            assert [may.outcome for may in rules.possibilities(world, write)] == [DONE]


def test_while_a_callback_waits_others_go_on() -> None:
    world = one(begun(pipe(), "ReadByte"), Call("call", "server.WriteByte", {"value": 1}))
    world = one(world, Call("new", "AnonymousPipeServerStream", {"direction": "In"}, "beside"))
    read = Call("call", "beside.ReadAsync", {"buffer": Data(bytes(1))}, "task")
    world = one(one(world, read), Call("call", "beside.DisposeLocalCopyOfClientHandle"))
    mays = rules.possibilities(world, Call("call", "task.Wait"))
    assert [may.outcome for may in mays] == [Returns(0)]


def test_what_a_callback_does_to_a_call_beside_it_is_left_open() -> None:
    with pytest.raises(Unspecified, match="beside it"):
        begun(begun(pipe(), ""), "Dispose", "later")


def begun(world: World, calls: str, result: str = "result") -> World:
    """A read of a byte was begun, with a callback that calls this."""
    callback = Callback("called" if result == "result" else f"{result}_called", "", calls)
    given = {"buffer": Data(bytes(1)), "offset": 0, "count": 1, "callback": callback}
    return one(world, Call("call", "client.BeginRead", given, kept=result))
