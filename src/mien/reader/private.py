"""Readings without anything that says who it was or what was said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

from mien.timeline.origin import Origin, Skipped
from mien.timeline.reading import Reading, stamp
from mien.timeline.timeline import Timeline

_NO_NAME = re.compile(r"(Face|Voice) \d+|left|right|user|assistant|system|developer|tool")
_KINDS = re.compile(
    r"\.(wav|flac|mp3|ogg|opus|m4a|aac|mp4|mkv|webm|mov|avi|jpe?g|png|webp|srt|vtt|eaf|textgrid"
    r"|jsonl?|txt|zip)"
)
_CHAT = re.compile(r"(.+\.(?:jsonl?|zip|txt))#.+", re.IGNORECASE | re.DOTALL)


class Veil:
    """Replaces names by numbers and drops words, pictures and sound.

    The same name gets the same number throughout, so that several sources still fit together.
    File names are names too.

    Args:
        sources: Names of sources in the order in which they are to be numbered; others are
            numbered as they come.
        first: The number of the first.
    """

    def __init__(self, sources: list[str] | None = None, *, first: int = 1) -> None:
        self._first = first
        self._people: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        for name in sources or ():
            self.source(name)

    def source(self, name: str) -> str:
        """What stands for a source: its number, and the ending of its name if that says a kind."""
        chat = _CHAT.fullmatch(name)
        ending = PurePath(chat[1] if chat is not None else name).suffix.lower()
        number = len(self._sources) + self._first
        known = ending if _KINDS.fullmatch(ending) else ""
        return self._sources.setdefault(name, f"source-{number}{known}")

    def person(self, name: str | None) -> str | None:
        """What stands for a person; labels that Mien gave itself, and roles, stay."""
        if name is None or _NO_NAME.fullmatch(name):
            return name
        return self._people.setdefault(name, f"Person {len(self._people) + 1}")

    def reading(self, reading: Reading) -> Reading:
        """The reading without words and names; its id changes with its source's name."""
        bare = replace(reading, text=None, caption=None, person=self.person(reading.person))
        return stamp(bare, self.source(reading.source))

    def origin(self, origin: Origin) -> Origin:
        """The origin without sound outline and pictures."""
        return replace(
            origin,
            source=self.source(origin.source),
            envelope=(),
            thumbnails=(),
            notes=tuple(_hidden(note, origin.source) for note in origin.notes),
            private=True,
        )

    def skipped(self, skipped: Skipped) -> Skipped:
        """The skipped part under its source's number."""
        return replace(
            skipped,
            source=self.source(skipped.source),
            where=_hidden(skipped.where, skipped.source),
            reason=_hidden(skipped.reason, skipped.source),
        )

    def timeline(self, timeline: Timeline) -> Timeline:
        """All of that for a whole timeline."""
        origins = [self.origin(origin) for origin in timeline.origins]
        skipped = [self.skipped(part) for part in timeline.skipped]
        readings = (self.reading(reading) for reading in timeline)
        return Timeline.of_readings(readings, origins, skipped, timeline.cards)


def _hidden(text: str, source: str) -> str:
    # Notes name the file, and a transcript beside it by the same stem. Only whole file names
    # are replaced: a file may be called `a.wav`, and words have an a.
    path = PurePath(source)
    stem = re.escape(path.stem)
    for name in (re.escape(source), rf"{stem}(?:\.\w+)+", re.escape(path.name)):
        text = re.sub(rf"(?<!\w){name}(?!\w)", "it", text)
    return text
