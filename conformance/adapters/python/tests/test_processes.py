"""Two processes, joined the way a user of Python joins them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import FOLDER

from anonymous_pipes import (
    AnonymousPipeServerStream,
    HandleInheritability,
    IOException,
    PipeDirection,
)

ECHO = """
import sys
from anonymous_pipes import AnonymousPipeClientStream, PipeDirection
with AnonymousPipeClientStream(PipeDirection.In, sys.argv[1]) as source:
    with AnonymousPipeClientStream(PipeDirection.Out, sys.argv[2]) as target:
        source.CopyTo(target)
"""


def start(program: str, *handles: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *handles],
        env={"PYTHONPATH": str(FOLDER)},
        close_fds=False,  # the documented way of Python to hand inheritable descriptors on
    )


def test_conversation_with_a_child() -> None:
    """A child reads from one pipe and writes to another until it meets the end."""
    inherited = HandleInheritability.Inheritable
    with (
        AnonymousPipeServerStream(PipeDirection.Out, inherited) as to_child,
        AnonymousPipeServerStream(PipeDirection.In, inherited) as from_child,
    ):
        child = start(
            ECHO, to_child.GetClientHandleAsString(), from_child.GetClientHandleAsString()
        )
        to_child.DisposeLocalCopyOfClientHandle()
        from_child.DisposeLocalCopyOfClientHandle()
        data = bytes(range(256)) * 4000
        writing = to_child.WriteAsync(data)
        echoed = bytearray(len(data))
        from_child.ReadExactly(echoed)
        writing.Wait()
        assert echoed == data
        to_child.Dispose()
        assert from_child.ReadByte() == -1
        assert child.wait(20) == 0


def test_the_end_of_a_child_is_seen() -> None:
    """Once a child that never read has gone, writing to it fails."""
    with AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable) as server:
        child = start("", server.GetClientHandleAsString())
        server.DisposeLocalCopyOfClientHandle()
        assert child.wait(20) == 0
        with pytest.raises(IOException):
            server.WriteByte(1)


def test_nothing_is_inherited_unasked() -> None:
    """With None a child does not hold the client's end."""
    with AnonymousPipeServerStream(PipeDirection.In) as server:
        check = "import os, sys; sys.exit(os.path.exists('/proc/self/fd/' + sys.argv[1]))"
        assert start(check, server.GetClientHandleAsString()).wait(20) == 0
