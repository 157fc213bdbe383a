"""The words that lie beside a recording under the same name."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mien.core.errors import SourceError
from mien.media.sniff import Content, sniff
from mien.media.text import Written, writable
from mien.media.transcript import read_text
from mien.timeline.origin import Kind, Skipped

SUFFIXES = (".srt", ".vtt", ".json")


class Sidecar(NamedTuple):
    """What was found beside a recording.

    Attributes:
        written: The words, or None.
        notes: Which file they came from, and which were not used.
        skipped: Files that should have held words and cannot be read.
    """

    written: Written | None = None
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def find_sidecar(path: Path) -> Sidecar:
    """The first usable transcript named like the recording: `talk.srt` or `talk.mp4.srt`.

    A JSON file of that name may be anything, so one that is no transcript is only noted.
    """
    notes: list[str] = []
    skipped: list[Skipped] = []
    for candidate in beside(path):
        if not candidate.is_file():
            continue
        name = writable(candidate.name)
        try:
            if sniff(candidate) is Content.TEXT:
                kind, written = read_text(candidate)
                if kind is Kind.TRANSCRIPT:
                    note = f"words from {name}"
                    return Sidecar(written, (*notes, note, *written.notes), tuple(skipped))
            notes.append(f"{name} lies beside it but is no transcript: not used")
        except SourceError as error:
            if candidate.suffix == ".json":
                notes.append(f"{name} lies beside it but is no transcript: not used")
            else:
                skipped.append(Skipped(source=writable(path.name), where=name, reason=error.reason))
    return Sidecar(None, tuple(notes), tuple(skipped))


def unused_sidecar(path: Path) -> Sidecar:
    """What there is to say of a transcript beside a recording whose words are heard instead."""
    found = [writable(candidate.name) for candidate in beside(path) if candidate.is_file()]
    note = f"{', '.join(found)} beside it: not used, since words were asked of the sound"
    return Sidecar(None, (note,) if found else ())


def beside(path: Path) -> list[Path]:
    """Where the words of a recording may lie, in the order in which they are looked for."""
    same = [path.with_suffix(suffix) for suffix in SUFFIXES]
    longer = [path.with_name(path.name + suffix) for suffix in SUFFIXES]
    return [candidate for candidate in same + longer if candidate != path]
