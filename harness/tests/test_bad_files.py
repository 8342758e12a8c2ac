"""Files that are wrong: each is refused in one line with file and line, and costs no time."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pipects import cases, implementations, spec
from pipects.errors import UserError
from pipects.reports import baseline, model

ENOUGH = 30.0
"""Seconds of the processor: an end, no measure. A refusal costs a part of one, the boundless hours."""


@functools.cache
def the_spec() -> spec.Spec:
    """The project's own specification, read once."""
    return spec.load()


def refused(load: Callable[[], object], file: Path, line: int | None = None) -> str:
    """The one line with which `load` refuses `file`."""
    the_spec()
    began = time.process_time()
    with pytest.raises(UserError) as caught:
        load()
    assert time.process_time() - began < ENOUGH
    text = str(caught.value)
    assert "\n" not in text and len(text) < 2000
    assert text.startswith(f"{file}:" if line is None else f"{file}:{line}:"), text
    return text


ONE = """\
- id: fake.one
  title: A title
  covers: [server.pipe.unnamed]
"""
NEW = "    - {new: AnonymousPipeServerStream, as: server, with: {direction: Out}}\n"
STEPS = "  steps:\n" + NEW
BOMB = "".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10) if n else 'lol'}]\n" for n in range(20))

CASES: dict[str, str | bytes] = {
    "empty": "",
    "a number": "3\n",
    "a text": "hello\n",
    "a mapping": "id: fake.one\n",
    "a list of numbers": "[1, 2]\n",
    "a list of lists": "[[[]]]\n",
    "null": "null\n",
    "no UTF-8": b"- id: \xff\xfe\n",
    "binary": bytes(range(256)) * 8,
    "a null byte": "- id: fake.one\0\n",
    "a huge file": "# " + "x" * (2 << 20) + "\n",
    "deep flow": "[" * 100_000,
    "deep flow, closed": "[" * 100_000 + "]" * 100_000,
    "deep mappings": "{a: " * 50_000,
    "deep block": "".join(" " * n + "-\n" for n in range(300)),
    "deep in a row": ONE + "  rows:\n    - {a: " + "[" * 5000 + "]" * 5000 + "}\n" + STEPS,
    "an alias bomb": BOMB,
    "an alias of itself": "&a [*a]\n",
    "an unknown tag": "- !!python/object/apply:os.system ['true']\n",
    "a local tag": "- !mine {id: fake.one}\n",
    "binary data": ONE + "  rows:\n    - {a: !!binary aGVsbG8=}\n" + STEPS,
    "a set": ONE + "  rows:\n    - !!set {a, b}\n" + STEPS,
    "not a number": ONE + "  deadline: .nan\n" + STEPS,
    "for ever": ONE + "  deadline: .inf\n" + STEPS,
    "a number of 5000 digits": ONE + f"  rows:\n    - {{a: {'9' * 5000}}}\n" + STEPS,
    "a number beyond 64 bits": ONE + "  rows:\n    - {a: 99999999999999999999999}\n" + STEPS,
    "half a surrogate pair": ONE + '  rows:\n    - {a: "\\ud800"}\n' + STEPS,
    "a key that is a list": ONE + "  ? [a, b]\n  : c\n" + STEPS,
    "a key that is a number": ONE + "  7: c\n" + STEPS,
    "two documents": ONE + STEPS + "---\n" + ONE,
    "an id that is a list": ONE.replace("fake.one", "[fake.one]") + STEPS,
    "an id out of the folder": ONE.replace("fake.one", "../../fake") + STEPS,
    "a title that is a number": ONE.replace("A title", "7") + STEPS,
    "covers that is a text": ONE.replace("[server.pipe.unnamed]", "stream") + STEPS,
    "covers of mappings": ONE.replace("[server.pipe.unnamed]", "[{a: b}]") + STEPS,
    "a row's covers is a number": ONE + "  rows:\n    - {a: 1, covers: 3}\n" + STEPS,
    "a row's covers is nested": ONE + "  rows:\n    - {a: 1, covers: [[x]]}\n" + STEPS,
    "rows of texts": ONE + "  rows: [a, b]\n" + STEPS,
    "no rows": ONE + "  rows: []\n" + STEPS,
    "a row without its key": ONE + "  rows:\n    - {a: 1}\n    - {b: 1}\n" + STEPS,
    "across of nothing": ONE + "  across: {}\n" + STEPS,
    "across of numbers": ONE + "  across: {a: 3}\n" + STEPS,
    "10^8 rows": ONE
    + "  across:\n"
    + "".join(f"    {letter}: [{', '.join(map(str, range(100)))}]\n" for letter in "abcd")
    + STEPS,
    "2^60 rows": ONE
    + "  across:\n"
    + "".join(f"    c{n}: [x, y]\n" for n in range(60))
    + STEPS,
    "key of numbers": ONE + "  key: [1]\n" + STEPS,
    "repeat for ever": ONE + "  steps:\n    - {new: Bytes, as: b#, with: {length: 1}, repeat: 100000000}\n",
    "repeat not": ONE + "  steps:\n    - {new: Bytes, as: b#, with: {length: 1}, repeat: 0}\n",
    "many rows of many steps": ONE
    + f"  across: {{a: [{', '.join(map(str, range(99)))}], b: [{', '.join(map(str, range(99)))}]}}\n"
    + "  steps:\n    - {new: Bytes, as: b#, with: {length: 1}, repeat: 999}\n",
    "steps is a mapping": ONE + "  steps: {new: Bytes}\n",
    "a step is a text": ONE + "  steps: [new]\n",
    "a step is null": ONE + "  steps: [null]\n",
    "a step of two verbs": ONE + "  steps:\n    - {new: Bytes, call: server.Flush}\n",
    "a step without a verb": ONE + "  steps:\n    - {as: server}\n",
    "a verb of a list": ONE + "  steps:\n    - {call: [server, Flush]}\n",
    "a verb of null": ONE + "  steps:\n    - {new: null}\n",
    "a member without an object": ONE + STEPS + "    - {get: CanWrite}\n",
    "a member from a row": ONE + "  rows:\n    - {m: 7}\n" + STEPS + "    - {get: $m.$m}\n",
    "with from a row": ONE + "  rows:\n    - {w: 7}\n  steps:\n    - {new: Bytes, as: b, with: $w}\n",
    "with from a row, a list": ONE + "  rows:\n    - {k: 1, w: [1]}\n  steps:\n    - {new: Bytes, as: b, with: $w}\n",
    "expect from a row": ONE + "  rows:\n    - {e: 7}\n" + STEPS + "    - {call: server.Flush, expect: $e}\n",
    "expect of verbs": ONE + "  rows:\n    - {k: 1, e: {kill: parent}}\n" + STEPS + "    - {call: server.Flush, expect: $e}\n",
    "until from a row": ONE + "  rows:\n    - {u: never}\n" + STEPS + "    - {call: server.Flush, on: o, until: $u}\n",
    "a name from a row": ONE + "  rows:\n    - {n: [1]}\n  steps:\n    - {new: Bytes, as: $n, with: {length: 1}}\n",
    "throws from a row": ONE + "  rows:\n    - {k: 1, t: [x]}\n" + STEPS + "    - {call: server.Flush, expect: {throws: $t}}\n",
    "arguments from a row": ONE + "  rows:\n    - {a: 5}\n  steps:\n    - {start: child, arguments: $a}\n",
    "an argument with a NUL": ONE + "  steps:\n    - {start: child, arguments: [\"a\\0b\"]}\n",
    "any of texts": ONE + "  because: B.\n" + STEPS + "    - {call: server.Flush, any: [a, b]}\n",
    "any from a row": ONE + "  because: B.\n  rows:\n    - {k: 1, a: {x: 1}}\n" + STEPS + "    - {call: server.Flush, expect: {any: $a}}\n",
    "a pattern that is none": ONE + STEPS + "    - {get: server.CanWrite, returns: {matches: '('}}\n",
    "a pattern that is a number": ONE + STEPS + "    - {get: server.CanWrite, returns: {matches: 5}}\n",
    "a pattern out of bounds": ONE + STEPS + "    - {get: server.CanWrite, returns: {matches: 'a{99999999999999}'}}\n",
    "at least a list": ONE + STEPS + "    - {get: server.CanWrite, returns: {at-least: [1]}}\n",
    "one of a number": ONE + STEPS + "    - {get: server.CanWrite, returns: {one-of: 5}}\n",
    "only a text": ONE + STEPS + "    - {get: server.CanWrite, returns: {only: a}}\n",
    "bytes that are none": ONE + STEPS + "    - {get: server.CanWrite, returns: {bytes: {hex: zz}}}\n",
    "reads what is no bytes": ONE + STEPS + "    - {call: server.Read, with: {buffer: {length: 1}}, reads: {colour: red}}\n",
    "a petabyte": ONE + "  steps:\n    - {new: Bytes, as: b, with: {length: 1000000000000000}}\n",
    "less than nothing": ONE + "  steps:\n    - {new: Bytes, as: b, with: {length: -1}}\n",
    "a length of text": ONE + STEPS + "    - {call: server.Write, with: {buffer: {length: ten}}}\n",
    "a pattern of text": ONE + STEPS + "    - {call: server.Write, with: {buffer: {pattern: x, length: 1}}}\n",
    "an offset by a name": ONE + STEPS + "    - {get: server.CanWrite, as: o}\n"
    "    - {call: server.Read, with: {buffer: {length: 1}, offset: $o, count: 1}, reads: {text: a}}\n",
    "no such signal": ONE + "  steps:\n    - {kill: parent, signal: SIGNOPE}\n",
    "a signal of no signal": ONE + STEPS + "    - {call: server.Flush, on: o, until: running}\n"
    "    - {signal: o, times: 100000000}\n    - {finish: o}\n",
    "a limit below 0": ONE + "  steps:\n    - {limit: parent, handles: -1}\n",
    "an observation of nothing": ONE + STEPS + "    - {observe: ends, are: [read]}\n",
    "an end of no kind": ONE + STEPS + "    - {observe: ends, of: server, are: [sideways]}\n",
    "a while of what does not wait": ONE + STEPS + "    - {observe: unread, of: server, for: 1}\n",
    "a while in words": ONE + STEPS + "    - {call: server.Flush, on: o, until: running}\n"
    "    - {observe: blocked, on: o, for: long}\n    - {finish: o}\n",
    "answers of no number": ONE + STEPS + "    - {answer: read, of: server, by: {give: EINTR, times: $n}}\n",
    "answers of nothing": ONE + STEPS + "    - {answer: read, of: server, by: {times: 2}}\n",
    "answers of no error": ONE + STEPS + "    - {answer: read, of: server, by: {give: EGG, times: 2}}\n",
    "an exit of no kind": ONE + "  steps:\n    - {observe: exit, of: parent, is: fine}\n",
    "an exit of nothing": ONE + "  steps:\n    - {observe: exit, of: parent}\n",
    "a descriptor of nothing": ONE + "  steps:\n    - {observe: descriptor, is: open}\n",
    "an overload of no kind": ONE + STEPS + "    - {transfer: server.Write, with: {overload: magic, pattern: 1, total: 1, chunk: 1}}\n",
    "a description of a list": ONE + "  steps:\n    - {describe: Stream, returns: [1]}\n",
    "a process that is none": ONE + "  steps:\n    - {kill: nobody}\n",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_a_wrong_case_file_is_refused(tmp_path: Path, text: str | bytes) -> None:
    """In one line, with the file, and the line where there is one."""
    file = tmp_path / "fake.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    refused(lambda: cases.load(the_spec(), tmp_path), file)


def test_the_pieces_of_these_files_are_right(tmp_path: Path) -> None:
    """So each is refused for its own mistake."""
    (tmp_path / "fake.yaml").write_text(ONE + STEPS, encoding="utf-8")
    assert [test.id for test in cases.load(the_spec(), tmp_path)] == ["fake.one"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (ONE + STEPS + "  deadline: .nan\n", 1, "none of text, number"),
        (ONE + STEPS + "  ? [a]\n  : b\n", 6, "a key is text"),
        (ONE + "  rows:\n    - {a: &x 1}\n" + STEPS, 5, "anchors and aliases"),
        (ONE + STEPS + "    - {get: server.CanWrite, returns: {matches: '('}}\n", 6, "no regular"),
        ("\n\n- [\n\n", 5, "expected"),
        (b"- id: fake.one\n  title: \xff\n", 2, "not UTF-8"),
    ],
)
def test_the_line_is_that_of_the_mistake(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    """Or that on which the thing begins which holds it."""
    file = tmp_path / "fake.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert words in refused(lambda: cases.load(the_spec(), tmp_path), file, line)


GOOD = {
    "name": "Fake", "language": "Python", "sources": "[]", "requires": "[]", "build": "[]",
    "start": "[/bin/true]",
}  # fmt: skip


def manifest(**changed: str | None) -> str:
    """A manifest with something changed, added or left out."""
    entries = {**GOOD, **{key.replace("_", "-"): value for key, value in changed.items()}}
    return "".join(f"{key}: {value}\n" for key, value in entries.items() if value is not None)


MANIFESTS: dict[str, str | bytes] = {
    "empty": "",
    "a list": "[]\n",
    "a text": "hello\n",
    "binary": bytes(range(256)),
    "deep": "name: " + "[" * 100_000,
    "an alias bomb": BOMB,
    **{f"no {key}": manifest(**{key: None}) for key in GOOD},
    **{f"{key} is a number": manifest(**{key: "7"}) for key in GOOD},
    **{f"{key} is null": manifest(**{key: "null"}) for key in GOOD},
    **{f"{key} is a mapping": manifest(**{key: "{a: b}"}) for key in GOOD},
    "a variant of itself": manifest() + "variant-of: fake\n",
    "a variant of nobody": manifest() + "variant-of: nobody\n",
    "start of nothing": manifest(start="[]"),
    "start of numbers": manifest(start="[1, 2]"),
    "build of texts": manifest(build="[make]"),
    "build of nothing": manifest(build="[[]]"),
    "sources of lists": manifest(sources="[[a]]"),
    "an unknown place": manifest(start="['{nowhere}/adapter']"),
    "a numbered place": manifest(start="['{0}']"),
    "a place without a name": manifest(start="['{}']"),
    "an open brace": manifest(start="['{source']"),
    "a closing brace": manifest(build="[[make, 'a}']]"),
    "a place's inside": manifest(start="['{source.__class__.__init__.__globals__}']"),
    "a place of a terabyte": manifest(start="['{root:>999999999999}']"),
    "a place converted": manifest(start="['{root!z}']"),
    "a source of an unknown place": manifest(sources="['{nowhere}/*']"),
    "a null byte to start": manifest(start='["/bin/tr\\0ue"]'),
    "a null byte to build": manifest(build='[["/bin/tr\\0ue"]]'),
    "an unknown place in a variable": manifest(environment='{A: "{nowhere}"}'),
    "a null byte in a variable": manifest(environment='{A: "b\\0c"}'),
    "a variable with an equals sign": manifest(environment="{'A=B': c}"),
    "a variable without a name": manifest(environment="{'': c}"),
    "a variable of a number": manifest(environment="{A: 5}"),
    "an environment of a list": manifest(environment="[A]"),
    "never": manifest(start_seconds=".inf"),
    "not a number of seconds": manifest(start_seconds=".nan"),
    "no seconds": manifest(start_seconds="0"),
    "less than no seconds": manifest(start_seconds="-5"),
    "a year": manifest(start_seconds="31536000"),
    "seconds as a text": manifest(start_seconds="soon"),
    "an unknown capability": manifest(lacks="[wings]"),
    "lacks of a text": manifest(lacks="async"),
    "lacks of lists": manifest(lacks="[[async]]"),
    "another way to start children": manifest(starts_children="telepathy"),
    "strict handles as a text": manifest(strict_handles="very"),
    "an unknown key": manifest(colour="red"),
    "a key twice": manifest() + "name: Again\n",
}


@pytest.mark.parametrize("text", MANIFESTS.values(), ids=MANIFESTS.keys())
def test_a_wrong_manifest_is_refused(tmp_path: Path, text: str | bytes) -> None:
    """In one line, with the file."""
    file = tmp_path / "fake.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(lambda: implementations.load(the_spec(), [tmp_path]), file)


def test_the_manifest_without_a_mistake_is_right(tmp_path: Path) -> None:
    """So each is refused for its own mistake."""
    (tmp_path / "fake.yaml").write_text(manifest(), encoding="utf-8")
    assert [*implementations.load(the_spec(), [tmp_path])] == ["fake"]


@pytest.mark.parametrize("name", ["-x", "..x", "A", "a b", "a\x1b[31m", "ä"])
def test_a_manifest_whose_name_is_no_implementations_is_refused(tmp_path: Path, name: str) -> None:
    """It becomes a folder's name, and a word of commands."""
    file = tmp_path / f"{name}.yaml"
    file.write_text(manifest(), encoding="utf-8")
    assert "can't be an implementation's name" in refused(
        lambda: implementations.load(the_spec(), [tmp_path]), file
    )


DEVIATION = {
    "requirement": "server.pipe.unnamed", "tests": "[fake.one]", "verdict": "fail",
    "happens": "It.", "kind": "implementation", "reason": "R.", "link": "https://example.org/",
}  # fmt: skip
DEVIATIONS: dict[str, dict[str, str]] = {
    "an unknown requirement": {"requirement": "no.such"},
    "a requirement of a list": {"requirement": "[a]"},
    "tests of a text": {"tests": "fake.one"},
    "tests of numbers": {"tests": "[1]"},
    "a verdict that is none": {"verdict": "pass"},
    "no reason": {"reason": "''"},
    "a link to the disk": {"link": "file:///etc/passwd"},
    "a pattern that is none": {"matches": "'('"},
    "a pattern out of bounds": {"matches": "'a{99999999999999}'"},
    "a pattern of a list": {"matches": "[a]"},
    "an unknown key": {"colour": "red"},
    "releases of a number": {"releases": "5"},
}


@pytest.mark.parametrize("changed", DEVIATIONS.values(), ids=DEVIATIONS.keys())
def test_a_wrong_list_of_deviations_is_refused(tmp_path: Path, changed: dict[str, str]) -> None:
    """In one line, with file and line."""
    file = tmp_path / "fake.deviations.yaml"
    entries = {**DEVIATION, **changed}
    text = "- " + "  ".join(f"{key}: {value}\n" for key, value in entries.items())
    file.write_text(text, encoding="utf-8")
    (tmp_path / "fake.yaml").write_text(manifest(deviations=file.name), encoding="utf-8")
    refused(lambda: implementations.load(the_spec(), [tmp_path]), file, 1)


@pytest.mark.parametrize("name", ["none.yaml", ".", "/dev/null", "fifo"])
def test_a_list_of_deviations_that_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """Missing, a folder, a device, or a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "fake.yaml").write_text(manifest(deviations=name), encoding="utf-8")
    refused(lambda: implementations.load(the_spec(), [tmp_path]), tmp_path / name)


REQUIREMENT = {
    "id": "a.b", "member": "A.B", "text": "It holds.", "level": "must", "platforms": "any",
    "sources": "[dotnet.stream]",
}  # fmt: skip
REQUIREMENTS: dict[str, dict[str, str]] = {
    "an id of a list": {"id": "[a]"},
    "an id out of the folder": {"id": "../../b"},
    "a member of a number": {"member": "5"},
    "a text of a list": {"text": "[a]"},
    "a text that is no sentence": {"text": "It holds"},
    "a level that is none": {"level": "maybe"},
    "platforms of a list": {"platforms": "[any]"},
    "an unknown source": {"sources": "[nowhere]"},
    "sources of numbers": {"sources": "[1]"},
    "sources of nothing": {"sources": "[]"},
    "sources of a text": {"sources": "nowhere"},
    "an unknown key": {"colour": "red"},
}


@pytest.mark.parametrize("changed", REQUIREMENTS.values(), ids=REQUIREMENTS.keys())
def test_a_wrong_requirement_is_refused(tmp_path: Path, changed: dict[str, str]) -> None:
    """In one line, with file and line."""
    file = tmp_path / "a.yaml"
    entries = {**REQUIREMENT, "sources": f"[{next(iter(the_spec().sources))}]", **changed}
    text = "- " + "  ".join(f"{key}: {value}\n" for key, value in entries.items())
    file.write_text(text, encoding="utf-8")
    refused(lambda: spec.load(tmp_path), file, 1)


RESULTS: dict[str, str | bytes] = {
    "empty": "",
    "a number": "5",
    "null": "null",
    "not a number": '{"schema": "pipects-results/1", "seconds": NaN}',
    "more than there is": '{"schema": "pipects-results/1", "seconds": Infinity}',
    "a number beyond a float": '{"schema": "pipects-results/1", "seconds": 1e400}',
    "a number of 5000 digits": '{"schema": "pipects-results/1", "seconds": ' + "9" * 5000 + "}",
    "a number beyond 64 bits": '{"schema": "pipects-results/1", "jobs": 99999999999999999999}',
    "deep": "[" * 200_000,
    "deep, closed": '{"schema":' + "[" * 500 + "]" * 500 + "}",
    "a schema of a list": '{"schema": ["pipects-results/1"]}',
    "a schema of a megabyte": '{"schema": "' + "x" * (1 << 20) + '"}',
    "no UTF-8": b'{"schema": "\xff"}',
    "binary": bytes(range(256)),
    "a tail": '{"schema": "pipects-results/1"} and more',
}


@pytest.mark.parametrize("text", RESULTS.values(), ids=RESULTS.keys())
def test_a_wrong_results_file_is_refused(tmp_path: Path, text: str | bytes) -> None:
    """In one line, with the file."""
    file = tmp_path / "results.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(lambda: model.load(file), file)


@pytest.mark.parametrize("name", ["none", ".", "/proc/self/mem", "a\0b", "/dev/zero"])
def test_results_that_are_no_file_are_refused(tmp_path: Path, name: str) -> None:
    """Missing, a folder, not to be read, not to be named, without an end."""
    refused(lambda: model.load(tmp_path / name), tmp_path / name)


@pytest.mark.parametrize(
    "text", ["", "\n", "a\n", "a\tpassed\n", "a\tpass\nb\n", "a\tpass\na\tpass\n", "\x1b\tno\n"]
)
def test_a_wrong_baseline_is_refused(tmp_path: Path, text: str) -> None:
    """In one line, with the file, and the line where there is one."""
    file = tmp_path / "fake.tsv"
    file.write_text(text, encoding="utf-8")
    refused(lambda: baseline.read(file), file)
