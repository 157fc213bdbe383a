"""Who speaks when in a recording that nobody wrote it down for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mien.core.config import Config
from mien.core.progress import CancelToken
from mien.decoders.voice.diarize import Said, open_diarizer
from mien.media import Block, SoundStream, Source
from mien.media.annotations.speakers import NOBODY, Speakers
from mien.media.words.sidecar import speakers_of
from mien.reader.options import Options
from mien.reader.plan import Plan
from mien.timeline.conversation import Turn
from mien.timeline.reading import Channel

ALONE = "Voice 1"
"""The label of whoever is the only one."""


class Heard(NamedTuple):
    """What listening brought to light.

    Attributes:
        speakers: Who speaks when.
        notes: What a person should know of it.
    """

    speakers: Speakers = NOBODY
    notes: tuple[str, ...] = ()


def told_before(source: Source | SoundStream, options: Options) -> Speakers:
    """Who speaks when, as a person or a file says.

    The file that was named comes first, then what lies beside a recording: exact turns, else
    words with speakers; then there may be one person only.

    Raises:
        SourceError: If the file that was named cannot be read, or names nobody.
    """
    if options.speakers is not None:
        return speakers_of(options.speakers, source.name)
    if isinstance(source, Source):
        talk = source.conversation if source.has_sound else None
        told = source.speakers or Speakers(talk.turns if talk is not None else ())
        if told:
            return told
    return _alone() if options.people == 1 and source.has_sound else NOBODY


def listens(source: Source, plan: Plan, options: Options, config: Config) -> bool:
    """Whether voices are to be told apart by their sound, if nobody says who speaks when.

    They are where a recording has one channel with everybody in it, and something is read that
    a voice may be named for. The net that tells them apart forbids commercial use.
    """
    is_mixed = source.has_sound and not source.sides
    is_read = bool(plan.of(Channel.VOICE) or plan.of(Channel.WORDS))
    return is_mixed and is_read and options.people != 1 and not config.commercial


def refused(options: Options, config: Config) -> tuple[str, ...]:
    """A note if telling voices apart was asked for and may not be done."""
    if not config.commercial or options.people in (None, 1):
        return ()
    return (
        "voices are not told apart: the net that does it forbids commercial use, and "
        "MIEN_COMMERCIAL is set",
    )


def hear(blocks: Iterable[Block], people: int | None, config: Config, cancel: CancelToken) -> Heard:
    """Who speaks when in the sound of one recording, by one pass over it.

    Nothing but times and labels comes out: how a voice sounds is forgotten at the end.

    Args:
        blocks: All of its sound.
        people: How many speak, if a caller knows.
        config: Settings.
        cancel: Asked before each block.

    Raises:
        MissingWeights: If the nets are not there.
        BadWeights: If they cannot be used.
    """
    diarizer = open_diarizer(config.threads)
    for block in blocks:
        cancel.check()
        diarizer.push([block])
    return told_apart(diarizer.close(people), diarizer.manner.sure, people)


def told_apart(said: list[Said], sure: float, people: int | None) -> Heard:
    """What comes of stretches of voices: a single one stays without a name, unless asked for.

    Args:
        said: By start.
        sure: Certainty below which a stretch is nobody's.
        people: How many speak, if a caller knows.
    """
    voices = len({s.voice for s in said})
    if voices < 2:
        is_short = people is not None and voices < people
        note = f"{people} people were announced, and no two voices could be told apart"
        return Heard(notes=(note,) if is_short else ())
    turns = [
        Turn(index=i, text="", speaker=f"Voice {s.voice + 1}", start=s.start, end=s.end)
        for i, s in enumerate(said)
        if s.certainty >= sure
    ]
    whole = sum(s.end - s.start for s in said)
    unsure = sum(s.end - s.start for s in said if s.certainty < sure) / whole
    return Heard(Speakers(turns), (_told(voices, unsure, sure, people),))


def _alone() -> Speakers:
    """One speaker at any time."""
    forever = 10.0**9
    return Speakers([Turn(index=0, text="", speaker=ALONE, start=0.0, end=forever)])


def _told(voices: int, unsure: float, sure: float, people: int | None) -> str:
    few = "" if people is None or voices == people else f" ({people} were announced)"
    return (
        f"{voices} voices were told apart by their sound{few}; {unsure:.0%} of the speech is "
        f"nobody's, being less than {sure:.0%} sure: --people N says how many there are, 1 for "
        "one person"
    )
