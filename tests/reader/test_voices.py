"""Who speaks: by a file, by the sound, or by what a person said."""

import numpy as np
import pytest

import mien
from mien.core.config import Config
from mien.core.errors import ConfigError, SourceError, SourceNotFound
from mien.core.progress import Cancelled, CancelToken
from mien.decoders.voice.diarize import Manner, Said
from mien.reader import Options, Pass, voices
from mien.reader.voices import told_apart
from mien.timeline import Channel, Conversation, Turn
from tests.fakes.sounds import noise, tone, write_sound
from tests.fakes.videos import talk


class FakeDiarizer:
    """Says what it is told to, and keeps what it was asked."""

    manner = Manner(sure=0.7)
    said: list[Said] = []  # noqa: RUF012
    asked: list[int | None] = []  # noqa: RUF012

    def push(self, blocks):
        assert all(len(block.samples) for block in blocks)

    def close(self, people=None):
        self.asked.append(people)
        return self.said


@pytest.fixture
def heard(monkeypatch):
    """A diarizer that hears two voices: one for 1.5 s, then another, unsure of the last second."""
    said = [Said(0.0, 1.5, 0, 0.9), Said(1.5, 2.0, 1, 0.9), Said(2.0, 3.0, 1, 0.6)]
    monkeypatch.setattr(FakeDiarizer, "said", said)
    monkeypatch.setattr(FakeDiarizer, "asked", [])
    monkeypatch.setattr(voices, "open_diarizer", lambda threads: FakeDiarizer())
    return FakeDiarizer


@pytest.fixture
def sound(tmp_path):
    return write_sound(tmp_path / "a.wav", noise(3.0, level=0.2))


def _people(timeline):
    return [r.person for r in timeline]


def test_voices_of_a_recording_get_the_labels_of_those_told_apart(heard, sound):
    timeline = mien.read(sound)
    by_time = {(r.start, r.person) for r in timeline}
    assert {person for start, person in by_time if start < 1} == {"Voice 1"}
    assert {person for start, person in by_time if start >= 2} == {None}


def test_what_was_told_apart_is_said_with_its_certainty(heard, sound):
    notes = mien.read(sound).origins[0].notes
    assert any("2 voices" in note and "33%" in note and "70% sure" in note for note in notes)


def test_readings_have_their_final_ids_as_soon_as_they_come(heard, sound):
    reading = Pass(sound)
    streamed = list(reading)
    assert {r.id for r in streamed} == {r.id for r in reading.timeline()}


def test_a_single_voice_stays_without_a_name(heard, sound, monkeypatch):
    monkeypatch.setattr(heard, "said", [Said(0.0, 3.0, 0, 1.0)])
    timeline = mien.read(sound)
    assert set(_people(timeline)) == {None}
    assert not any("voices" in note for note in timeline.origins[0].notes)


def test_how_many_people_there_are_is_passed_on(heard, sound):
    mien.read(sound, people=3)
    assert heard.asked == [3]


def test_one_person_is_named_without_listening(heard, sound):
    assert set(_people(mien.read(sound, people=1))) == {"Voice 1"}
    assert heard.asked == []


def test_people_that_could_not_be_told_apart_are_said(heard, sound, monkeypatch):
    monkeypatch.setattr(heard, "said", [])
    notes = mien.read(sound, people=2).origins[0].notes
    assert any("no two voices" in note for note in notes)


def test_nobody_is_told_apart_under_settings_for_commercial_use(heard, sound):
    timeline = mien.read(sound, config=Config(commercial=True), people=2)
    assert heard.asked == []
    assert any("commercial" in note for note in timeline.origins[0].notes)


def test_pictures_alone_are_not_listened_to(heard, tmp_path):
    mien.read(talk(tmp_path / "talk.mp4", 1.0), channels=["face"])
    assert heard.asked == []


def test_sides_of_a_call_are_not_listened_to_for_voices(heard, tmp_path):
    sides = np.concatenate([noise(3.0, seed=1), noise(3.0, seed=2)], axis=1)
    path = write_sound(tmp_path / "call.wav", sides)
    assert set(_people(mien.read(path))) == {"left", "right"}
    assert heard.asked == []


def test_words_without_speakers_get_those_told_apart(heard, sound):
    sound.with_suffix(".srt").write_text(
        "1\n00:00:00,200 --> 00:00:01,000\nHello\n\n2\n00:00:01,500 --> 00:00:02,000\nYes\n",
        encoding="utf-8",
    )
    words = [r for r in mien.read(sound) if r.channel is Channel.WORDS]
    assert _people(words) == ["Voice 1", "Voice 2"]


VTT = """WEBVTT

00:00.000 --> 00:01.500
<v Ana>Hello</v>

00:01.500 --> 00:03.000
<v Ben>Yes</v>
"""
WHISPERX = """{"language": "en", "segments": [
 {"start": 0.0, "end": 1.5, "text": "Hello", "speaker": "Ana", "words": []},
 {"start": 1.5, "end": 3.0, "text": "Yes", "speaker": "Ben", "words": []}]}"""
RTTM = "".join(
    f"SPEAKER a 1 {start} 1.5 <NA> <NA> {who} <NA> <NA>\n"
    for start, who in ((0.0, "Ana"), (1.5, "Ben"))
)


@pytest.mark.parametrize(
    ("ending", "text"), [(".vtt", VTT), (".json", WHISPERX), (".rttm", RTTM)], ids=lambda x: x[:5]
)
def test_voices_are_those_of_the_speakers_that_lie_beside_a_recording(heard, sound, ending, text):
    sound.with_suffix(ending).write_text(text, encoding="utf-8")
    timeline = mien.read(sound)
    voice = [(r.start, r.person) for r in timeline if r.channel is Channel.VOICE]
    assert {person for start, person in voice if start < 1} == {"Ana"}
    assert {person for start, person in voice if start >= 2} == {"Ben"}
    assert heard.asked == []


@pytest.mark.parametrize(("ending", "text"), [(".vtt", VTT), (".rttm", RTTM)])
def test_a_file_of_speakers_may_lie_anywhere(heard, sound, tmp_path, ending, text):
    who = tmp_path / f"elsewhere{ending}"
    who.write_text(text, encoding="utf-8")
    assert {"Ana", "Ben"} <= set(_people(mien.read(sound, speakers=who)))
    assert heard.asked == []


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        (None, SourceNotFound, "no such file"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n", SourceError, "no speakers"),
        ("user: hi\n", SourceError, "no speakers"),
    ],
    ids=["missing", "without speakers", "a chat"],
)
def test_a_file_that_names_no_speakers_is_refused(sound, tmp_path, text, error, reason):
    who = tmp_path / "who.vtt"
    if text is not None:
        who.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=reason):
        mien.read(sound, speakers=who)


def test_sound_is_no_file_of_speakers(sound, tmp_path):
    other = write_sound(tmp_path / "b.wav", tone(1.0))
    with pytest.raises(SourceError, match="RTTM"):
        mien.read(sound, speakers=other)


def test_people_are_called_by_given_names_on_every_channel(heard, tmp_path):
    path = talk(tmp_path / "talk.mp4", 2.0)
    timeline = mien.read(path, names={"Voice 1": "Ana", "Face 1": "Ana"})
    assert set(_people(timeline)) == {"Ana", None} or set(_people(timeline)) == {"Ana", "Voice 2"}
    assert {r.person for r in timeline if r.channel is Channel.FACE} == {"Ana"}


def test_speakers_of_a_chat_are_called_by_given_names():
    turns = tuple(Turn(index=i, text="x", speaker=who) for i, who in enumerate("AB"))
    timeline = mien.read(Conversation(id="chat", turns=turns), names={"A": "Ana"})
    assert _people(timeline) == ["Ana", "B"]


def test_the_conversation_of_a_pass_has_its_people(heard, sound):
    sound.with_suffix(".srt").write_text(
        "1\n00:00:00,200 --> 00:00:01,000\nHello\n", encoding="utf-8"
    )
    reading = Pass(sound, Options(names={"Voice 1": "Ana"}))
    list(reading)
    assert [turn.speaker for turn in reading.conversation.turns] == ["Ana"]


@pytest.mark.parametrize(
    "wish", [{"people": 0}, {"people": -2}, {"names": {"": "Ana"}}, {"names": {"Voice 1": " "}}]
)
def test_wishes_that_make_no_sense_are_refused(sound, wish):
    with pytest.raises(ConfigError):
        mien.read(sound, **wish)


def test_listening_can_be_cancelled(heard, sound):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        mien.read(sound, cancel=token)
    assert heard.asked == []


def test_stretches_that_nobody_is_sure_of_are_nobodys():
    said = [Said(0.0, 2.0, 0, 0.9), Said(2.0, 4.0, 1, 0.69), Said(4.0, 6.0, 1, 0.71)]
    found = told_apart(said, 0.7, None).speakers
    spans = ((0, 2), (2, 4), (4, 6))
    assert [found.whose(*span) for span in spans] == ["Voice 1", None, "Voice 2"]


def test_nothing_of_how_a_voice_sounds_is_written(sound, tmp_path):
    before = set(tmp_path.rglob("*"))
    timeline = mien.read(sound, people=2)
    assert set(tmp_path.rglob("*")) == before
    assert all(set(r.extra) <= {"speech", "aroused", "burst", "level"} for r in timeline)
