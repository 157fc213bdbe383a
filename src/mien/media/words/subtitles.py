"""SubRip and WebVTT, as they are found in the wild, to turns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mien.media.words.cleaning import Named, split_name, without_markup, without_sounds
from mien.media.words.text import Written
from mien.timeline.conversation import Conversation, Turn

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMING = re.compile(rf"^\s*-?{_CLOCK}\s*-->\s*-?{_CLOCK}(?:\s.*)?$")
_INLINE_TIME = re.compile(r"<\d{1,2}:\d{2}(?::\d{2})?[.,]\d{3}>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^<>\n]{1,80})>")
_DASH = re.compile(r"^\s*[-\u2013\u2014]\s*")


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    lines: tuple[str, ...]


def is_subtitles(text: str) -> bool:
    """Whether a text is SubRip or WebVTT: it has a line with two times and an arrow."""
    if text.startswith("WEBVTT"):
        return True
    return any(_TIMING.match(line) for line in text[:20_000].split("\n"))


def parse_subtitles(text: str, name: str) -> Written:
    """The turns of SubRip or WebVTT, one for each cue and speaker.

    Tags go, entities become letters, descriptions of sounds are taken out of the words and
    counted, the repeats of rolling captions are dropped, and two speakers in one cue share its
    time by the length of their words. Cues come out sorted by start.

    Args:
        text: Decoded, line feeds at line ends.
        name: Becomes the conversation's id.
    """
    cues, notes = _repaired(list(_cues(text)))
    if _is_rolling(cues):
        cues = _unrolled(cues)
        notes.append("rolling captions: repeated lines were dropped")
    has_names = _has_names(cues)
    turns: list[Turn] = []
    sounds = 0
    for cue in cues:
        for spoken in _split_voices(cue):
            said, count = _said(spoken.lines, has_names)
            sounds += count
            if said.text:
                turns.append(
                    Turn(
                        index=len(turns),
                        speaker=said.name,
                        text=said.text,
                        start=spoken.start,
                        end=spoken.end,
                    )
                )
    if sounds:
        notes.append(f"descriptions of sounds taken out of the words: {sounds}")
    return Written(Conversation(id=name, turns=tuple(turns)), tuple(notes))


def _cues(text: str) -> Iterator[_Cue]:
    """Cues by their timing lines, since blank lines and numbers cannot be relied on."""
    times: tuple[float, float] | None = None
    lines: list[str] = []
    is_comment = False
    for line in text.split("\n"):
        found = _TIMING.match(line)
        if found:
            if times is not None:
                yield _Cue(*times, tuple(_without_id(lines)))
            parts = found.groups()
            times, lines, is_comment = (_seconds(parts[:4]), _seconds(parts[4:])), [], False
        elif re.match(r"^(NOTE|STYLE|REGION)\b", line) and (not lines or not lines[-1]):
            is_comment = True
        elif is_comment:
            is_comment = bool(line.strip())
        elif times is not None:
            lines.append(line.strip())
    if times is not None:
        yield _Cue(*times, tuple(line for line in lines if line))


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + float(f"0.{fraction}")


def _without_id(lines: list[str]) -> list[str]:
    # What stands alone before the next timing line is that cue's number or id.
    if lines and lines[-1] and (lines[-1].isdigit() or (len(lines) > 1 and not lines[-2])):
        lines = lines[:-1]
    return [line for line in lines if line]


def _repaired(cues: list[_Cue]) -> tuple[list[_Cue], list[str]]:
    backward = sum(cue.end < cue.start for cue in cues)
    fixed = [replace(cue, end=max(cue.start, cue.end)) for cue in cues]
    notes = [f"cues that end before they start: {backward}"] if backward else []
    return sorted(fixed, key=lambda cue: cue.start), notes


def _is_rolling(cues: list[_Cue]) -> bool:
    if any(_INLINE_TIME.search(line) for cue in cues for line in cue.lines):
        return True
    pairs = list(pairwise(cues))
    repeats = sum(
        bool(a.lines) and len(b.lines) > 1 and a.lines[-1] == b.lines[0] and b.start <= a.end + 0.1
        for a, b in pairs
    )
    return len(pairs) >= 4 and repeats >= 0.3 * len(pairs)


def _unrolled(cues: list[_Cue]) -> list[_Cue]:
    fresh: list[_Cue] = []
    shown: tuple[str, ...] = ()
    for cue in cues:
        lines = tuple(without_markup(line).strip() for line in cue.lines)
        new = lines
        for n in range(min(len(shown), len(lines)), 0, -1):
            if shown[-n:] == lines[:n]:
                new = lines[n:]
                break
        shown = tuple(line for line in lines if line)
        if any(new):
            fresh.append(_Cue(cue.start, cue.end, new))
    ends = [b.start for b in fresh[1:]] + [float("inf")]
    return [replace(cue, end=min(cue.end, end)) for cue, end in zip(fresh, ends, strict=True)]


def _has_names(cues: list[_Cue]) -> bool:
    """Whether nearly all cues begin with a name: else `Note: ...` would become a person."""
    named = sum(split_name(cue.lines[0]).name is not None for cue in cues if cue.lines)
    return named >= 0.8 * len(cues) > 0


def _split_voices(cue: _Cue) -> list[_Cue]:
    """One cue a speaker where lines begin with dashes or voice tags."""
    marks = [bool(_DASH.match(line)) or bool(_VOICE.search(line)) for line in cue.lines]
    if sum(marks) < 2 or not marks[0]:
        return [cue]
    parts: list[list[str]] = []
    for line, is_mark in zip(cue.lines, marks, strict=True):
        if is_mark:
            parts.append([])
        parts[-1].append(line)
    sizes = [max(1, sum(map(len, part))) for part in parts]
    edges = [cue.start]
    for size in sizes:
        edges.append(edges[-1] + (cue.end - cue.start) * size / sum(sizes))
    return [_Cue(edges[i], min(edges[i + 1], cue.end), tuple(part)) for i, part in enumerate(parts)]


def _said(lines: tuple[str, ...], has_names: bool) -> tuple[Named, int]:
    joined = " ".join(lines)
    voice = _VOICE.search(joined)
    text = without_markup(joined)
    said = Named(without_markup(voice[1]).strip(), text) if voice else Named(None, text)
    if voice is None:
        found = split_name(_DASH.sub("", text))
        if found.name and (has_names or found.name.isupper()):
            said = found
    words, count = without_sounds(said.text)
    return Named(said.name, _DASH.sub("", words)), count
