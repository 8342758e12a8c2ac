"""A build before a user's eyes: of what, how far it is, and how long it took the last time."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from pipects.building import Watch
from pipects.reports.text import readable, seconds, shortened

_STEP = re.compile(r"\[(\d+)/(\d+)\] (?:Building \S+ object )?(.*)")
"""How ninja tells of its steps."""
_DOING = 24


@contextlib.contextmanager
def shown(console: Console, name: str, last: float | None) -> Iterator[Watch]:
    """Shows the build of `name`; `last` is how many seconds it took before. On a terminal a bar
    follows the lines of ninja; elsewhere a line says that it begins, and one that it is done."""
    before = "the first time" if last is None else f"{seconds(last)} the last time"
    began = time.monotonic()
    if console.is_terminal:
        with _bar(console, before) as progress:
            task = progress.add_task(f"building {name}", total=None, doing="")
            yield lambda line: _follow(progress, task, line)
    else:
        console.print(Text(f"{name}: building ({before})"))
        yield lambda line: None
    console.print(Text(f"{name}: built in {seconds(time.monotonic() - began)}"))


def _bar(console: Console, before: str) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[doing]}", markup=False),
        TimeElapsedColumn(),
        TextColumn(f"({before})"),
        console=console,
        transient=True,
    )


def _follow(progress: Progress, task: TaskID, line: str) -> None:
    if step := _STEP.match(line):
        doing = shortened(readable(step[3]).rpartition("/")[2], _DOING)
        progress.update(task, completed=int(step[1]), total=int(step[2]), doing=doing)
