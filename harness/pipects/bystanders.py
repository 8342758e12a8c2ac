"""A step that only helps its case and fails: told of its member's own rule, where that is found broken, too."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipects import blame, verdicts
from pipects.cases import Test
from pipects.spec import Spec
from pipects.steps import Step
from pipects.verdicts import Failure, Result

FAILED = (verdicts.FAIL, verdicts.HANG, verdicts.KNOWN_DEVIATION)
BESIDES = re.compile(r", changes no byte of its arrays$|; \w+ is [0-9a-f]*$")
"""What a step says or shows beside its outcome: not all that call the member look at it."""

TRANSFER = "a transfer of bytes"
PLAIN, WRAPPER = "", "a wrapper of Synchronized"
TEXT = ("StreamWriter", "StreamReader")

Sign = tuple[str, ...]


def spared(results: Sequence[Result], tests: Mapping[str, Test], spec: Spec) -> list[Result]:
    """The results, each cause told of one rule.

    A case reads what another end has sent, or meets its end, to show a rule of its own. If what it reads with is
    broken, it can't show that rule, and nothing is said of it. That the helper is at fault is known from a test
    that is about it: it failed in the same way. Where no such test failed the case's own rule stays accused.
    """
    own: defaultdict[Sign, Counter[str]] = defaultdict(Counter)
    for result, sign, failure in _signed(results, tests):
        if _is_about(failure, sign[3], tests[result.test], spec):
            own[sign][failure.requirement or ""] += 1
    rules = {
        sign: min(
            names, key=lambda name: (len(spec.requirements[name].members), -names[name], name)
        )
        for sign, names in own.items()
    }
    moved: dict[int, Result] = {}
    for result, sign, failure in _signed(results, tests):
        rule = next(filter(None, map(rules.get, _at_fault(sign))), None)
        if rule and not _is_about(failure, sign[3], tests[result.test], spec):
            told = dataclasses.replace(failure, requirement=rule)
            moved[id(result)] = dataclasses.replace(result, failure=told)
    news = (moved.get(id(result), result) for result in results)
    return [new if _listed(new) else old for new, old in zip(news, results, strict=True)]


def _at_fault(sign: Sign) -> Iterator[Sign]:
    """The signs of whose rule a failure may be told: of what a wrapper hands on to its stream the stream's first. What
    fails at a wrapper says nothing of a stream without one."""
    if sign[4] == WRAPPER:
        yield (*sign[:4], PLAIN, *sign[5:])
    yield sign


def _listed(result: Result) -> bool:
    """Whether a known deviation's list names the rule as well; anything else is not listed yet."""
    known = result.deviation
    return (
        result.verdict != verdicts.KNOWN_DEVIATION
        or known is None
        or result.failure is None
        or known.requirement == result.failure.requirement
    )


def _signed(
    results: Sequence[Result], tests: Mapping[str, Test]
) -> Iterator[tuple[Result, Sign, Failure]]:
    """The results that failed at a call, with what those that fail in the same way have in common."""
    for result in results:
        failure, test = result.failure, tests.get(result.test)
        if result.verdict not in FAILED or failure is None or test is None or failure.step is None:
            continue
        step = _called(test.steps, failure.step)
        member = _member(step)
        verdict = result.deviation.verdict if result.deviation else result.verdict
        if member is not None:
            said = (_shape(failure.expected), _shape(failure.actual))
            if test.steps[failure.step].verb == "transfer":
                if not failure.actual.startswith("threw"):
                    continue  # which bytes came is not the member's doing alone
                said = (TRANSFER, said[1])  # however many were to be moved
            kind = _kind(test, step.subject)
            yield result, (result.server, result.client, verdict, member, kind, *said), failure


def _kind(test: Test, name: str) -> str:
    """What an object is: a Flush of a writer's is another member than a stream's."""
    made = test.naming(name)
    if made is not None and made.target.endswith(".Synchronized"):
        return WRAPPER
    return made.target if made is not None and made.target in TEXT else PLAIN


def _called(steps: Sequence[Step], index: int) -> Step:
    """The step that fails, or the call that it waits for."""
    step = steps[index]
    if step.verb == "finish":
        step = next(
            (
                each
                for each in reversed(steps[:index])
                if "until" in each.options and each.options.get("on") == step.target
            ),
            step,
        )
    return step


def _member(step: Step) -> str | None:
    """The member that a step calls, gets or moves bytes by."""
    return step.member if step.verb in ("call", "get", "set", "transfer") else None


def _shape(text: str) -> str:
    """An outcome without numbers, and without what an exception's message says."""
    thrown = re.match(r"threw \w+( naming \w+)?", text)
    return re.sub(r"\d+", "N", thrown[0] if thrown else BESIDES.sub("", text))


def _is_about(failure: Failure, member: str, test: Test, spec: Spec) -> bool:
    """Whether the accused requirement is about the member, and speaks of what should have come of the step."""
    if failure.requirement is None or failure.step is None:
        return False
    if not blame.is_about(failure.requirement, member, spec):
        return False
    spoken = spec.requirements[failure.requirement].throws
    expected = test.steps[failure.step].expectation
    outcomes = expected.get("any", [expected])
    return not spoken or any(_thrown(each) in spoken for each in outcomes)


def _thrown(outcome: Mapping[str, Any]) -> str | None:
    """The type of the exception that an outcome asks for, if it is one."""
    thrown = outcome.get("throws")
    name = thrown.get("type") if isinstance(thrown, Mapping) else thrown
    return str(name) if name is not None else None
