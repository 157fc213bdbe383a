"""Timelines that `mien read` wrote, told from chats and transcripts of the same endings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.timeline import Timeline

_HEAD = 64 * 1024
"""Characters of a file that are looked at; a reading takes some thousand."""

_OURS = {"channel", "scores", "decoder", "verdict"}
"""Keys that every reading has and no chat."""


def timeline_at(source: str) -> Timeline | None:
    """The timeline in a file, or None if it is something to be read.

    Raises:
        UnreadableSource: If it is a timeline that cannot be read.
    """
    from mien.timeline import read_timeline

    path = Path(source)
    return read_timeline(path) if path.is_file() and _is_timeline(path) else None


def named(timeline: Timeline, names: Mapping[str, str]) -> Timeline:
    """The timeline with people under given names, by the labels that it has."""
    from mien.timeline import Timeline

    if not names:
        return timeline
    origins = [
        replace(
            origin,
            thumbnails=tuple(
                replace(one, person=names.get(one.person or "", one.person))
                for one in origin.thumbnails
            ),
        )
        for origin in timeline.origins
    ]
    readings = (replace(r, person=names.get(r.person or "", r.person)) for r in timeline)
    return Timeline.of_readings(readings, origins, timeline.skipped, timeline.cards)


def _is_timeline(path: Path) -> bool:
    ending = path.suffix.lower()
    if ending == ".parquet":
        return True
    if ending not in (".json", ".jsonl"):
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(_HEAD)
    if ending == ".json":
        return head.lstrip("\ufeff \r\n\t{").startswith('"schema": "mien.reading/')
    try:
        row = json.loads(head.partition("\n")[0])
    except ValueError:
        return False
    return isinstance(row, dict) and row.keys() >= _OURS
