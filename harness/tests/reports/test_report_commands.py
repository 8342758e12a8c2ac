"""The commands: what they write, what they print, and their exit status."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic
from pipects import cli, paths
from pipects.reports import commands
from pipects.reports.document import Results


def run(*arguments: str | Path) -> int:
    """Runs a command as the `pipects` program would; its exit status."""
    return cli.guarded([str(each) for each in arguments])


def saved(folder: Path, name: str, results: Results) -> Path:
    """The results in a file."""
    path = folder / name
    path.write_text(json.dumps(results), encoding="utf-8")
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small results file."""
    return saved(tmp_path, "results.json", synthetic.make(rules=6, count=12, rows=2))


def test_report_writes_what_is_asked_for(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every kind at once, into folders that are made; each file is told."""
    files = {kind: tmp_path / "new" / f"report.{kind}" for kind in commands.RENDERERS}
    arguments = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    assert run("report", small, *arguments) == 0
    printed = capsys.readouterr().out
    for path in files.values():
        assert path.stat().st_size > 200 and f"wrote {path}" in printed
    assert files["html"].stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("Umask")).split()[1], 8)


def test_report_with_odd_characters(tmp_path: Path) -> None:
    """Every report can be written, lone surrogates and all."""
    path = saved(tmp_path, "results.json", synthetic.odd())
    files = [w for kind in commands.RENDERERS for w in (f"--{kind}", str(tmp_path / kind))]
    assert run("report", path, *files) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("report", "none.json", "--html", "x"), "none.json: can't be read: No such file"),
        (("report", "RESULTS"), "no report asked for"),
        (("report", "RESULTS", "--html", "x", "--implementation", "python"), "goes with --badge"),
        (("report", "RESULTS", "--badge", "x", "--implementation", "nobody"), "nobody"),
        (("report", "RESULTS", "--badge", "x", "--matrix", "y"), "--matrix goes with --html"),
        (("report", "RESULTS", "--badge", "x", "--timeline", "y"), "--timeline goes with --html"),
        (("report", "RESULTS", "--html", "x", "--matrix", "RESULTS"), "not a matrix"),
        (("report", "RESULTS", "--html", "x", "--timeline", "RESULTS"), "not a timeline"),
        (("report", "RESULTS", "--html", "/dev/full"), "/dev/full: can't be written: No space"),
        (("report", "RESULTS", "--html", "/proc/none/x"), "can't be written"),
        (("diff", "RESULTS", "none.json"), "can't be read"),
        (("history", "none"), "not a folder"),
        (("merge", "RESULTS", "RESULTS", "--json", "x"), "both have"),
        (("baseline", "RESULTS", "--against", "none.tsv"), "did not run"),
    ],
)
def test_errors_are_one_line_and_status_2(
    small: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    """No traceback, nothing on standard output."""
    words: list[str | Path] = [small if word == "RESULTS" else word for word in arguments]
    assert run(*words) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.startswith("pipects: ") and captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_disk_that_fills_up_leaves_the_old_report(small: Path, tmp_path: Path) -> None:
    """The write fails in its middle: one line, status 2, the old file whole, no scrap beside it."""
    target = tmp_path / "out" / "report.html"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipects", "report", str(small), "--html", str(target)],
        cwd=paths.ROOT / "harness",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "can't be written: File too large" in done.stderr and "Traceback" not in done.stderr
    assert target.read_text(encoding="utf-8") == "old"
    assert list(target.parent.iterdir()) == [target]


def test_diff_exits_1_on_a_regression(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And 0 the other way round; every kind of change has a line, zeros too."""
    results: Results = json.loads(small.read_text(encoding="utf-8"))
    passing = next(each for each in results["results"] if each["verdict"] == "pass")
    passing["verdict"] = "crash"
    worse = saved(tmp_path, "worse.json", synthetic.again(results))
    assert run("diff", small, worse) == 1
    printed = capsys.readouterr().out
    assert f"{passing['server']}: {passing['test']}: pass -> crash" in printed
    for kind in ("newly failing", "newly passing", "slower", "new", "gone", "the same"):
        assert any(line.startswith(kind) for line in printed.splitlines())
    assert run("diff", worse, small) == 0


def test_diff_of_what_can_not_be_compared(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing in common, or a new run that was broken off, is not 'no regression': status 2."""
    assert run("diff", small, saved(tmp_path, "empty.json", synthetic.empty())) == 2
    assert "no test in common" in capsys.readouterr().err
    results: Results = json.loads(small.read_text(encoding="utf-8"))
    half = synthetic.again(results, complete=False, results=results["results"][:5])
    assert run("diff", small, saved(tmp_path, "half.json", half)) == 2
    assert "broken off" in capsys.readouterr().err


@pytest.mark.parametrize("ratio", ["1", "0.5", "-2", "nan", "fast"])
def test_a_ratio_that_can_not_be(small: Path, ratio: str) -> None:
    """--slower takes a number above 1."""
    with pytest.raises(SystemExit) as caught:
        run("diff", small, small, "--slower", ratio)
    assert caught.value.code == 2


def test_baselines_are_written_and_compared(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was just written is met."""
    assert run("baseline", small, "--write", tmp_path / "baselines") == 0
    assert "mono-6.8.tsv" in capsys.readouterr().out
    assert run("baseline", small, "--against", tmp_path / "baselines" / "mono-6.8.tsv") == 0


def test_merge_and_history_write_files(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The merged file is a results file, and history makes a page of it."""
    assert run("merge", small, "--json", tmp_path / "runs" / "merged.json") == 0
    assert run("history", tmp_path / "runs", "--html", tmp_path / "history.html") == 0
    printed = capsys.readouterr().out
    assert "48 results of 1 file" in printed and "merged.json" in printed
    assert "<svg" in (tmp_path / "history.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["report", "diff", "history", "merge", "baseline"])
def test_help_is_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command says what it does and what each argument is."""
    with pytest.raises(SystemExit) as caught:
        run(command, "--help")
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert len(text) > 250 and "%" not in text


HOSTILE = [
    "../../outside",
    "/tmp/outside",
    "a/b",
    "..",
    ".",
    "",
    "a\nb",
    "a\tb",
    "\x1b[2J",
    "a" * 300,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_an_implementation_called_like_a_path_writes_nothing(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A baseline's file has the implementation's name: one that leads elsewhere is refused."""
    text = json.dumps(synthetic.make("green", ["reference"], rules=2, count=2, rows=1))
    file = tmp_path / "in" / "results.json"
    file.parent.mkdir()
    file.write_text(text.replace('"reference"', json.dumps(name)), encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    assert run("baseline", file, "--write", tmp_path / "in" / "deep") == 2
    assert sorted(tmp_path.rglob("*")) == before
    printed = capsys.readouterr().err
    assert "is no implementation's" in printed and "\x1b" not in printed


def test_no_file_is_written_twice(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor over what is read, by whatever way it is named."""
    page, link = tmp_path / "page", tmp_path / "link"
    link.symlink_to(small)
    for words in (
        ["report", small, "--html", page, "--junit", page],
        ["report", small, "--html", page, "--junit", tmp_path / "." / "page"],
        ["report", small, "--html", small],
        ["report", small, "--html", link],
        ["merge", small, "--json", small],
    ):
        before = small.read_bytes()
        assert run(*words) == 2
        assert "is named twice" in capsys.readouterr().err
        assert small.read_bytes() == before and not page.exists()


def test_a_report_that_can_not_be_written_keeps_no_other_from_it(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are there, and the one is said."""
    page = tmp_path / "page.html"
    assert run("report", small, "--tap", "/dev/full", "--junit", "/dev/full", "--html", page) == 2
    assert capsys.readouterr().err.count("/dev/full: can't be written") == 2
    page.unlink()
    assert run("report", small, "--markdown", "/dev/full", "--html", page) == 2
    assert page.exists()
