"""One pass over one source: its pieces in order of time through `Live`."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.core.progress import CancelToken, Report, ignore
from mien.decoders.decoder import Offer, Picture, Reference, Sound
from mien.decoders.registry import load
from mien.media import Block, Image, Source, open_source
from mien.reader.live import Live, References
from mien.reader.plan import Plan, choose, plan
from mien.reader.thumbnails import Gallery
from mien.timeline.conversation import Conversation, Turn
from mien.timeline.origin import Kind, Origin, Skipped
from mien.timeline.reading import Channel, Reading
from mien.timeline.timeline import Builder, Timeline

TURNS = 256
"""Turns that are pushed at once from a file; the readings are the same for any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may wish of a pass.

    Attributes:
        channels: Only these of voice, face and words; None for all.
        decoders: Names that replace the defaults of their channels.
        fps: Pictures a second of a video.
        start: Where to begin, in seconds.
        end: Where to stop, in seconds.
        references: What decoders remember of a neutral recording; see `refer`.
        config: Settings; None for those of `mien.toml` and the environment.
    """

    channels: Sequence[Channel | str] | None = None
    decoders: Sequence[str] | None = None
    fps: float = 5.0
    start: float | None = None
    end: float | None = None
    references: References | None = None
    config: Config | None = None


class _Piece(NamedTuple):
    at: float
    order: int  # decides between pieces of one time, so that what follows is never compared
    what: Block | Image | list[Turn]


class Pass:
    """Reads one source from beginning to end; what was read so far is a timeline at any time.

    >>> reading = Pass("notes.wav")          # doctest: +SKIP
    >>> for r in reading: print(r.start, r.scores.top)  # doctest: +SKIP
    >>> reading.timeline()                   # doctest: +SKIP

    Attributes:
        name: What readings carry as their source.
        plan: Which decoders read it, and what a person should know before.
        report: Told the second that was reached; may be set before iterating.
    """

    def __init__(
        self,
        source: str | Path | Conversation,
        options: Options | None = None,
        *,
        name: str | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Open the source and decide what to do with it.

        Args:
            source: What to read.
            options: The caller's wishes.
            name: What readings carry as their source; by default the file's name.
            cancel: Asked before each piece.

        Raises:
            SourceError: If it cannot be read.
            ConfigError: If the options make no sense.
            DecoderError: If a decoder cannot be had.
        """
        options = options if options is not None else Options()
        if not options.fps > 0:
            raise ConfigError(f"fps must be above 0, not {options.fps!r}")
        self._options = options
        self._config = options.config if options.config is not None else load_config()
        chosen = choose(options.channels, options.decoders, self._config)
        self._source = _Chat(source) if isinstance(source, Conversation) else _open(source, options)
        self.name = name if name is not None else self._source.name
        self.plan: Plan = plan(self._source, chosen, self._config)
        self.report: Report = ignore
        self._cancel = cancel if cancel is not None else CancelToken()
        self._builder = Builder()
        self._gallery = Gallery()
        self._reached = 0.0
        self._whole = False

    @property
    def seconds(self) -> float | None:
        """How long the source is, if anybody knows."""
        return self._source.seconds

    def __iter__(self) -> Iterator[Reading]:
        """Readings as they become known, in about the order of their ends."""
        live = Live(
            decoders=[offer.name for offer in self.plan.decoders],
            source=self.name,
            fps=self._options.fps,
            references=self._options.references,
            config=self._config,
        )
        guard = self._source if isinstance(self._source, Source) else nullcontext()
        with guard:
            for piece in self._pieces():
                self._cancel.check()
                yield from self._keep(self._push(live, piece))
                self._reached = max(self._reached, piece.at)
                self.report(self._reached)
            yield from self._keep(live.close())
        self._whole = True

    def timeline(self) -> Timeline:
        """All readings so far in order of their start, with what is known of the source."""
        origin = self._source.origin()
        notes = dict.fromkeys((*origin.notes, *self.plan.advice))
        origin = replace(
            origin, source=self.name, thumbnails=self._gallery.thumbnails(), notes=tuple(notes)
        )
        cards = [offer.card() for offer in self.plan.decoders]
        timeline = self._builder.finish([origin], self._skipped(), cards)
        # Arrow sorts stably, so readings without times keep the order of their turns.
        return replace(timeline, table=timeline.table.sort_by("start"))

    def _keep(self, readings: list[Reading]) -> list[Reading]:
        self._builder.extend(readings)
        self._gallery.take(readings)
        return readings

    def _push(self, live: Live, piece: _Piece) -> list[Reading]:
        what = piece.what
        if isinstance(what, Block):
            return live.push_sound(what.samples, start=what.start, side=what.side)
        if isinstance(what, Image):
            self._gallery.see(what.frame, what.at, still=what.still)
            return live.push_frame(what.frame, what.at, until=what.until, still=what.still)
        return live.push_turns(what)

    def _pieces(self) -> Iterator[_Piece]:
        """Sound, pictures and turns merged by time, so that memory holds one of each."""
        streams: list[Iterator[_Piece]] = []
        if self.plan.of(Channel.WORDS) and self._source.conversation is not None:
            streams.append(_turns(self._source.conversation))
        if self.plan.of(Channel.VOICE):
            streams.append(_Piece(b.start, 1, b) for b in self._source.sound())
        if self.plan.of(Channel.FACE):
            images = self._source.pictures(self._options.fps, threads=self._config.threads)
            streams.append(_Piece(image.at, 2, image) for image in images)
        return heapq.merge(*streams, key=lambda piece: (piece.at, piece.order))

    def _skipped(self) -> tuple[Skipped, ...]:
        skipped = tuple(replace(part, source=self.name) for part in self._source.skipped())
        if self._whole:
            return skipped
        where = f"after {self._reached:.1f} s"
        return (*skipped, Skipped(source=self.name, where=where, reason="stopped before its end"))


class _Chat:
    """A conversation at hand, in the shape of a source."""

    kind = Kind.CHAT
    seconds = None
    has_sound = False
    has_pictures = False

    def __init__(self, conversation: Conversation) -> None:
        self.conversation: Conversation | None = conversation
        self.name = conversation.title or conversation.id

    def sound(self) -> Iterator[Block]:
        return iter(())

    def pictures(self, fps: float = 5.0, *, threads: int = 1) -> Iterator[Image]:
        return iter(())

    def origin(self) -> Origin:
        return Origin(source=self.name, kind=self.kind)

    def skipped(self) -> tuple[Skipped, ...]:
        return ()


def distinct_names(sources: Sequence[str | Path | Conversation]) -> list[str | None]:
    """A name for each source where file names alone would mix two up, else None.

    >>> distinct_names(["mon/call.wav", "tue/call.wav", "b.wav"])
    ['mon/call.wav', 'tue/call.wav', None]
    """
    paths = [None if isinstance(s, Conversation) else Path(s) for s in sources]
    ends = [path.name for path in paths if path is not None]
    return [
        path.as_posix() if path is not None and ends.count(path.name) > 1 else None
        for path in paths
    ]


def refer(
    path: str | Path, offers: Sequence[Offer], config: Config
) -> tuple[References, tuple[str, ...]]:
    """What each decoder remembers of a recording or photo in which a person is neutral.

    Args:
        path: A source with sound, pictures or both, of that person alone.
        offers: The decoders that may adapt.
        config: Settings.

    Returns:
        References by decoder name, and a sentence for each decoder that found too little.

    Raises:
        SourceError: If the file cannot be read.
    """
    found: dict[str, Reference] = {}
    missed: list[str] = []
    with open_source(path) as source:
        for offer in plan(source, offers).decoders:
            pieces: Iterator[object]
            if offer.channel is Channel.VOICE:
                pieces = (Sound(b.samples, b.start) for b in source.sound())
            elif offer.channel is Channel.FACE:
                images = source.pictures()
                pieces = (Picture(i.frame, i.at, i.until, i.still) for i in images)
            else:
                continue
            reference = load(offer.name, config).refer(pieces)
            if reference is None:
                missed.append(f"{Path(path).name} has too little for {offer.name} to adapt to")
            else:
                found[offer.name] = reference
    return found, tuple(missed)


def _open(source: str | Path, options: Options) -> Source:
    return open_source(source, start=options.start, end=options.end)


def _turns(conversation: Conversation) -> Iterator[_Piece]:
    turns = conversation.turns
    for first in range(0, len(turns), TURNS):
        chunk = list(turns[first : first + TURNS])
        yield _Piece(chunk[0].start or 0.0, 0, chunk)
