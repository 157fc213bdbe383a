"""Transcripts in JSON: openai-whisper, OpenAI's `verbose_json`, whisper.cpp, WhisperX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from mien.media.cleaning import split_name, without_sounds
from mien.media.languages import to_short
from mien.media.text import Written
from mien.timeline.conversation import Conversation, Turn

_NO_SPEECH = 0.6
_UNSURE = -1.0
_REPETITIVE = 2.4
_REPEATS = 3
_HUGE = 1e12


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
class _Counts:
    """What was done to a transcript."""

    invented: int = 0
    estimated: int = 0
    sounds: int = 0

    def notes(self) -> tuple[str, ...]:
        lines = {
            "segments dropped that the recognizer probably made up": self.invented,
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

    Segments that bear the marks of invention on silence are dropped and counted: little chance
    of speech with little confidence, text that compresses too well, one sentence three times in
    a row. Words without times are placed between their neighbors.

    Args:
        plain: Parsed JSON for which `is_whisper` holds.
        name: Becomes the conversation's id.

    Raises:
        NotATranscript: If a segment lacks its text or its times.
    """
    counts = _Counts()
    if isinstance(plain.get("transcription"), list):
        segments = [_from_cpp(row, i) for i, row in enumerate(plain["transcription"], 1)]
        language = _mapping(plain.get("result")).get("language")
    else:
        rows = [_row(row, i) for i, row in enumerate(plain["segments"], 1)]
        kept = [(row, i) for i, row in enumerate(rows, 1) if not _is_invented(row)]
        counts.invented = len(rows) - len(kept)
        segments = [_from_whisper(row, i, counts) for row, i in kept]
        language = plain.get("language")
    segments = _without_loops(segments, counts)
    turns = tuple(_turns(segments, counts))
    found = to_short(language) if isinstance(language, str) else None
    return Written(Conversation(id=name, turns=turns, language=found), counts.notes())


def _row(value: Any, i: int) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise NotATranscript(f"segment {i} has no text")
    return value


def _from_cpp(value: Any, i: int) -> _Segment:
    row = _row(value, i)
    offsets = _mapping(row.get("offsets"))
    start, end = _time(offsets.get("from")), _time(offsets.get("to"))
    if start is None or end is None:
        raise NotATranscript(f"segment {i} has no times")
    return _Segment(row["text"], start / 1000, max(start, end) / 1000, _text(row.get("speaker")))


def _from_whisper(row: Mapping[str, Any], i: int, counts: _Counts) -> _Segment:
    start, end = _time(row.get("start")), _time(row.get("end"))
    listed = row.get("words")
    rows = [word for word in listed if isinstance(word, dict)] if isinstance(listed, list) else []
    timed = [_time(w.get(key)) for w in rows for key in ("start", "end")]
    known = [time for time in timed if time is not None]
    start = min(known, default=None) if start is None else start
    end = max(known, default=None) if end is None else end
    if start is None or end is None:
        raise NotATranscript(f"segment {i} has no times")
    end = max(start, end)
    words = tuple(_words(rows, start, end, counts))
    return _Segment(row["text"], start, end, _text(row.get("speaker")), words)


def _words(
    rows: Sequence[Mapping[str, Any]], start: float, end: float, counts: _Counts
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
    return _time(row.get("start")) is not None and _time(row.get("end")) is not None


def _is_invented(row: Mapping[str, Any]) -> bool:
    silent, sure = _number(row.get("no_speech_prob")), _number(row.get("avg_logprob"))
    ratio = _number(row.get("compression_ratio"))
    if silent is not None and sure is not None and silent > _NO_SPEECH and sure < _UNSURE:
        return True
    return ratio is not None and ratio > _REPETITIVE


def _without_loops(segments: Sequence[_Segment], counts: _Counts) -> list[_Segment]:
    kept: list[_Segment] = []
    for _, group in groupby(segments, key=lambda segment: segment.text.strip().lower()):
        run = list(group)
        is_loop = len(run) >= _REPEATS and len(run[0].text.split()) > 1
        kept += run[:1] if is_loop else run
        counts.invented += len(run) - 1 if is_loop else 0
    return kept


def _turns(segments: Sequence[_Segment], counts: _Counts) -> Iterator[Turn]:
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


def _number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _HUGE else None


def _time(value: Any) -> float | None:
    """A number that can be a time, or None."""
    number = _number(value)
    return number if number is not None and number >= 0 else None
