"""The Arrow form of readings, with a version."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa

from mien.core.errors import UnreadableSource
from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.timeline.reading import Adapted, Box, Channel, Reading, Reason, Verdict

VERSION = "mien.reading/1"
"""Written into every file; the number grows when a column changes its meaning."""

_SCORES = pa.struct([(emotion.value, pa.float32()) for emotion in Emotion])
_BOX = pa.struct([(name, pa.float64()) for name in Box._fields])

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("start", pa.float64()),
        ("end", pa.float64()),
        ("turn", pa.int32()),
        ("channel", pa.string()),
        ("person", pa.string()),
        ("scores", _SCORES),
        ("scores_sd", _SCORES),
        ("valence", pa.float64()),
        ("valence_sd", pa.float64()),
        ("arousal", pa.float64()),
        ("arousal_sd", pa.float64()),
        ("dominance", pa.float64()),
        ("dominance_sd", pa.float64()),
        ("confidence", pa.float64()),
        ("quality", pa.float64()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("text", pa.string()),
        ("box", _BOX),
        ("caption", pa.string()),
        ("adapted", pa.string()),
        ("extra", pa.map_(pa.string(), pa.float64())),
        ("decoder", pa.string()),
    ]
)
"""Columns in the order of `Reading`'s fields; scores are structs of 41 shares, null for None."""


def to_batch(readings: Sequence[Reading]) -> pa.RecordBatch:
    """Readings as one record batch of `SCHEMA`."""
    columns = [_column(field, readings) for field in SCHEMA]
    return pa.record_batch(columns, schema=SCHEMA)


def to_readings(table: pa.Table) -> list[Reading]:
    """The readings of a table of `SCHEMA`, in its order."""
    scores = scores_array(table, "scores")
    spread = scores_array(table, "scores_sd")
    plain = [f.name for f in SCHEMA if f.name not in ("scores", "scores_sd")]
    columns = {name: table.column(name).to_pylist() for name in plain}
    return [
        _reading({name: column[i] for name, column in columns.items()}, scores[i], spread[i])
        for i in range(len(table))
    ]


def scores_array(table: pa.Table, column: str = "scores") -> np.ndarray[Any, np.dtype[np.float32]]:
    """Shares as an array of shape (n, 41), NaN for None."""
    flat = table.column(column).combine_chunks()
    if len(table) == 0:
        return np.empty((0, len(Emotion)), dtype=np.float32)
    parts = [flat.field(emotion.value).to_numpy(zero_copy_only=False) for emotion in Emotion]
    return np.stack(parts, axis=1).astype(np.float32)


def conform(table: pa.Table, version: str | None, where: str) -> pa.Table:
    """A table read from a file in today's columns; older files lack some, which become null.

    Raises:
        UnreadableSource: If the file is no timeline, or a newer Mien made it.
    """
    if version is None:
        raise UnreadableSource(where, "not a timeline that Mien wrote (no schema version)")
    name, _, number = version.partition("/")
    ours = int(VERSION.partition("/")[2])
    if name != VERSION.partition("/")[0] or not number.isdigit():
        raise UnreadableSource(where, f"holds {version!r}, not a timeline")
    if int(number) > ours:
        raise UnreadableSource(where, f"made by a newer Mien ({version}): upgrade Mien to read it")
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in SCHEMA
    ]
    return pa.table(columns, schema=SCHEMA)


def _column(field: pa.Field, readings: Sequence[Reading]) -> pa.Array:
    values = list(map(attrgetter(field.name), readings))
    if field.type == _SCORES:
        return _scores_column(values)
    if field.name == "extra":
        return pa.array([list(value.items()) for value in values], field.type)
    if field.type == _BOX:
        return pa.array([None if box is None else box._asdict() for box in values], field.type)
    return pa.array(values, field.type)


def _scores_column(values: Sequence[Scores]) -> pa.StructArray:
    width = len(Emotion)
    stacked = np.stack([scores.to_array() for scores in values]) if values else np.empty((0, width))
    columns = np.ascontiguousarray(stacked.T, dtype=np.float32)
    # from_pandas turns NaN into null, which is what None means in a file.
    parts = [pa.array(column, pa.float32(), from_pandas=True) for column in columns]
    return pa.StructArray.from_arrays(parts, fields=list(_SCORES))


def _reading(row: dict[str, Any], scores: Any, spread: Any) -> Reading:
    row["scores"] = Scores.from_array(scores)
    row["scores_sd"] = Scores.from_array(spread)
    row["channel"] = _channels()[row["channel"]]
    row["verdict"] = Verdict(row["verdict"])
    row["reason"] = None if row["reason"] is None else Reason(row["reason"])
    row["adapted"] = Adapted(row["adapted"])
    row["box"] = None if row["box"] is None else Box(**row["box"])
    row["extra"] = dict(row["extra"] or ())
    return Reading(**row)


@cache
def _channels() -> dict[str, Channel]:
    return {channel.value: channel for channel in Channel}
