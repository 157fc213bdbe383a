"""The words of a recording on disk, as they can lie beside it: SRT, or JSON in Whisper's form."""

from __future__ import annotations

import json
from pathlib import Path

from mien.core.errors import ConfigError
from mien.timeline.conversation import Conversation, Turn
from mien.timeline.replacing import replacing

TRANSCRIPTS = (".srt", ".json")
"""Endings that `write_transcript` knows; only JSON keeps the language."""


def write_transcript(conversation: Conversation, path: Path) -> None:
    """Write the turns that have times; nothing is left half-written.

    Raises:
        ConfigError: If the ending is none of `TRANSCRIPTS`, or the file cannot be written.
    """
    if path.suffix.lower() not in TRANSCRIPTS:
        raise ConfigError(f"a transcript is words with times: end {path.name!r} in .srt or .json")
    is_srt = path.suffix.lower() == ".srt"
    text = to_srt(conversation) if is_srt else to_whisper_json(conversation)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def to_srt(conversation: Conversation) -> str:
    """A cue a turn, the speaker's name before the words."""
    cues = []
    for i, (turn, start, end) in enumerate(_timed(conversation), 1):
        # What looks like a line of times, or an empty line, would begin another cue.
        words = " ".join(turn.text.split()).replace("-->", "->")
        name = f"{' '.join(turn.speaker.split())}: " if turn.speaker else ""
        cues.append(f"{i}\n{_clock(start)} --> {_clock(end)}\n{name}{words}\n")
    return "\n".join(cues)


def to_whisper_json(conversation: Conversation) -> str:
    """Segments with text and times in seconds, the speaker where one is known."""
    segments = [
        {"id": i, "start": round(start, 3), "end": round(end, 3), "text": turn.text}
        | ({"speaker": turn.speaker} if turn.speaker else {})
        for i, (turn, start, end) in enumerate(_timed(conversation))
    ]
    text = " ".join(str(segment["text"]) for segment in segments)
    plain = {"language": conversation.language, "text": text, "segments": segments}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def _timed(conversation: Conversation) -> list[tuple[Turn, float, float]]:
    return [
        (turn, turn.start, turn.end)
        for turn in conversation.turns
        if turn.start is not None and turn.end is not None
    ]


def _clock(seconds: float) -> str:
    """Hours, minutes, seconds and thousandths.

    >>> _clock(3661.5)
    '01:01:01,500'
    """
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02},{thousandths:03}"
