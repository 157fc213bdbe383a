"""The words that lie beside a recording under the same name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from mien.core.errors import SourceError, SourceNotFound, UnreadableSource
from mien.media.annotations.speakers import NOBODY, Speakers
from mien.media.sniff import Content, sniff
from mien.media.words.text import Written, writable
from mien.media.words.transcript import NO_WORDS, read_text
from mien.timeline.origin import Kind, Skipped

SUFFIXES = (".srt", ".vtt", ".TextGrid", ".eaf", ".json", ".rttm")

_WITH_SPEAKERS = (".TextGrid", ".eaf", ".rttm")


class Sidecar(NamedTuple):
    """What was found beside a recording.

    Attributes:
        written: The words, or None.
        notes: Which file they came from, and which were not used.
        skipped: Files that should have held words and cannot be read.
        speakers: Who speaks when, where a file says so exactly.
    """

    written: Written | None = None
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    speakers: Speakers = NOBODY


def find_sidecar(path: Path) -> Sidecar:
    """The first usable transcript named like the recording: `talk.srt` or `talk.mp4.srt`.

    Speakers come from it or, where it says nothing of them, from the first file that does; turns
    without a speaker are given theirs. A JSON file of that name may be anything, and a TextGrid
    or an ELAN document need not hold words, so that one without is only noted.
    """
    search = _Search(path)
    for candidate in beside(path):
        is_wanted = search.written is None or (
            not search.speakers and candidate.suffix in _WITH_SPEAKERS
        )
        if is_wanted and candidate.is_file():
            search.look_into(candidate)
    return search.found()


def unused_sidecar(path: Path) -> Sidecar:
    """Who speaks, and what there is to say of words beside a recording that are not used.

    They are heard instead, which no file of speakers stands against.
    """
    search = _Search(path, wants_words=False)
    there = [candidate for candidate in beside(path) if candidate.is_file()]
    for candidate in there:
        if not search.speakers and candidate.suffix in _WITH_SPEAKERS:
            search.look_into(candidate)
    found = [writable(candidate.name) for candidate in there if candidate.suffix != ".rttm"]
    if found:
        search.note(f"{', '.join(found)} beside it: not used, since words were asked of the sound")
    return search.found()


def speakers_of(path: Path, recording: str) -> Speakers:
    """Who speaks when, by a file that a person named: RTTM, TextGrid, ELAN or a transcript.

    Args:
        path: The file.
        recording: The name of what it is about.

    Raises:
        SourceError: If it cannot be read or names no speaker's time.
    """
    if not path.is_file():
        raise SourceNotFound(path)
    if sniff(path) is not Content.TEXT:
        raise UnreadableSource(path, "no file of speakers: RTTM, TextGrid, ELAN or a transcript")
    _, written = read_text(path, recording)
    found = Speakers(written.speakers or written.conversation.turns)
    if not found:
        raise UnreadableSource(path, "it names no speakers with times")
    return found


class _Search:
    """What was found so far."""

    def __init__(self, path: Path, *, wants_words: bool = True) -> None:
        self._path = path
        self._wants_words = wants_words
        self._notes: list[str] = []
        self._skipped: list[Skipped] = []
        self.written: Written | None = None
        self.speakers = NOBODY

    def look_into(self, candidate: Path) -> None:
        """Take what a file has that is still missing."""
        name = writable(candidate.name)
        unused = f"{name} lies beside it but is no transcript: not used"
        try:
            if sniff(candidate) is Content.TEXT:
                kind, written = read_text(candidate, self._path.name)
                if kind is Kind.TRANSCRIPT:
                    self._take(written, name)
                    return
            self._notes.append(unused)
        except SourceError as error:
            if candidate.suffix == ".json" or error.reason == NO_WORDS:
                self._notes.append(unused)
            else:
                source = writable(self._path.name)
                self._skipped.append(Skipped(source=source, where=name, reason=error.reason))

    def note(self, note: str) -> None:
        """Say something of what was found."""
        self._notes.append(note)

    def found(self) -> Sidecar:
        """All of it; words without speakers have got theirs."""
        written = self.written
        if written is not None and self.speakers:
            written = replace(written, conversation=self.speakers.named(written.conversation))
        return Sidecar(written, tuple(self._notes), tuple(self._skipped), self.speakers)

    def _take(self, written: Written, name: str) -> None:
        new = []
        if self._wants_words and self.written is None and written.conversation.turns:
            self.written = written
            new.append("words")
        if not self.speakers and written.speakers:
            self.speakers = Speakers(written.speakers)
            new.append("speakers")
        self._notes += [f"{' and '.join(new)} from {name}", *written.notes] if new else []


def beside(path: Path) -> list[Path]:
    """Where the words of a recording may lie, in the order in which they are looked for."""
    same = [path.with_suffix(suffix) for suffix in SUFFIXES]
    longer = [path.with_name(path.name + suffix) for suffix in SUFFIXES]
    return [candidate for candidate in same + longer if candidate != path]
