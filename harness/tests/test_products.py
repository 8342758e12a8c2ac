"""Products: any release by its number, and a runtime of one's own."""

from __future__ import annotations

import argparse
import stat
from pathlib import Path

import pytest

from pipects import paths, suite
from pipects.errors import UserError

PRODUCT = """\
name: A product {release}
language: none
package: A.Package
targets:
  - {releases: ">=8,<9", target: eight}
  - {releases: ">=10", target: ten}
confirmed: "11.0.0"
deviations: a.deviations.yaml
sources: []
requires: []
build: [[make, "--for={target}", "--release={release}"]]
start: ["{build}/a"]
own-runtime: {implementation: reference, start: ["{muxer}", exec, a.dll]}
"""
CLIENT = """\
#!/bin/sh
cat <<'END'
{"searchResult": [{"packages": [
  {"id": "a.package", "version": "10.0.9"}, {"id": "a.package", "version": "10.0.10"},
  {"id": "a.package", "version": "9.0.1"}, {"id": "a.package", "version": "12.0.0-preview.1"},
  {"id": "another", "version": "99.0.0"}]}]}
END
"""


@pytest.fixture
def loaded(tmp_path: Path) -> suite.Suite:
    (tmp_path / "a.releases.yaml").write_text(PRODUCT)
    (tmp_path / "a.deviations.yaml").write_text("[]\n")
    cases = paths.CASES / "declarations"  # few, so that loading them takes no time
    return suite.load(
        argparse.Namespace(adapters=[tmp_path], cases=cases, generated=False, sequences=None)
    )


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `dotnet` on the path that says which versions there are."""
    program = tmp_path / "bin" / "dotnet"
    program.parent.mkdir()
    program.write_text(CLIENT)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def test_a_release_is_built_for_its_target(loaded: suite.Suite) -> None:
    (found,) = loaded.chosen(["a@10.0.3"])
    assert found.id == "a@10.0.3"
    assert found.name == "A product 10.0.3"
    assert found.build == (("make", "--for=ten", "--release=10.0.3"),)
    assert found.release == "10.0.3"
    assert found.unconfirmed is None


def test_a_release_that_nobody_has_heard_of_says_so(loaded: suite.Suite) -> None:
    (found,) = loaded.chosen(["a@12.0.1"])
    assert found.build[0][1] == "--for=ten"
    assert "list not confirmed" in str(found.unconfirmed)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a", "say which release"),
        ("a@", "is no release"),
        ("a@../x", "is no release"),
        ("a@9.0.1", "built for releases"),
        ("b@9.0.1", "nothing of which any release can be had"),
    ],
)
def test_what_is_no_release_is_one_line(loaded: suite.Suite, name: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        loaded.chosen([name])


@pytest.mark.usefixtures("client")
def test_the_package_source_tells_the_releases(loaded: suite.Suite) -> None:
    product = loaded.product("a")
    assert product.available() == ["10.0.9", "10.0.10", "12.0.0-preview.1"]
    assert product.newest() == "10.0.10"
    assert loaded.chosen(["a@latest"])[0].release == "10.0.10"


@pytest.mark.parametrize("answer", ["echo error: no network; exit 1", "echo '{}'", "echo '[]'"])
def test_a_source_that_does_not_answer_is_one_line(
    loaded: suite.Suite, client: Path, answer: str
) -> None:
    client.write_text(f"#!/bin/sh\n{answer}\n")
    with pytest.raises(UserError, match="can't be asked for A.Package"):
        loaded.product("a").available()


def test_a_shared_framework_of_ones_own(loaded: suite.Suite, client: Path, tmp_path: Path) -> None:
    framework = tmp_path / "11.0.7"
    framework.mkdir()
    (framework / "System.Private.CoreLib.dll").touch()
    found = loaded.product("a").on_runtime(framework, loaded.implementations)
    assert found.release == "11.0.7"
    host = Path(found.environment["DOTNET_ROOT"])
    assert found.start == (str(host / "dotnet"), "exec", "a.dll")
    linked = host / "shared" / "Microsoft.NETCore.App" / "11.0.7"
    assert linked.resolve() == framework.resolve()


def test_a_folder_that_is_no_runtime_is_one_line(loaded: suite.Suite, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="neither a shared framework"):
        loaded.product("a").on_runtime(tmp_path, loaded.implementations)
