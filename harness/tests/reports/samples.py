"""Writes a page for every state that a report can be in, to be looked at: `python3 samples.py DIR [STATE...]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

HARNESS: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HARNESS), str(HARNESS / "tests" / "reports")]

import synthetic  # noqa: E402
from pipects import paths  # noqa: E402
from pipects.reports import html  # noqa: E402
from pipects.reports.document import Results  # noqa: E402


def specification() -> Results:
    """The project's own requirements, with made-up tests on all implementations."""
    import yaml

    synthetic.SOURCES.update(yaml.safe_load(paths.SOURCES.read_text(encoding="utf-8")))
    files = sorted(paths.REQUIREMENTS.glob("*.yaml"))
    rules = [rule for file in files for rule in synthetic.from_file(file)]
    return synthetic.make(
        rules=rules, count=2 * len(rules), rows=2, implementations=list(synthetic.NAMES)
    )


STATES: Final[dict[str, Callable[[], Results]]] = {
    "empty": synthetic.empty,
    "mixed": synthetic.make,
    "green": lambda: synthetic.make("green"),
    "red": lambda: synthetic.make("red"),
    "odd": synthetic.odd,
    "broken-off": synthetic.broken_off,
    "matrix": lambda: synthetic.make(matrix=True, count=60),
    "large": synthetic.large,
    "large-one": lambda: synthetic.make(count=10_000, rules=600, implementations=["mono-6.8"]),
    "large-red": lambda: synthetic.make("red", count=2_500, rules=600),
    "specification": specification,
}


def main() -> None:
    """Writes the pages."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or STATES:
        (folder / f"{name}.html").write_text(html.render(STATES[name]()), encoding="utf-8")


if __name__ == "__main__":
    main()
