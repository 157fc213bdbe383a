"""Readings without anything that says who it was or what was said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from mien.timeline.origin import Origin, Skipped
from mien.timeline.reading import Reading, stamp
from mien.timeline.timeline import Timeline

_OUR_OWN = ("Face ", "Voice ", "left", "right")


class Veil:
    """Replaces names by numbers and drops words, pictures and sound.

    The same name gets the same number throughout, so that several sources still fit together.
    File names are names too.
    """

    def __init__(self) -> None:
        self._people: dict[str, str] = {}
        self._sources: dict[str, str] = {}

    def source(self, name: str) -> str:
        """What stands for a source: its number and the ending of its name."""
        number = len(self._sources) + 1
        return self._sources.setdefault(name, f"source-{number}{PurePath(name).suffix.lower()}")

    def person(self, name: str | None) -> str | None:
        """What stands for a person; labels that Mien gave itself stay."""
        if name is None or name.startswith(_OUR_OWN):
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
        reason = _hidden(skipped.reason, skipped.source)
        return replace(skipped, source=self.source(skipped.source), reason=reason)

    def timeline(self, timeline: Timeline) -> Timeline:
        """All of that for a whole timeline."""
        origins = [self.origin(origin) for origin in timeline.origins]
        skipped = [self.skipped(part) for part in timeline.skipped]
        readings = (self.reading(reading) for reading in timeline)
        return Timeline.of_readings(readings, origins, skipped, timeline.cards)


def _hidden(text: str, source: str) -> str:
    # Notes name the file, and a transcript beside it by the same stem.
    path = PurePath(source)
    for name in (source, path.name, path.stem):
        text = text.replace(name, "it") if name else text
    return text
