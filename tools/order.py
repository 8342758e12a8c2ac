"""Shows that no verdict depends on what ran before: shuffled runs, and each test alone, say the same.

Usage: order.py [--shuffles N] [--not-alone] -- RUN-ARGUMENTS, where these are arguments of `pipects run`
(implementations, --case, --adapters). Prints each test whose verdict is another one somewhere. Exit
status 0 if there is none, 1 if there is one, 2 if a run could not be done.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PIPECTS = Path(__file__).resolve().parents[1] / "pipects"
Test = tuple[str, str, str]
"""Its id, and whose server and client were asked."""
Said = str
"""A verdict, and of which requirement a failure is told."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The whole comparison. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Shows that no verdict depends on the order.")
    parser.add_argument("--shuffles", type=int, default=10, metavar="N", help="runs (default 10)")
    parser.add_argument("--not-alone", action="store_true", help="leave out each test alone")
    parser.add_argument("run", nargs="*", metavar="RUN-ARGUMENT")
    args = parser.parse_args(arguments)
    try:
        first = verdicts(args.run)
        others = runs(args.run, args.shuffles, alone=not args.not_alone)
        differing = compared(first, others)
    except OSError as error:
        print(f"order: {error}", file=sys.stderr)
        return 2
    print(f"{len(first)} tests, {differing} verdicts that depend on the order")
    return 1 if differing else 0


def runs(
    asked: Sequence[str], shuffles: int, *, alone: bool
) -> Iterator[tuple[str, Mapping[Test, Said]]]:
    """Each other run, by what it was, and what it said."""
    for seed in range(1, shuffles + 1):
        yield f"shuffled by {seed}", verdicts([*asked, "--shuffle", str(seed)])
    if alone:
        yield "alone", verdicts([*asked, "--apart"])


def compared(first: Mapping[Test, Said], others: Iterator[tuple[str, Mapping[Test, Said]]]) -> int:
    """Says what differs, and counts it."""
    differing = 0
    for how, found in others:
        for test, said in found.items():
            if first[test] != said:
                differing += 1
                print(f"{' '.join(dict.fromkeys(test))}: {first[test]}; {how}: {said}", flush=True)
    return differing


def verdicts(asked: Sequence[str]) -> dict[Test, Said]:
    """What a run says of each test. Raises OSError if it can't be done."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "results.json"
        command = [str(PIPECTS), "run", *asked, "--json", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1) or not file.exists():
            raise OSError(f"'{' '.join(command)}' ended with {done.returncode}: {done.stderr}")
        document = json.loads(file.read_text(encoding="utf-8"))
    return {
        (each["test"], each["server"], each["client"]): " of ".join(
            [each["verdict"], *([each["failure"]["requirement"]] if each["failure"] else [])]
        )
        for each in document["results"]
    }


if __name__ == "__main__":
    sys.exit(main())
