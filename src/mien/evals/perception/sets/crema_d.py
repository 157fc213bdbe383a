"""CREMA-D: 7,442 acted clips and what some ten listeners or onlookers each called them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import UnreadableSource
from mien.emotions.maps import label_map
from mien.evals.perception.files import SOUNDS, Tally, by_stem, load_sound, need, table, votes_of
from mien.evals.perception.items import (
    About,
    Form,
    Item,
    Opened,
    SheetBuilder,
    Sound,
)
from mien.timeline.reading import Channel

ABOUT = About(
    name="crema-d",
    title="CREMA-D, voice alone",
    channel=Channel.VOICE,
    form=Form.CHOICE,
    licence="ODbL-1.0 (database), DbCL-1.0 (contents)",
    restriction="",
    source="Cao et al. 2014, IEEE Trans. Affective Computing 5(4); CheyneyComputerScience/CREMA-D",
    files="tabulatedVotes.csv, AudioWAV/*.wav",
    cluster="actors",
    label_map="crema_d",
    known_as=("CREMA-D",),
)
VOTES = {"ANG": "A", "DIS": "D", "FEA": "F", "HAP": "H", "NEU": "N", "SAD": "S"}
"""Labels by the column that counts their votes."""
_VOICE = "1"  # begins the publisher's number of a row heard without the picture


def open_set(folder: Path) -> Opened:
    """The votes on voices in a folder; the most frequent vote is right, ties are left open.

    Raises:
        SourceNotFound: If there is no table of votes.
        UnreadableSource: If the table has other columns.
    """
    path = need(folder, "tabulatedVotes.csv", "tabulatedVotes.csv", "tabulated_votes.*")
    tally, builder, items = Tally(path), SheetBuilder(tuple(VOTES)), list[Item]()
    clips, asked = by_stem(path.parent, SOUNDS), label_map(ABOUT.label_map).covers
    truth, seen = list[int](), set[str]()
    for clip, counts in _voices(path):
        if clip in seen or not any(counts):
            tally.add("a second row of a clip" if clip in seen else "clip without any vote")
            continue
        seen.add(clip)
        for label, count in zip(VOTES, counts, strict=True):
            if count > 0:
                builder.add(len(items), None, label, count)
        truth.append(_winner(counts))
        media = Sound(partial(load_sound, clips[clip])) if clip in clips else None
        items.append(Item(clip, Channel.VOICE, media, f"actor {clip[:4]}", asked))
    if not items:
        raise UnreadableSource(path, "it holds no votes on voices alone")
    tied = sum(place < 0 for place in truth)
    if tied:
        tally.add("clip whose listeners tied: counted for agreement, not scored", tied)
    right = np.array(truth, dtype=np.int16)
    notes = _lacking(items)
    return Opened(ABOUT, tuple(items), builder.finish(), right, notes, tally.skipped())


def _lacking(items: list[Item]) -> tuple[str, ...]:
    lacking = sum(item.media is None for item in items)
    return (f"{lacking:,} of {len(items):,} clips are not here",) if lacking else ()


def _voices(path: Path) -> Iterator[tuple[str, list[float]]]:
    if path.suffix == ".parquet":
        for row in _parquet_rows(path):
            if row["channel"] == "voice":
                yield _counts(row, str(row["clip"]), path)
        return
    with table(path) as lines:
        for line in lines:
            # The first column has no name in the publisher's file.
            number = line.get("") or next(iter(line.values()))
            if str(number).startswith(_VOICE) and len(str(number)) == 6:
                yield _counts(line, str(line.get("fileName")), path)


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found: list[dict[str, Any]] = pq.read_table(
            path, columns=["clip", "channel", *VOTES.values()]
        ).to_pylist()
    except (pa.ArrowException, OSError) as error:
        reason = "no Parquet table of clip, channel, A, D, F, H, N, S"
        raise UnreadableSource(path, reason) from error
    return found


def _counts(row: Mapping[str, Any], clip: str, path: Path) -> tuple[str, list[float]]:
    return clip, votes_of([row.get(column) for column in VOTES.values()], path)


def _winner(counts: list[float]) -> int:
    values: NDArray[np.float64] = np.array(counts)
    best = np.flatnonzero(values == values.max())
    return int(best[0]) if len(best) == 1 else -1
