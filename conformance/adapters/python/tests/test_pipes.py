"""The rules of one process: blocking, closing, cancelling, and who owns a handle."""

from __future__ import annotations

import fcntl
import gc
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Pipe, open_descriptors, until, waits_in_poll

from anonymous_pipes import (
    AnonymousPipeClientStream,
    AnonymousPipeServerStream,
    ArgumentException,
    ArgumentNullException,
    ArgumentOutOfRangeException,
    CancellationTokenSource,
    HandleInheritability,
    IOException,
    NotSupportedException,
    ObjectDisposedException,
    OperationCanceledException,
    PipeDirection,
    PipeTransmissionMode,
    SafePipeHandle,
    Stream,
)


def outcome_in_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    """Starts the work in a thread; the result waits, and answers or throws as the work did."""
    results: list[Any] = []

    def body() -> None:
        try:
            results.append(work())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=body)
    thread.start()

    def collect() -> Any:
        thread.join(20)
        if isinstance(results[0], Exception):
            raise results[0]
        return results[0]

    return collect


def test_blocked_read_ends_by_dispose(incoming: Pipe) -> None:
    """Dispose releases a read that waits in another thread, and closes the descriptor."""
    server, _ = incoming
    before = open_descriptors()
    read = outcome_in_thread(lambda: server.Read(bytearray(4), 0, 4))
    until(waits_in_poll)
    server.Dispose()
    with pytest.raises(IOException):
        read()
    assert len(open_descriptors()) == len(before) - 1


def test_blocked_write_ends_by_dispose(outgoing: Pipe) -> None:
    """Dispose releases a write that waits for room in another thread."""
    server, _ = outgoing
    write = outcome_in_thread(lambda: server.Write(bytes(200_000)))
    until(waits_in_poll)
    server.Dispose()
    with pytest.raises(IOException):
        write()


def test_blocked_write_ends_when_the_reader_goes(outgoing: Pipe) -> None:
    """A write that waits finds the pipe broken, and the end is no longer connected."""
    server, client = outgoing
    write = outcome_in_thread(lambda: server.Write(bytes(200_000)))
    until(waits_in_poll)
    client.Dispose()
    with pytest.raises(IOException):
        write()
    assert not server.IsConnected
    with pytest.raises(IOException):
        server.Write(b"")


def test_asynchronous_reads_in_order_without_threads(incoming: Pipe) -> None:
    """Reads that wait are served in the order of their calls, and hold one thread in all."""
    server, client = incoming
    before = threading.active_count()
    buffers = [bytearray(1) for _ in range(50)]
    tasks = [server.ReadAsync(buffer, 0, 1) for buffer in buffers]
    assert not any(task.IsCompleted for task in tasks)
    assert threading.active_count() <= before + 1
    client.Write(bytes(range(50)))
    assert [task.Wait() for task in tasks] == [1] * 50
    assert [buffer[0] for buffer in buffers] == list(range(50))


def test_dispose_ends_what_is_asynchronous(incoming: Pipe) -> None:
    """Dispose fails the reads that wait, whether or not their turn has come."""
    server, _ = incoming
    tasks = [server.ReadAsync(bytearray(1)) for _ in range(3)]
    server.Dispose()
    for task in tasks:
        with pytest.raises(IOException):
            task.Wait()


def test_what_stands_in_line_when_its_end_is_disposed_moves_nothing(outgoing: Pipe) -> None:
    """A write for which there is room fails with the one ahead of it, and does not come into its turn."""
    room = outgoing[0].OutBufferSize
    for _ in range(100):
        server = AnonymousPipeServerStream(PipeDirection.Out)
        server.Write(bytes(room - 100))
        tasks = [server.WriteAsync(bytes(200)), server.WriteAsync(b"x")]
        server.Dispose()
        for task in tasks:
            with pytest.raises(IOException):
                task.Wait()


def test_cancelled_read_loses_nothing(incoming: Pipe) -> None:
    """Cancelling a read that waits behind another ends it at once, and only it."""
    server, client = incoming
    source = CancellationTokenSource()
    first = server.ReadAsync(bytearray(3), 0, 3)
    second = server.ReadAsync(bytearray(3), 0, 3, source.Token)
    source.Cancel()
    with pytest.raises(OperationCanceledException) as thrown:
        second.Wait()
    assert thrown.value.CancellationToken is source.Token and second.IsCanceled
    client.Write(b"abc")
    assert first.Wait() == 3


def test_begin_and_end(outgoing: Pipe) -> None:
    """A callback runs in another thread; only its own stream ends an operation."""
    server, client = outgoing
    threads: list[int] = []
    called = threading.Event()

    def callback(result: object) -> None:
        threads.append(threading.get_ident())
        called.set()

    result = server.BeginWrite(b"abc", 0, 3, callback, "state")
    server.EndWrite(result)
    assert called.wait(20) and threads != [threading.get_ident()]
    assert result.AsyncState == "state"
    with pytest.raises(ArgumentException):
        client.EndRead(result)
    reading = client.BeginRead(bytearray(9), 0, 9)
    assert client.EndRead(reading) == 3


def test_drain_waits_for_the_reader(outgoing: Pipe) -> None:
    """WaitForPipeDrain returns once every byte was read."""
    server, client = outgoing
    server.Write(b"abc")
    drained = outcome_in_thread(server.WaitForPipeDrain)
    until(waits_in_poll)
    client.ReadExactly(bytearray(3))
    drained()


@pytest.mark.parametrize(
    ("arguments", "exception", "parameter"),
    [
        ((None, -1, -1), ArgumentNullException, "buffer"),
        ((bytearray(4), -1, -1), ArgumentOutOfRangeException, "offset"),
        ((bytearray(4), 1, 4), ArgumentOutOfRangeException, "count"),
    ],
)
def test_arguments_come_first(
    incoming: Pipe, arguments: Any, exception: type[ArgumentException], parameter: str
) -> None:
    """Bad arguments are reported before direction and disposal, each by its name."""
    server, client = incoming
    server.Dispose()
    for member in (server.Read, server.ReadAsync, server.BeginRead, client.Read):
        with pytest.raises(exception) as thrown:
            member(*arguments)  # type: ignore[operator]
        assert thrown.value.ParamName == parameter


def test_closed_end_says_so(incoming: Pipe) -> None:
    """A closed end is neither readable nor connected, and refuses what it once did."""
    server, _ = incoming
    server.Dispose()
    server.Close()
    assert not server.CanRead and not server.IsConnected
    uses: list[Callable[[], Any]] = [server.Flush, lambda: server.ReadMode, server.ReadByte]
    for use in uses:
        with pytest.raises(ObjectDisposedException):
            use()
    with pytest.raises(NotSupportedException):
        server.Write(b"x")


def test_modes_and_sizes() -> None:
    """Byte is the one mode, and the size is the system's answer to what was asked for."""
    with AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None_, 5000) as server:
        assert server.OutBufferSize == 8192
        server.ReadMode = PipeTransmissionMode.Byte
        with pytest.raises(NotSupportedException):
            server.ReadMode = PipeTransmissionMode.Message
        with pytest.raises(ArgumentOutOfRangeException):
            server.ReadMode = 7  # type: ignore[assignment]


@pytest.mark.parametrize("text", ["", "abc", "0x1", "1.5", "1_0", "-1", "9" * 30, "99999", "٣"])
def test_bad_handle_strings(text: str) -> None:
    """A text that names no handle is refused."""
    with pytest.raises((ArgumentException, IOException)):
        AnonymousPipeClientStream(PipeDirection.In, text)


def test_refused_handle_stays_open() -> None:
    """The descriptor of a file is refused, and is left alone for good."""
    descriptor = os.open(__file__, os.O_RDONLY)
    with pytest.raises(IOException):
        AnonymousPipeClientStream(str(descriptor))
    gc.collect()
    assert fcntl.fcntl(descriptor, fcntl.F_GETFD) == fcntl.FD_CLOEXEC
    os.close(descriptor)


@pytest.mark.parametrize("inheritability", list(HandleInheritability))
@pytest.mark.parametrize("shown", ["nothing", "text", "handle"])
def test_who_closes_the_client_handle(inheritability: HandleInheritability, shown: str) -> None:
    """Dispose closes the client's handle unless somebody else was given it to close."""
    before = open_descriptors()
    server = AnonymousPipeServerStream(PipeDirection.Out, inheritability)
    if shown == "text":
        server.GetClientHandleAsString()
    handle = server.ClientSafePipeHandle if shown == "handle" else None
    server.Dispose()
    assert len(open_descriptors()) == len(before) + (shown == "handle")
    if handle is not None:
        handle.Dispose()
    assert open_descriptors() == before


def test_abandoned_pipes_are_closed() -> None:
    """What nobody disposed is closed when nobody refers to it any more."""
    before = open_descriptors()
    server = AnonymousPipeServerStream()
    client = AnonymousPipeClientStream(server.GetClientHandleAsString())
    assert len(open_descriptors()) == len(before) + 2
    del server, client
    gc.collect()
    assert open_descriptors() == before


def test_a_number_has_one_owner() -> None:
    """A client of the same process takes the handle over: it is closed once, by the client."""
    server = AnonymousPipeServerStream()
    client = AnonymousPipeClientStream(server.GetClientHandleAsString())
    server.Write(b"abc")
    server.DisposeLocalCopyOfClientHandle()
    server.Dispose()
    client.ReadExactly(bytearray(3))
    assert client.ReadByte() == -1
    client.Dispose()


def test_handle_that_is_not_owned_stays_open() -> None:
    """A safe handle that does not own its number never closes it."""
    reader, writer = os.pipe()
    SafePipeHandle(reader, False).Dispose()
    SafePipeHandle(writer, True).Dispose()
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_synchronized_writes_stay_whole(outgoing: Pipe) -> None:
    """Writes of several threads through one wrapper do not mix."""
    server, client = outgoing
    shared = Stream.Synchronized(server)
    writes = [
        outcome_in_thread(lambda byte=byte: shared.Write(bytes([byte]) * 10_000))  # type: ignore
        for byte in range(8)
    ]
    data = bytearray(80_000)
    client.ReadExactly(data)
    for write in writes:
        write()
    assert all(len(set(data[at : at + 10_000])) == 1 for at in range(0, 80_000, 10_000))


def test_copy_to_the_end(incoming: Pipe, outgoing: Pipe) -> None:
    """CopyTo goes on until the end; CopyToAsync can be cancelled while it waits."""
    (source, writer), (target, reader) = incoming, outgoing
    writer.Write(b"some bytes")
    token = CancellationTokenSource()
    waiting = source.CopyToAsync(target, 100, token.Token)
    reader.ReadExactly(bytearray(10))
    token.Cancel()
    with pytest.raises(OperationCanceledException):
        waiting.Wait()
    writer.Write(b"more")
    writer.Dispose()
    source.CopyTo(target)
    assert reader.Read(bytearray(99)) == 4
