"""EmoNet-Voice Bench: 12,600 made clips, one emotion each, graded by psychologists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mien.core.errors import ConfigError, UnreadableSource
from mien.emotions.emotion import EMONET_40, Emotion
from mien.evals.perception.files import SOUNDS, Held, Tally, by_stem, literal, load_sound, need
from mien.evals.perception.items import (
    About,
    Form,
    Item,
    Opened,
    Sheet,
    SheetBuilder,
    Sound,
)
from mien.timeline.reading import Channel

ABOUT = About(
    name="emonet-voice-bench",
    title="EmoNet-Voice Bench",
    channel=Channel.VOICE,
    form=Form.GRADES,
    licence="CC-BY-4.0",
    restriction="",
    source="Schuhmann et al. 2025, arXiv 2506.09827",
    files="a .parquet with audioId and label, the clips by those names",
    cluster="clips",
    scale=(0.0, 10.0),
    known_as=("EmoNet-Voice Bench",),
)
_OTHERS = frozenset({"authenticity", "arousal"})


class Rating(NamedTuple):
    """What one rater said of one clip."""

    rater: str
    emotion: Emotion
    grade: float


def open_set(folder: Path) -> Opened:
    """The set in a folder.

    Raises:
        SourceNotFound: If there is no table of it.
        UnreadableSource: If the table has other columns.
    """
    path = need(
        folder, "EmoNet-Voice table", "*[vV]oice*[bB]ench*.parquet", "*emonet*voice*.parquet"
    )
    tally, builder = Tally(path), SheetBuilder([emotion.value for emotion in EMONET_40])
    asked: dict[str, set[Emotion]] = {}
    places: dict[str, int] = {}
    for name, label in _rows(path):
        for rating in read_label(label, tally):
            place = places.setdefault(name, len(places))
            asked.setdefault(name, set()).add(rating.emotion)
            builder.add(place, rating.rater, rating.emotion.value, rating.grade)
    if not places:
        raise UnreadableSource(path, "it holds no ratings of emotions")
    clips = by_stem(path.parent, SOUNDS)
    items = tuple(_item(name, asked[name], clips) for name in places)
    lacking = sum(item.media is None for item in items)
    notes = (f"{lacking:,} of {len(items):,} clips are not here",) if lacking else ()
    sheet = _stretched(builder.finish(tally))
    return Opened(ABOUT, items, sheet, notes=notes, skipped=tally.skipped())


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024, columns=["audioId", "label"]):
                yield from zip(
                    map(str, batch["audioId"].to_pylist()),
                    map(str, batch["label"].to_pylist()),
                    strict=True,
                )
    except (pa.ArrowException, KeyError, OSError) as error:
        raise UnreadableSource(path, "no Parquet table with audioId and label") from error


def read_label(label: str, tally: Tally) -> list[Rating]:
    """The ratings in a cell such as `[{'rater-1': {'Anger': 2}}]`; the rest is counted."""
    ratings = []
    for rater, name, grade in _entries(label, tally):
        if name.strip().lower() in _OTHERS:
            tally.add(f"rating of {name.lower()}, which is no emotion")
            continue
        if not ABOUT.scale[0] <= grade <= ABOUT.scale[1]:
            tally.add("grade that is not on the scale")
            continue
        try:
            ratings.append(Rating(rater, Emotion.parse(name), grade))
        except ConfigError:
            tally.add("rating of an emotion that is unknown here")
    return ratings


def _entries(label: str, tally: Tally) -> list[tuple[str, str, float]]:
    try:
        return [
            (str(rater), str(name), float(grade))
            for one in literal(label)
            for rater, row in one.items()
            for name, grade in row.items()
        ]
    except (ValueError, TypeError, AttributeError, OverflowError):
        tally.add("label that cannot be read")
        return []


def _stretched(sheet: Sheet) -> Sheet:
    """Grades 0, 1, 2 as the paper's 0, 5, 10; a file that has them so already is left alone."""
    if sheet.value.max(initial=0.0) > 2.0:
        return sheet
    value = sheet.value * 5.0
    return replace(sheet, value=value)


def _item(name: str, asked: set[Emotion], clips: dict[str, Held]) -> Item:
    one = clips.get(PurePosixPath(name).stem) or clips.get(name)
    media = Sound(partial(load_sound, one)) if one is not None else None
    in_order = tuple(sorted(asked, key=lambda emotion: emotion.position))
    return Item(name, Channel.VOICE, media, name, in_order)
