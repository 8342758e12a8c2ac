"""Safe handles: an operating-system handle with one owner, closed once and never under a user."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from typing import Protocol, final
from weakref import WeakValueDictionary

from .exceptions import ObjectDisposedException

_CLOSING_SECONDS = 1.0


class Waiter(Protocol):
    """A use of the handle that may be waiting, and is told when the handle is closed."""

    def handle_closed(self) -> None:
        ...


class SafeHandle(ABC):
    """Owns a handle. It is closed by Dispose, or by the finalizer, after its last use has ended."""

    _closed = True  # until __init__ has run, there is nothing to finalize

    def __init__(self, invalidHandleValue: int, ownsHandle: bool) -> None:
        self._handle = invalidHandleValue
        self._owns = ownsHandle
        self._changed = threading.Condition(threading.Lock())
        self._references = 0
        self._waiters: list[Waiter] = []
        self._released = False
        self._closed = False

    @property
    @abstractmethod
    def IsInvalid(self) -> bool:
        """Whether the value can be no handle."""

    @abstractmethod
    def _ReleaseHandle(self) -> bool:
        """Closes the handle in the operating system; says whether that worked."""

    @property
    def IsClosed(self) -> bool:
        return self._closed

    def DangerousGetHandle(self) -> int:
        return self._handle

    def DangerousAddRef(self) -> None:
        """Keeps the handle open until DangerousRelease."""
        with self._changed:
            self._check_open()
            self._references += 1

    def DangerousRelease(self) -> None:
        with self._changed:
            self._references -= 1
            self._release_if_unused()

    def SetHandleAsInvalid(self) -> None:
        """Gives the handle up: this object will never close it."""
        with self._changed:
            self._owns = False
            self._closed = True

    def Close(self) -> None:
        self.Dispose()

    def Dispose(self) -> None:
        """Ends every wait on the handle and closes it; returns when it is closed."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            waiters = list(self._waiters)
            self._release_if_unused()
        for waiter in waiters:
            waiter.handle_closed()
        if waiters:
            with self._changed:
                self._changed.wait_for(lambda: self._released, _CLOSING_SECONDS)

    def __enter__(self) -> SafeHandle:
        return self

    def __exit__(self, *unused: object) -> None:
        self.Dispose()

    def __del__(self) -> None:
        self.Dispose()

    def _enter(self, waiter: Waiter) -> int:
        """The handle, for a use that stays open to waiter until _leave."""
        with self._changed:
            self._check_open()
            self._waiters.append(waiter)
            return self._handle

    def _leave(self, waiter: Waiter) -> None:
        with self._changed:
            self._waiters.remove(waiter)
            self._release_if_unused()

    def _check_open(self) -> None:
        if self._closed:
            raise ObjectDisposedException(type(self).__name__)

    def _release_if_unused(self) -> None:
        if self._closed and not self._released and not self._references and not self._waiters:
            self._released = True
            if self._owns and self._handle >= 0:
                self._ReleaseHandle()
            self._changed.notify_all()


class SafeHandleZeroOrMinusOneIsInvalid(SafeHandle):
    """A handle for which zero and every negative number are no handles."""

    @property
    def IsInvalid(self) -> bool:
        return self._handle <= 0


_given_out: WeakValueDictionary[int, SafePipeHandle] = WeakValueDictionary()


@final
class SafePipeHandle(SafeHandleZeroOrMinusOneIsInvalid):
    """The handle of a pipe end: a file descriptor, of which 0 is one like any other."""

    def __init__(self, preexistingHandle: int = -1, ownsHandle: bool = True) -> None:
        super().__init__(preexistingHandle, ownsHandle)

    @property
    def IsInvalid(self) -> bool:
        return self._handle < 0

    def _ReleaseHandle(self) -> bool:
        try:
            os.close(self._handle)
        except OSError:
            return False
        return True

    def give_out(self) -> str:
        """The number as text: what a client is made from, mostly in another process."""
        if not self.IsClosed:  # else the number may be another pipe's by now
            _given_out[self._handle] = self
        return str(self._handle)

    @staticmethod
    def take_over(number: int) -> SafePipeHandle:
        """The owner of a number that was given as text. The text's giver, if it is a handle of
        this very process, owns it no longer: a number with two owners would be closed twice."""
        giver = _given_out.pop(number, None)
        if giver is not None and not giver.IsClosed:
            giver._owns = False
        owner = SafePipeHandle(number, True)
        _given_out[number] = owner
        return owner
