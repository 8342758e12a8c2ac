"""The executable specification by itself."""

from __future__ import annotations

import pytest
from worlds import client, one, pipe

from spec.model import rules
from spec.model.calls import Call, Data, Ref
from spec.model.outcomes import BROKEN, DONE, Reads, Returns, Throws, Unspecified
from spec.model.state import CLOSED, World


def test_a_read_may_be_short_and_leaves_the_rest() -> None:
    world = one(pipe(), Call("call", "server.Write", {"buffer": Data(b"abc")}))
    mays = rules.possibilities(world, Call("call", "client.Read", {"buffer": Data(bytes(8))}))
    assert [may.outcome for may in mays] == [Reads(b"abc"), Reads(b"ab"), Reads(b"a")]
    left = [next(iter(may.after.pipes.values())).content for may in mays]
    assert left == [b"", b"c", b"bc"]


def test_what_was_seen_narrows_what_may_be() -> None:
    world = one(pipe(), Call("call", "server.Write", {"buffer": Data(b"abc")}))
    read = Call("call", "client.Read", {"buffer": Data(bytes(2))})
    left = rules.narrow(rules.possibilities(world, read), lambda seen: seen == Reads(b"a"))
    again = [may.outcome for each in left for may in rules.possibilities(each, read)]
    assert again == [Reads(b"bc"), Reads(b"b")]


def test_a_write_without_a_reader_breaks_and_the_end_stays_so() -> None:
    world = one(pipe(), Call("call", "client.Dispose"))
    world = one(world, Call("call", "server.DisposeLocalCopyOfClientHandle"))
    write = Call("call", "server.WriteByte", {"value": 1})
    assert [m.outcome for m in rules.possibilities(world, write)] == [Throws("IOException")]
    world = one(world, write)
    connected = rules.possibilities(world, Call("get", "server.IsConnected"))
    assert [may.outcome for may in connected] == [Returns(False)]


def test_a_server_holds_both_ends_until_its_copy_is_disposed() -> None:
    world = pipe()
    (number,) = world.pipes
    assert world.ends("parent", number) == ["read private blocking", "write private blocking"]
    world = one(world, Call("call", "server.DisposeLocalCopyOfClientHandle"))
    assert world.ends("parent", number) == ["write private blocking"]


def test_a_copy_into_another_pipe_ends_with_its_reader() -> None:
    world = pipe()
    for call in (
        Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "other"),
        Call("call", "client.CopyToAsync", {"destination": Ref("other")}, "task"),
        Call("call", "server.Write", {"buffer": Data(b"abc")}),
    ):
        world = one(world, call)
    assert [each.content for each in world.pipes.values()] == [b"", b"abc"]
    world = one(world, Call("call", "other.DisposeLocalCopyOfClientHandle"))
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"d")}))
    (end,) = world.operations["task"].ends
    assert all(each.blurred for each in world.pipes.values()), "how much it had read nobody knows"
    assert end.requirement == "stream.copy-to-async.destination-io-error"


def test_a_wrapper_answers_as_its_stream_does() -> None:
    wrapped = Call("call", "Stream.Synchronized", {"stream": Ref("server")}, "wrapper")
    world = one(pipe(), wrapped)
    world = one(world, Call("call", "wrapper.Write", {"buffer": Data(b"ab")}))
    read = Call("call", "wrapper.Read", {"buffer": Data(bytes(2))})
    assert [may.outcome.type for may in rules.possibilities(world, read)] == ["NotSupportedException"]  # type: ignore[union-attr]
    flush = Call("call", "wrapper.FlushAsync", {}, awaited=True)
    (flushed,) = rules.possibilities(world, flush)
    assert flushed.outcome == DONE
    assert flushed.requirement == "stream.synchronized.members"
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "wrapper.FlushAsync", kept="task"))
    world.tokens["token"] = True
    cancelled = {"buffer": Data(bytes(2)), "cancellationToken": Ref("token")}
    (told,) = rules.possibilities(
        world, Call("call", "wrapper.WriteAsync", cancelled, awaited=True)
    )
    assert told.outcome == Throws("OperationCanceledException", derived=True, token="token")
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "wrapper.ReadAsync", cancelled, awaited=True))
    world = one(world, Call("call", "wrapper.Close"))
    assert world.streams["server"].state == "closed"


def test_a_number_that_was_given_up_has_one_owner_again() -> None:
    world = one(World(), Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "server"))
    for call in (
        Call("get", "server.ClientSafePipeHandle", kept="handle"),
        Call("call", "handle.DangerousGetHandle", kept="number"),
    ):
        world = one(world, call)
    owning = Call("new", "SafePipeHandle", {"preexistingHandle": Ref("number"), "ownsHandle": True}, "owner")  # fmt: skip
    with pytest.raises(Unspecified):
        rules.possibilities(world, owning)
    with pytest.raises(KeyError):
        rules.possibilities(world, Call("forget", "owner"))
    world = one(world, Call("call", "handle.SetHandleAsInvalid"))
    pipe = next(iter(world.pipes))
    assert world.held(pipe, "read")
    world = one(one(world, owning), Call("call", "owner.Dispose"))
    assert not world.held(pipe, "read")


def test_without_handles_there_is_no_server() -> None:
    world = one(pipe(), Call("limit", "parent", {"handles": 1}))
    server = Call("new", "AnonymousPipeServerStream", {"direction": "In"}, "more")
    assert [may.outcome for may in rules.possibilities(world, server)] == [Throws("IOException")]
    world = one(world, Call("call", "client.Dispose"))
    with pytest.raises(Unspecified):
        rules.possibilities(world, server)


def test_a_write_that_is_broken_off_leaves_a_full_pipe_as_it_was() -> None:
    world = World()
    given = {"direction": "Out", "inheritability": "None", "bufferSize": 4096}
    for call in (
        Call("new", "AnonymousPipeServerStream", given, "server"),
        Call("call", "server.Write", {"buffer": Data(bytes(4096))}),
        Call("new", "CancellationTokenSource", kept="source"),
        Call("get", "source.Token", kept="token"),
    ):
        world = one(world, call)
    begin = {"buffer": Data(bytes(3)), "cancellationToken": Ref("token")}
    waiting = one(world, Call("call", "server.WriteAsync", begin, "task"))
    full = one(waiting, Call("call", "source.Cancel"))
    assert [each.blurred for each in full.pipes.values()] == [False]
    begin["buffer"] = Data(bytes(5000))
    empty = one(world, Call("new", "AnonymousPipeServerStream", given, "other"))
    waiting = one(empty, Call("call", "other.WriteAsync", begin, "task"))
    halfway = one(waiting, Call("call", "source.Cancel"))
    assert sorted(each.blurred for each in halfway.pipes.values()) == [False, True]


def test_nothing_is_made_in_a_process_that_is_not_there() -> None:
    made = Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "server", "child")
    with pytest.raises(KeyError):
        rules.possibilities(World(), made)
    started = one(World(), Call("start", "child"))
    assert one(started, made).streams["server"].process == "child"


def test_what_waits_in_a_child_goes_with_it() -> None:
    world = World()
    given = {"direction": "Out", "inheritability": "Inheritable"}
    for call in (
        Call("new", "AnonymousPipeServerStream", given, "server"),
        Call("call", "server.GetClientHandleAsString", kept="text"),
        Call("start", "child", {"0": Ref("text")}),
        Call("new", "AnonymousPipeClientStream", {"pipeHandleAsString": Ref("child.arguments.0")},
             "client", "child"),
        Call("call", "client.ReadByte", thread="waiting"),
    ):  # fmt: skip
        world = one(world, call)
    assert world.pending()
    world = one(world, Call("exit", "child", process="child"))
    assert not world.pending() and "client" not in world.streams


def test_a_handle_object_is_used_in_its_own_process_alone_and_goes_with_it() -> None:
    world = one(World(), Call("start", "child", {"streams": "devnull"}))
    given = {"preexistingHandle": 0, "ownsHandle": False}
    world = one(world, Call("new", "SafePipeHandle", given, "handle", "child"))
    with pytest.raises(KeyError):
        rules.possibilities(world, client("handle"))
    with pytest.raises(KeyError):
        rules.possibilities(world, Call("forget", "handle"))
    assert "handle" not in one(world, Call("kill", "child", process="child")).safe_names


def test_a_handle_of_the_wrong_end_beside_one_that_is_no_pipes_is_left_open() -> None:
    world = one(pipe(), Call("new", "Descriptor", {"kind": "file"}, "file"))
    world = one(world, Call("get", "file.Number", kept="number"))
    borrowed = {"preexistingHandle": Ref("number"), "ownsHandle": False}
    world = one(world, Call("new", "SafePipeHandle", borrowed, "other"))
    world = one(world, Call("get", "server.SafePipeHandle", kept="own"))
    given = {"direction": "Out", "clientSafePipeHandle": Ref("other")}

    def adopts(own: str) -> Call:
        handles = given | {"serverSafePipeHandle": Ref(own)}
        return Call("new", "AnonymousPipeServerStream", handles, "adopting")

    assert [may.outcome for may in rules.possibilities(world, adopts("own"))] == [BROKEN]
    with pytest.raises(Unspecified):
        rules.possibilities(world, adopts("handle"))


def test_a_handle_of_the_wrong_end_stays_whoever_finds_that_out() -> None:
    world = pipe()
    given = {"direction": "Out", "safePipeHandle": Ref("handle")}
    mays = rules.possibilities(world, Call("new", "AnonymousPipeClientStream", given, "other"))
    assert [may.after for may in mays] == [world] * 3
    assert Throws("ArgumentException", "safePipeHandle") in [may.outcome for may in mays]


def test_a_client_made_of_a_text_outlives_the_server_that_gave_it() -> None:
    made = Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "server")
    world = one(World(), made)
    world = one(world, Call("call", "server.GetClientHandleAsString", kept="text"))
    given = {"pipeHandleAsString": Ref("text")}
    world = one(world, Call("new", "AnonymousPipeClientStream", given, "client"))
    world = one(world, Call("call", "server.Dispose"))
    assert world.ends("parent", world.streams["client"].pipe) == ["read private blocking"]


def test_how_much_a_copy_has_read_when_its_destination_fails_is_left_open() -> None:
    world = pipe()
    for call in (
        Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "broken"),
        Call("call", "broken.DisposeLocalCopyOfClientHandle"),
        Call("call", "server.Write", {"buffer": Data(bytes(65536))}),
        Call("call", "server.Write", {"buffer": Data(bytes(8))}, thread="writer"),
    ):
        world = one(world, call)
    copy = Call("call", "client.CopyTo", {"destination": Ref("broken"), "bufferSize": 1})
    with pytest.raises(Unspecified):
        rules.possibilities(world, copy)


def test_a_drain_that_looks_now_and_then_may_be_met_by_a_disposal_though_all_is_read() -> None:
    world = one(pipe(), Call("call", "server.Write", {"buffer": Data(b"a")}))
    world = one(world, Call("call", "server.WaitForPipeDrain", thread="drain"))
    world = one(world, Call("call", "client.ReadByte"))
    world = one(world, Call("call", "server.Dispose"))
    told = rules.possibilities(world, Call("finish", "drain", thread="drain"))
    closed = Throws("ObjectDisposedException")
    assert {may.outcome for may in told} == {Returns(None), BROKEN, closed}


def test_who_waits_for_a_task_does_not_hinder_the_closing_of_its_end() -> None:
    task = Call("call", "client.ReadAsync", {"buffer": Data(bytes(4))}, "task")
    world = one(one(pipe(), task), Call("call", "task.Wait", thread="waits"))
    mays = rules.possibilities(world, Call("call", "client.Dispose"))
    assert mays and not any(may.after.pending() for may in mays)


def test_a_copys_destination_that_is_forgotten_under_it_is_left_open() -> None:
    world = one(pipe(), Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "other"))
    copy = Call("call", "client.CopyTo", {"destination": Ref("other")}, thread="copies")
    world = one(world, copy)
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("forget", "other"))


def test_how_much_room_a_copy_in_odd_pieces_leaves_unused_is_left_open() -> None:
    world = one(pipe(), Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "other"))
    write = Call("call", "server.Write", {"buffer": Data(bytes(8192))})

    def copied(size: int) -> World:
        given = {"destination": Ref("other"), "bufferSize": size}
        return one(world, Call("call", "client.CopyTo", given, thread="copies"))

    assert [len(each.content) for each in one(copied(4096), write).pipes.values()] == [0, 8192]
    with pytest.raises(Unspecified):
        rules.possibilities(copied(3), write)


def test_a_standard_stream_that_is_a_device_is_no_pipe_until_it_is_closed() -> None:
    world = one(World(), Call("start", "child", {"streams": "devnull"}))
    numbered = Call("new", "AnonymousPipeClientStream", {"pipeHandleAsString": "1"}, "end", "child")
    told = {may.outcome for may in rules.possibilities(world, numbered)}
    assert told == {Throws("ArgumentException", "pipeHandleAsString"), BROKEN}
    own = {"preexistingHandle": 1, "ownsHandle": True}
    world = one(world, Call("new", "SafePipeHandle", own, "one", "child"))
    with pytest.raises(Unspecified):
        rules.possibilities(world, numbered)


def test_whether_a_read_that_is_broken_off_has_taken_what_came_last_is_left_open() -> None:
    array = {"buffer": Data(bytes(5))}
    world = one(pipe(), Call("call", "client.ReadExactly", array, thread="thread"))
    idle = one(world, Call("call", "client.Dispose"))
    assert not any(each.blurred for each in idle.pipes.values())
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"abc")}))
    world = one(world, Call("call", "client.Dispose"))
    assert all(each.blurred for each in world.pipes.values())


def test_whether_an_owner_gives_its_number_up_to_a_later_client_of_it_is_left_open() -> None:
    world = one(World(), Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "server"))
    world = one(world, Call("call", "server.GetClientHandleAsString", kept="text"))
    for name in ("first", "second"):
        made = {"direction": "In", "pipeHandleAsString": Ref("text")}
        world = one(world, Call("new", "AnonymousPipeClientStream", made, name))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("call", "first.Dispose"))
    assert one(world, Call("call", "second.Dispose")).ends("parent", 2) == [
        "write private blocking"
    ]


def test_a_call_that_the_system_fails_moves_nothing_and_changes_nothing() -> None:
    world = one(pipe(), Call("call", "server.Write", {"buffer": Data(b"abc")}))
    read = Call("call", "client.ReadByte")
    failing = one(world, Call("answer", "read", {"of": Ref("client")}))
    may = rules.possibilities(failing, read)[0]
    assert may.outcome == BROKEN
    assert rules.possibilities(may.after, read)[0].outcome == Returns(97)
    assert rules.possibilities(world, read)[0].outcome == Returns(97)


def test_a_drain_that_is_not_told_what_is_unread_fails_each_time() -> None:
    world = one(pipe(), Call("answer", "ioctl", {"of": Ref("server")}))
    drain = Call("call", "server.WaitForPipeDrain")
    assert rules.possibilities(one(world, drain), drain)[0].outcome == BROKEN


def test_what_a_read_that_goes_on_has_taken_is_left_open() -> None:
    world = one(pipe(), Call("new", "Bytes", {"length": 4}, "data"))
    world = one(world, Call("call", "client.ReadExactlyAsync", {"buffer": Ref("data")}, "task"))
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"ab")}))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("get", "data.Hex"))


def test_whether_one_that_has_waited_keeps_a_copy_of_a_number_is_left_open() -> None:
    world = one(pipe(), Call("call", "handle.DangerousGetHandle", kept="number"))
    borrowed = {"preexistingHandle": Ref("number"), "ownsHandle": False}
    world = one(world, Call("new", "SafePipeHandle", borrowed, "safe"))
    assert one(world, Call("call", "client.Dispose")).streams["client"].state == CLOSED
    waiting = Call("call", "client.ReadAsync", {"buffer": Data(bytes(1))}, "task")
    waited = one(one(world, waiting), Call("call", "server.Write", {"buffer": Data(b"a")}))
    with pytest.raises(Unspecified):
        rules.possibilities(waited, Call("call", "client.Dispose"))


@pytest.mark.parametrize("names", ["first second", "second first"])
def test_which_of_two_owners_that_are_forgotten_goes_last_is_left_open(names: str) -> None:
    world = one(World(), Call("new", "AnonymousPipeServerStream", {"direction": "Out"}, "server"))
    world = one(world, Call("call", "server.GetClientHandleAsString", kept="text"))
    for name in names.split():
        given = {"direction": "In", "pipeHandleAsString": Ref("text")}
        world = one(world, Call("new", "AnonymousPipeClientStream", given, name))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("forget", "second first"))


def test_whether_a_thread_can_be_started_without_a_handle_is_left_open() -> None:
    world = one(pipe(), Call("call", "client.ReadAsync", {"buffer": Data(bytes(4))}, "task"))
    wait = Call("call", "task.Wait", thread="waits")
    assert rules.possibilities(world, wait)
    world = one(world, Call("limit", "parent", {"handles": 0}))
    with pytest.raises(Unspecified):
        rules.possibilities(world, wait)


def test_an_operation_that_a_thread_waits_for_may_take_a_moment_to_show_its_end() -> None:
    world = one(pipe(), Call("call", "client.ReadAsync", {"buffer": Data(bytes(4))}, "task"))
    world = one(world, Call("call", "task.Wait", thread="waits"))
    world = one(world, Call("call", "server.Write", {"buffer": Data(b"a")}))
    with pytest.raises(Unspecified):
        rules.possibilities(world, Call("get", "task.IsCompleted"))
    (may,) = [
        each
        for each in rules.possibilities(world, Call("finish", "waits", thread="waits"))
        if each.outcome == Returns(1)
    ]
    assert one(may.after, Call("get", "task.IsCompleted"))
