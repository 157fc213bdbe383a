"""Transcripts in JSON: openai-whisper, OpenAI's `verbose_json`, whisper.cpp, WhisperX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from mien.media.words.cleaning import split_name, without_sounds
from mien.media.words.invention import as_time, is_invented, listed_words, without_unheard
from mien.media.words.languages import to_short
from mien.media.words.text import Written
from mien.timeline.conversation import Conversation, Turn

_REPEATS = 3


class NotATranscript(ValueError):
    """The JSON is none, or a part of it is missing; the message says which."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: float
    end: float
    speaker: str | None


@dataclass(frozen=True, slots=True)
class _Segment:
    text: str
    start: float
    end: float
    speaker: str | None
    words: tuple[_Word, ...] = ()


@dataclass(slots=True)
class Counts:
    """What was done to a transcript, or to one after the other.

    Attributes:
        invented: Segments that the recognizer probably made up.
        unsure: Single words of that sort.
        estimated: Words whose times were missing.
        sounds: Descriptions of sounds.
    """

    invented: int = 0
    unsure: int = 0
    estimated: int = 0
    sounds: int = 0

    def notes(self) -> tuple[str, ...]:
        """A line for each that happened."""
        lines = {
            "segments dropped that the recognizer probably made up": self.invented,
            "words dropped that the recognizer probably made up": self.unsure,
            "words without times, placed between their neighbors": self.estimated,
            "descriptions of sounds taken out of the words": self.sounds,
        }
        return tuple(f"{line}: {count}" for line, count in lines.items() if count)


def is_whisper(plain: Any) -> bool:
    """Whether parsed JSON has the shape of a transcript."""
    if not isinstance(plain, dict):
        return False
    return any(isinstance(plain.get(key), list) for key in ("segments", "transcription"))


def parse_whisper(plain: Mapping[str, Any], name: str) -> Written:
    """The turns of a transcript, one for each segment and speaker.

    What bears the marks of invention on silence is dropped and counted: segments with little
    chance of speech and little confidence, with text that compresses too well, or of which half
    the words are unheard; one sentence three times in a row; words with a probability below 1 %,
    or in no time and below 50 %. Words without times are placed between their neighbors.

    Args:
        plain: Parsed JSON for which `is_whisper` holds.
        name: Becomes the conversation's id.

    Raises:
        NotATranscript: If a segment lacks its text or its times.
    """
    counts = Counts()
    turns = tuple(spoken(plain, counts))
    return Written(
        Conversation(id=name, turns=turns, language=spoken_language(plain)), counts.notes()
    )


def spoken(plain: Mapping[str, Any], counts: Counts) -> Iterator[Turn]:
    """The turns of `parse_whisper`, one by one.

    Args:
        plain: Parsed JSON for which `is_whisper` holds.
        counts: Told what is done.

    Raises:
        NotATranscript: If a segment lacks its text or its times.
    """
    if isinstance(plain.get("transcription"), list):
        segments = [_from_cpp(row, i) for i, row in enumerate(plain["transcription"], 1)]
    else:
        rows = [_row(row, i) for i, row in enumerate(plain["segments"], 1)]
        kept = [(row, i) for i, row in enumerate(rows, 1) if not is_invented(row)]
        counts.invented += len(rows) - len(kept)
        segments = [_from_whisper(row, i, counts) for row, i in kept]
    yield from _turns(_without_loops(segments, counts), counts)


def spoken_language(plain: Mapping[str, Any]) -> str | None:
    """ISO 639-1 of the language that a transcript names, if it names one."""
    named = plain.get("language") or _mapping(plain.get("result")).get("language")
    return to_short(named) if isinstance(named, str) else None


def _row(value: Any, i: int) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise NotATranscript(f"segment {i} has no text")
    return value


def _from_cpp(value: Any, i: int) -> _Segment:
    row = _row(value, i)
    offsets = _mapping(row.get("offsets"))
    start, end = as_time(offsets.get("from")), as_time(offsets.get("to"))
    if start is None or end is None:
        raise NotATranscript(f"segment {i} has no times")
    return _Segment(row["text"], start / 1000, max(start, end) / 1000, _text(row.get("speaker")))


def _from_whisper(row: Mapping[str, Any], i: int, counts: Counts) -> _Segment:
    row, unheard = without_unheard(row)
    counts.unsure += unheard
    start, end = as_time(row.get("start")), as_time(row.get("end"))
    rows = listed_words(row)
    timed = [as_time(w.get(key)) for w in rows for key in ("start", "end")]
    known = [time for time in timed if time is not None]
    start = min(known, default=None) if start is None else start
    end = max(known, default=None) if end is None else end
    if start is None or end is None:
        raise NotATranscript(f"segment {i} has no times")
    end = max(start, end)
    words = tuple(_words(rows, start, end, counts))
    return _Segment(row["text"], start, end, _text(row.get("speaker")), words)


def _words(
    rows: Sequence[Mapping[str, Any]], start: float, end: float, counts: Counts
) -> Iterator[_Word]:
    """Words with times; runs without any share the room between their neighbors."""
    place = start
    groups = groupby(enumerate(rows), key=lambda pair: _is_timed(pair[1]))
    for is_timed, group in groups:
        run = list(group)
        if is_timed:
            for _, row in run:
                yield _Word(_spelled(row), row["start"], row["end"], _text(row.get("speaker")))
                place = row["end"]
            continue
        counts.estimated += len(run)
        after = run[-1][0] + 1
        room = (rows[after]["start"] if after < len(rows) else end) - place
        step = max(room, 0.0) / len(run)
        for i, (_, row) in enumerate(run):
            first = place + i * step
            yield _Word(_spelled(row), first, first + step, _text(row.get("speaker")))


def _is_timed(row: Mapping[str, Any]) -> bool:
    return as_time(row.get("start")) is not None and as_time(row.get("end")) is not None


def _without_loops(segments: Sequence[_Segment], counts: Counts) -> list[_Segment]:
    kept: list[_Segment] = []
    for _, group in groupby(segments, key=lambda segment: segment.text.strip().lower()):
        run = list(group)
        is_loop = len(run) >= _REPEATS and len(run[0].text.split()) > 1
        kept += run[:1] if is_loop else run
        counts.invented += len(run) - 1 if is_loop else 0
    return kept


def _turns(segments: Sequence[_Segment], counts: Counts) -> Iterator[Turn]:
    index = 0
    for segment in segments:
        for part in _by_speaker(segment):
            said = split_name(part.text) if part.speaker is None else None
            speaker = said.name if said and _is_label(said.name) else part.speaker
            text, sounds = without_sounds(said.text if said and _is_label(said.name) else part.text)
            counts.sounds += sounds
            if text:
                yield Turn(index=index, speaker=speaker, text=text, start=part.start, end=part.end)
                index += 1


def _is_label(name: str | None) -> bool:
    return name is not None and name.lower().startswith("speaker")


def _by_speaker(segment: _Segment) -> list[_Segment]:
    """The segment cut where its words change hands."""
    known = {word.speaker for word in segment.words if word.speaker}
    if len(known) < 2:
        speaker = segment.speaker or next(iter(known), None)
        return [replace(segment, speaker=speaker)]
    parts: list[_Segment] = []
    held: str | None = segment.words[0].speaker or segment.speaker
    named: list[tuple[str | None, _Word]] = []
    for word in segment.words:
        held = word.speaker or held
        named.append((held, word))
    for speaker, group in groupby(named, key=lambda pair: pair[0]):
        words = [word for _, word in group]
        text = " ".join(word.text for word in words)
        parts.append(_Segment(text, words[0].start, words[-1].end, speaker))
    return parts


def _spelled(row: Mapping[str, Any]) -> str:
    return str(row.get("word", row.get("text", ""))).strip()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
