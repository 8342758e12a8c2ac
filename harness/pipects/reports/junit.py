"""JUnit XML in the form that Jenkins, GitLab and the other CI servers take. Red exactly if the run's exit status is not 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from pipects.reports import digest, summary
from pipects.reports.document import Requirement, Result, Results, Test, Verdict
from pipects.reports.text import one_line, readable, shortened

_ERRORS: frozenset[Verdict] = frozenset(("crash", "adapter error"))
_SKIPS: frozenset[Verdict] = frozenset(
    ("not applicable", "not observable", "known deviation", "not run")
)


def render(results: Results) -> str:
    """The results as JUnit XML: a suite for each implementation, or for each pair of a matrix."""
    matrix = summary.is_matrix(results)
    tests, requirements, _ = digest.by_id(results)
    columns: defaultdict[str, list[Result]] = defaultdict(list)
    for result in results["results"]:
        columns[digest.column_of(result, matrix)].append(result)
    suites: list[str] = []
    total = _Counts()
    about = _run_suite(results, total)
    if about:
        suites.append(about)
    for name in digest.columns(results):
        suites.append(_suite(name, columns[name], tests, requirements, results, total))
    head = (
        f"<testsuites name={_attribute(digest.title(results))} tests={_number(total.tests)}"
        f" failures={_number(total.failures)} errors={_number(total.errors)}"
        f' time="{results["seconds"]:.3f}">'
    )
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>", ""])


class _Counts:
    """The counts that the root element wants."""

    def __init__(self) -> None:
        self.tests = self.failures = self.errors = 0


def _attribute(text: str) -> str:
    return quoteattr(one_line(text))


def _number(value: int) -> str:
    return f'"{value}"'


def _run_suite(results: Results, total: _Counts) -> str:
    """What is wrong with the run itself, as a suite: no broken-off run looks green."""
    cases = [
        f"    <testcase classname={_attribute('pipects.' + who)} name={_attribute(text)}"
        f' time="0"><{kind} message={_attribute(text)} type="run"/></testcase>'
        for who, kind, text in digest.run_problems(results)
    ]
    if not cases:
        return ""
    errors = sum(kind == "error" for _, kind, _ in digest.run_problems(results))
    total.tests += len(cases)
    total.errors += errors
    total.failures += len(cases) - errors
    return (
        f'  <testsuite name="the run itself" tests="{len(cases)}" failures="{len(cases) - errors}"'
        f' errors="{errors}" skipped="0" time="0">\n' + "\n".join(cases) + "\n  </testsuite>"
    )


def _suite(
    name: str,
    members: list[Result],
    tests: dict[str, Test],
    requirements: dict[str, Requirement],
    results: Results,
    total: _Counts,
) -> str:
    count = results["summary"]["verdicts"][name]
    errors = _sum(count, _ERRORS)
    failures = _sum(count, summary.BROKEN) - errors
    skipped = _sum(count, _SKIPS)
    total.tests += len(members)
    total.errors += errors
    total.failures += failures
    seconds = sum(result["seconds"] for result in members)
    lines = [
        f"  <testsuite name={_attribute(name)} tests={_number(len(members))}"
        f" failures={_number(failures)} errors={_number(errors)} skipped={_number(skipped)}"
        f' time="{seconds:.3f}" timestamp={_attribute(results["started"])}>'
    ]
    lines += [
        _case(name, result, tests[result["test"]], requirements, results) for result in members
    ]
    return "\n".join([*lines, "  </testsuite>"])


def _sum(count: dict[Verdict, int], verdicts: Iterable[Verdict]) -> int:
    return sum(count[verdict] for verdict in verdicts)


def _case(
    column: str,
    result: Result,
    test: Test,
    requirements: dict[str, Requirement],
    results: Results,
) -> str:
    name = result["test"]
    if results["repeat"] > 1:
        name += f" (repetition {result['repetition']})"
    classname = f"{column.replace('.', '_')}.{test['case']}"
    head = (
        f"    <testcase classname={_attribute(classname)} name={_attribute(name)}"
        f' time="{result["seconds"]:.3f}"'
    )
    verdict = result["verdict"]
    if verdict == "pass":
        return head + "/>"
    reason = digest.explanation(result)
    said = digest.verdict_words(result)
    message = _attribute(shortened(f"{said}: {reason}" if reason else said, 500))
    if verdict in _SKIPS:
        return f"{head}><skipped message={message}/></testcase>"
    tag = "error" if verdict in _ERRORS else "failure"
    body = escape(readable(details(result, test, requirements)))
    errors = escape(readable("\n".join(result["failure"]["stderr"]))) if result["failure"] else ""
    output = f"<system-err>{errors}</system-err>" if errors else ""
    return f'{head}><{tag} message={message} type="{verdict}">{body}</{tag}>{output}</testcase>'


def details(result: Result, test: Test, requirements: dict[str, Requirement]) -> str:
    """A failure in the order in which a reader wants it: requirement, step, outcome, observations, replay."""
    failure = result["failure"]
    lines = [test["title"]]
    if failure is not None:
        requirement = requirements.get(failure["requirement"] or "")
        if requirement is not None:
            lines.append(f"requirement: {requirement['text']} [{requirement['id']}]")
        step = failure["step"]
        if step is not None and 0 <= step < len(test["steps"]):
            lines.append(f"step {step + 1}: {test['steps'][step]}")
        lines += [f"expected: {failure['expected']}", f"actual: {failure['actual']}"]
        lines += [f"observed: {each}" for each in failure["observed"]]
        lines += [f"thread: {each}" for each in failure["threads"]]
    elif result["reason"]:
        lines.append(result["reason"])
    return "\n".join([*lines, f"replay: {result['replay']}"])
