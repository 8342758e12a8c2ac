"""A run of `pipects mutants` as text: the closing summary, and a page in Markdown."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipects.mutation.model import short


def summary(results: Mapping[str, Any]) -> str:
    """The closing figures, in lines of at most 80 columns."""
    figures = results["summary"]
    total = figures["mutants"]

    def share(number: int) -> str:
        return f"{100 * number / total:5.1f} %" if total else ""

    def alone(number: int | None) -> str:
        return "" if number is None else f"  {number} of them seen by it alone"

    lines = [
        f"{'mutants':22}{total:6}           {results['tests']} tests; "
        f"{results['refused']} more did not compile",
        f"{'killed':22}{figures['killed']:6} {share(figures['killed'])}",
        f"{'  by an outcome':22}{figures['by_outcome']:6}",
        f"{'  by the process table':22}{figures['by_process_table']:6}"
        + alone(figures["alone_process_table"]),
        f"{'  by the handle table':22}{figures['by_handle_table']:6}"
        + alone(figures["alone_handle_table"]),
        f"{'explained: equivalent':22}{figures['equivalent']:6} {share(figures['equivalent'])}",
        f"{'explained: unseen':22}{figures['unseen']:6} {share(figures['unseen'])}",
        f"{'survived':22}{figures['survived']:6} {share(figures['survived'])}",
    ]
    return "\n".join(line.rstrip() for line in lines)


def markdown(results: Mapping[str, Any]) -> str:
    """The page for people: figures, what each operator and file shows, and every survivor."""
    machine = results["machine"]
    lines = [
        "# Mutants of the reference",
        "",
        "Each mutant is the reference with one small mistake in it; a mutant is *killed* if a test of the suite "
        "turns red on it.",
        f"Made by `{shlex.join(results['command'])}` on {machine['cores']} cores of an {machine['cpu']}, "
        f"{machine['system']}, in {results['seconds'] / 60:.0f} minutes."
        + ("" if results["complete"] else " **The run was broken off: this is a part.**"),
        "",
        "```",
        summary(results),
        "```",
        "",
        *_table("operator", results),
        *_table("file", results),
        *_areas(results),
        *_survivors(results),
        *_explained(results),
    ]
    return "\n".join(lines) + "\n"


def _table(by: str, results: Mapping[str, Any]) -> Iterator[str]:
    counted: dict[str, Counter[str]] = {}
    for mutant in results["mutants"]:
        counted.setdefault(mutant[by], Counter())[_state(mutant)] += 1
    yield f"## By {by}"
    yield ""
    yield f"| {by} | mutants | killed | explained | survived |"
    yield "|---|--:|--:|--:|--:|"
    for name, states in sorted(counted.items()):
        yield (
            f"| {name} | {states.total()} | {states['killed']} | {states['explained']} "
            f"| {states['survived']} |"
        )
    yield ""


def _state(mutant: Mapping[str, Any]) -> str:
    return "explained" if "explained" in mutant else "killed" if "killed" in mutant else "survived"


def _areas(results: Mapping[str, Any]) -> Iterator[str]:
    """Which requirements the mutants of a file broke: by the first two words of their ids."""
    yield "## Where they were killed"
    yield ""
    yield "The requirements at which a file's mutants were killed first, by the beginning of their ids."
    yield ""
    yield "| file | requirements |"
    yield "|---|---|"
    areas: dict[str, Counter[str]] = {}
    for mutant in results["mutants"]:
        if "killed" in mutant:
            area = ".".join(mutant["killed"]["requirement"].split(".")[:2])
            areas.setdefault(mutant["file"], Counter())[area] += 1
    for file, found in sorted(areas.items()):
        told = ", ".join(f"{area} {count}" for area, count in found.most_common(8))
        yield f"| {file} | {told} |"
    yield ""


def _survivors(results: Mapping[str, Any]) -> Iterator[str]:
    living = [mutant for mutant in results["mutants"] if _state(mutant) == "survived"]
    yield "## Survivors"
    yield ""
    if not living:
        yield "None that is not explained."
    for mutant in living:
        reached = "" if mutant["status"] == "survived" else " (no test reaches it)"
        yield (
            f"- {mutant['number']} {mutant['file']}:{mutant['line']} {mutant['function']}, "
            f"{mutant['operator']}: {_code(mutant)}{reached}"
        )
    yield ""


def _explained(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Explained"
    yield ""
    for mutant in results["mutants"]:
        if _state(mutant) == "explained":
            why = mutant["explained"]
            yield (
                f"- {mutant['file']}:{mutant['line']} {mutant['function']}, {mutant['operator']}: "
                f"{_code(mutant)}: *{why['kind']}*: {why['reason']}"
            )


def _code(mutant: Mapping[str, Any]) -> str:
    return f"`{short(mutant['text'], 90)}` → `{short(mutant['becomes'], 90)}`"
