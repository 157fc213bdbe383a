"""ELAN's annotation format to turns.

Source: "EAF Annotation Format", Max Planck Institute for Psycholinguistics, schema EAFv3.0.xsd.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from xml.parsers import expat

from mien.media.annotations.tiers import Interval, Tier, written_of
from mien.media.words.text import Written
from mien.media.words.whisper import NotATranscript

_ROOT = "<ANNOTATION_DOCUMENT"
_HEAD = 65_536
_DEEPEST = 32  # tiers that depend on each other; corpora have up to six
_HOSTILE = "XML with a document type, which ELAN never writes and which can do harm: refused"

Attributes = dict[str, str]


@dataclass(slots=True)
class _Note:
    """One annotation: between two time slots, or wherever another one is."""

    id: str
    slots: tuple[str, str] | None
    parent: str | None
    text: str = ""


@dataclass(slots=True)
class _Row:
    name: str
    participant: str | None
    is_top: bool
    notes: list[_Note] = field(default_factory=list)


def is_eaf(text: str) -> bool:
    """Whether a text is an ELAN document."""
    head = text[:_HEAD]
    return head.lstrip().startswith("<") and _ROOT in head


def parse_eaf(text: str, name: str) -> Written:
    """The turns of an ELAN document; see `media.annotations.tiers` for which tiers.

    Time slots without values are spread evenly between their neighbors on the tier, as ELAN shows
    them. Annotations that refer to another have its time.

    Args:
        text: For which `is_eaf` holds.
        name: Becomes the conversation's id.

    Raises:
        NotATranscript: If it is damaged, has other units than milliseconds, or a document type.
    """
    document = _Document()
    parser = expat.ParserCreate(encoding="UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.letters
    # Without a document type there are no entities to expand or to fetch.
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        reason = f"XML that is broken in line {error.lineno}, column {error.offset + 1}"
        raise NotATranscript(reason) from error
    tiers = list(document.tiers())
    return written_of(tiers, name, document.remarks())


def _refuse(name: str, system: str | None, public: str | None, internal: bool) -> None:
    raise NotATranscript(_HOSTILE)


class _Document:
    """What expat tells, put in order."""

    def __init__(self) -> None:
        self._slots: dict[str, float | None] = {}
        self._rows: list[_Row] = []
        self._offset = 0.0
        self._value: list[str] | None = None
        self._estimated = 0
        self._placeless = 0

    def start(self, element: str, attributes: Attributes) -> None:
        """An element begins."""
        if element == "HEADER" and attributes.get("TIME_UNITS", "milliseconds") != "milliseconds":
            raise NotATranscript("its times are no milliseconds: save it with a newer ELAN")
        if element == "MEDIA_DESCRIPTOR" and not self._offset:
            self._offset = _milliseconds(attributes.get("TIME_ORIGIN"), "TIME_ORIGIN") or 0.0
        elif element == "TIME_SLOT":
            time = _milliseconds(attributes.get("TIME_VALUE"), "TIME_VALUE")
            self._slots[_need(attributes, "TIME_SLOT_ID", element)] = time
        elif element == "TIER":
            name = _need(attributes, "TIER_ID", element)
            participant = attributes.get("PARTICIPANT", "").strip() or None
            self._rows.append(_Row(name, participant, "PARENT_REF" not in attributes))
        elif element in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            self._annotation(element, attributes)
        elif element == "ANNOTATION_VALUE":
            self._value = []

    def letters(self, text: str) -> None:
        """Letters between elements."""
        if self._value is not None:
            self._value.append(text)

    def end(self, element: str) -> None:
        """An element ends."""
        if element == "ANNOTATION_VALUE" and self._value is not None:
            if self._rows and self._rows[-1].notes:
                self._rows[-1].notes[-1].text = "".join(self._value)
            self._value = None

    def tiers(self) -> Iterator[Tier]:
        """All tiers with their times in seconds."""
        spans: dict[str, tuple[float, float]] = {}
        for row in self._rows:
            spans |= self._aligned(row)
        parents = {note.id: note.parent for row in self._rows for note in row.notes if note.parent}
        for row in self._rows:
            yield Tier(
                row.name, tuple(self._intervals(row, parents, spans)), row.participant, row.is_top
            )

    def remarks(self) -> list[str]:
        """What was guessed, moved or left out, once `tiers` is used up."""
        said = {
            "annotations with estimated times": self._estimated,
            "annotations without any time, not read": self._placeless,
        }
        remarks = [f"{what}: {count}" for what, count in said.items() if count]
        if self._offset:
            remarks.append(f"the recording begins {self._offset / 1000:g} s in: times were moved")
        return remarks

    def _annotation(self, element: str, attributes: Attributes) -> None:
        if not self._rows:
            raise NotATranscript(f"{element} outside of a tier")
        slots = parent = None
        if element == "ALIGNABLE_ANNOTATION":
            first, last = (_need(attributes, f"TIME_SLOT_REF{n}", element) for n in (1, 2))
            slots = (first, last)
            if not {first, last} <= self._slots.keys():
                raise NotATranscript(
                    f"an annotation without its time slots {first[:40]!r} and {last[:40]!r}"
                )
        else:
            parent = _need(attributes, "ANNOTATION_REF", element)
        own = _need(attributes, "ANNOTATION_ID", element)
        self._rows[-1].notes.append(_Note(own, slots, parent))

    def _aligned(self, row: _Row) -> dict[str, tuple[float, float]]:
        """Times of a tier's own annotations, in seconds."""
        chain = [slot for note in row.notes if note.slots for slot in note.slots]
        times = _spread([(slot, self._slots[slot]) for slot, _ in groupby(chain)])
        spans = {}
        for note in row.notes:
            if note.slots is None or not times.keys() >= set(note.slots):
                continue
            self._estimated += any(self._slots[slot] is None for slot in note.slots)
            start, end = ((times[slot] + self._offset) / 1000 for slot in note.slots)
            spans[note.id] = (max(0.0, start), max(0.0, end))
        return spans

    def _intervals(
        self, row: _Row, parents: Mapping[str, str], spans: Mapping[str, tuple[float, float]]
    ) -> Iterator[Interval]:
        """Of a tier; annotations that share one parent, as words of a sentence do, are joined."""
        for root, group in groupby(row.notes, key=lambda note: _root(note.id, parents)):
            text = " ".join(note.text for note in group)
            if root in spans:
                yield Interval(*spans[root], text)
            else:
                self._placeless += 1


def _root(note: str, parents: Mapping[str, str]) -> str:
    for _ in range(_DEEPEST):
        if note not in parents:
            break
        note = parents[note]
    return note


def _spread(slots: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    """A time for each slot that has known neighbors on both sides, or its own."""
    times: dict[str, float] = {}
    waiting: list[str] = []
    last: float | None = None
    for slot, time in slots:
        if time is None:
            waiting.append(slot)
            continue
        if last is not None:
            step = (time - last) / (len(waiting) + 1)
            times |= {one: last + step * n for n, one in enumerate(waiting, 1)}
        waiting.clear()
        times[slot] = last = time
    return times


def _need(attributes: Attributes, name: str, element: str) -> str:
    if name not in attributes:
        raise NotATranscript(f"{element} without {name}")
    return attributes[name]


def _milliseconds(value: str | None, name: str) -> float | None:
    if value is None:
        return None
    try:
        number = int(value)
    except ValueError:
        number = None
    if number is None or abs(number) > 10**12:
        raise NotATranscript(f"{name} {value[:40]!r} is no number of milliseconds")
    return float(number)
