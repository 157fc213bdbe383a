"""Timelines on disk: Parquet and JSON without loss, CSV, and what annotators work with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.timeline.card import Card
from mien.timeline.plain import origin_of, reading_of, skipped_of
from mien.timeline.replacing import replacing
from mien.timeline.research import RESEARCH, Files, write_research
from mien.timeline.schema import conform
from mien.timeline.sinks import KEY, SINKS
from mien.timeline.timeline import Timeline

__all__ = ["FORMS", "form_of", "read_timeline", "replacing", "write_timeline", "write_timelines"]


def write_timeline(timeline: Timeline, path: str | Path) -> None:
    """Write a timeline; the name's ending decides the form, and nothing is left half-written.

    `.parquet` and `.json` hold everything, `.jsonl` a reading a line, `.csv` one flat row a
    reading without standard deviations and without what is known of the sources. `.eaf` (ELAN),
    `.TextGrid` (Praat), `.labels.txt` (Audacity) and `.vtt` (captions) hold the strongest emotion
    of readings with times; each of several sources gets a file, see `write_timelines`.

    Raises:
        ConfigError: If the ending is none of these, or if it needs times and there are none.
    """
    write_timelines([timeline], path)


def write_timelines(timelines: Iterable[Timeline], path: str | Path) -> Files:
    """Write timelines one after the other into one file, as if they had been joined.

    Memory holds one of them, some thousand rows, and what is known of every source. The forms of
    annotators hold one source: several get a file each in a folder, see `write_research`.

    Returns:
        The files, and how many readings they cannot hold.

    Raises:
        ConfigError: If the ending is none of `FORMS`, the file cannot be written, or it needs
            times and there are none.
    """
    path = Path(path)
    form = form_of(path)
    if form is None:
        raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {', '.join(FORMS)}")
    if form in RESEARCH:
        return write_research(timelines, path, form)
    open_sink = SINKS[form]
    with replacing(path) as temporary:
        sink = open_sink(temporary)
        try:
            for timeline in timelines:
                sink.add(timeline)
            sink.close()
        except BaseException:
            sink.abandon()
            raise
    return Files((path,))


def form_of(path: str | Path) -> str | None:
    """Which of `FORMS` a file's name ends in, in any case; None for none.

    >>> form_of("talk.textgrid"), form_of("notes.txt")
    ('.TextGrid', None)
    """
    name = Path(path).name.lower()
    return next((form for form in FORMS if name.endswith(form.lower())), None)


def read_timeline(path: str | Path) -> Timeline:
    """The timeline in a `.parquet`, `.json` or `.jsonl` file that Mien wrote.

    Raises:
        SourceNotFound: If there is no such file.
        UnreadableSource: If it is no timeline, or a newer Mien made it.
    """
    path = Path(path)
    if not path.is_file():
        raise SourceNotFound(path)
    readers = {".parquet": _read_parquet, ".json": _read_json, ".jsonl": _read_jsonl}
    if path.suffix.lower() not in readers:
        raise UnreadableSource(path, f"timelines are read from {', '.join(readers)}")
    try:
        return readers[path.suffix.lower()](path)
    except (pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise UnreadableSource(path, f"not a timeline that Mien wrote: {error}") from error


def _timeline(table: pa.Table, about: dict[str, Any], path: Path) -> Timeline:
    return Timeline(
        conform(table, about.get("schema"), str(path)),
        tuple(origin_of(row) for row in about["origins"]),
        tuple(skipped_of(row) for row in about["skipped"]),
        tuple(Card.from_dict(row) for row in about["cards"]),
    )


def _read_parquet(path: Path) -> Timeline:
    with pq.ParquetFile(path) as file:
        # Of the file, not of the schema: what is known of sources is written after all rows.
        found = (file.metadata.metadata or {}).get(KEY)
        table = file.read()
    if found is None:
        raise UnreadableSource(path, "a Parquet file, but not a timeline that Mien wrote")
    return _timeline(table.replace_schema_metadata(None), json.loads(found), path)


def _read_json(path: Path) -> Timeline:
    plain = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(plain, dict) or "readings" not in plain:
        raise UnreadableSource(path, "a JSON file, but not a timeline that Mien wrote")
    table = Timeline.of_readings(reading_of(row, str(path)) for row in plain["readings"]).table
    return _timeline(table, plain, path)


def _read_jsonl(path: Path) -> Timeline:
    with path.open(encoding="utf-8") as handle:
        return Timeline.of_readings(
            reading_of(json.loads(line), str(path)) for line in handle if line.strip()
        )


FORMS = (*SINKS, *RESEARCH)
"""Endings that `write_timeline` knows."""
