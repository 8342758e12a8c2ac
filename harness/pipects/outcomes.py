"""What came of a test's steps, told so that two runs can be compared: without numbers that chance decides."""

from __future__ import annotations

import re

from pipects import matching
from pipects.protocol import Outcome
from pipects.steps import Step

NUMBERS_OF_CHANCE = ("DangerousGetHandle", "GetClientHandleAsString", "Number")
"""Members that tell a handle's number."""
_CALLS = re.compile(r'"calls": \d+')
"""How many reads or writes a transfer took: what was there at each moment is chance."""
_OWN_NUMBER = re.compile(
    r"\b(process|thread|descriptor|handle|request|inode)( value)? '?\d+'?"
    r"|0x[0-9a-fA-F]+|pipe:\[\d+\]|/proc/\d+",
    re.IGNORECASE,
)


def told(step: Step, outcome: Outcome) -> str:
    """A step and what came of it."""
    member = step.member
    said = without_chance(matching.say_actual(outcome))
    if member in NUMBERS_OF_CHANCE:
        said = re.sub(r"\d+", "N", said)
    return f"{step.verb} {step.target}: {said}"


def without_chance(text: str) -> str:
    """A text with processes', threads' and handles' numbers left out."""
    text = _CALLS.sub('"calls": N', text)
    return _OWN_NUMBER.sub(lambda found: re.sub(r"\d+|0x[0-9a-fA-F]+", "N", found[0]), text)
