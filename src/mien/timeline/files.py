"""Timelines on disk: Parquet, JSON and JSON lines without loss, CSV for spreadsheets."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.emotions.emotion import Emotion
from mien.timeline.card import Card
from mien.timeline.plain import (
    origin_of,
    plain_origin,
    plain_reading,
    plain_skipped,
    reading_of,
    skipped_of,
)
from mien.timeline.schema import VERSION, conform
from mien.timeline.timeline import Timeline

_KEY = b"mien"


def write_timeline(timeline: Timeline, path: str | Path) -> None:
    """Write a timeline; the name's ending decides the form, and nothing is left half-written.

    `.parquet` and `.json` hold everything, `.jsonl` a reading a line, `.csv` one flat row a
    reading without standard deviations and without what is known of the sources.

    Raises:
        ConfigError: If the ending is none of these.
    """
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {', '.join(FORMS)}")
    with replacing(path) as temporary:
        write(timeline, temporary)


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


def _about(timeline: Timeline) -> dict[str, Any]:
    return {
        "schema": VERSION,
        "origins": [plain_origin(origin) for origin in timeline.origins],
        "cards": [card.to_dict() for card in timeline.cards],
        "skipped": [plain_skipped(skipped) for skipped in timeline.skipped],
    }


def _timeline(table: pa.Table, about: dict[str, Any], path: Path) -> Timeline:
    return Timeline(
        conform(table, about.get("schema"), str(path)),
        tuple(origin_of(row) for row in about["origins"]),
        tuple(skipped_of(row) for row in about["skipped"]),
        tuple(Card.from_dict(row) for row in about["cards"]),
    )


def _write_parquet(timeline: Timeline, path: Path) -> None:
    about = json.dumps(_about(timeline)).encode()
    table = timeline.table.replace_schema_metadata({_KEY: about})
    pq.write_table(table, path, compression="zstd")


def _read_parquet(path: Path) -> Timeline:
    table = pq.read_table(path)
    found = (table.schema.metadata or {}).get(_KEY)
    if found is None:
        raise UnreadableSource(path, "a Parquet file, but not a timeline that Mien wrote")
    return _timeline(table.replace_schema_metadata(None), json.loads(found), path)


def _write_json(timeline: Timeline, path: Path) -> None:
    with path.open("w", encoding="utf-8") as handle:
        handle.write(json.dumps(_about(timeline), ensure_ascii=False)[:-1] + ', "readings": [')
        for index, reading in enumerate(timeline):
            handle.write(",\n" if index else "\n")
            handle.write(json.dumps(plain_reading(reading), ensure_ascii=False, allow_nan=False))
        handle.write("\n]}\n")


def _read_json(path: Path) -> Timeline:
    plain = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(plain, dict) or "readings" not in plain:
        raise UnreadableSource(path, "a JSON file, but not a timeline that Mien wrote")
    table = Timeline.of_readings(reading_of(row, str(path)) for row in plain["readings"]).table
    return _timeline(table, plain, path)


def _write_jsonl(timeline: Timeline, path: Path) -> None:
    with path.open("w", encoding="utf-8") as handle:
        for reading in timeline:
            handle.write(json_line(plain_reading(reading)) + "\n")


def _read_jsonl(path: Path) -> Timeline:
    with path.open(encoding="utf-8") as handle:
        return Timeline.of_readings(
            reading_of(json.loads(line), str(path)) for line in handle if line.strip()
        )


def json_line(plain: dict[str, Any]) -> str:
    """One JSON object without line breaks, as `--json` prints it."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def _write_csv(timeline: Timeline, path: Path) -> None:
    flat = [
        "id", "source", "start", "end", "turn", "channel", "person", "valence", "valence_sd",
        "arousal", "arousal_sd", "dominance", "dominance_sd", "confidence", "quality", "verdict",
        "reason", "adapted", "decoder", "text",
    ]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([*flat, *(emotion.value for emotion in Emotion)])
        for reading in timeline:
            row = plain_reading(reading)
            cells = [row[name] for name in flat] + [row["scores"][e.value] for e in Emotion]
            writer.writerow(["" if cell is None else _harmless(cell) for cell in cells])


def _harmless(cell: Any) -> Any:
    # A spreadsheet would run a text that begins like a formula.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell


_WRITERS: dict[str, Callable[[Timeline, Path], None]] = {
    ".parquet": _write_parquet,
    ".json": _write_json,
    ".jsonl": _write_jsonl,
    ".csv": _write_csv,
}
FORMS = tuple(_WRITERS)
"""Endings that `write_timeline` knows."""
