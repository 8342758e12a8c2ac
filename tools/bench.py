"""Makes reports/speed.md of what Google Benchmark measured: bench.py BETWEEN.json INSIDE.json TO.md"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

WORKS = ["1 B", "64 B", "4 KiB", "64 KiB", "1 MiB", "ping-pong"]
LOADS = {
    "idle": "nothing else runs; each process has a processor",
    "busy": "as many busy loops as processors run beside it",
    "one core": "both processes share one processor",
}

Figures = dict[tuple[str, str, str], dict[str, list[float]]]


def between(path: Path) -> Figures:
    """The figures of every load, work and peer, one for each round."""
    figures: Figures = {}
    for row in json.loads(path.read_text("utf-8"))["benchmarks"]:
        if row["run_type"] == "iteration" and not row.get("error_occurred"):
            load, work, peer = row["name"].split("/")[0].split("|")
            found = figures.setdefault((load, work, peer), {"each_ns": [], "processor_ns": []})
            for name, values in found.items():
                values.append(row[name])
    return figures


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """Half the distance between the quartiles, in percent of the median."""
    if len(values) < 2:
        return "?"
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{(high - low) / 2 / middle(values):.0%}"


def order(peer: str) -> tuple[int, str]:
    """Bare calls, the library, what it was, others', then what plays older kernels."""
    first = ["bare", "library", "library at", ".NET", "Mono", "asio", "libuv", "library,", "bare,"]
    return max(i for i, start in enumerate(first) if peer.startswith(start)), peer


def speed(work: str, each_ns: float) -> str:
    """Microseconds a round trip, or megabytes a second."""
    return f"{each_ns / 1000:.1f} µs" if work == "ping-pong" else f"{1000 / each_ns:,.4g} MB/s"


def table(figures: Figures, load: str) -> list[str]:
    peers = sorted({peer for of, _, peer in figures if of == load}, key=order)
    lines = [
        "| work | bare | " + " | ".join(peer for peer in peers if peer != "bare") + " |",
        "|---|--:|" + "--:|" * (len(peers) - 1),
    ]
    for work in WORKS:
        bare = figures.get((load, work, "bare"))
        if bare is None:
            continue
        base, cost = middle(bare["each_ns"]), middle(bare["processor_ns"])
        cells = [f"{speed(work, base)} (±{spread(bare['each_ns'])})"]
        for peer in peers:
            if peer != "bare":
                own = figures.get((load, work, peer))
                cells.append(
                    f"{base / middle(own['each_ns']):.2f} (±{spread(own['each_ns'])}; "
                    f"{middle(own['processor_ns']) / cost:.2f})"
                    if own
                    else ""
                )
        lines.append(f"| {work} | " + " | ".join(cells) + " |")
    return lines


def behind(figures: Figures) -> list[str]:
    """Where the library is slower than bare calls, or than a .NET, of the same rounds."""
    lines = []
    for (load, work, peer), own in figures.items():
        if peer != "library":
            continue
        mine = middle(own["each_ns"])
        ahead = sorted(
            (
                (other, mine / middle(values["each_ns"]))
                for (at, what, other), values in figures.items()
                if (at, what) == (load, work) and (other == "bare" or other.startswith(".NET"))
            ),
            key=lambda pair: order(pair[0]),
        )
        told = [
            f"{other} is {times:.2f} times as fast" for other, times in ahead if times > 1 / 0.95
        ]
        if told:
            lines.append(f"- {load}, {work}: {', '.join(told)}")
    return sorted(lines)


def inside(path: Path) -> list[str]:
    lines = ["| what | each |", "|---|--:|"]
    for row in json.loads(path.read_text("utf-8"))["benchmarks"]:
        rate = row.get("items_per_second")
        each = 1e9 / rate if rate else row["real_time"]
        lines.append(f"| {row['name'].removesuffix('/real_time')} | {each:,.0f} ns |")
    return lines


def report(figures: Figures, inner: list[str]) -> str:
    rounds = max((len(values["each_ns"]) for values in figures.values()), default=0)
    parts = [
        "# Speed",
        "",
        f"By `tools/bench.sh`, on {os.cpu_count()} processors under {platform.system()} "
        f"{platform.release().split('-')[0]}, {rounds} rounds, the rows of a round in random order, each for "
        f"{os.environ['PIPECTS_BENCH_MILLISECONDS']} ms behind a quarter of that to begin with. A cell tells how "
        "many times as fast as bare `read` and `write` of the same round the work was done (above 1 is faster than "
        "bare; medians), in brackets how far half of the rounds are from that, at most, and how many times the processor time of "
        "bare it took, of both processes together.",
    ]
    for load, text in LOADS.items():
        if any(of == load for of, _, _ in figures):
            parts += [
                "",
                f"## {load.capitalize()}",
                "",
                f"{text.capitalize()}.",
                "",
                *table(figures, load),
            ]
    slower = behind(figures) or ["Nowhere."]
    parts += ["", "## Where the library is behind", "", "By more than a twentieth:", "", *slower]
    parts += ["", "## Inside one process", "", *inner, ""]
    return "\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    figures = between(Path(arguments[0]))
    Path(arguments[2]).write_text(report(figures, inside(Path(arguments[1]))), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
