"""The matching rules and the bytes rule, held to the vectors that every matcher must pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipects import bytespec, matching, paths, protocol

VECTORS = paths.ROOT / "spec" / "vectors"


def vectors(name: str) -> list[Any]:
    """The vectors of one file."""
    return list(json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["vectors"])


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["title"]) for v in vectors("matching")])
def test_matching(vector: dict[str, Any]) -> None:
    """Whether an outcome is as expected, and what is said of both."""
    outcome = protocol.outcome_of(vector["outcome"])
    expectation, arguments = vector["expectation"], vector.get("arguments", {})
    assert matching.holds(expectation, outcome, arguments) is vector["holds"]
    if "expected" in vector:
        assert matching.say_expected(expectation) == vector["expected"]
    if "actual" in vector:
        assert matching.say_actual(outcome) == vector["actual"]


def test_who_throws_without_a_message_is_told_what_lacks() -> None:
    """What was expected and what came read alike otherwise."""
    wanted = {"throws": {"type": "ArgumentNullException", "parameter": "buffer"}}
    came = protocol.Threw("ArgumentNullException", "buffer", "", None)
    assert not matching.holds(wanted, came, {})
    said = matching.say_expected(wanted, came)
    assert said == "throws ArgumentNullException naming buffer with a message"
    assert "message" not in matching.say_expected(wanted)


def test_titles_tell_vectors_apart() -> None:
    """A title names one vector."""
    titles = [vector["title"] for vector in vectors("matching")]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    "vector", [pytest.param(v, id=json.dumps(v["bytes"])) for v in vectors("pattern")]
)
def test_bytes(vector: dict[str, Any]) -> None:
    """The bytes that a description stands for."""
    made = bytespec.make(vector["bytes"])
    assert len(made) == vector["length"]
    if "hex" in vector:
        assert made.hex() == vector["hex"]
    else:
        assert made[:16].hex() == vector["first"]
        assert made[-16:].hex() == vector["last"]


@pytest.mark.parametrize("nonsense", [{}, {"pattern": 1}, {"size": 3}])
def test_nonsense_is_no_bytes(nonsense: dict[str, Any]) -> None:
    """A mapping that describes no bytes is refused."""
    with pytest.raises(ValueError, match="not bytes"):
        bytespec.make(nonsense)


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("mine", "threw {} with the token mine: off"),
        (None, "threw {}: off; it carries no token of the case's"),
    ],
)
@pytest.mark.parametrize("name", ["OperationCanceledException", "TaskCanceledException"])
def test_of_a_cancellation_is_told_whether_it_carries_a_token(
    name: str, token: str | None, told: str
) -> None:
    assert matching.say_actual(protocol.Threw(name, None, "off", token)) == told.format(name)
