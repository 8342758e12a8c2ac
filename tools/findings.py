"""Writes into reports/findings.md how much of the suite was held against each release of .NET.

Usage: findings.py RESULTS... where each is a results file of whole runs (`pipects run … --json`), all of
them together with every implementation of the table.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "reports" / "findings.md"
COLUMNS = {
    "dotnet-11": ".NET 11",
    "dotnet-10": ".NET 10",
    "dotnet-10-aot": "10, ahead of time",
    "dotnet-9": ".NET 9",
    "dotnet-8": ".NET 8",
    "dotnet-3.1": ".NET Core 3.1",
}
PLACE = re.compile(r"^By `\./pipects run[^\n]*\n.*?(?=^### )", re.MULTILINE | re.DOTALL)
KINDS = {
    "implementation": "wrong code",
    "documentation": "documentation",
    "platform": "the platform's limit",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Brings the table up to date. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Writes the figures of reports/findings.md.")
    parser.add_argument("results", nargs="+", type=Path, metavar="RESULTS")
    args = parser.parse_args(arguments)
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in args.results]
    found = {each["id"]: each for document in documents for each in document["implementations"]}
    if missing := [name for name in COLUMNS if name not in found]:
        print(f"findings: no results of {', '.join(missing)}", file=sys.stderr)
        return 2
    if parts := [each["shard"] for each in documents if each["shard"] or not each["complete"]]:
        print(f"findings: {len(parts)} of the files hold a part of a run", file=sys.stderr)
        return 2
    text, places = PLACE.subn(lambda _: table(documents), PAGE.read_text(encoding="utf-8"))
    if places != 1:
        raise ValueError(f"{PAGE} has {places} places for the table")
    PAGE.write_text(text, encoding="utf-8")
    return 0


def table(documents: Sequence[dict[str, Any]]) -> str:
    """The paragraph and its table."""
    columns = [standing(documents, name) for name in COLUMNS]
    requirements = documents[0]["requirements"]
    fewer = " Releases whose tests are fewer were run before the latest rows were added."
    lines = [
        f"By `./pipects run`, of {len(requirements)} requirements; those about deriving a class are checked inside a process. A",
        "requirement *deviates* if one of its tests does."
        + (fewer if len({column["tests"] for column in columns}) > 1 else ""),
        "",
        "| | " + " | ".join(COLUMNS.values()) + " |",
        "|---|" + "--:|" * len(COLUMNS),
    ]
    rows = {
        "version": "version",
        "tests": "tests",
        "held": "requirements that hold",
        "deviates": "deviate",
        "not applicable": "not applicable (Windows only, derived classes, member not there yet)",
        "not observable": "could not be observed",
        **{kind: f"tests that deviate: {said}" for kind, said in KINDS.items()},
        "seconds": "time of its tests, added up",
    }
    for key, said in rows.items():
        lines.append(f"| {said} | " + " | ".join(str(column[key]) for column in columns) + " |")
    return "\n".join(lines) + "\n\n"


def standing(documents: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """What one implementation's column says."""
    document = next(
        each for each in documents if name in {found["id"] for found in each["implementations"]}
    )
    mine = [result for result in document["results"] if result["server"] == name]
    kinds = Counter(result["deviation"]["kind"] for result in mine if result["deviation"])
    states = Counter(each["held"].get(name) for each in document["requirements"])
    about = next(each for each in document["implementations"] if each["id"] == name)
    return {
        **dict.fromkeys(KINDS, 0),
        **kinds,
        **dict.fromkeys(("held", "deviates", "not applicable", "not observable"), 0),
        **states,
        "deviates": states["deviates"] + states["broken"],
        "version": about["version"],
        "tests": f"{len(mine):,}",
        "seconds": f"{sum(result['seconds'] for result in mine):.0f} s",
    }


if __name__ == "__main__":
    sys.exit(main())
