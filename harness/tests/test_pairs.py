"""Two implementations in one test: whose way to start, and whose known deviations."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench import Bench
from pipects import implementations, running, spec, suite
from pipects.observe import platforms
from pipects.pairs import introduce

CHAIN = """\
- id: fake.chain
  title: A child starts a child
  covers: [server.pipe.unnamed]
  steps:
    - {start: middle}
    - {start: last, in: middle}
    - {new: AnonymousPipeServerStream, as: server, in: last, with: {direction: Out}}
    - {get: server.CanRead, returns: false}
"""

KNOWN = """\
- requirement: server.pipe.unnamed
  tests: [fake.chain]
  verdict: fail
  happens: It says true.
  matches: '^returned true'
  pairs: mixed
  kind: implementation
  reason: Made up.
  link: https://example.org/
"""


@pytest.fixture
def pair(bench: Bench) -> Bench:
    """An implementation `fake` that is right, and a `stranger` that is wrong in a known way."""
    bench.cases(CHAIN)
    bench.adapter("good")
    bench.adapter(
        "wrong-answer",
        "stranger",
        "starts-children: platform\ndeviations: stranger.deviations.yaml\n",
    )
    (bench.folder / "adapters" / "stranger.deviations.yaml").write_text(KNOWN)
    return bench


def test_a_pair_that_can_not_be_asked_names_the_end_that_is_unfit(pair: Bench) -> None:
    """And says nothing of the other."""
    pair.adapter("exits", "stranger")
    done = pair.run("--client", "stranger")
    said = [line for line in done.output.splitlines() if "no test was run" in line]
    assert said == [
        "pipects: no test was run: stranger: the handshake failed at 'says hello with its token'"
    ]


def test_each_process_starts_its_child_in_its_own_way(pair: Bench) -> None:
    """The way is that of the implementation that starts, not of the first process."""
    done = pair.pipects("replay", "fake.chain", "--implementation", "fake", "--client", "stranger")
    starts = [line for line in done.output.splitlines() if "] start {" in line]
    ways = [way for line in starts for way in ("documented", "platform") if f'"{way}"' in line]
    assert ways == ["documented", "platform"], done.output + done.errors


def test_a_deviation_of_mixed_pairs_is_known_there_alone(pair: Bench) -> None:
    """With its own kind at the other end the same failure is not known."""
    done = pair.run("--client", "stranger")
    assert done.status == 0 and done.verdicts() == {"fake.chain": "known deviation"}, done.output
    pair.adapter("wrong-answer", "fake", "deviations: stranger.deviations.yaml\n")
    done = pair.run()
    assert done.status == 1 and done.verdicts() == {"fake.chain": "fail"}, done.output


def test_the_time_in_which_a_platform_gets_ready_is_not_the_adapters(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Wine that is new takes longer than an adapter may until it says hello."""
    bench.adapter("good")
    the_spec = spec.load()
    (fake,) = implementations.load(the_spec, [bench.folder / "adapters"]).values()
    clock, named, passed = time.monotonic, platforms.named, 0.0

    def slow(name: str) -> platforms.Platform:
        nonlocal passed
        passed += 2 * fake.start_seconds
        return named(name)

    monkeypatch.setattr(time, "monotonic", lambda: clock() + passed)
    monkeypatch.setattr(platforms, "named", slow)
    introduction = introduce(fake, the_spec.capabilities, 1.0)
    assert introduction.ok, introduction.checks


def test_a_list_of_ours_is_held_against_our_cases_alone(tmp_path: Path) -> None:
    (mono,) = suite.without_cases([]).chosen(["mono"])
    assert running.unused(mono, [])
    assert not running.unused(mono, [], tmp_path)
    assert running.unused(replace(mono, folder=tmp_path), [], tmp_path)
