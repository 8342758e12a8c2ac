"""What a schema can't say of a case: steps are whole once the rows' values stand in place."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipects import bytespec
from pipects.errors import UserError

MOST_ROWS = 10_000
MOST_STEPS = 200_000
"""Of all rows of a case together, each repetition counted."""
LARGEST = 1 << 28
"""Bytes that a value of a case may stand for."""
OUTCOMES = frozenset({"returns", "throws", "reads", "keeps", "any"})
MEMBERS = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_][\w.]*")
NAME = re.compile(r"[a-z]\w*")
END = re.compile(r"(read|write)([*]|( [a-z*-]+)*)")
OVERLOADS = ("array", "span")
OBSERVED = {
    "ends": ("of", "are"), "blocked": ("on",), "pending": ("of",), "exit": ("of", "is"),
    "descriptor": ("number", "is"), "handles": ("in", "is"), "capacity": ("of",), "unread": ("of",),
    "held": ("of",), "answered": ("of",), "calls": ("of", "are"),
}  # fmt: skip
"""The keys without which an observation says nothing."""
AS_BEFORE = "as-before"
"""What handles are that were there before the case, the ends of pipes aside."""
CALLS = (
    "read", "write", "open", "close", "dup", "fcntl", "pipe", "poll", "watch", "ioctl", "fork", "exec", "any",
)  # fmt: skip
"""The families of system calls that can be directed."""
FORMS_OF_CALLS = (
    "preadv2", "vmsplice", "pwritev2", "pipe2", "dup3", "epoll_pwait2", "clone3", "execveat",
)  # fmt: skip
"""Forms of calls that a kernel or a container's filter may refuse."""
DIRECTED = {"hold": ("as",), "answer": ("by",), "record": ("as",), "release": ()}
"""The keys without which a step that directs says nothing."""
ERRORS = (
    "EACCES", "EAGAIN", "EINTR", "EINVAL", "EIO", "EMFILE", "ENFILE", "ENOMEM", "ENOSYS", "EOPNOTSUPP", "EPERM",
)  # fmt: skip
"""What a call can be answered with."""
GIVEN_BACK = "close"
"""A call that can't be answered in the system's place: whatever it answers, the number is free behind it."""


def check_size(entry: Mapping[str, Any], where: str) -> None:
    """Raises UserError for a case of more rows or steps than anyone would run."""
    rows = len(entry.get("rows", [{}]))
    for name, values in entry.get("across", {}).items():
        rows *= len(values)
        if rows > MOST_ROWS:
            raise UserError(f"{where}: 'across' and 'rows' make more than {MOST_ROWS:,} rows")
    steps = rows * sum(step.get("repeat", 1) for step in entry["steps"])
    if steps > MOST_STEPS:
        raise UserError(f"{where}: the case has {steps:,} steps, and may have {MOST_STEPS:,}")


def check_step(verb: str, target: Any, step: Mapping[str, Any], line: str) -> None:
    """Raises UserError for a step of which no adapter could be asked. `step` has its other keys."""
    for problem in _problems(verb, target, step):
        raise UserError(f"{line}: {problem}")


def _problems(verb: str, target: Any, step: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(target, str):
        yield f"'{verb}' is followed by a name, not by {_shown(target)}"
        return
    if verb in ("call", "get", "set", "transfer") and not MEMBERS.fullmatch(target):
        yield f"'{verb}' is followed by OBJECT.MEMBER, not by {_shown(target)}"
    for key in ("as", "in", "on", "of"):
        if key in step and not (isinstance(step[key], str) and NAME.fullmatch(step[key])):
            yield f"'{key}' is a name, not {_shown(step[key])}"
    if step.get("until", "running") not in ("blocked", "running"):
        yield f"'until' is 'blocked' or 'running', not {_shown(step['until'])}"
    if not isinstance(step.get("with") or {}, Mapping):
        yield f"'with' maps parameters to values, and is {_shown(step['with'])}"
        return
    if not isinstance(step.get("arguments", []), list):
        yield f"'arguments' is a list, not {_shown(step['arguments'])}"
    elif any("\0" in word for word in step.get("arguments", []) if isinstance(word, str)):
        yield "an argument of a program holds no NUL"
    yield from _about(verb, target, step)
    yield from _outcome({key: step[key] for key in OUTCOMES & step.keys()}, step.get("with") or {})
    values = [*(step.get("with") or {}).values(), step.get("to")]
    yield from _bytes(
        step["with"] if (verb, target) == ("new", "Bytes") and "with" in step else None
    )
    for value in values:
        yield from _bytes(value)


def _about(verb: str, target: str, step: Mapping[str, Any]) -> Iterator[str]:
    """What some verbs ask for besides."""
    if verb == "kill" and step.get("signal", "SIGKILL") not in signal.Signals.__members__:
        yield f"no signal is called {_shown(step['signal'])}"
    if verb == "transfer" and step["with"].get("overload", "array") not in OVERLOADS:
        yield f"'overload' is one of {', '.join(OVERLOADS)}"
    if verb == "describe" and not isinstance(step.get("returns", {}), Mapping):
        yield "'returns' of a description is a mapping"
    if verb == "start":
        yield from _streams(step.get("streams", {}))
        if step.get("way", "platform") not in ("documented", "platform"):
            yield f"'way' is documented or platform, not {_shown(step['way'])}"
    if verb == "order" and not all(map(LABEL.fullmatch, target.split())):
        yield f"'order' lists calls as THREAD.CALL, not {_shown(target)}"
    if verb in DIRECTED:
        yield from _directs(verb, target, step)
    if verb == "observe":
        for key in OBSERVED.get(target, ()):
            if key not in step:
                yield f"'observe: {target}' needs '{key}'"
                return
        ends = step.get("are", [])
        if target == "calls":
            if not isinstance(ends, Mapping) or not {*CALLS, "inheritable"}.issuperset(ends):
                yield "'are' of calls says how many there are of each"
        elif not isinstance(ends, list) or not all(
            isinstance(end, str) and END.fullmatch(end) for end in ends
        ):
            yield f"'are' is a list of pipe ends, not {_shown(ends)}"
        if target == "handles" and step["is"] != AS_BEFORE and not _is_texts(step["is"]):
            yield f"'is' of handles is a list of what they are open on, or {AS_BEFORE}"
        if target == "handles" and step["is"] == AS_BEFORE and step["in"] != "parent":
            yield f"'is: {AS_BEFORE}' is asked of the parent: a child was not there before the case"
        if "for" in step and target != "blocked":
            yield "'for' says how long a call is blocked"
        if target == "exit" and not _is_exit(step["is"]):
            yield "'is' of an exit is {status: NUMBER} or {signal: NAME}"
        if target == "descriptor" and step["is"] not in ("open", "closed"):
            yield "'is' of a descriptor is open or closed"


LABEL = re.compile(r"[a-z][a-z0-9_]*(-[0-9]+)?\.(read|write|close|poll|begin)")
"""A call in an order: the case's thread that makes it, or the second, third, … that works for it, and its family;
or that the thread's next request is sent."""


def _directs(verb: str, target: str, step: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a step that directs."""
    for key in DIRECTED[verb]:
        if key not in step:
            yield f"'{verb}' needs '{key}'"
            return
    if verb != "release" and target not in (*CALLS, *FORMS_OF_CALLS):
        known = ", ".join((*CALLS, *FORMS_OF_CALLS))
        yield f"'{verb}' is followed by one of {known}, not by {_shown(target)}"
    given = step.get("by", [])
    if isinstance(given, Mapping) and "times" in given:
        if set(given) != {"give", "times"} or type(given["times"]) is not int:
            yield "'by' with times has a number of them, and what to 'give'"
            return
        given = [given["give"]]
    elif isinstance(given, Mapping):
        if set(given) - {"lengths", "then"} or type(given.get("lengths")) is not int:
            yield "'by' with lengths has a number of them, and what comes 'then'"
            return
        given = [given["lengths"], given.get("then", "pass")]
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, int) and not isinstance(each, bool) and each > 0:
            if verb == "answer" and target not in ("read", "write", "preadv2", "pwritev2"):
                yield "only a read or a write moves so many bytes"
        elif each not in (*ERRORS, "pass"):
            yield f"a call is answered by a number of bytes, pass, or one of {', '.join(ERRORS)}"
    if "by" in step and target == GIVEN_BACK:
        yield "a close can be held, and nobody but the system can answer it"


def _streams(streams: Any) -> Iterator[str]:
    known = {"in", "out", "err"}
    if not isinstance(streams, Mapping) or not known.issuperset(streams):
        yield "'streams' has the keys in, out, err"
    elif not {"closed", "devnull", "fifo", "fifo-both"}.issuperset(map(str, streams.values())):
        yield "each of 'streams' is closed, devnull, fifo or fifo-both"


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_exit(value: Any) -> bool:
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    return isinstance(value.get("status"), int) or isinstance(value.get("signal"), str)


def _outcome(outcome: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    throws = outcome.get("throws", "")
    if isinstance(throws, Mapping):
        throws = throws.get("type")
    if not isinstance(throws, str):
        yield f"'throws' names an exception's type, not {_shown(outcome['throws'])}"
    if "reads" in outcome:
        if not isinstance(outcome["reads"], Mapping):
            yield f"'reads' says bytes, not {_shown(outcome['reads'])}"
        elif type(given.get("offset", 0)) is not int:
            yield "'reads' needs to know the 'offset' as a number"
        else:
            yield from _bytes(outcome["reads"], must=True)
    choices = outcome.get("any", [])
    if not isinstance(choices, list) or not all(
        isinstance(choice, Mapping) and OUTCOMES.issuperset(choice) and "any" not in choice
        for choice in choices
    ):
        yield f"'any' is a list of outcomes, not {_shown(choices)}"
        return
    for choice in choices:
        yield from _outcome(choice, given)
    yield from _expected(outcome.get("returns"))


def _expected(value: Any) -> Iterator[str]:
    """What is wrong with an expected value, wherever in it."""
    if isinstance(value, list):
        for inner in value:
            yield from _expected(inner)
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        if key == "matches" and isinstance(inner, str):
            try:
                re.compile(inner)
            except (re.error, OverflowError, RecursionError) as error:
                yield f"'matches' is no regular expression: {error}"
        elif key in FORMS and not FORMS[key](inner):
            yield f"'{key}' can't be {_shown(inner)}"
        elif key == "bytes":
            yield from _bytes(inner, must=True)
        else:
            yield from _expected(inner)


def _is_number(value: Any) -> bool:
    return _is_later(value) or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _is_later(value: Any) -> bool:
    """Whether a value is that of a name, which is known when the test runs."""
    return isinstance(value, str) and "$" in value


FORMS: Mapping[str, Callable[[Any], bool]] = {
    "at-least": _is_number,
    "at-most": _is_number,
    "one-of": lambda value: isinstance(value, list),
    "matches": lambda value: isinstance(value, str),
    "only": lambda value: isinstance(value, Mapping),
}


def _bytes(value: Any, *, must: bool = False) -> Iterator[str]:
    """What is wrong with BYTES; a value that is something else is fine unless it `must` be some."""
    if not isinstance(value, Mapping) or not value or not bytespec.KEYS.issuperset(value):
        if must and not _is_later(value):
            yield f"{_shown(value)} are no bytes"
        return
    if any(map(_is_later, value.values())):
        return
    problem = bytespec.problem(value)
    if problem is None and value.get("length", 0) > LARGEST:
        problem = f"more than {LARGEST:,} bytes"
    if problem:
        yield f"{_shown(value)} are no bytes: {problem}"


def _shown(value: Any) -> str:
    return f"{value!r:.80}"
