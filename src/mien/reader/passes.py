"""One pass over one source: its pieces in order of time through `Live`."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import tee
from pathlib import Path
from typing import NamedTuple

from mien.core.config import load_config
from mien.core.progress import CancelToken, Report, ignore
from mien.media import Block, Chat, Image, SoundStream, Source, check_fps, open_source
from mien.media.annotations.speakers import NOBODY, Speakers
from mien.media.transcribe import Hearing
from mien.reader.gathering import gathered_images, gathered_sound
from mien.reader.live import Live
from mien.reader.naming import called, named, talk_of
from mien.reader.options import Options
from mien.reader.plan import Plan, choose, plan
from mien.reader.thumbnails import Gallery
from mien.reader.voices import hear, listens, refused, told_before
from mien.reader.words import Ears
from mien.timeline.conversation import Conversation, Turn
from mien.timeline.origin import Kind, Origin, Skipped
from mien.timeline.reading import Channel, Reading
from mien.timeline.timeline import Builder, Timeline

TURNS = 256
"""Turns that are pushed at once from a file; the readings are the same for any number."""


class _Piece(NamedTuple):
    at: float
    order: int  # decides between pieces of one time, so that what follows is never compared
    sound: Block | None = None
    images: Sequence[Image] = ()
    turns: Sequence[Turn] = ()


class Pass:
    """Reads one source from beginning to end; what was read so far is a timeline at any time.

    >>> reading = Pass("notes.wav")          # doctest: +SKIP
    >>> for r in reading: print(r.start, r.scores.top)  # doctest: +SKIP
    >>> reading.timeline()                   # doctest: +SKIP

    Attributes:
        name: What readings carry as their source.
        plan: Which decoders read it.
        notes: What a person should know before.
        report: Told how much of `total` is done; may be set before iterating.
    """

    def __init__(
        self,
        source: str | Path | Conversation | Chat | SoundStream,
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
        check_fps(options.fps)
        self._options = options
        self._config = options.config if options.config is not None else load_config()
        chosen = choose(options.channels, options.decoders, self._config)
        if isinstance(source, Conversation):
            self._source: Source | SoundStream | _Chat = _Chat(source)
        elif isinstance(source, SoundStream):
            self._source = source
        else:
            self._source = open_source(
                source, start=options.start, end=options.end, beside=not options.transcribe
            )
        self.name = name if name is not None else self._source.name
        told = self._config if options.transcribe else None
        self._ears = Ears(self._source, self.name, chosen, told)
        is_heard = self._ears.hearing is not None
        self.plan: Plan = plan(self._source, chosen, self._config, is_heard=is_heard)
        self.notes = (
            *self.plan.advice,
            *self._ears.notes,
            *options.notes,
            *self._span_note(),
            *self._baseline_note(),
            *refused(options, self._config),
        )
        self.report: Report = ignore
        self._cancel = cancel if cancel is not None else CancelToken()
        self._builder = Builder()
        self._gallery = Gallery()
        self._live: Live | None = None
        self._speakers: Speakers = NOBODY
        if not isinstance(self._source, _Chat):
            self._speakers = told_before(self._source, options)
        self._reached = 0.0
        self._turns_done = 0
        self._whole = False

    @property
    def total(self) -> float | None:
        """How much there is to do: seconds, or turns where there are no times; None if unknown."""
        if self._in_turns:
            return float(len(self._source.conversation.turns)) if self._source.conversation else 0.0
        if self._source.seconds is None:
            return None
        start, end = self._options.start or 0.0, self._options.end
        return max(0.0, min(self._source.seconds, end or self._source.seconds) - start)

    @property
    def _in_turns(self) -> bool:
        return self._source.conversation is not None and self._source.seconds is None

    def __iter__(self) -> Iterator[Reading]:
        """Readings as they become known, in about the order of their ends."""
        live = self._live = Live(
            channels=[offer.channel for offer in self.plan.decoders],
            decoders=[offer.name for offer in self.plan.decoders],
            source=self.name,
            fps=self._options.fps,
            references=self._options.references,
            config=self._config,
        )
        guard = nullcontext() if isinstance(self._source, _Chat) else self._source
        with guard:
            self._tell_apart()
            for piece in self._pieces():
                self._cancel.check()
                yield from self._keep(self._push(live, piece))
                self._reached = max(self._reached, piece.at)
                self._turns_done += len(piece.turns)
                begun = self._options.start or 0.0
                self.report(self._turns_done if self._in_turns else self._reached - begun)
            yield from self._keep(live.close())
        self._whole = True

    @property
    def conversation(self) -> Conversation | None:
        """The words that came with the source, or were heard in it so far."""
        hearing = self._ears.hearing
        found = hearing.conversation if hearing is not None else self._source.conversation
        return found and talk_of(found, self._speakers, self._options.names)

    def timeline(self) -> Timeline:
        """All readings so far in order of their start, with what is known of the source."""
        origin, hearing = self._source.origin(), self._ears.hearing
        heard = hearing.notes if hearing else ()
        notes = dict.fromkeys((*origin.notes, *self.notes, *heard))
        is_timed = self._source.seconds is not None
        origin = replace(
            origin,
            source=self.name,
            start=self._options.start if is_timed else None,
            end=self._options.end if is_timed else None,
            thumbnails=self._gallery.thumbnails(),
            language=(hearing and hearing.conversation.language) or origin.language,
            notes=tuple(notes),
        )
        cards = self._live.cards if self._live else [o.card() for o in self.plan.decoders]
        timeline = self._builder.finish([origin], self._skipped(), cards)
        # Arrow sorts stably, so readings without times keep the order of their turns.
        return replace(timeline, table=timeline.table.sort_by("start"))

    def _span_note(self) -> tuple[str, ...]:
        has_span = self._options.start is not None or self._options.end is not None
        if not has_span or self._source.seconds is not None or self._source.has_sound:
            return ()
        return (f"this {self._source.kind} has no times: it was read whole",)

    def _baseline_note(self) -> tuple[str, ...]:
        references = self._options.references
        if not references or any(offer.name in references for offer in self.plan.decoders):
            return ()
        return ("the baseline changes nothing here: it serves voices and faces",)

    def _tell_apart(self) -> None:
        """Listen once for who speaks when, before anything is read, so that ids are final."""
        source, options = self._source, self._options
        if self._speakers or not isinstance(source, Source):
            return
        if listens(source, self.plan, options, self._config):
            heard = hear(source.sound(), options.people, self._config, self._cancel)
            self._speakers = heard.speakers
            self.notes = (*self.notes, *heard.notes)

    def _keep(self, readings: list[Reading]) -> list[Reading]:
        names = self._options.names
        readings = [called(named(r, self._speakers), names) for r in readings]
        self._builder.extend(readings)
        self._gallery.take(readings)
        return readings

    def _push(self, live: Live, piece: _Piece) -> list[Reading]:
        if piece.sound is not None:
            sound = piece.sound
            return live.push_sound(sound.samples, start=sound.start, side=sound.side)
        for image in piece.images:
            self._gallery.see(image.frame, image.at, still=image.still)
        return live.push_images(piece.images) if piece.images else live.push_turns(piece.turns)

    def _pieces(self) -> Iterator[_Piece]:
        """Sound, pictures and turns merged by time, so that memory holds one of each."""
        streams: list[Iterator[_Piece]] = []
        # Read once for both; words are ahead of voices by a window or two, which tee holds.
        for_words, for_voice = tee(self._source.sound())
        if self._ears.hearing is not None:
            streams.append(_heard(self._ears.hearing, for_words))
        elif self.plan.of(Channel.WORDS) and self._source.conversation is not None:
            streams.append(_turns(self._source.conversation))
        if self.plan.of(Channel.VOICE):
            blocks = gathered_sound(for_voice, self._at_once(Channel.VOICE))
            streams.append(_Piece(block.start, 1, sound=block) for block in blocks)
        if self.plan.of(Channel.FACE):
            images = self._source.pictures(self._options.fps, threads=self._config.threads)
            groups = gathered_images(images, self._at_once(Channel.FACE))
            streams.append(_Piece(group[0].at, 2, images=group) for group in groups)
        return heapq.merge(*streams, key=lambda piece: (piece.at, piece.order))

    def _at_once(self, channel: Channel) -> int:
        if self._source.kind is Kind.STREAM:
            return 1  # what waits for more comes late
        return max(offer.at_once for offer in self.plan.of(channel))

    def _skipped(self) -> tuple[Skipped, ...]:
        skipped = tuple(replace(part, source=self.name) for part in self._source.skipped())
        if self._ears.hearing is not None:
            skipped += self._ears.hearing.skipped()
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


def _heard(hearing: Hearing, sound: Iterator[Block]) -> Iterator[_Piece]:
    for heard in hearing.listen(sound):
        # Without turns too: whoever waits may cancel, and knows how far it is.
        at = heard.turns[0].start if heard.turns else None
        yield _Piece(heard.until if at is None else at, 0, turns=heard.turns)


def _turns(conversation: Conversation) -> Iterator[_Piece]:
    turns = conversation.turns
    for first in range(0, len(turns), TURNS):
        chunk = list(turns[first : first + TURNS])
        yield _Piece(chunk[0].start or 0.0, 0, turns=chunk)
