"""A scan as a table: a row a turn, in the columns of `docs/reference/checks.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mien.guard.risk import Track
from mien.guard.scan.result import Scan
from mien.guard.scan.watching import VERSION
from mien.guard.signals import Signal

_ROWS = 4096
"""Turns of a row group."""

_OF_CHAT = ("rank", "chat", "source", "title")
_OF_TURN = (
    *("turn", "role", "speaker", "at", "text", "risk", "risk_sd", "trend", "level"),
    *("action", "step", "because", "held_back", "reasons", "raised"),
    *("instruction", "notice", "skipped"),
)
COLUMNS = (*_OF_CHAT, *_OF_TURN)
"""Of the table; a column a track and a column a signal follow."""


def write_parquet(scan: Scan, path: Path) -> None:
    """Write a row a turn, the conversation of highest risk first."""
    about = {"mien.scan": json.dumps({"schema": VERSION, **scan.about.to_dict()})}
    schema = _schema().with_metadata(about)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in _batches(scan):
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _schema() -> pa.Schema:
    text, share = pa.string(), pa.float32()
    reason = pa.struct({"signal": text, "turn": pa.int32(), "quote": text, "p": share}.items())
    raised = pa.struct(
        {"signal": text, "p": share, "from_char": pa.int32(), "to_char": pa.int32()}.items()
    )
    plain = {
        pa.int32(): ("rank", "chat", "turn"),
        pa.int8(): ("level",),
        pa.float32(): ("risk", "risk_sd"),
        pa.timestamp("us", "UTC"): ("at",),
        pa.string(): (
            *("source", "title", "role", "speaker", "text", "trend", "action", "step"),
            *("instruction", "notice", "skipped"),
        ),
        pa.list_(text): ("because", "held_back"),
        pa.list_(reason): ("reasons",),
        pa.list_(raised): ("raised",),
    }
    kinds = {name: kind for kind, names in plain.items() for name in names}
    columns = {name: kinds[name] for name in COLUMNS}
    columns |= {f"risk_{track.value}": share for track in Track}
    columns |= {f"p_{signal.value}": share for signal in Signal}
    return pa.schema(list(columns.items()))


def _batches(scan: Scan) -> Iterator[Sequence[Mapping[str, Any]]]:
    held: list[Mapping[str, Any]] = []
    for rank, (glance, rows) in enumerate(scan.chats(), start=1):
        chat = (rank, glance.number, glance.name, glance.title)
        lead = dict(zip(_OF_CHAT, chat, strict=True))
        for row in rows:
            held.append({**lead, **_flat(row)})
            if len(held) == _ROWS:
                yield held
                held = []
    yield held


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _OF_TURN},
        "at": datetime.fromisoformat(row["at"]) if row["at"] else None,
        **{f"risk_{track}": risk for track, risk in row["tracks"].items()},
        **{f"p_{signal}": p for signal, p in row["signals"].items()},
    }
