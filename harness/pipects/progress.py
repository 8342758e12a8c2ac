"""Progress: a bar on a terminal, elsewhere a line at each tenth."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


class Bar:
    """The progress of one stage; to be used with `with`.

    `clock` is the bar's last column (the time that is left); a stage of less than `least` says nothing in lines.
    """

    def __init__(
        self,
        console: Console,
        title: str,
        count: int,
        clock: ProgressColumn | None = None,
        least: int = 1,
    ) -> None:
        self._console, self._title, self._count, self._done = console, title, count, 0
        self._clock = clock or TimeRemainingColumn()
        self._least = least
        self._progress: Progress | None = None

    def __enter__(self) -> "Bar":
        if self._console.is_terminal:
            self._progress = Progress(
                TextColumn("{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn(),
                self._clock, console=self._console, transient=True,
            )  # fmt: skip
            self._progress.add_task(self._title, total=self._count)
            self._progress.start()
        return self

    def advance(self, by: int = 1) -> None:
        """So much more is done."""
        before, self._done = self._done, self._done + by
        if self._progress is not None:
            self._progress.advance(self._progress.task_ids[0], by)
        elif self._count >= self._least:
            if self._done * 10 // self._count > before * 10 // self._count:
                self._console.print(f"{self._title}: {self._done} of {self._count}", style="dim")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
