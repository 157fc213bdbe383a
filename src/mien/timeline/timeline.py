"""What was read, in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from mien.timeline.card import Card
from mien.timeline.origin import Origin, Skipped
from mien.timeline.reading import Channel, Reading
from mien.timeline.schema import SCHEMA, to_batch, to_readings

if TYPE_CHECKING:
    import pandas
    import polars

FLUSH = 1_000
"""Readings that a builder holds as objects before they become a record batch."""


class Lane(NamedTuple):
    """One decoder's readings of one person in one source: what a report draws as a ribbon."""

    source: str
    person: str | None
    channel: Channel
    decoder: str


@dataclass(frozen=True)
class Timeline:
    """Readings of one or more sources with what is known of these and of the decoders.

    Immutable: every method gives a new timeline.

    Attributes:
        table: The readings as an Arrow table of `timeline.schema.SCHEMA`.
        origins: What is known of each source.
        skipped: What was not read, and why.
        cards: The cards of the decoders that took part.
    """

    table: pa.Table
    origins: tuple[Origin, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    cards: tuple[Card, ...] = ()

    @classmethod
    def of_readings(
        cls,
        readings: Iterable[Reading],
        origins: Sequence[Origin] = (),
        skipped: Sequence[Skipped] = (),
        cards: Sequence[Card] = (),
    ) -> Timeline:
        """A timeline of readings in the order given."""
        builder = Builder()
        builder.extend(readings)
        return builder.finish(origins, skipped, cards)

    @cached_property
    def readings(self) -> list[Reading]:
        """All readings as objects."""
        return to_readings(self.table)

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.readings)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timeline):
            return NotImplemented
        return (self.origins, self.skipped, self.cards, self.readings) == (
            other.origins,
            other.skipped,
            other.cards,
            other.readings,
        )

    __hash__ = None  # type: ignore[assignment]  # tables are compared by value

    def __repr__(self) -> str:
        return f"<Timeline: {len(self)} readings, {len(self.sources)} sources>"

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of all sources, those without readings too."""
        named = [origin.source for origin in self.origins]
        return tuple(dict.fromkeys([*named, *self.table.column("source").to_pylist()]))

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Who was read on which channel, in order of appearance."""
        names = ("source", "person", "channel", "decoder")
        columns = [self.table.column(name).to_pylist() for name in names]
        found = dict.fromkeys(zip(*columns, strict=True))
        return tuple(
            Lane(source, person, Channel(c), decoder) for source, person, c, decoder in found
        )

    def people(self, source: str | None = None) -> tuple[str, ...]:
        """Labels of the people read, without None, in order of appearance."""
        lanes = (lane for lane in self.lanes if source in (None, lane.source))
        return tuple(dict.fromkeys(lane.person for lane in lanes if lane.person is not None))

    def of(self, *, source: str | None = None, channel: Channel | str | None = None) -> Timeline:
        """The part of one source, of one channel, or of both."""
        kept = self
        if source is not None:
            kept = kept._where(pc.equal(self.table.column("source"), source))
            kept = replace(
                kept,
                origins=tuple(o for o in self.origins if o.source == source),
                skipped=tuple(s for s in self.skipped if s.source == source),
            )
        if channel is not None:
            kept = kept._where(pc.equal(kept.table.column("channel"), Channel(channel).value))
        return kept

    def of_person(self, person: str | None) -> Timeline:
        """The part of one person; None gives what nobody's name is on."""
        column = self.table.column("person")
        return self._where(pc.is_null(column) if person is None else pc.equal(column, person))

    def of_lane(self, lane: Lane) -> Timeline:
        """The part of one decoder, person and source."""
        part = self.of(source=lane.source, channel=lane.channel).of_person(lane.person)
        return part._where(pc.equal(part.table.column("decoder"), lane.decoder))

    def between(self, start: float, end: float) -> Timeline:
        """Readings that overlap `start` to `end` seconds; those without times are left out."""
        begins, ends = self.table.column("start"), self.table.column("end")
        inside = pc.and_(pc.less(begins, end), pc.greater(ends, start))
        instant = pc.and_(
            pc.equal(begins, ends), pc.and_(pc.greater_equal(begins, start), pc.less(begins, end))
        )
        return self._where(pc.or_(inside, instant))

    def told(self) -> Timeline:
        """Only the readings whose decoder commits itself."""
        return self._where(pc.equal(self.table.column("verdict"), "told"))

    def join(self, *others: Timeline) -> Timeline:
        """All readings one after the other, with each origin, skip and card once."""
        every = (self, *others)
        return Timeline(
            pa.concat_tables([timeline.table for timeline in every]),
            tuple(dict.fromkeys(o for timeline in every for o in timeline.origins)),
            tuple(s for timeline in every for s in timeline.skipped),
            tuple({c.decoder: c for timeline in every for c in timeline.cards}.values()),
        )

    def top(self, n: int = 5) -> list[Reading]:
        """The `n` readings with the strongest emotion other than neutral, strongest first.

        Only readings whose decoder commits itself; the share counts, weighed by confidence.
        """
        return sorted(self.told().readings, key=lambda reading: reading.strength, reverse=True)[:n]

    def resample(self, step: float) -> Timeline:
        """The same on an even grid; see `timeline.resample.resample`."""
        from mien.timeline.resample import resample

        return resample(self, step)

    def relative_to_baseline(self, baseline: Timeline | None = None) -> Timeline:
        """Readings with z-scores against the person; see `timeline.baseline`."""
        from mien.timeline.baseline import relative_to_baseline

        return relative_to_baseline(self, baseline)

    def to_pandas(self) -> pandas.DataFrame:
        """A row a reading, as a data frame of pandas; NaN where a decoder cannot judge.

        Columns are named as `Reading`'s fields; shares as `scores.anger`, their standard
        deviations as `scores_sd.anger`, a face's place as `box.x`.

        Raises:
            MissingPackage: If pandas is not installed; Mien does not bring it.
        """
        from mien.timeline.frames import to_pandas

        return to_pandas(self.table)

    def to_polars(self) -> polars.DataFrame:
        """A row a reading, as a data frame of Polars, with the columns of `to_pandas`.

        Raises:
            MissingPackage: If Polars is not installed; Mien does not bring it.
        """
        from mien.timeline.frames import to_polars

        return to_polars(self.table)

    def _where(self, mask: pa.ChunkedArray) -> Timeline:
        return replace(self, table=self.table.filter(mask))


class Builder:
    """Collects readings with bounded memory: objects become record batches every `FLUSH`."""

    def __init__(self) -> None:
        self._held: list[Reading] = []
        self._batches: list[pa.RecordBatch] = []

    def extend(self, readings: Iterable[Reading]) -> None:
        """Take in readings, in the order they are to stand in."""
        for reading in readings:
            self._held.append(reading)
            if len(self._held) >= FLUSH:
                self._flush()

    def finish(
        self,
        origins: Sequence[Origin] = (),
        skipped: Sequence[Skipped] = (),
        cards: Sequence[Card] = (),
    ) -> Timeline:
        """The timeline of all that was taken in."""
        self._flush()
        table = pa.Table.from_batches(self._batches, schema=SCHEMA)
        return Timeline(table, tuple(origins), tuple(skipped), tuple(cards))

    def _flush(self) -> None:
        if self._held:
            self._batches.append(to_batch(self._held))
            self._held.clear()
