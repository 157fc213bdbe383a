"""GoEmotions: Reddit comments with any of 27 emotions or none, as the published split has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mien.core.errors import SourceNotFound, UnreadableSource
from mien.emotions.emotion import Emotion
from mien.emotions.maps import label_map
from mien.evals.perception.files import Tally, find, table
from mien.evals.perception.items import About, Form, Item, Opened, SheetBuilder, Text
from mien.timeline.reading import Channel

ABOUT = About(
    name="goemotions",
    title="GoEmotions test",
    channel=Channel.WORDS,
    form=Form.TAGS,
    licence="CC-BY-4.0 (data), Apache-2.0 (code)",
    restriction="comments of Reddit users",
    source="Demszky et al. 2020, ACL; google-research/goemotions",
    files="test.tsv and emotions.txt, or goemotions.parquet; goemotions_1.csv to _3.csv for raters",
    cluster="comments",
    label_map="goemotions",
    is_test=True,
    known_as=("GoEmotions",),
)
MEANT = 0.5
"""Above this weight, a label counts as naming an emotion."""


class Comment(NamedTuple):
    """A text and the places of its labels."""

    id: str
    text: str
    labels: tuple[int, ...]


def open_set(folder: Path) -> Opened:
    """The comments of the test split; an emotion is there if a label that means it is.

    What counts is what each rater said where the publisher's tables of raters are there too.

    Raises:
        SourceNotFound: If there is no test split.
        UnreadableSource: If it is another table.
    """
    meant = _meant()
    emotions = tuple(sorted({e for row in meant for e in row}, key=lambda e: e.position))
    builder = SheetBuilder([emotion.value for emotion in emotions])
    tally = Tally("GoEmotions")
    comments = _each_once(_comments(folder), tally)
    if not comments:
        raise UnreadableSource(folder, "its table holds no comment of the test split")
    places = {comment.id: place for place, comment in enumerate(comments)}
    rated = set[int]()
    for vote in _votes(folder, places):
        rated.add(vote.place)
        said = {emotion for label in vote.labels for emotion in meant[label]}
        for emotion in emotions:
            builder.add(vote.place, vote.rater, emotion.value, float(emotion in said))
    for place, comment in enumerate(comments):
        if place in rated:
            continue
        said = {emotion for label in comment.labels for emotion in meant[label]}
        for emotion in emotions:
            builder.add(place, "published", emotion.value, float(emotion in said))
    items = tuple(Item(one.id, Channel.WORDS, Text(one.text), one.id, emotions) for one in comments)
    notes = (_unscored(meant, len(emotions)), _whose(len(rated)))
    sheet = builder.finish(tally)
    return Opened(ABOUT, items, sheet, notes=notes, skipped=tally.skipped())


def _each_once(comments: Iterator[Comment], tally: Tally) -> list[Comment]:
    found: dict[str, Comment] = {}
    for comment in comments:
        if comment.id in found:
            tally.add("a second comment of the same id")
        found.setdefault(comment.id, comment)
    return list(found.values())


def _unscored(meant: list[tuple[Emotion, ...]], n: int) -> str:
    labels = label_map(ABOUT.label_map).labels
    silent = [label for label, row in zip(labels, meant, strict=True) if not row]
    return (
        f"{n} emotions; no single one means what these labels do, and none is scored for them: "
        f"{', '.join(silent)}"
    )


def _whose(n_rated: int) -> str:
    if n_rated:
        return f"single raters of {n_rated:,} comments, from goemotions_1.csv and its sisters"
    return (
        "published labels are those two or more of three raters gave: raters are not in the files"
    )


class Vote(NamedTuple):
    """What one rater said of one comment."""

    place: int
    rater: str | None
    labels: tuple[int, ...]


def _votes(folder: Path, places: dict[str, int]) -> Iterator[Vote]:
    """The publisher's table of every rater (`goemotions_1.csv` to `_3.csv`), if it is there."""
    labels = label_map(ABOUT.label_map).labels
    for path in sorted(folder.rglob("goemotions_[123].csv")):
        with table(path) as rows:
            for row in rows:
                place = places.get(row.get("id", ""))
                if place is None or row.get("example_very_unclear") == "True":
                    continue
                said = tuple(i for i, label in enumerate(labels) if row.get(label) == "1")
                yield Vote(place, row.get("rater_id") or None, said)


def _meant() -> list[tuple[Emotion, ...]]:
    """The emotions that each label means, in the order of the labels."""
    labels = label_map(ABOUT.label_map)
    covers = set(labels.covers)
    everyone = tuple(Emotion)
    return [
        tuple(e for e in (everyone[i] for i in np.flatnonzero(row > MEANT)) if e in covers)
        for row in labels.matrix
    ]


def _comments(folder: Path) -> Iterator[Comment]:
    path = find(folder, "goemotions.parquet")
    if path is not None:
        yield from _from_parquet(path)
        return
    path = _tsv(folder)
    if path is None:
        raise SourceNotFound(
            folder, "it holds no test.tsv with emotions.txt, no goemotions.parquet"
        )
    yield from _from_tsv(path)


def _tsv(folder: Path) -> Path | None:
    fits = sorted(p for p in folder.rglob("test.tsv") if (p.parent / "emotions.txt").is_file())
    return fits[0] if fits else None


def _from_tsv(path: Path) -> Iterator[Comment]:
    try:
        names = (path.parent / "emotions.txt").read_text(encoding="utf-8").split()
        # Not `splitlines`: comments hold line separators of Unicode.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(path, f"not a table in UTF-8 ({error})") from error
    order = dict(enumerate(_order(names, path)))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            text, labels, id_ = line.rsplit("\t", 2)
            yield Comment(id_, text, tuple(order[int(label)] for label in labels.split(",")))
        except (ValueError, KeyError) as error:
            raise UnreadableSource(path, f"line {number} is not text, labels, id") from error


def _order(names: Sequence[str], path: Path) -> list[int]:
    """Where the labels of a file stand in Mien's map."""
    labels = label_map(ABOUT.label_map)
    if sorted(names) != sorted(labels.labels):
        raise UnreadableSource(path, "emotions.txt beside it does not name GoEmotions' 28 labels")
    return [labels.index(name) for name in names]


def _from_parquet(path: Path) -> Iterator[Comment]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.read_table(path, columns=["split", "id", "text", "labels"]).to_pylist()
        test = [row for row in rows if row["split"] == "test"]
    except (pa.ArrowException, KeyError, OSError) as error:
        raise UnreadableSource(path, "it lacks split, id, text or labels") from error
    n_labels = len(label_map(ABOUT.label_map).labels)
    for row in test:
        labels = row["labels"]
        if not isinstance(row["text"], str) or not isinstance(labels, list):
            raise UnreadableSource(path, "a row's text is no string, or its labels no list")
        if not all(isinstance(label, int) and 0 <= label < n_labels for label in labels):
            raise UnreadableSource(path, f"a row's labels are no numbers from 0 to {n_labels - 1}")
        yield Comment(str(row["id"]), row["text"], tuple(labels))
