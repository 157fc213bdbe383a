"""Timelines on disk: Parquet, JSON and JSON lines without loss, CSV for spreadsheets."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.timeline.card import Card
from mien.timeline.plain import origin_of, reading_of, skipped_of
from mien.timeline.schema import conform
from mien.timeline.sinks import KEY, SINKS
from mien.timeline.timeline import Timeline


def write_timeline(timeline: Timeline, path: str | Path) -> None:
    """Write a timeline; the name's ending decides the form, and nothing is left half-written.

    `.parquet` and `.json` hold everything, `.jsonl` a reading a line, `.csv` one flat row a
    reading without standard deviations and without what is known of the sources.

    Raises:
        ConfigError: If the ending is none of these.
    """
    write_timelines([timeline], path)


def write_timelines(timelines: Iterable[Timeline], path: str | Path) -> None:
    """Write timelines one after the other into one file, as if they had been joined.

    Memory holds one of them, some thousand rows, and what is known of every source.

    Raises:
        ConfigError: If the ending is none of `FORMS`, or the file cannot be written.
    """
    path = Path(path)
    open_sink = SINKS.get(path.suffix.lower())
    if open_sink is None:
        raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {', '.join(FORMS)}")
    with replacing(path) as temporary:
        sink = open_sink(temporary)
        try:
            for timeline in timelines:
                sink.add(timeline)
            sink.close()
        except BaseException:
            sink.abandon()
            raise


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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place once it is whole.

    Raises:
        ConfigError: If the folder does not exist or may not be written to.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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


FORMS = tuple(SINKS)
"""Endings that `write_timeline` knows."""
