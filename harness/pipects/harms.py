"""What a failure means to a user of the implementation, worst first. Decided once, where the verdict is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from pipects.errors import EndedEarly

if TYPE_CHECKING:
    from pipects.verdicts import Failure

Harm = Literal[
    "process aborted",
    "data lost or wrong",
    "hang",
    "handle leaked or closed",
    "wrong exception",
    "wrong value",
    "documentation only",
]
WORST_FIRST: Final[tuple[Harm, ...]] = get_args(Harm)

_BY_VERDICT: Final[dict[str, Harm]] = {"crash": "process aborted", "hang": "hang"}
_OF_HANDLES: Final = ("observe: ends", "observe: descriptor", "observe: handles")


def of(verdict: str, failure: "Failure | None", kind: str = "") -> Harm | None:
    """The harm of a failure, or None where there is none to speak of.

    `kind` is that of the deviation that explains it, if it is known.
    """
    if failure is None or verdict not in ("fail", "hang", "crash"):
        return None
    if kind == "documentation":
        return "documentation only"
    if verdict in _BY_VERDICT:
        return _BY_VERDICT[verdict]
    if failure.actual.startswith(EndedEarly.WORDS):
        return "process aborted"
    if failure.step is None or any(word in failure.text for word in _OF_HANDLES):
        return "handle leaked or closed"
    if "threw " in failure.actual or "throws " in failure.expected:
        return "wrong exception"
    if _about_bytes(failure.expected):
        return "data lost or wrong"
    return "wrong value"


def _about_bytes(expected: str) -> bool:
    return "reads " in expected or "changes no" in expected or "firstDifference" in expected


def rank(harm: Harm | None) -> int:
    """0 for the worst; what has no harm comes last."""
    return len(WORST_FIRST) if harm is None else WORST_FIRST.index(harm)
