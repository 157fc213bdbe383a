"""RTTM (NIST Rich Transcription): who speaks when, without words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from mien.media.words.text import Written
from mien.media.words.whisper import NotATranscript
from mien.timeline.conversation import Conversation, Turn

_TYPES = frozenset({
    "A/P", "BACKCHANNEL", "CB", "EDIT", "FILLER", "IP", "LEXEME", "NON-LEX", "NON-SPEECH",
    "NOSCORE", "NO_RT_METADATA", "SEGMENT", "SPEAKER", "SPKR-INFO", "SU",
})  # fmt: skip
_FIELDS = range(8, 11)  # old files lack the last, and some tools the last two
_NOTHING = "<NA>"


class _Row(NamedTuple):
    file: str
    start: float
    end: float
    speaker: str | None


def is_rttm(text: str) -> bool:
    """Whether the first line that is no comment has a type of RTTM and as many fields."""
    first = next(_lines(text), None)
    return first is not None and first[1][0] in _TYPES and len(first[1]) in _FIELDS


def parse_rttm(text: str, name: str, recording: str | None = None) -> Written:
    """Who speaks when, by start; overlaps are kept, other types of lines skipped and counted.

    Args:
        text: For which `is_rttm` holds.
        name: Becomes the conversation's id.
        recording: Whose lines are meant, where a file has those of several: with or without its
            ending. The file of a single recording is taken whatever it says.

    Raises:
        NotATranscript: If a line is damaged, or no line is about the recording.
    """
    others = 0
    rows: list[_Row] = []
    for number, fields in _lines(text):
        if fields[0] == "SPEAKER":
            rows.append(_row(number, fields))
        else:
            others += 1
    files = dict.fromkeys(row.file for row in rows)
    if recording is not None and len(files) > 1:
        known = {recording, PurePath(recording).stem}
        rows = [row for row in rows if row.file in known]
        if not rows:
            raise NotATranscript(f"none of its {len(files):,} recordings is called {recording!r}")
    rows.sort(key=lambda row: row.start)
    turns = tuple(
        Turn(index=i, text="", speaker=row.speaker, start=row.start, end=row.end)
        for i, row in enumerate(rows)
        if row.speaker is not None
    )
    notes = [f"lines that name no speaker's time: {others}"] if others else []
    return Written(Conversation(id=name, turns=()), tuple(notes), turns)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith(";;"):
            yield number, line.split()


def _row(number: int, fields: list[str]) -> _Row:
    if len(fields) not in _FIELDS:
        raise NotATranscript(
            f"line {number}: {len(fields)} fields, an RTTM line has 9 or 10 "
            "(a name must not have blanks)"
        )
    start, length = (_seconds(field) for field in fields[3:5])
    if start is None or length is None:
        raise NotATranscript(f"line {number}: {fields[3]!r} and {fields[4]!r} are no seconds")
    speaker = None if fields[7] == _NOTHING else fields[7]
    return _Row(fields[1], start, start + length, speaker)


def _seconds(field: str) -> float | None:
    try:
        seconds = float(field)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e9 else None
