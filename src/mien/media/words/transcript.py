"""Any text a person may have: subtitles, a transcript or a chat, told apart by content."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from mien.core.errors import TooLarge, UnreadableSource
from mien.media import limits
from mien.media.annotations.eaf import is_eaf, parse_eaf
from mien.media.annotations.rttm import is_rttm, parse_rttm
from mien.media.annotations.textgrid import is_textgrid, parse_textgrid
from mien.media.words.chat import NotAChat, is_messages, parse_lines, parse_messages, parse_plain
from mien.media.words.subtitles import is_subtitles, parse_subtitles
from mien.media.words.text import Letters, Written, read_letters, without_halves
from mien.media.words.whisper import NotATranscript, is_whisper, parse_whisper
from mien.timeline.origin import Kind

# Not every bracket: plain chats may begin with a time or a sound in brackets.
_JSON = re.compile(r"\s*(\{|\[\s*[\[{\]\"])")
_PAGE = re.compile(r"\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
_IS_PAGE = "a web page: export the chat as JSON (in Telegram: Machine-readable JSON)"
_GUESSED = "not UTF-8: read as Windows-1252"
NO_WORDS = "it holds no words"
_ONLY_SPEAKERS = "it says who speaks when, without words: lay it beside its recording"

_UNKNOWN = (
    "JSON, but neither messages with a `role` nor a transcript with `segments`, nor, in UTF-8, "
    "an export of chats with `mapping` (ChatGPT), `chat_messages` (Claude) or `messages`"
)


def read_text(path: Path, recording: str | None = None) -> tuple[Kind, Written]:
    """The conversation in a text file, and whether it is a transcript or a chat.

    Args:
        path: The file.
        recording: The name of what it lies beside: it may then hold speakers without words.

    Raises:
        UnreadableSource: If it is neither, damaged, or without words; the reason names the line.
        TooLarge: If it is beyond `limits.TEXT_BYTES` or `limits.TURNS`.
    """
    letters = _letters(path)
    try:
        kind, written = _parse(letters.text, path, recording)
    except (NotAChat, NotATranscript) as error:
        raise UnreadableSource(path, str(error)) from error
    n = len(written.conversation.turns)
    if n > limits.TURNS:
        raise TooLarge(path, f"{n:,} turns, at most {limits.TURNS:,} are read")
    if not n and (recording is None or not written.speakers):
        raise UnreadableSource(path, _ONLY_SPEAKERS if written.speakers else NO_WORDS)
    written = without_halves(written)
    if letters.is_guessed:
        written = replace(written, notes=(_GUESSED, *written.notes))
    return kind, written


def _letters(path: Path) -> Letters:
    """The text; only subtitles and TextGrids may have the encoding of old Windows programs."""
    try:
        return read_letters(path)
    except UnreadableSource:
        guessed = read_letters(path, guess=True)
        if guessed.is_guessed and (is_subtitles(guessed.text) or is_textgrid(guessed.text)):
            return guessed
        raise


def _parse(text: str, path: Path, recording: str | None) -> tuple[Kind, Written]:
    name = path.name
    if _JSON.match(text):
        return _parse_json(text, path)
    if is_textgrid(text):
        return Kind.TRANSCRIPT, parse_textgrid(text, name)
    if is_eaf(text):
        return Kind.TRANSCRIPT, parse_eaf(text, name)
    if is_rttm(text):
        return Kind.TRANSCRIPT, parse_rttm(text, name, recording)
    if is_subtitles(text):
        return Kind.TRANSCRIPT, parse_subtitles(text, name)
    if _PAGE.match(text):
        raise UnreadableSource(path, _IS_PAGE)
    return Kind.CHAT, parse_plain(text, name)


def _parse_json(text: str, path: Path) -> tuple[Kind, Written]:
    try:
        plain: Any = json.loads(text)
    except RecursionError as error:
        raise UnreadableSource(path, "JSON that is nested too deeply") from error
    except json.JSONDecodeError as error:
        if _is_lines(text):
            return Kind.CHAT, parse_lines(text, path.name)
        reason = f"JSON that is broken in line {error.lineno}, column {error.colno}"
        raise UnreadableSource(path, reason) from error
    except ValueError as error:
        raise UnreadableSource(path, "JSON with a number that is too long") from error
    if is_whisper(plain):
        return Kind.TRANSCRIPT, parse_whisper(plain, path.name)
    if is_messages(plain):
        return Kind.CHAT, parse_messages(plain, path.name)
    if isinstance(plain, dict) and "role" in plain:
        return Kind.CHAT, parse_messages([plain], path.name)
    raise UnreadableSource(path, _UNKNOWN)


def _is_lines(text: str) -> bool:
    """Whether the first line is a JSON object by itself, so that an error lies further down."""
    first = text.lstrip().split("\n", 1)[0]
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False
