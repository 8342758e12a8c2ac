"""What the tests share: the package's folder, and pipes that are closed when a test ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FOLDER))

from anonymous_pipes import (  # noqa: E402
    AnonymousPipeClientStream,
    AnonymousPipeServerStream,
    PipeDirection,
)

Pipe = tuple[AnonymousPipeServerStream, AnonymousPipeClientStream]


def until(condition: Callable[[], bool]) -> None:
    """Waits for what is bound to happen, and fails if it does not."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        os.sched_yield()


def waits_in_poll() -> bool:
    """Whether a thread of this process waits in poll or epoll, as the system sees it."""
    calls = set()
    for thread in os.listdir("/proc/self/task"):
        calls.add(Path(f"/proc/self/task/{thread}/wchan").read_text())
    return any("poll" in call for call in calls)


def open_descriptors() -> set[str]:
    """The descriptors of this process."""
    return set(os.listdir("/proc/self/fd"))


@pytest.fixture
def incoming() -> Iterator[Pipe]:
    """A server that reads, and its client in the same process."""
    server = AnonymousPipeServerStream(PipeDirection.In)
    client = AnonymousPipeClientStream(PipeDirection.Out, server.GetClientHandleAsString())
    yield server, client
    client.Dispose()
    server.Dispose()


@pytest.fixture
def outgoing() -> Iterator[Pipe]:
    """A server that writes, and its client in the same process."""
    server = AnonymousPipeServerStream(PipeDirection.Out)
    client = AnonymousPipeClientStream(server.GetClientHandleAsString())
    yield server, client
    client.Dispose()
    server.Dispose()
