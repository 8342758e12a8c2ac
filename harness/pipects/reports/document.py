"""The shape of a results document (spec/schemas/results.schema.json), as types. JSON in, the same JSON out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from pipects.harms import Harm

Verdict = Literal[
    "pass",
    "fail",
    "hang",
    "crash",
    "adapter error",
    "not applicable",
    "not observable",
    "known deviation",
    "unexpected pass",
    "not run",
]
Held = Literal["held", "broken", "deviates", "not applicable", "not observable", "not run"]
Level = Literal["must", "should"]


class Machine(TypedDict):
    system: str
    cpu: str
    cores: int
    python: str


class Lack(TypedDict):
    capability: str
    text: str


class SmokeCheck(TypedDict):
    check: str
    ok: bool
    detail: str


class Smoke(TypedDict):
    verdict: Literal["pass", "fail", "not run"]
    checks: list[SmokeCheck]


class Implementation(TypedDict):
    id: str
    name: str
    version: str
    language: str
    runtime: str
    os: str
    lacks: list[Lack]
    smoke: Smoke
    reason: str | None
    unused_deviations: list[str]


class Requirement(TypedDict):
    id: str
    members: list[str]
    text: str
    level: Level
    platforms: str
    sources: list[str]
    note: str | None
    cases: list[str]
    held: dict[str, Held]
    cells: NotRequired[int]
    checked: NotRequired[dict[str, int]]


class Source(TypedDict):
    title: str
    url: str


class Test(TypedDict):
    id: str
    case: str
    row: dict[str, Any]
    title: str
    covers: list[str]
    cells: NotRequired[dict[str, list[int]]]
    steps: list[str]
    processes: int
    needs: list[str]
    file: str
    line: int


class Failure(TypedDict):
    step: int | None
    text: str
    requirement: str | None
    expected: str
    actual: str
    observed: list[str]
    stderr: list[str]
    threads: list[str]
    cause: NotRequired[str]


class Deviation(TypedDict):
    requirement: str
    verdict: NotRequired[Verdict]
    happens: str
    says: NotRequired[str]
    kind: str
    reason: str
    link: str
    program: NotRequired[str]


class Result(TypedDict):
    test: str
    server: str
    client: str
    repetition: int
    verdict: Verdict
    seconds: float
    proofs: list[str]
    reason: str | None
    failure: Failure | None
    deviation: Deviation | None
    harm: NotRequired[Harm]
    replay: str
    trace: NotRequired[list[str]]
    outcomes: NotRequired[list[str]]


class LevelSummary(TypedDict):
    total: int
    covered: int
    held: dict[str, int]


class Summary(TypedDict):
    verdicts: dict[str, dict[Verdict, int]]
    requirements: dict[Level, LevelSummary]
    exit_status: Literal[0, 1, 2]


class Run(TypedDict):
    """A results document before it is summed up: `held` of its requirements may still be empty."""

    schema: str
    pipects: str
    complete: bool
    broken_off: str | None
    started: str
    seconds: float
    command: list[str]
    seed: int | None
    jobs: int
    repeat: int
    timeout_scale: float
    shard: str | None
    machine: Machine
    implementations: list[Implementation]
    requirements: list[Requirement]
    sources: dict[str, Source]
    tests: list[Test]
    results: list[Result]


class Results(Run):
    """A complete results document."""

    summary: Summary


def rendered(document: Mapping[str, Any]) -> str:
    """The document as JSON, with a line for each test, each result, and the like."""
    said = json.JSONEncoder(ensure_ascii=False).encode
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines = ",\n".join(map(said, value))
            parts.append(f"{said(key)}: [\n{lines}\n]")
        else:
            parts.append(f"{said(key)}: {said(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
