"""Files for annotators: one a source, since each belongs to one recording."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mien.core.errors import ConfigError
from mien.timeline.replacing import replacing
from mien.timeline.research.audacity import to_audacity
from mien.timeline.research.eaf import to_eaf
from mien.timeline.research.textgrid import to_textgrid
from mien.timeline.research.tiers import without_length
from mien.timeline.research.webvtt import to_webvtt
from mien.timeline.timeline import Timeline

RESEARCH: dict[str, Callable[[Timeline], str]] = {
    ".eaf": lambda timeline: to_eaf(timeline, datetime.now(UTC)),
    ".TextGrid": to_textgrid,
    ".labels.txt": to_audacity,
    ".vtt": to_webvtt,
}
"""What writes each ending."""

_LONGEST = 120
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]')


class Files(NamedTuple):
    """What was written.

    Attributes:
        paths: The files.
        left_out: How many readings they cannot hold, having no times or no length.
    """

    paths: tuple[Path, ...]
    left_out: int = 0


def write_research(timelines: Iterable[Timeline], path: Path, form: str) -> Files:
    """Write `path` for one source, or for several a file each in `research_folder`.

    Memory holds one source, which is written once the next one comes. A source without anything
    that has a length gets no file.

    Args:
        timelines: Of one or more sources each, none of which is in two of them.
        path: The file that was asked for.
        form: One of `RESEARCH`.

    Raises:
        ConfigError: If nothing has times, or a file cannot be written.
    """
    written: list[Path] = []
    left_out = 0
    folder, names = research_folder(path) or path.parent, _Names(form)
    held: tuple[str, Timeline] | None = None
    for source, part in _sources(timelines):
        lost = without_length(part)
        left_out += lost
        if lost < len(part):
            if held is not None:
                written.append(_write(*held, folder, names, form))
            held = (source, part)
    if held is None:
        raise ConfigError(
            f"nothing in {path.name} would have a start and an end: "
            "write .csv, .json or .parquet instead"
        )
    if written:
        written.append(_write(*held, folder, names, form))
    else:
        _write_text(path, RESEARCH[form](held[1]))
        written.append(path)
    return Files(tuple(written), left_out)


def research_folder(path: Path) -> Path | None:
    """Where the files of several sources lie; None for a form that holds them all in one.

    >>> research_folder(Path("talks.TextGrid")), research_folder(Path("talks.csv"))
    (PosixPath('talks-TextGrid'), None)
    """
    name = path.name.lower()
    form = next((form for form in RESEARCH if name.endswith(form.lower())), None)
    if form is None:
        return None
    return path.with_name(f"{path.name[: -len(form)]}-{form.split('.')[1]}")


def _sources(timelines: Iterable[Timeline]) -> Iterator[tuple[str, Timeline]]:
    for timeline in timelines:
        for source in timeline.sources:
            yield source, timeline.of(source=source)


def _write(source: str, part: Timeline, folder: Path, names: _Names, form: str) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot write {folder}: {error.strerror}") from error
    path = folder / names.of(source)
    _write_text(path, RESEARCH[form](part))
    return path


def _write_text(path: Path, text: str) -> None:
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


class _Names:
    """Names of files after their sources, each once on any file system."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._used: set[str] = set()

    def of(self, source: str) -> str:
        whole = _UNSAFE.sub("_", source).strip(". ") or "source"
        stem = PurePosixPath(whole).stem
        numbered = (f"{whole} ({n})" for n in range(2, len(self._used) + 3))
        for name in (stem, whole, *numbered):
            chosen = f"{name[:_LONGEST]}{self._form}"
            if chosen.lower() not in self._used:
                break
        self._used.add(chosen.lower())
        return chosen
