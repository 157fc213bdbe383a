"""Files that `mien read` writes: checked before the work, written after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.output import advise
from mien.cli.replaceable import is_input
from mien.core.errors import ConfigError, MienError

if TYPE_CHECKING:
    from mien.timeline import Files, Timeline


class Outputs:
    """What a person wants written.

    Attributes:
        paths: Data files and reports.
        summary: The table of people, or None.
        step: Seconds of a row of data files, or None for every reading.
    """

    def __init__(self, paths: Sequence[Path], summary: Path | None, every: str | None) -> None:
        """Understand the wishes.

        Raises:
            ConfigError: If one makes no sense.
        """
        from mien.timeline import seconds_of

        self.paths = tuple(paths)
        self.summary = summary
        self.step = None if every is None else seconds_of(every)
        if summary is not None and summary.suffix.lower() != ".csv":
            raise ConfigError(f"a summary is a table: end {summary.name!r} in .csv")
        if every is not None and not any(p.suffix.lower() != ".html" for p in paths):
            raise ConfigError("--every thins the rows of data files: name one with --out")

    def __bool__(self) -> bool:
        return bool(self.paths or self.summary)

    @property
    def written(self) -> list[Path]:
        """Everything that will be written or replaced."""
        from mien.report import reports_folder
        from mien.timeline import codebook_path, research_folder

        folders = [reports_folder(p) for p in self.paths if p.suffix.lower() == ".html"]
        folders += [folder for p in self.paths if (folder := research_folder(p)) is not None]
        tables = [self.summary, codebook_path(self.summary)] if self.summary else []
        return [*self.paths, *folders, *tables]

    def check(self, inputs: Sequence[str]) -> None:
        """Refuse what cannot or must not be written before the work is done, not after.

        Raises:
            ConfigError: If an ending is unknown, a folder is missing or may not be written to, or
                an output would replace an input, the words beside one, or a file of a folder that
                is read.
        """
        from mien.timeline import FORMS, form_of

        for number, path in enumerate(self.asked):
            if path.suffix.lower() != ".html" and form_of(path) is None:
                forms = ", ".join((".html", *FORMS))
                raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {forms}")
            if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
                reason = (
                    "it is a folder" if path.is_dir() else f"no folder {path.parent} to write to"
                )
                raise ConfigError(f"cannot write {path}: {reason}")
            if path in self.asked[:number]:
                raise ConfigError(f"{path} is asked for twice")
            if any(is_input(path, Path(source)) for source in inputs):
                raise ConfigError(f"{path} is what is being read: choose another name")

    def write(self, timelines: Iterable[Timeline], report: Callable[[Path], None]) -> bool:
        """Write everything; one that fails leaves the others.

        Args:
            timelines: What was read, as often as it is iterated over.
            report: Writes a page.
        """
        wrote = [self._wrote(path, timelines, report) for path in self.asked]
        return all(wrote)

    @property
    def asked(self) -> list[Path]:
        """All files, in the order in which they were asked for."""
        return [*self.paths, *([self.summary] if self.summary else [])]

    def _wrote(
        self, path: Path, timelines: Iterable[Timeline], report: Callable[[Path], None]
    ) -> bool:
        from mien.timeline import Files, people_of, thinned, write_people, write_timelines

        files = Files((path,))
        try:
            if path == self.summary:
                write_people(people_of(timelines), path)
            elif path.suffix.lower() == ".html":
                report(path)
            elif self.step is not None:
                step = self.step
                thin = (thinned(timeline, step) for timeline in timelines)
                files = write_timelines(thin, path)
            else:
                files = write_timelines(timelines, path)
        except MienError as error:
            advise(f"mien: {error}")
            return False
        _tell(files)
        return True


def _tell(files: Files) -> None:
    if len(files.paths) == 1:
        advise(f"wrote {files.paths[0]}")
    else:
        advise(f"wrote {len(files.paths):,} files in {files.paths[0].parent}, one a source")
    if files.left_out:
        count = f"{files.left_out:,} reading{'s' * (files.left_out > 1)}"
        advise(f"{count} without times or without a length: not in {files.paths[0].suffix} files")
