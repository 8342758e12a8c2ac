"""The executable specification of what reads and writes text."""

from __future__ import annotations

import pytest
from worlds import one, pipe

from spec.model import rules
from spec.model.calls import Call, Data, Ref
from spec.model.outcomes import DONE, Returns, Throws, Unspecified
from spec.model.state import World


def test_a_reader_of_text_waits_for_the_end_of_its_line() -> None:
    world = one(pipe(), Call("new", "StreamReader", {"stream": Ref("client")}, "reader"))
    line = Call("call", "reader.ReadLine", thread="reading")
    world = one(world, line)
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"on")}))
    assert rules.possibilities(world, Call("rest", "parent"))
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"e\r\ntwo")}))
    outcomes = rules.possibilities(world, Call("finish", "reading", thread="reading"))
    assert [may.outcome for may in outcomes] == [Returns("one")]
    assert next(iter(world.pipes.values())).content == b"two"


def test_a_carriage_return_alone_leaves_open_whether_its_reader_waits() -> None:
    world = one(pipe(), Call("new", "StreamReader", {"stream": Ref("client")}, "reader"))
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"one\r")}))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "reader.ReadLine"))


def test_how_much_room_a_reader_of_text_makes_by_reading_ahead_is_left_open() -> None:
    world = one(pipe(), Call("new", "StreamReader", {"stream": Ref("client")}, "reader"))
    world = one(world, Call("get", "reader.EndOfStream", thread="reading"))
    capacity = next(iter(world.pipes.values())).capacity
    fits = Call("call", "server.WriteAsync", {"buffer": Data(bytes(capacity))})
    assert next(iter(one(world, fits).pipes.values())).content == bytes(capacity)
    with pytest.raises(Unspecified):
        rules.possibilities(
            world, Call("call", "server.WriteAsync", {"buffer": Data(bytes(capacity + 1))})
        )


def test_a_writer_of_text_holds_it_until_it_is_flushed() -> None:
    world = one(pipe(), Call("new", "StreamWriter", {"stream": Ref("server")}, "writer"))
    world = one(world, Call("call", "writer.WriteLine", {"value": "one"}))
    assert next(iter(world.pipes.values())).content == b""
    world = one(world, Call("call", "writer.Flush"))
    assert next(iter(world.pipes.values())).content == b"one\n"
    world = one(world, Call("call", "client.Dispose"))
    world = one(world, Call("call", "server.DisposeLocalCopyOfClientHandle"))
    world = one(world, Call("call", "writer.Write", {"value": "lost"}))
    closing = rules.possibilities(world, Call("call", "writer.Close"))
    assert {may.outcome for may in closing} == {Returns(None), Throws("IOException")}
    assert all(may.after.streams["server"].state == "closed" for may in closing)


def test_how_much_of_a_long_text_is_held_back_is_left_open_until_it_is_flushed() -> None:
    world = one(pipe(), Call("new", "StreamWriter", {"stream": Ref("server")}, "writer"))
    world = one(world, Call("call", "writer.Write", {"value": "x" * 1024}))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "client.Read", {"buffer": Data(bytes(4))}))
    world = one(world, Call("call", "writer.Flush"))
    assert next(iter(world.pipes.values())).content == b"x" * 1024
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "writer.Write", {"value": "y" * 5000}))


def test_an_empty_pipe_has_room_for_a_text_however_it_is_cut() -> None:
    world = one(pipe(), Call("new", "StreamWriter", {"stream": Ref("server")}, "writer"))
    world = one(world, Call("call", "writer.Write", {"value": "x"}))
    world = one(world, Call("call", "writer.Write", {"value": "y" * 9000}))
    world = one(world, Call("call", "writer.Flush"))
    assert next(iter(world.pipes.values())).content == b"x" + b"y" * 9000
    world = one(pipe(), Call("new", "StreamWriter", {"stream": Ref("server")}, "writer"))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "writer.Write", {"value": "y" * 32000}))


def test_whether_draining_sees_what_a_reader_of_text_takes_ahead_is_left_open() -> None:
    world = one(pipe(), Call("new", "StreamReader", {"stream": Ref("client")}, "text"))
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"word")}))
    world = one(world, Call("call", "server.WaitForPipeDrain", thread="drain"))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("get", "text.EndOfStream"))


def test_what_a_reader_of_text_has_taken_ahead_is_lost_with_it_where_its_stream_stays_open() -> (
    None
):
    leaving = {"stream": Ref("client"), "leaveOpen": True}
    world = one(pipe(), Call("new", "StreamReader", leaving, "reader"))
    unread = one(world, Call("call", "reader.Dispose"))
    assert unread.streams["client"].state == "open"
    for call in (
        Call("call", "server.Write", {"buffer": Data(b"a\nb")}),
        Call("call", "reader.ReadLine"),
        Call("call", "reader.Dispose"),
    ):
        world = one(world, call)
    assert world.streams["client"].state == "open"
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "client.ReadByte"))


def test_a_writer_that_leaves_its_stream_open_sends_what_it_holds() -> None:
    leaving = {"stream": Ref("server"), "leaveOpen": True}
    world = one(pipe(), Call("new", "StreamWriter", leaving, "writer"))
    world = one(world, Call("call", "writer.Write", {"value": "held"}))
    (closed,) = rules.possibilities(world, Call("call", "writer.Close"))
    assert closed.requirement == "text.writer.leaves-stream-open"
    assert closed.after.streams["server"].state == "open"
    assert [each.content for each in closed.after.pipes.values()] == [b"held"]
    array = {"buffer": Data(bytes(4))}
    read = Call("call", "client.ReadExactly", array, thread="thread")
    (waited,) = rules.possibilities(
        one(pipe(), Call("new", "StreamWriter", leaving, "writer")), read
    )
    world = one(waited.after, Call("call", "writer.Dispose"))
    assert not world.operations["thread"].ends, "nothing was held, and the stream is open"


@pytest.mark.parametrize("target", ["Stream.Synchronized", "StreamReader"])
def test_what_stands_on_a_stream_needs_one_that_is_there(target: str) -> None:
    verb = "call" if target == "Stream.Synchronized" else "new"
    call = Call(verb, target, {"stream": Ref("client_1")}, "on_it")
    with pytest.raises(KeyError):
        rules.possibilities(World(), call)


def test_above_a_closed_stream_a_writer_may_refuse_what_is_long_but_not_to_hold_back() -> None:
    world = one(pipe(), Call("new", "StreamWriter", {"stream": Ref("server")}, "text"))
    world = one(world, Call("call", "server.Dispose"))
    write = Call("call", "text.Write", {"value": "x" * 5000})
    holds, refuses = rules.possibilities(world, write)
    assert (holds.outcome, refuses.outcome) == (DONE, Throws("ObjectDisposedException"))
    one(holds.after, Call("set", "text.AutoFlush", {"value": False}))
