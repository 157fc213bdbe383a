"""Voices and heard words by the names of those who speak then, and people by given names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mien.core.errors import ConfigError
from mien.media.annotations.speakers import Speakers
from mien.timeline.conversation import Conversation
from mien.timeline.reading import Channel, Reading, stamp


def named(reading: Reading, speakers: Speakers) -> Reading:
    """The reading of a voice, or of words, with the speaker of its time; any other as it is.

    Args:
        reading: Stamped.
        speakers: Who speaks when.
    """
    is_open = reading.channel is not Channel.FACE and reading.person is None
    if not (speakers and is_open) or reading.start is None or reading.end is None:
        return reading
    speaker = speakers.whose(reading.start, reading.end)
    return reading if speaker is None else stamp(replace(reading, person=speaker), reading.source)


def called(reading: Reading, names: Mapping[str, str]) -> Reading:
    """The reading under the name that its person's label stands for; any other as it is.

    Args:
        reading: Stamped.
        names: By label.
    """
    if reading.person is None or reading.person not in names:
        return reading
    return stamp(replace(reading, person=names[reading.person]), reading.source)


def talk_of(
    conversation: Conversation, speakers: Speakers, names: Mapping[str, str]
) -> Conversation:
    """The conversation with the speakers of its times, and under given names."""
    talk = speakers.named(conversation) if speakers else conversation
    if not names:
        return talk
    turns = (replace(t, speaker=names.get(t.speaker or "", t.speaker)) for t in talk.turns)
    return replace(talk, turns=tuple(turns))


def check_names(names: Mapping[str, str]) -> None:
    """Refuse names that nobody could be called.

    Raises:
        ConfigError: If a label or a name is empty.
    """
    for label, name in names.items():
        if not label.strip() or not name.strip():
            raise ConfigError(
                f"a name takes a label and what it stands for, such as 'Voice 1' and 'Ana', "
                f"not {label!r} and {name!r}"
            )
