"""How long large reports take, up to 12,000 tests on eight implementations: `python3 bench_render.py [--repeat N] [--no-browser]`.

Prints, for each report, the median and the slowest rendering in one process, and for the page its size and what
Chromium needs from the start of the navigation to the first paint, to the largest paint, and until the lists stand.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

HARNESS: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HARNESS), str(HARNESS / "tests" / "reports")]

import synthetic  # noqa: E402
from pipects.reports import model  # noqa: E402
from pipects.reports.commands import RENDERERS  # noqa: E402
from pipects.reports.document import Results  # noqa: E402

DOCUMENTS: Final[dict[str, Callable[[], Results]]] = {
    "12,000 tests on 8 implementations": lambda: synthetic.make(
        implementations=list(synthetic.NAMES), rules=700, count=12_000, rows=20
    ),
    "2,500 tests on 4 implementations": synthetic.large,
    "10,000 tests on 1 implementation": lambda: synthetic.make(
        count=10_000, rules=600, implementations=["mono-6.8"]
    ),
    "the same 2,500, all red": lambda: synthetic.make("red", count=2_500, rules=600),
}
_PAINTS: Final = """
const done = arguments[arguments.length - 1];
new PerformanceObserver((list) => {
  const largest = list.getEntries().at(-1).startTime;
  const first = performance.getEntriesByName('first-contentful-paint')[0].startTime;
  const [page] = performance.getEntriesByType('navigation');
  done([first, largest, page.domContentLoadedEventEnd]);
}).observe({type: 'largest-contentful-paint', buffered: true});
"""


def measured(repeat: int, action: Callable[[], Any]) -> str:
    """Median and slowest of so many times."""
    times: list[float] = []
    for _ in range(repeat):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return f"median {statistics.median(times):6.3f} s, slowest {max(times):6.3f} s"


def painted(pages: dict[str, Path], repeat: int) -> None:
    """What Chromium needs for each page, in a new process each."""
    import browser

    for name, path in pages.items():
        runs: list[list[float]] = []
        for _ in range(repeat):
            with browser.start() as chromium:
                chromium.look()
                chromium.open(path)
                runs.append(chromium.driver.execute_async_script(_PAINTS))
        for what, values in zip(("first paint", "largest paint", "lists stand"), zip(*runs)):
            print(
                f"  {what:<14}median {statistics.median(values):6.0f} ms, "
                f"slowest {max(values):6.0f} ms   {name}"
            )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, metavar="N")
    parser.add_argument("--no-browser", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages: dict[str, Path] = {}
        for name, make in DOCUMENTS.items():
            results = make()
            print(f"{name}: {len(results['results']):,} results")
            print(f"  {'checking':<14}{measured(args.repeat, lambda: model.validate(results, ''))}")
            for kind, (render, _) in RENDERERS.items():
                print(f"  {kind:<14}{measured(args.repeat, lambda: render(results))}")
            pages[name] = Path(folder) / f"{len(pages)}.html"
            pages[name].write_text(RENDERERS["html"][0](results), encoding="utf-8")
            print(f"  {'page':<14}{pages[name].stat().st_size / 1e6:.1f} MB")
        if not args.no_browser:
            print("Chromium:")
            painted(pages, args.repeat)


if __name__ == "__main__":
    main()
