"""EmoNet-Face Binary: 19,999 made faces, two emotions each, yes or no."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePosixPath

from mien.core.errors import ConfigError, UnreadableSource
from mien.emotions.emotion import EMONET_40, Emotion
from mien.evals.perception.files import (
    PICTURES,
    Held,
    Tally,
    by_stem,
    load_picture,
    need,
    table,
)
from mien.evals.perception.items import About, Form, Item, Opened, Picture, SheetBuilder
from mien.evals.perception.sets.emonet_face_hq import RESTRICTION
from mien.timeline.reading import Channel

ABOUT = About(
    name="emonet-face-binary",
    title="EmoNet-Face Binary",
    channel=Channel.FACE,
    form=Form.GRADES,
    licence="CC-BY-4.0",
    restriction=RESTRICTION,
    source="Schuhmann et al. 2025, arXiv 2505.20033; LAION-AI/emonet-face",
    files="binary.csv (path, annotator, value, emotion), the pictures",
    cluster="pictures",
    known_as=("EmoNet-Face Binary",),
)
_COLUMNS = ("path", "annotator", "value", "emotion")
_ANSWERS = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}


def open_set(folder: Path) -> Opened:
    """The set in a folder.

    Raises:
        SourceNotFound: If there is no `binary.csv`.
        UnreadableSource: If it is another table.
    """
    path = need(folder, "binary.csv", "binary.csv", "*binary.csv", "*binary.csv.gz")
    tally, builder = Tally(path), SheetBuilder([emotion.value for emotion in EMONET_40])
    asked: dict[str, set[Emotion]] = {}
    places: dict[str, int] = {}
    with table(path) as rows:
        for row in rows:
            if any(column not in row for column in _COLUMNS):
                raise UnreadableSource(path, f"it lacks one of the columns {', '.join(_COLUMNS)}")
            answer = _ANSWERS.get(row["value"].strip().lower())
            if answer is None:
                tally.add("answer that is neither yes nor no")
                continue
            try:
                emotion = Emotion.parse(row["emotion"])
            except ConfigError:
                tally.add("rating of an emotion that is unknown here")
                continue
            place = places.setdefault(row["path"], len(places))
            asked.setdefault(row["path"], set()).add(emotion)
            builder.add(place, row["annotator"], emotion.value, answer)
    if not places:
        raise UnreadableSource(path, "it holds no ratings")
    pictures = by_stem(path.parent, PICTURES)
    items = tuple(_item(name, asked[name], pictures) for name in places)
    lacking = sum(item.media is None for item in items)
    notes = (f"{lacking:,} of {len(items):,} pictures are not here",) if lacking else ()
    sheet = builder.finish(tally)
    return Opened(ABOUT, items, sheet, notes=notes, skipped=tally.skipped())


def _item(name: str, asked: set[Emotion], pictures: dict[str, Held]) -> Item:
    one = pictures.get(PurePosixPath(name).stem)
    media = Picture(partial(load_picture, one), is_close_up=True) if one is not None else None
    in_order = tuple(sorted(asked, key=lambda emotion: emotion.position))
    return Item(name, Channel.FACE, media, name, in_order)
