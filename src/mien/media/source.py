"""A file that a person named, opened: its kind, its sound, its pictures, its words."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from mien.core.errors import ConfigError, UnreadableSource
from mien.media.annotations.speakers import NOBODY, Speakers
from mien.media.envelope import Envelope
from mien.media.exports import Chat, find_chats, read_chat
from mien.media.grid import check_fps
from mien.media.pieces import Block, Image, Side
from mien.media.sniff import Content, sniff
from mien.media.tally import Tally
from mien.media.words.languages import to_short
from mien.media.words.sidecar import Sidecar, find_sidecar, unused_sidecar
from mien.media.words.text import Written, writable
from mien.timeline.conversation import Conversation
from mien.timeline.origin import Kind, Origin, Skipped

if TYPE_CHECKING:
    from mien.media.container import Clock
    from mien.media.contents import Contents
    from mien.media.photo import PhotoHeader

Piece = TypeVar("Piece", Block, Image)

_SHORT_BY = 1.0
"""Seconds that may be missing at the end before it is worth a note."""


def open_source(
    path: str | Path | Chat,
    *,
    start: float | None = None,
    end: float | None = None,
    beside: bool = True,
) -> Source:
    """Open a file of any kind; what it is is judged by content, never by its name.

    Args:
        path: Sound, video, photo, transcript or chat, or one of an export's many chats.
        start: Where reading begins, in seconds from the start of the source.
        end: Where reading ends.
        beside: Whether words that lie beside a recording are used.

    Raises:
        SourceNotFound: If nothing is there.
        UnreadableSource: If it cannot be read, or ends before `start`; the reason says why.
        TooLarge: If it is beyond `media.limits`.
        ConfigError: If `start` and `end` make no sense.
    """
    _check_order(start, end)
    if isinstance(path, Chat):
        return _open_chat(path, start, end)
    path = Path(path)
    chat = _only_chat(path)
    if chat is not None:
        return _open_chat(chat, start, end)
    return _open_file(path, start, end, find_sidecar if beside else unused_sidecar)


def _open_chat(chat: Chat, start: float | None, end: float | None) -> Source:
    written, skipped = read_chat(chat)
    found = _Found(Kind.CHAT, written=written, notes=written.notes, skipped=skipped)
    return Source(chat.path, found, start, end, name=chat.name)


def _open_file(
    path: Path, start: float | None, end: float | None, look_beside: Callable[[Path], Sidecar]
) -> Source:
    content = sniff(path)
    if content is Content.PHOTO:
        from mien.media.photo import read_header

        return Source(path, _Found(Kind.PHOTO, photo=read_header(path)))
    if content is Content.TEXT:
        from mien.media.words.transcript import read_text

        kind, written = read_text(path)
        source = Source(path, _Found(kind, written=written, notes=written.notes), start, end)
    else:
        from mien.media.contents import look_into

        contents = look_into(path)
        kind = Kind.VIDEO if contents.pictures else Kind.SOUND
        beside = look_beside(path)
        notes = (*contents.notes, *beside.notes)
        who = beside.speakers
        found = _Found(kind, contents, None, beside.written, notes, beside.skipped, who)
        source = Source(path, found, start, end)
    _check_reach(source, start)
    return source


@dataclass(frozen=True, slots=True)
class _Found:
    """What opening a file brought to light."""

    kind: Kind
    contents: Contents | None = None
    photo: PhotoHeader | None = None
    written: Written | None = None
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    speakers: Speakers = NOBODY


class Source:
    """An opened file; made by `open_source`, closed by `with` or `close`.

    `sound` and `pictures` are independent of each other and may be used at once; all times are
    seconds from the start of the source, also with `start`. Calling one again reads again.

    Attributes:
        path: As it was given.
        name: Its last part, as in `Reading.source`; what no file can hold is U+FFFD. The title
            follows for one of an export's many chats.
        kind: What it is.
        start: Where reading begins, or None.
        end: Where reading ends, or None.
    """

    def __init__(
        self,
        path: Path,
        found: _Found,
        start: float | None = None,
        end: float | None = None,
        *,
        name: str | None = None,
    ) -> None:
        self.path = path
        self.name = name if name is not None else writable(path.name)
        self.kind = found.kind
        self.start = start
        self.end = end
        self._found = found
        self._envelope = Envelope()
        self._sound_tally = Tally(self.name)
        self._picture_tally = Tally(self.name)
        self._ends: dict[str, str] = {}
        self._last = 0.0
        self._running: list[Generator[Block] | Generator[Image]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Source {self.name!r}: {self.kind}>"

    @property
    def seconds(self) -> float | None:
        """Its whole length; None for photos, chats without times, and where no one says."""
        if self._found.contents is not None:
            return self._found.contents.clock.seconds
        if self._found.written is not None:
            return _last_end(self._found.written.conversation)
        return None

    @property
    def tracks(self) -> tuple[str, ...]:
        """One line a track, such as `sound 1: aac, 48000 Hz, stereo, deu`."""
        if self._found.photo is not None:
            photo = self._found.photo
            return (f"photo: {photo.form}, {photo.width_px}x{photo.height_px}",)
        return self._found.contents.tracks if self._found.contents else ()

    @property
    def has_sound(self) -> bool:
        """Whether `sound` yields anything."""
        return self._found.contents is not None and self._found.contents.sound is not None

    @property
    def has_pictures(self) -> bool:
        """Whether `pictures` yields anything."""
        contents = self._found.contents
        return self.kind is Kind.PHOTO or (contents is not None and contents.pictures is not None)

    @property
    def sides(self) -> tuple[Side, ...]:
        """`left` and `right` if each channel holds one party of a conversation, else empty."""
        contents = self._found.contents
        is_split = contents is not None and contents.sound and contents.sound.stereo == "sides"
        return ("left", "right") if is_split else ()

    @property
    def conversation(self) -> Conversation | None:
        """Its words, or those of a transcript beside it; only turns that `start`, `end` touch."""
        if self._found.written is None:
            return None
        whole = self._found.written.conversation
        if self.start is None and self.end is None:
            return whole
        low, high = self.start or 0.0, math.inf if self.end is None else self.end
        kept = tuple(
            turn
            for turn in whole.turns
            if turn.start is None or turn.end is None or (turn.end > low and turn.start < high)
        )
        return replace(whole, turns=kept)

    @property
    def speakers(self) -> Speakers:
        """Who speaks when, by a file beside a recording that says so exactly."""
        return self._found.speakers

    def sound(self) -> Iterator[Block]:
        """Blocks of 16 kHz sound of about a second; none if there is no sound.

        With `sides`, each stretch comes twice, left then right. Where the recording has a gap,
        `Block.start` jumps.
        """
        return self._keep(self._read_sound())

    def pictures(self, fps: float = 5.0, *, threads: int = 1) -> Iterator[Image]:
        """Upright pictures sampled `fps` times a second; a photo gives one.

        Args:
            fps: Pictures a second; a video with fewer gives all it has.
            threads: For decoding.

        Raises:
            ConfigError: If `fps` is beyond `limits.FPS`.
        """
        check_fps(fps)
        return self._keep(self._read_pictures(fps, threads))

    def origin(self) -> Origin:
        """What is known of the source; complete once sound and pictures are used up."""
        contents, photo = self._found.contents, self._found.photo
        shown = photo or (contents.pictures if contents else None)
        seconds = self.seconds if self.seconds is not None else self._last or None
        return Origin(
            source=self.name,
            kind=self.kind,
            seconds=seconds,
            tracks=self.tracks,
            language=self._language(),
            envelope=self._envelope.parts(seconds),
            width_px=shown.width_px if shown else None,
            height_px=shown.height_px if shown else None,
            notes=(*self._found.notes, *self._photo_notes(), *self._ends.values()),
        )

    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read so far, with counts."""
        tallies = (self._sound_tally, self._picture_tally)
        return (*self._found.skipped, *(row for tally in tallies for row in tally.skipped()))

    def close(self) -> None:
        """End all reading; the file is let go of."""
        for reading in self._running:
            reading.close()
        self._running.clear()

    def _keep(self, reading: Generator[Piece]) -> Generator[Piece]:
        self._running.append(reading)
        return reading

    def _read_sound(self) -> Generator[Block]:
        contents = self._found.contents
        if contents is None or contents.sound is None:
            return
        from mien.media.sound import blocks

        self._envelope = Envelope()
        self._sound_tally.clear()
        reached = self.start or 0.0
        for block in blocks(self.path, contents.sound, self._clock(contents), self._sound_tally):
            self._envelope.add(block.samples, block.start)
            reached = block.end
            yield block
        self._note_end("sound", reached, contents.sound.seconds)

    def _read_pictures(self, fps: float, threads: int) -> Generator[Image]:
        if self.kind is Kind.PHOTO:
            from mien.media.photo import read_photo

            yield Image(read_photo(self.path), at=0.0, until=0.0, still=True)
            return
        contents = self._found.contents
        if contents is None or contents.pictures is None:
            return
        from mien.media.pictures import images

        self._picture_tally.clear()
        reached = self.start or 0.0
        clock = self._clock(contents)
        for image in images(self.path, contents.pictures, clock, fps, self._picture_tally, threads):
            reached = image.until
            yield image
        self._note_end("video", reached, contents.pictures.seconds)

    def _clock(self, contents: Contents) -> Clock:
        end = math.inf if self.end is None else self.end
        return replace(contents.clock, start=self.start or 0.0, end=end)

    def _note_end(self, what: str, reached: float, meant: float | None) -> None:
        self._last = max(self._last, reached)
        self._ends.pop(what, None)
        wanted = math.inf if self.end is None else self.end
        if meant is not None and reached < min(meant, wanted) - _SHORT_BY:
            self._ends[what] = f"{what} ends early: at {reached:.1f} s of {meant:.1f} s"

    def _language(self) -> str | None:
        written, contents = self._found.written, self._found.contents
        if written is not None and written.conversation.language:
            return written.conversation.language
        return to_short(contents.sound.language) if contents and contents.sound else None

    def _photo_notes(self) -> tuple[str, ...]:
        photo = self._found.photo
        if photo is None or photo.n_frames < 2:
            return ()
        return (f"an animation: only the first of {photo.n_frames} pictures was read",)


def _only_chat(path: Path) -> Chat | None:
    """The chat of an export with one; None if the file is no export."""
    chats = find_chats(path)
    if len(chats) > 1:
        reason = f"an export of {len(chats):,} chats: say which (--chat TITLE, --chats lists them)"
        raise UnreadableSource(path, reason)
    return chats[0] if chats else None


def _check_order(start: float | None, end: float | None) -> None:
    if start is not None and not (start >= 0 and math.isfinite(start)):
        raise ConfigError(f"start must be 0 or more seconds, not {start}")
    if end is not None and not end > (start or 0.0):
        raise ConfigError(f"end must be after start ({start or 0.0:g} s), not {end}")


def _check_reach(source: Source, start: float | None) -> None:
    if start is not None and source.seconds is not None and start >= source.seconds:
        reason = f"it lasts only {source.seconds:.1f} s, and --start is {start:g} s"
        raise UnreadableSource(source.path, reason)


def _last_end(conversation: Conversation) -> float | None:
    return max((turn.end for turn in conversation.turns if turn.end is not None), default=None)
