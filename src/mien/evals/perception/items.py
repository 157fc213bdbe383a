"""What is shown to a decoder, and what people said of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Frame, Samples
from mien.emotions.emotion import Emotion
from mien.timeline.origin import Skipped
from mien.timeline.reading import Channel

if TYPE_CHECKING:
    from mien.evals.perception.files import Tally


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they were written."""

    text: str


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording of one voice, loaded when asked for.

    Attributes:
        load: Gives mono float32 at 16 kHz, shape (n,); raises `SourceError` if it cannot.
    """

    load: Callable[[], Samples]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of one person, loaded when asked for.

    Attributes:
        load: Gives upright RGB, shape (height, width, 3); raises `SourceError` if it cannot.
        is_cut_out: Whether it shows a face and nothing else, so that none need be looked for.
        is_close_up: Whether it shows one head that fills it: one is there even if none is found.
    """

    load: Callable[[], Frame]
    is_cut_out: bool = False
    is_close_up: bool = False


Media: TypeAlias = Text | Sound | Picture


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was rated.

    Attributes:
        id: Unique and stable within its set; the key of kept predictions.
        channel: What it is made of.
        media: What to show; None where only labels are at hand.
        cluster: Who it is from, or its own id: items of one cluster are no independent evidence.
        asked: The emotions that raters could name or were asked about.
        stamp: Changes when the media do; empty where the id names published content.
    """

    id: str
    channel: Channel
    media: Media | None
    cluster: str
    asked: tuple[Emotion, ...]
    stamp: str = ""


class Form(StrEnum):
    """What a rater could say."""

    GRADES = "grades"
    """How strong each of some emotions is, on a scale."""
    CHOICE = "choice"
    """Which one of some labels fits."""
    TAGS = "tags"
    """Which labels fit, one, several or none."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Who said what of which item: one entry a rating, the rest is missing.

    Attributes:
        labels: What could be said: emotions' slugs in `GRADES` and `TAGS`, a corpus's own labels
            in `CHOICE`.
        item: Index into the set's items, int32, shape (n,).
        rater: Index into `raters`, int32, shape (n,); -1 where the publisher gives counts alone.
        label: Index into `labels`, int16, shape (n,).
        value: The grade, 1 or 0 for a tag, or how many chose the label, float32, shape (n,).
        raters: Their names.
    """

    labels: tuple[str, ...]
    item: NDArray[np.int32]
    rater: NDArray[np.int32]
    label: NDArray[np.int16]
    value: NDArray[np.float32]
    raters: tuple[str, ...] = ()

    def pick(self, items: NDArray[np.intp]) -> Sheet:
        """The entries of some items, which are numbered anew in the order given."""
        place = np.full(int(self.item.max(initial=-1)) + 1, -1, dtype=np.int32)
        kept = items[items < len(place)]
        place[kept] = np.flatnonzero(items < len(place))
        new = place[self.item]
        stays = new >= 0
        kept_entries = (new[stays], self.rater[stays], self.label[stays], self.value[stays])
        return Sheet(self.labels, *kept_entries, self.raters)


class SheetBuilder:
    """Collects entries as a file is read, at 14 bytes each."""

    def __init__(self, labels: Sequence[str]) -> None:
        from array import array

        self._labels = tuple(labels)
        self._places = {label: place for place, label in enumerate(self._labels)}
        self._raters: dict[str, int] = {}
        self._item, self._rater = array("i"), array("i")
        self._label, self._value = array("h"), array("f")

    def add(self, item: int, rater: str | None, label: str, value: float) -> None:
        """One entry; a rater of None is one of many that are only counted."""
        number = -1 if rater is None else self._raters.setdefault(rater, len(self._raters))
        self._item.append(item)
        self._rater.append(number)
        self._label.append(self._places[label])
        self._value.append(value)

    def finish(self, tally: Tally | None = None) -> Sheet:
        """All entries in the order they came; of two of one rater the last, the other counted."""
        kept = self._last_said()
        if tally is not None and len(kept) < len(self._item):
            tally.add("rating that the same rater gave again later", len(self._item) - len(kept))
        return Sheet(
            self._labels,
            np.array(self._item, dtype=np.int32)[kept],
            np.array(self._rater, dtype=np.int32)[kept],
            np.array(self._label, dtype=np.int16)[kept],
            np.array(self._value, dtype=np.float32)[kept],
            tuple(self._raters),
        )

    def _last_said(self) -> NDArray[np.intp]:
        """Places of the entries that count: nobody agrees with themselves as a second rater."""
        item, rater = np.array(self._item, dtype=np.int64), np.array(self._rater)
        key = (item * (len(self._raters) + 1) + rater) * len(self._labels) + np.array(self._label)
        # Who is only counted is many people.
        key = np.where(rater < 0, -1 - np.arange(len(key)), key)
        _, last = np.unique(key[::-1], return_index=True)
        return np.sort(len(key) - 1 - last)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a person should know of a data set before using it.

    Attributes:
        name: As it is typed, such as `emonet-face-hq`.
        title: Its published name.
        channel: What its items are made of.
        form: What raters could say.
        licence: As published.
        restriction: What its publisher or its data forbid; empty if nothing is stated.
        source: Where it is from.
        files: What must lie in the folder, for people.
        cluster: What is resampled for intervals, such as `speakers`.
        scale: Lowest and highest grade; for `GRADES` alone.
        label_map: Its labels in `emotions.maps`; for `CHOICE` alone.
        is_test: Whether its items are a published test split, which training leaves alone.
        known_as: Names under which cards list it among the data that taught a decoder.
    """

    name: str
    title: str
    channel: Channel
    form: Form
    licence: str
    restriction: str
    source: str
    files: str
    cluster: str
    scale: tuple[float, float] = (0.0, 1.0)
    label_map: str = ""
    is_test: bool = False
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A data set as found in a folder.

    Attributes:
        about: What it is.
        items: What was rated; those without media are only good for agreement.
        sheet: What was said of them.
        truth: Index into the sheet's labels of what counts as right for each item, -1 where the
            raters did not decide; int16, shape (items,); for `CHOICE` alone.
        notes: What a reader of the figures must know, such as files that are missing.
        skipped: What could not be used, with counts.
    """

    about: About
    items: tuple[Item, ...]
    sheet: Sheet
    truth: NDArray[np.int16] | None = None
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
