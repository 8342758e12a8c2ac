"""What can go wrong, told apart by who can mend it."""

from __future__ import annotations


class UserError(Exception):
    """The run can't be done as asked: a bad file, an unknown id, a missing program. Exit status 2.

    The message names the file and line, or the process; `hint` says what to do about it.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class AdapterFault(Exception):
    """The adapter, not the implementation behind it, did not keep to the protocol."""


class NotStarted(AdapterFault):
    """An adapter that could not be started or did not say hello; `output` is what it printed."""

    def __init__(self, message: str, output: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.output = output


class ConnectionLost(AdapterFault):
    """The adapter's connection closed while an answer was due."""


class Overdue(Exception):
    """An answer or a state did not come within its deadline."""
