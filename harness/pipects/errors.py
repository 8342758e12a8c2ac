"""What can go wrong, told apart by who can mend it."""

from __future__ import annotations

import traceback
from pathlib import Path


class UserError(Exception):
    """The run can't be done as asked: a bad file, an unknown id, a missing program. Exit status 2.

    The message names the file and line, or the process; `hint` says what to do about it.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class NotBuilt(UserError):
    """An implementation whose build fails; the message ends with what the build printed last."""


class AdapterFault(Exception):
    """The adapter, not the implementation behind it, did not keep to the protocol."""


class NotStarted(AdapterFault):
    """An adapter that could not be started or did not say hello; `output` is what it printed."""

    def __init__(self, message: str, output: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.output = output


class EndedEarly(AdapterFault):
    """A process that ended before it said hello."""

    WORDS = "the adapter ended before it said hello"
    """How such a failure begins."""


class ConnectionLost(AdapterFault):
    """The adapter's connection closed while an answer was due."""


class Overdue(Exception):
    """An answer or a state did not come within its deadline: a step's, or `within` so many seconds.

    `put_off` is by how many seconds a busy machine put that off.
    """

    def __init__(self, missing: str, within: float | None = None, *, put_off: float = 0.0) -> None:
        super().__init__(missing)
        self.within = within
        self.put_off = put_off


class Deadlock(Overdue):
    """It will not come either: nobody is left who could bring it."""


class FaultElsewhere(Exception):
    """What another process of pipects has met, in its words."""


class Interrupted(BaseException):
    """The user, or who runs the suite for him, ended the command. No error, so nothing handles it as one."""


def said(error: BaseException) -> str:
    """Any error in one line: what can be mended, or where pipects itself went wrong."""
    match error:
        case UserError() | FaultElsewhere():
            return str(error)
        case Interrupted():
            return f"interrupted by {error}"
        case BrokenPipeError():
            return "who read the output has gone"
        case OSError(strerror=str()):
            return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        case MemoryError():
            return "there is not enough memory"
    steps = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else ""
    words = " ".join([str(error), *getattr(error, "__notes__", ())]).split()
    return f"a fault of pipects itself: {type(error).__name__}{place}: {' '.join(words)[:300]}"
