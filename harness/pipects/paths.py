"""Where the project's parts are. The one place that knows the tree's layout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
REQUIREMENTS = SPEC / "requirements"
SOURCES = ROOT / "spec" / "sources.yaml"
CAPABILITIES = ROOT / "spec" / "capabilities.yaml"
AXES = ROOT / "spec" / "axes.yaml"
SCHEMAS = ROOT / "spec" / "schemas"
CASES = ROOT / "conformance" / "cases"
ADAPTERS = ROOT / "conformance" / "adapters"
BUILD = ROOT / "build"
OUT = ROOT / "out"


def shown(path: Path) -> str:
    """The path as a reader of a message wants it: relative to the project where it is inside."""
    try:
        return str(path.relative_to(ROOT))
    except ValueError:
        return str(path)
