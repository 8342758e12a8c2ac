"""What lasts beyond a test changes no other test's verdict: in whatever order, and alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench import CASES, ROOT, Bench, Done, environment
from test_blame import CANARY, SIGNALS

ALL = SIGNALS + CANARY
ORDER = ROOT / "tools" / "order.py"


def order(bench: Bench, *arguments: str) -> Done:
    """`tools/order.py` on the bench's adapter and cases."""
    where = bench.command()[3:]
    command = [sys.executable, str(ORDER), *arguments, "--", "fake", *where]
    command += ["--timeout-scale", "0.1", "--jobs", "1"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr, None)


@pytest.mark.parametrize(
    "mode", ["keeps-one", "keeps-each", "leaks", "ignores-signal", "closes-refused"]
)
def test_a_defect_that_lasts_is_told_of_in_any_order(bench: Bench, mode: str) -> None:
    """Something kept once, something kept each time, a leak, a signal's disposition, a foreign handle closed."""
    bench.adapter(mode)
    bench.cases(ALL)
    done = order(bench, "--shuffles", "2")
    assert done.status == 0, done.output + done.errors
    assert done.output == "4 tests, 0 verdicts that depend on the order\n"


def test_a_verdict_that_depends_on_the_order_is_seen(bench: Bench) -> None:
    """An adapter whose CanWrite is wrong once CanRead has been asked."""
    bench.adapter("wrong-later")
    bench.cases(CASES)
    done = order(bench, "--shuffles", "0")
    assert done.status == 1, done.output + done.errors
    assert "fake.can-write fake: fail of server.pipe.unnamed; alone: pass" in done.output


def test_a_run_that_cannot_be_done_compares_nothing(bench: Bench) -> None:
    """Status 2, and no figure."""
    bench.adapter("good")
    done = order(bench, "--not-alone", "--shuffles", "nought")
    assert done.status == 2 and done.output == ""
    bench.cases("nonsense")
    done = order(bench, "--not-alone")
    assert done.status == 2 and done.output == ""
    assert "ended with 2" in done.errors
