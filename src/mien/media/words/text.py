"""From the bytes of a text file to letters, and what reading a text gives."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path

from mien.core.errors import TooLarge, UnreadableSource
from mien.media import limits
from mien.timeline.conversation import Conversation, Turn

_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Written:
    """A conversation that was read from a text, and what was odd about it.

    Attributes:
        conversation: Turns in order.
        notes: What was taken out, guessed or repaired, in words with counts.
        speakers: Turns that say exactly who speaks when, with or without words.
    """

    conversation: Conversation
    notes: tuple[str, ...] = ()
    speakers: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Letters:
    """A decoded text.

    Attributes:
        text: With line feeds at the end of lines, without a byte order mark.
        is_guessed: Whether it was not UTF-8 and was read as Windows-1252.
    """

    text: str
    is_guessed: bool = False


def read_letters(path: Path, *, guess: bool = False) -> Letters:
    """The text of a file in UTF-8, or in UTF-16 with a byte order mark.

    Args:
        path: The file.
        guess: Whether a file that is not UTF-8 is taken for Windows-1252, as old subtitles are.

    Raises:
        TooLarge: If it has more bytes than `limits.TEXT_BYTES`.
        UnreadableSource: If its encoding is broken; the reason names the first bad byte.
    """
    size = path.stat().st_size
    if size > limits.TEXT_BYTES:
        allowed = limits.TEXT_BYTES // limits.MIB
        raise TooLarge(path, f"a text of {size / limits.MIB:,.0f} MB, at most {allowed} are read")
    return to_letters(path.read_bytes(), path, guess=guess)


def to_letters(raw: bytes, path: Path, *, guess: bool = False) -> Letters:
    """The text of bytes that were read; see `read_letters`.

    Raises:
        UnreadableSource: If their encoding is broken; the reason names the first bad byte.
    """
    name = encoding_of(raw)
    try:
        return Letters(_one_line_end(raw.decode(name)))
    except UnicodeDecodeError as error:
        if guess and name == "utf-8-sig":
            try:
                return Letters(_one_line_end(raw.decode("cp1252")), is_guessed=True)
            except UnicodeDecodeError:
                pass
        raise UnreadableSource(path, _fault(raw, error)) from error


def encoding_of(raw: bytes) -> str:
    """What a text that begins so is to be decoded with: UTF-8, unless a mark says UTF-16."""
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if is_wide else "utf-8-sig"


def writable(text: str) -> str:
    r"""The text with U+FFFD for each half of a character (lone surrogate): no file can hold them.

    JSON can spell them, and names of files that are not UTF-8 come with them.

    >>> writable("x\udc80y") == "x\ufffdy"
    True
    """
    return _HALF.sub("\ufffd", text)


def without_halves(written: Written) -> Written:
    """The same, all of it `writable`; how many halves were in words, names and title is noted."""
    talk = written.conversation
    talk = replace(talk, id=writable(talk.id))
    texts = (talk.title, *(text for turn in talk.turns for text in (turn.text, turn.speaker)))
    count = sum(len(_HALF.findall(text)) for text in texts if text)
    if not count:
        return replace(written, conversation=talk)
    turns, speakers = (_whole(turns) for turns in (talk.turns, written.speakers))
    talk = replace(talk, turns=turns, title=talk.title and writable(talk.title))
    note = f"halves of characters, replaced by U+FFFD: {count}"
    return Written(talk, (*written.notes, note), speakers)


def _whole(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    return tuple(
        replace(turn, text=writable(turn.text), speaker=turn.speaker and writable(turn.speaker))
        for turn in turns
    )


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _fault(raw: bytes, error: UnicodeDecodeError) -> str:
    name = "UTF-16" if error.encoding.startswith("utf-16") else "UTF-8"
    # The decoder that drops the mark counts from behind it.
    marked = error.encoding == "utf-8" and raw.startswith(codecs.BOM_UTF8)
    at = error.start + (len(codecs.BOM_UTF8) if marked else 0)
    line = raw.count(b"\n", 0, at) + 1
    return f"invalid {name} at byte {at} (line {line}): save the file as UTF-8"
