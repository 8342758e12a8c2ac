"""The executable specification: what waits for its turn, in a wrapper or for room; and FIFOs at standard streams."""

from __future__ import annotations

import pytest
from worlds import one, pipe

from spec.model import rules
from spec.model.calls import Call, Data, Ref
from spec.model.outcomes import Reads, Returns, Unspecified, Waits
from spec.model.state import DEFAULT_CAPACITY, PAGE, World

READER, WRITER = "reader", "writer"


def wrapped(stream: str) -> World:
    """A pipe, one end of which has a synchronized wrapper."""
    return one(pipe(), Call("call", "Stream.Synchronized", {"stream": Ref(stream)}, "wrapper"))


def test_a_call_of_a_wrapper_waits_for_the_one_before_it() -> None:
    """A read's bytes go to the one whose turn it is, and then to the next."""
    world = wrapped("client")
    for thread, count in (("one", 2), ("two", 1)):
        read = Call("call", "wrapper.Read", {"buffer": Data(bytes(count))}, thread=thread)
        (may,) = rules.possibilities(world, read)
        assert may.outcome == Waits()
        world = may.after
    mays = rules.possibilities(world, Call("call", "server.Write", {"buffer": Data(b"abc")}))
    came = [[each.ends for each in may.after.operations.values()] for may in mays]
    told = {tuple(ends[0].outcome for ends in each) for each in came}
    assert told == {(Reads(b"ab"), Reads(b"c")), (Reads(b"a"), Reads(b"b"))}


def test_a_wrapper_tells_what_it_can_do_while_a_call_is_in_it() -> None:
    read = Call("call", "wrapper.ReadByte", thread="one")
    (may,) = rules.possibilities(wrapped("client"), read)
    (told,) = rules.possibilities(may.after, Call("get", "wrapper.CanRead"))
    assert (told.outcome, told.requirement) == (
        Returns(True),
        "stream.synchronized.properties-at-once",
    )


def test_whose_turn_the_third_is_nobody_says() -> None:
    world = wrapped("client")
    for thread in ("one", "two"):
        world = one(world, Call("call", "wrapper.ReadByte", thread=thread))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "wrapper.ReadByte", thread="three"))


def test_two_writes_of_a_wrapper_do_not_mix() -> None:
    world = wrapped("server")
    for thread, letter in (("one", b"a"), ("two", b"b")):
        given = {"buffer": Data(letter * (DEFAULT_CAPACITY + PAGE))}
        world = one(world, Call("call", "wrapper.Write", given, thread=thread))
    whole = 2 * (DEFAULT_CAPACITY + PAGE)
    read = Call("call", "client.ReadExactly", {"buffer": Data(bytes(whole))})
    (may,) = rules.possibilities(world, read)
    assert may.outcome == Reads(b"a" * (whole // 2) + b"b" * (whole // 2), False)


def test_a_copy_that_waits_for_room_in_a_full_pipe_has_moved_nothing() -> None:
    """Then what it has read comes behind what was there, and nobody else may write meanwhile."""
    world = pipe()
    full = {"direction": "Out", "inheritability": "None", "bufferSize": PAGE}
    for call in (
        Call("new", "AnonymousPipeServerStream", full, "other"),
        Call("get", "other.ClientSafePipeHandle", kept="its_handle"),
        Call(
            "new",
            "AnonymousPipeClientStream",
            {"direction": "In", "safePipeHandle": Ref("its_handle")},
            "its",
        ),
        Call("call", "other.Write", {"buffer": Data(b"x" * PAGE)}),
        Call("call", "client.CopyTo", {"destination": Ref("other")}, thread="copier"),
        Call("call", "server.Write", {"buffer": Data(b"abc")}),
    ):
        world = one(world, call)
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "other.WriteByte", {"value": 1}, thread="late"))
    exactly = Call("call", "its.ReadExactly", {"buffer": Data(bytes(PAGE + 3))})
    (may,) = rules.possibilities(world, exactly)
    assert may.outcome == Reads(b"x" * PAGE + b"abc", False)


def fifo(ways: str) -> World:
    """A child with clients of both ends of the FIFO that it has at its standard streams."""
    world = one(World(), Call("start", "child", {"streams": ways}))
    for text, direction, name in (("0", "In", READER), ("1", "Out", WRITER)):
        given = {"direction": direction, "pipeHandleAsString": text}
        world = one(world, Call("new", "AnonymousPipeClientStream", given, name, "child"))
    return one(world, Call("call", f"{WRITER}.Write", {"buffer": Data(b"a")}))


def test_a_fifo_at_standard_streams_is_a_pipe() -> None:
    world = one(fifo("fifo,fifo-both"), Call("call", f"{READER}.ReadByte"))
    assert not any(pipe.content for pipe in world.pipes.values())
    world = one(world, Call("call", f"{WRITER}.Dispose"))
    assert [handle.access for handle in world.handles.values()] == ["read"], "both ways are closed"
    with pytest.raises(Unspecified):  # a runtime may have more of its standard streams
        rules.possibilities(world, Call("call", f"{READER}.ReadByte"))


def test_a_second_client_of_a_standard_stream_is_left_open() -> None:
    given = {"direction": "Out", "pipeHandleAsString": "0"}
    again = Call("new", "AnonymousPipeClientStream", given, "again", "child")
    with pytest.raises(Unspecified):
        rules.possibilities(fifo("fifo-both,fifo"), again)
