"""Ways to wait: for ever, for a clock, or for a pipe."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

SLOW_BY = 2.0
"""Seconds: shorter than a test's deadline, and longer than it takes to prove a deadlock."""
HANDLERS: list[Any] = []
"""Of signals, for as long as the process lives."""


def polls_for_ever() -> None:
    """In a poll without a timeout of a pipe that nobody writes into."""
    poller = select.poll()
    poller.register(os.pipe()[0], select.POLLIN)
    poller.poll()


def ends_a_pool() -> None:
    """Beside a thread that would go after a minute without work, long after any deadline."""
    threading.Thread(target=threading.Event().wait, args=(3600,), daemon=True).start()
    threading.Event().wait()


def waits_for_child() -> None:
    """For a process that waits itself."""
    command = [sys.executable, "-c", "import os; os.read(os.pipe()[0], 1)"]
    subprocess.run(command, check=False)


def by_timerfd() -> None:
    """In an epoll without a timeout; a timer's descriptor is in its set."""
    libc = ctypes.CDLL(None)
    descriptor = libc.timerfd_create(1, 0)
    libc.timerfd_settime(descriptor, 0, (ctypes.c_long * 4)(0, 0, int(SLOW_BY), 0), None)
    poller = select.epoll()
    poller.register(descriptor, select.EPOLLIN)
    poller.poll()
    os.close(descriptor)
    poller.close()


def by_signal(arrange: Callable[[int], None]) -> None:
    """In a read that ends when a signal has come, whose handler writes."""
    reading, writing = os.pipe()
    handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda _: os.write(writing, b"!") and None)
    HANDLERS.append(handler)
    ctypes.CDLL(None).signal(int(signal.SIGALRM), handler)
    arrange(int(SLOW_BY))
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)


def by_receiving() -> None:
    """In a receive that has no timeout to be seen in the call: it is the socket's own."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        seconds, rest = int(SLOW_BY), 0
        limit = struct.pack("ll", seconds, rest)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        with contextlib.suppress(BlockingIOError):
            server.accept()


def by_child() -> None:
    """For a process that sleeps."""
    command = [sys.executable, "-c", f"import time; time.sleep({SLOW_BY})"]
    subprocess.run(command, check=False)


def posix_timer(seconds: int) -> None:
    """A timer of the kernel's that sends SIGALRM."""
    libc = ctypes.CDLL("libc.so.6")
    timer = ctypes.c_void_p()
    libc.timer_create(1, None, ctypes.byref(timer))
    libc.timer_settime(timer, 0, (ctypes.c_long * 4)(0, 0, seconds, 0), None)


NEVER = {
    "never-polls": polls_for_ever, "never-ends-pool": ends_a_pool, "waits-for-child": waits_for_child,
}  # fmt: skip
LATE: dict[str, Callable[[], None]] = {
    "late-sleeps": lambda: time.sleep(SLOW_BY),
    "late-timerfd": by_timerfd,
    "late-alarm": lambda: by_signal(lambda seconds: ctypes.CDLL(None).alarm(seconds)),
    "late-timer": lambda: by_signal(posix_timer),
    "late-receives": by_receiving,
    "late-child": by_child,
}
"""Ways to come late, each by another clock."""


def nothing(_: int) -> None:
    """The read itself waits."""


def looks(descriptor: int, seconds: float = 0.001) -> None:
    """Waits by looking over and over."""
    while not select.select([descriptor], [], [], 0)[0]:
        time.sleep(seconds)


def spins(descriptor: int) -> None:
    """Waits without ever letting go of the processor."""
    while not select.select([descriptor], [], [], 0)[0]:
        pass


def naps(descriptor: int) -> None:
    """Waits in a poll that asks for nothing but the other end's closing, for a short time."""
    poller = select.poll()
    poller.register(descriptor, 0)
    while not poller.poll(2):
        pass


def parked(descriptor: int) -> None:
    """Waits for a poller's thread, which has the descriptor in its set, beside a restless timer."""
    ready = threading.Event()
    poller = select.epoll()
    poller.register(descriptor, select.EPOLLIN)
    threading.Thread(target=lambda: (poller.poll(), ready.set()), daemon=True).start()
    threading.Thread(target=tick, args=(ready,), daemon=True).start()
    ready.wait()


def tick(stop: threading.Event) -> None:
    """A timer that fires each millisecond."""
    while not stop.wait(0.001):
        pass


def bustles(descriptor: int) -> None:
    """Waits while new threads come and go and none of them ever rests."""

    def work() -> None:
        until = time.thread_time() + 0.05
        while time.thread_time() < until:
            pass

    while not select.select([descriptor], [], [], 0)[0]:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()


def gives_up(descriptor: int) -> None:
    """Waits for a while and no longer: what is read then is nothing."""
    if not select.select([descriptor], [], [], GIVEN_UP_AFTER)[0]:
        nothing_there = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing_there, descriptor)
        os.close(nothing_there)


def one_lock(descriptor: int) -> None:
    """Looks, by a call that can't wait, under the lock that all threads of the language run under."""
    ctypes.PyDLL(None).poll(struct.pack("ihh", descriptor, select.POLLIN, 0), 1, 0)


def own_lock(descriptor: int) -> None:
    """Looks under a lock of the implementation's own."""
    with PIPES:
        ctypes.CDLL(None).poll(struct.pack("ihh", descriptor, select.POLLIN, 0), 1, 0)


GIVEN_UP_AFTER = 1.5
"""Seconds: more than the harness takes to see that it waits, and less than the case looks."""
PIPES = threading.Lock()
"""Of the implementation: held while it looks at a pipe, and while it closes one."""
FOR_A_PIPE = {
    "one-lock": one_lock, "own-lock": own_lock, "gives-up": gives_up,
    "looks": looks, "spins": spins, "naps": naps, "parked": parked, "bustles": bustles,
}  # fmt: skip
