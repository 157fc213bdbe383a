"""A user's own coders: a table of who said what of which stretch of which file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mien.core.arrays import Frame
from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.emotions.emotion import Emotion
from mien.evals.perception.files import Tally, read_span, table
from mien.evals.perception.items import (
    About,
    Form,
    Item,
    Media,
    Opened,
    Picture,
    SheetBuilder,
    Sound,
    Text,
)
from mien.timeline.reading import Channel

COLUMNS = ("file", "rater", "label")
OPTIONAL = ("start", "end", "score")
_MOST = 1e6
"""Seconds or grades beyond which a cell holds something else."""
_SHOWN = 20
"""Letters of a strange label that are shown."""
_FOUND = 60
"""The same of strange columns."""
_REASONS = 3


class Span(NamedTuple):
    """A stretch of a file in seconds; None for the whole."""

    file: str
    start: float | None
    end: float | None

    @property
    def id(self) -> str:
        """Its name, such as `talk.wav 3-7.5`."""
        if self.start is None and self.end is None:
            return self.file
        return f"{self.file} {_number(self.start)}-{_number(self.end)}"


class Said(NamedTuple):
    """One line of the table; a score of None says that the label fits."""

    span: Span
    rater: str
    emotion: Emotion
    score: float | None


def open_ratings(path: Path, folder: Path, channel: Channel) -> Opened:
    """Ratings with the files they are of, as a set like any other.

    Without scores, a rater who named some emotions of a stretch is taken to have said no to the
    others that anybody named anywhere in the table.

    Args:
        path: CSV with the columns file, start, end, rater, label and perhaps score; several rows
            for one stretch. Labels in any spelling that `emotions.spelling` knows.
        folder: Where the files are.
        channel: What is read of them: their sound, their pictures or their words.

    Raises:
        SourceError: If the table cannot be read, or the folder is not there.
        ConfigError: If it has other columns, or scores in some rows only.
    """
    if not folder.is_dir():
        raise SourceNotFound(folder, "no such folder")
    tally = Tally(path)
    rows = list(_rows(path, folder, tally))
    if not rows:
        raise UnreadableSource(path, _why_empty(tally))
    has_scores = {row.score is not None for row in rows}
    if len(has_scores) > 1:
        raise ConfigError(f"{path.name} has scores in some rows only: fill or drop the column")
    emotions = sorted({row.emotion for row in rows}, key=lambda emotion: emotion.position)
    spans = {span: i for i, span in enumerate(dict.fromkeys(row.span for row in rows))}
    builder = SheetBuilder([emotion.value for emotion in emotions])
    if has_scores == {True}:
        scale = _scale([row.score for row in rows if row.score is not None])
        for row in rows:
            builder.add(spans[row.span], row.rater, row.emotion.value, row.score or 0.0)
    else:
        scale = (0.0, 1.0)
        for (span, rater), named in _named(rows).items():
            for emotion in emotions:
                builder.add(spans[span], rater, emotion.value, float(emotion in named))
    about = _about(path, channel, Form.GRADES if has_scores == {True} else Form.TAGS, scale)
    items = tuple(_item(span, folder, channel, tuple(emotions)) for span in spans)
    sheet = builder.finish(tally)
    return Opened(about, items, sheet, None, _notes(items, about), tally.skipped())


def _rows(path: Path, folder: Path, tally: Tally) -> Iterable[Said]:
    with table(path) as lines:
        for line in lines:
            missing = [name for name in COLUMNS if name not in line]
            if missing:
                raise ConfigError(_lacking(path, missing, line))
            said = _said(line, folder, tally)
            if said is not None:
                yield said


def _lacking(path: Path, missing: Sequence[str], line: Mapping[str, str]) -> str:
    # Cells beyond the first line's have the name None.
    found = ",".join(filter(None, line))
    return (
        f"{path.name} has no column {', '.join(missing)}: its columns are {found[:_FOUND]!r}, and "
        f"it needs {', '.join(COLUMNS)} ({', '.join(OPTIONAL)} if known), with commas between"
    )


def _why_empty(tally: Tally) -> str:
    reasons = "; ".join(f"{skip.reason} ({skip.count:,})" for skip in tally.skipped()[:_REASONS])
    return f"it holds no rating that can be used{': ' if reasons else ''}{reasons}"


def _said(line: Mapping[str, str], folder: Path, tally: Tally) -> Said | None:
    file, rater, label = (line[name].strip() for name in COLUMNS)
    if not file or not rater or not label:
        tally.add("row without file, rater or label")
        return None
    if not _is_within(folder, file):
        # A table from elsewhere could otherwise have any file read, and sent to a model.
        tally.add("row of a file that lies outside the folder")
        return None
    try:
        start, end, score = (_read_number(line.get(name)) for name in OPTIONAL)
    except ValueError:
        tally.add("row with a start, end or score that is no number")
        return None
    if (start or 0.0) < 0 or (end is not None and end <= (start or 0.0)):
        tally.add("row that ends before it starts, or starts before 0")
        return None
    try:
        emotion = Emotion.parse(label)
    except ConfigError:
        tally.add(f"label that is no emotion of Mien's: {label[:_SHOWN]!r}")
        return None
    return Said(Span(file, start, end), rater, emotion, score)


def _is_within(folder: Path, file: str) -> bool:
    """Whether a name stays below the folder; links in it may lead where their owner wants."""
    path = folder.absolute() / file
    return ".." not in Path(file).parts and path.is_relative_to(folder.absolute())


def _read_number(cell: str | None) -> float | None:
    if cell is None or not cell.strip():
        return None
    value = float(cell)
    if not math.isfinite(value) or abs(value) > _MOST:
        raise ValueError(cell)
    return value


def _named(rows: Iterable[Said]) -> dict[tuple[Span, str], set[Emotion]]:
    found: dict[tuple[Span, str], set[Emotion]] = {}
    for row in rows:
        found.setdefault((row.span, row.rater), set()).add(row.emotion)
    return found


def _scale(scores: list[float]) -> tuple[float, float]:
    """From 0, or from 1 if nobody gave less, to the highest score, but at least to 1."""
    low, high = min(scores), max(scores)
    bottom = min(low, 0.0) if low < 1 else 1.0
    return bottom, max(high, bottom + 1.0)


def _about(path: Path, channel: Channel, form: Form, scale: tuple[float, float]) -> About:
    return About(
        name=path.stem,
        title=f"your ratings, {path.name}",
        channel=channel,
        form=form,
        licence="yours",
        restriction="",
        source=path.name,
        files="",
        cluster="files",
        scale=scale,
    )


def _notes(items: tuple[Item, ...], about: About) -> tuple[str, ...]:
    lacking = sum(item.media is None for item in items)
    notes = [f"{lacking:,} of {len(items):,} stretches have no file here"] if lacking else []
    if about.form is Form.GRADES:
        notes.append(f"scores run from {about.scale[0]:g} to {about.scale[1]:g}, as seen")
    return tuple(notes)


def _item(span: Span, folder: Path, channel: Channel, asked: tuple[Emotion, ...]) -> Item:
    path = folder / span.file
    media = _media(path, span, channel) if _is_file(path) else None
    about = path.stat() if media is not None else None
    stamp = f"{about.st_size} {about.st_mtime_ns}" if about is not None else ""
    return Item(span.id, channel, media, span.file, asked, stamp)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file's
        return False


def _media(path: Path, span: Span, channel: Channel) -> Media:
    if channel is Channel.VOICE:
        return Sound(partial(read_span, path, span.start, span.end))
    if channel is Channel.FACE:
        return Picture(partial(_middle_picture, path, span))
    return Text(_words(path, span))


def _middle_picture(path: Path, span: Span) -> Frame:
    """A photo, or the picture in the middle of a stretch of a video."""
    from mien.media import open_source

    with open_source(path) as source:
        end = span.end if span.end is not None else source.seconds
    start = span.start or 0.0
    middle = (start + end) / 2 if end is not None else None
    with open_source(path, start=middle) as source:
        for image in source.pictures():
            return image.frame
    raise UnreadableSource(path, "it holds no picture there")


def _words(path: Path, span: Span) -> str:
    """What is said in a stretch; empty where the file cannot be read, which no decoder answers."""
    from mien.core.errors import SourceError
    from mien.media import open_source

    try:
        with open_source(path, start=span.start, end=span.end) as source:
            turns = source.conversation.turns if source.conversation is not None else ()
    except SourceError:
        return ""
    return " ".join(turn.text for turn in turns)


def _number(value: float | None) -> str:
    # Six digits would make one of two stretches late in a recording.
    return "" if value is None else f"{value:.15g}"
