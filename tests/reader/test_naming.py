"""Names of those who speak, on readings that have none."""

from dataclasses import replace

import pytest

from mien.media.annotations.speakers import NOBODY, Speakers
from mien.reader.naming import named
from mien.timeline import Channel, Turn
from tests.made import told

WHO = Speakers([Turn(index=0, text="", speaker="Ana", start=0.0, end=5.0)])


@pytest.mark.parametrize("channel", [Channel.VOICE, Channel.WORDS])
def test_voices_and_heard_words_get_the_name_of_who_speaks(channel):
    reading = replace(told(1, 2, anger=0.5), channel=channel)
    found = named(reading, WHO)
    assert found.person == "Ana"
    assert found.id != reading.id
    assert replace(found, person=None, id=reading.id) == reading


@pytest.mark.parametrize(
    "reading",
    [
        replace(told(1, 2, anger=0.5), channel=Channel.FACE),
        replace(told(1, 2, anger=0.5), person="left"),
        replace(told(1, 2, anger=0.5), start=None, end=None),
        told(8, 9, anger=0.5),
    ],
    ids=["face", "named", "untimed", "silence"],
)
def test_any_other_reading_stays_as_it_is(reading):
    assert named(reading, WHO) is reading


def test_without_speakers_nothing_changes():
    reading = told(1, 2, anger=0.5)
    assert named(reading, NOBODY) is reading
