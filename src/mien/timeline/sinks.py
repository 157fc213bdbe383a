"""Files that timelines are written to one after the other, so that memory holds one of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from mien.emotions.emotion import Emotion
from mien.timeline.card import Card
from mien.timeline.plain import plain_origin, plain_reading, plain_skipped
from mien.timeline.schema import SCHEMA, VERSION
from mien.timeline.timeline import Timeline

KEY = b"mien"
"""Under which a Parquet file holds what is known beside the readings."""

ROWS = 16_384
"""Rows that are held before they become a row group: each group costs 20 kB of descriptions."""

BYTES = 32 * 1024 * 1024
"""The same in memory, where messages are long; 16,384 rows without words take 8 MB."""

_TABLES = 64
"""Small tables that are held before they become one."""

_REPEATED = ("source", "channel", "person", "verdict", "reason", "adapted", "decoder")
_SOUGHT = ("source", "start", "end")
"""Dictionaries and statistics of these columns alone: of all 124 they cost 8 kB a file."""

_FLAT = (
    "id", "source", "start", "end", "turn", "channel", "person", "valence", "valence_sd",
    "arousal", "arousal_sd", "dominance", "dominance_sd", "confidence", "quality", "verdict",
    "reason", "adapted", "decoder", "text",
)  # fmt: skip


class Sink(Protocol):
    """A file that grows by timelines and is whole once it is closed."""

    def add(self, timeline: Timeline) -> None:
        """Write the readings of a timeline after those before."""

    def close(self) -> None:
        """Write what comes last."""

    def abandon(self) -> None:
        """Let go of the file, which nobody will read."""


class _About:
    """What is known beside the readings, gathered over timelines as JSON, which takes less room."""

    def __init__(self) -> None:
        # Keys alone, in order; an origin that several timelines hold is written once.
        self._origins: dict[str, None] = {}
        self._cards: dict[str, Card] = {}
        self._skipped: list[str] = []

    def add(self, timeline: Timeline) -> None:
        self._origins.update((_dump(plain_origin(origin)), None) for origin in timeline.origins)
        self._cards.update({card.decoder: card for card in timeline.cards})
        self._skipped += [_dump(plain_skipped(skipped)) for skipped in timeline.skipped]

    def text(self) -> str:
        """The inside of a JSON object."""
        cards = [_dump(card.to_dict()) for card in self._cards.values()]
        parts = {"origins": self._origins, "cards": cards, "skipped": self._skipped}
        return ", ".join(f'"{name}": [{", ".join(rows)}]' for name, rows in parts.items())


class _ParquetSink:
    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(
            path,
            SCHEMA,
            compression="zstd",
            use_dictionary=list(_REPEATED),
            write_statistics=list(_SOUGHT),
        )
        self._about = _About()
        self._held: list[pa.Table] = []
        self._held_bytes = 0

    def add(self, timeline: Timeline) -> None:
        self._about.add(timeline)
        self._held.append(timeline.table.replace_schema_metadata(None))
        self._held_bytes += timeline.table.nbytes
        if self._held_bytes >= BYTES or sum(table.num_rows for table in self._held) >= ROWS:
            self._flush()
        elif len(self._held) >= _TABLES:
            # A table of one row takes 100 kB, most of it for its 124 columns.
            self._held = [pa.concat_tables(self._held).combine_chunks()]

    def close(self) -> None:
        self._flush()
        about = f'{{"schema": "{VERSION}", {self._about.text()}}}'
        self._writer.add_key_value_metadata({KEY: about.encode()})
        self._writer.close()

    def abandon(self) -> None:
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.concat_tables(self._held))
            self._held.clear()
            self._held_bytes = 0


class _JsonSink:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._file.write(f'{{"schema": "{VERSION}", "readings": [')
        self._about = _About()
        self._between = "\n"

    def add(self, timeline: Timeline) -> None:
        self._about.add(timeline)
        for reading in timeline:
            self._file.write(self._between + json_line(plain_reading(reading)))
            self._between = ",\n"

    def close(self) -> None:
        self._file.write(f"\n], {self._about.text()}}}\n")
        self._file.close()

    def abandon(self) -> None:
        _drop(self._file.close)


class _JsonLinesSink:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def add(self, timeline: Timeline) -> None:
        for reading in timeline:
            self._file.write(json_line(plain_reading(reading)) + "\n")

    def close(self) -> None:
        self._file.close()

    def abandon(self) -> None:
        _drop(self._file.close)


class _CsvSink:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*_FLAT, *(emotion.value for emotion in Emotion)])

    def add(self, timeline: Timeline) -> None:
        for reading in timeline:
            row = plain_reading(reading)
            cells = [row[name] for name in _FLAT] + [row["scores"][e.value] for e in Emotion]
            self._writer.writerow([harmless(cell) for cell in cells])

    def close(self) -> None:
        self._file.close()

    def abandon(self) -> None:
        _drop(self._file.close)


SINKS: dict[str, Callable[[Path], Sink]] = {
    ".parquet": _ParquetSink,
    ".json": _JsonSink,
    ".jsonl": _JsonLinesSink,
    ".csv": _CsvSink,
}
"""What writes each ending."""


def json_line(plain: dict[str, Any]) -> str:
    """One JSON object without line breaks, as `--json` prints it."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def harmless(cell: Any) -> Any:
    """A cell of a CSV file: empty for None, and never a text that a spreadsheet would run."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _dump(plain: dict[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False)


def _drop(close: Callable[[], None]) -> None:
    # Closing writes what is buffered, which fails again on the disk that has no room.
    try:
        close()
    except OSError:
        return
