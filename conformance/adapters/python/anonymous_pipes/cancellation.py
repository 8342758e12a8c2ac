"""Cancellation: a source that is told to cancel, and the token that it gives to operations."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .exceptions import ObjectDisposedException, OperationCanceledException


class CancellationToken:
    """What an operation looks at. Without a source it is never cancelled."""

    def __init__(self, source: CancellationTokenSource | None = None) -> None:
        self._source = source

    @property
    def IsCancellationRequested(self) -> bool:
        return self._source is not None and self._source.IsCancellationRequested

    @property
    def CanBeCanceled(self) -> bool:
        return self._source is not None

    def ThrowIfCancellationRequested(self) -> None:
        if self.IsCancellationRequested:
            raise OperationCanceledException(cancellationToken=self)

    def Register(self, callback: Callable[[], None]) -> CancellationTokenRegistration:
        """Has callback called when the token is cancelled: now, if it has been."""
        registration = CancellationTokenRegistration(self._source, callback)
        if self._source is not None and not self._source._add(registration):
            callback()
        return registration


class CancellationTokenRegistration:
    """A callback's place with its source; Dispose takes it away."""

    def __init__(
        self, source: CancellationTokenSource | None, callback: Callable[[], None]
    ) -> None:
        self._source = source
        self._callback = callback

    def Dispose(self) -> None:
        if self._source is not None:
            self._source._remove(self)


class CancellationTokenSource:
    """Cancels the operations that were given its Token."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._registrations: list[CancellationTokenRegistration] = []
        self._requested = False
        self._disposed = False
        self._token = CancellationToken(self)

    @property
    def Token(self) -> CancellationToken:
        if self._disposed:
            raise ObjectDisposedException("CancellationTokenSource")
        return self._token

    @property
    def IsCancellationRequested(self) -> bool:
        return self._requested

    def Cancel(self) -> None:
        """Cancels, and calls what was registered, in the calling thread; once."""
        if self._disposed:
            raise ObjectDisposedException("CancellationTokenSource")
        with self._lock:
            self._requested = True
            registrations, self._registrations = self._registrations, []
        for registration in registrations:
            registration._callback()

    def Dispose(self) -> None:
        self._disposed = True

    def _add(self, registration: CancellationTokenRegistration) -> bool:
        with self._lock:
            if self._requested:
                return False
            self._registrations.append(registration)
            return True

    def _remove(self, registration: CancellationTokenRegistration) -> None:
        with self._lock:
            if registration in self._registrations:
                self._registrations.remove(registration)
