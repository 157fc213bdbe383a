"""FER+: 48-pixel faces of FER2013, each named by ten taggers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Frame
from mien.core.errors import UnreadableSource
from mien.emotions.maps import label_map
from mien.evals.perception.files import (
    PICTURES,
    Tally,
    by_stem,
    load_picture,
    need,
    picture_of,
    table,
    votes_of,
)
from mien.evals.perception.items import About, Form, Item, Opened, Picture, SheetBuilder
from mien.timeline.reading import Channel

ABOUT = About(
    name="ferplus",
    title="FER+ test",
    channel=Channel.FACE,
    form=Form.CHOICE,
    licence="MIT (votes); none given (pictures of FER2013)",
    restriction="the pictures are of third parties and carry no licence: do not pass them on",
    source="Barsoum et al. 2016, arXiv 1608.01041; microsoft/FERPlus",
    files="fer2013new.csv and the pictures by their names, or one .parquet with both",
    cluster="photographs",
    label_map="ferplus",
    is_test=True,
    known_as=(
        "FER+",
        "FER2013",
    ),
)
LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
OTHER = ("unknown", "NF")
"""What a tagger could say besides: not sure, and no face."""
TEST = "PrivateTest"


class Face(NamedTuple):
    """One row: its name, its picture if it is here, its ten votes, and what it is a copy of."""

    id: str
    picture: Picture | None
    votes: NDArray[np.float64]
    group: str


def open_set(folder: Path) -> Opened:
    """The published test pictures in a folder, decided by the publisher's majority rule.

    Raises:
        SourceNotFound: If there are no votes.
        UnreadableSource: If the table has other columns.
    """
    path = need(folder, "fer2013new.csv", "fer2013new.csv", "*ferplus*.parquet")
    faces = _from_parquet(path) if path.suffix == ".parquet" else _from_csv(path)
    tally, builder, items = Tally(path), SheetBuilder((*LABELS, *OTHER)), list[Item]()
    asked, truth = label_map(ABOUT.label_map).covers, list[int]()
    for face in faces:
        right = majority(face.votes)
        if right < 0:
            tally.add("picture without a majority, as the publisher's rule has it")
            continue
        for label, count in zip((*LABELS, *OTHER), face.votes, strict=True):
            if count > 0:
                builder.add(len(items), None, label, float(count))
        truth.append(right)
        items.append(Item(face.id, Channel.FACE, face.picture, face.group, asked))
    if not items:
        raise UnreadableSource(path, f"it holds no rows of {TEST}")
    notes = ["only pictures with a majority of the taggers are scored, which raises agreement"]
    lacking = sum(item.media is None for item in items)
    if lacking:
        notes.append(f"{lacking:,} of {len(items):,} pictures are not here")
    right_labels = np.array(truth, dtype=np.int16)
    return Opened(
        ABOUT, tuple(items), builder.finish(), right_labels, tuple(notes), tally.skipped()
    )


def majority(votes: NDArray[np.float64]) -> int:
    """The label by the publisher's rule (src/ferplus.py), or -1.

    Single votes do not count; what wins must have more than half of the rest and be an emotion.
    """
    counted = np.where(votes == 1, 0, votes)
    winner = int(counted.argmax())
    if counted[winner] <= counted.sum() / 2 or winner >= len(LABELS):
        return -1
    return winner


def _from_csv(path: Path) -> Iterator[Face]:
    pictures = by_stem(path.parent, PICTURES)
    with table(path) as rows:
        for number, row in enumerate(rows):
            if row.get("Usage") != TEST:
                continue
            name = row.get("Image name") or f"row {number}"
            one = pictures.get(PurePosixPath(name).stem)
            shown = Picture(partial(load_picture, one), is_cut_out=True) if one else None
            votes = np.array(votes_of([row.get(label) for label in _columns()], path))
            # Four names stand twice in the publisher's table.
            yield Face(f"row {number} {name}", shown, votes, name)


def _columns() -> tuple[str, ...]:
    return (*LABELS, *OTHER)


def _from_parquet(path: Path) -> Iterator[Face]:
    """A table that holds pictures and votes; a row may name another one that has its picture."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    columns = [f"v_{label.lower()}" for label in _columns()]
    try:
        rows = pq.read_table(path, columns=["row", "split", "image_row", "group", *columns])
        test = rows.filter(pc.equal(rows["split"].cast(pa.string()), "test")).to_pylist()
        # Compressed pictures of the test alone: two megabytes.
        wanted = pa.array([row["image_row"] for row in test])
        images = pq.read_table(path, columns=["row", "image"])
        images = images.filter(pc.is_in(images["row"], value_set=wanted.cast(images["row"].type)))
    except (pa.ArrowException, KeyError, OSError) as error:
        raise UnreadableSource(path, f"no table of FER+ pictures and votes ({error})") from error
    found = dict(zip(images["row"].to_pylist(), images["image"].to_pylist(), strict=True))
    for row in test:
        data = found.get(row["image_row"])
        shown = Picture(partial(_decoded, data), is_cut_out=True) if data else None
        votes = np.array(votes_of([row[column] or 0 for column in columns], path))
        yield Face(f"row {row['row']}", shown, votes, f"group {row['group']}")


def _decoded(data: bytes) -> Frame:
    return picture_of(data, "face")
