"""EmoNet-Face HQ: 2,500 made faces, graded 0 to 7 on forty emotions by experts."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mien.core.errors import ConfigError, UnreadableSource
from mien.emotions.emotion import EMONET_40, Emotion
from mien.evals.perception.files import (
    PICTURES,
    Held,
    Tally,
    by_stem,
    literal,
    load_picture,
    need,
    table,
)
from mien.evals.perception.items import About, Form, Item, Opened, Picture, SheetBuilder
from mien.timeline.reading import Channel

RESTRICTION = (
    "not for emotion recognition at work or in education, surveillance, law enforcement, border "
    "and asylum decisions, credit, insurance or hiring"
)
ABOUT = About(
    name="emonet-face-hq",
    title="EmoNet-Face HQ",
    channel=Channel.FACE,
    form=Form.GRADES,
    licence="CC-BY-4.0",
    restriction=RESTRICTION,
    source="Schuhmann et al. 2025, arXiv 2505.20033; LAION-AI/emonet-face",
    files="hq.csv (image, annotator, human, annotations), the pictures",
    cluster="pictures",
    scale=(0.0, 7.0),
    known_as=("EmoNet-Face HQ",),
)
_EXTRA = "Extra Dimensions|"


class Row(NamedTuple):
    """One rater's grades of one picture."""

    image: str
    rater: str
    grades: dict[Emotion, float]


def open_set(folder: Path) -> Opened:
    """The set in a folder; rows of models are left out, only people's count.

    Raises:
        SourceNotFound: If there is no `hq.csv`.
        UnreadableSource: If it is another table.
    """
    path = need(folder, "hq.csv", "hq.csv", "*hq.csv.gz")
    tally, builder = Tally(path), SheetBuilder([emotion.value for emotion in EMONET_40])
    places: dict[str, int] = {}
    with table(path) as rows:
        for raw in rows:
            row = read_row(raw, path, tally)
            if row is None:
                continue
            place = places.setdefault(row.image, len(places))
            for emotion, grade in row.grades.items():
                builder.add(place, row.rater, emotion.value, grade)
    if not places:
        raise UnreadableSource(path, "it holds no row of a person")
    pictures = by_stem(path.parent, PICTURES)
    items = tuple(_item(image, pictures) for image in places)
    lacking = sum(item.media is None for item in items)
    notes = (f"{lacking:,} of {len(items):,} pictures are not here",) if lacking else ()
    sheet = builder.finish(tally)
    return Opened(ABOUT, items, sheet, notes=notes, skipped=tally.skipped())


def read_row(raw: dict[str, str], path: Path, tally: Tally) -> Row | None:
    """A line of the file; None, counted, for a model's answer or one that cannot be read."""
    try:
        image, rater, is_human = raw["image"], raw["annotator"], raw["human"]
        text = raw["annotations"]
    except KeyError as error:
        reason = f"it has no column {error}: image, annotator, human, annotations are needed"
        raise UnreadableSource(path, reason) from error
    if str(is_human).strip().lower() not in ("true", "1"):
        tally.add("answer of a model, not of a person")
        return None
    try:
        found = _grades(text)
    except (ValueError, TypeError, AttributeError, OverflowError, ConfigError):
        tally.add("annotations that cannot be read")
        return None
    low, high = ABOUT.scale
    grades = {emotion: grade for emotion, grade in found.items() if low <= grade <= high}
    if len(grades) < len(found):
        tally.add("grade that is not on the scale", len(found) - len(grades))
    return Row(image, rater, grades)


def _grades(text: str) -> dict[Emotion, float]:
    return {
        Emotion.parse(str(key)): float(value)
        for key, value in literal(text).items()
        if value is not None and not str(key).startswith(_EXTRA)
    }


def _item(image: str, pictures: dict[str, Held]) -> Item:
    one = pictures.get(PurePosixPath(image).stem)
    media = Picture(partial(load_picture, one), is_close_up=True) if one is not None else None
    return Item(image, Channel.FACE, media, image, EMONET_40)
