"""The words beside a recording."""

import json

import pytest

from mien.media import open_source
from tests.fakes.sounds import tone, write_sound

SRT = "1\n00:00:00,500 --> 00:00:01,500\nHello.\n"
WHISPER = json.dumps({"language": "en", "segments": [{"text": "Hi.", "start": 0, "end": 1}]})


@pytest.fixture
def sound(tmp_path):
    return write_sound(tmp_path / "talk.wav", tone(2))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("talk.srt", SRT, "Hello."),
        ("talk.vtt", "WEBVTT\n\n00:00.500 --> 00:01.500\nHello.\n", "Hello."),
        ("talk.json", WHISPER, "Hi."),
        ("talk.wav.srt", SRT, "Hello."),
    ],
)
def test_a_transcript_of_the_same_name_gives_the_words(sound, name, content, words):
    sound.with_name(name).write_text(content)
    with open_source(sound) as source:
        assert source.kind == "sound"
        assert [turn.text for turn in source.conversation.turns] == [words]
        assert f"words from {name}" in source.origin().notes


def test_without_one_there_are_no_words(sound):
    sound.with_name("other.srt").write_text(SRT)
    with open_source(sound) as source:
        assert source.conversation is None
        assert source.origin().notes == ()


def test_subtitles_come_before_json(sound):
    sound.with_name("talk.json").write_text(WHISPER)
    sound.with_name("talk.srt").write_text(SRT)
    with open_source(sound) as source:
        assert source.conversation.turns[0].text == "Hello."


@pytest.mark.parametrize("content", ['{"readings": []}', "[1]", "{broken", json.dumps([])])
def test_a_json_file_that_is_no_transcript_is_noted_and_does_no_harm(sound, content):
    sound.with_name("talk.json").write_text(content)
    with open_source(sound) as source:
        assert source.conversation is None
        assert not source.skipped()
        assert "talk.json lies beside it but is no transcript" in source.origin().notes[0]


def test_broken_subtitles_are_skipped_with_a_reason_and_the_sound_is_read(sound):
    sound.with_name("talk.srt").write_bytes(b"")
    with open_source(sound) as source:
        assert len(list(source.sound())) > 0
        (row,) = source.skipped()
        assert (row.source, row.where, row.reason) == ("talk.wav", "talk.srt", "the file is empty")


RTTM = "SPEAKER talk 1 0 1.6 <NA> <NA> Ana <NA> <NA>\n"
GRID = """"ooTextFile" "TextGrid" 0 2 <exists> 1 "IntervalTier" "{name}" 0 2 1 0.5 1.5 "{text}"\n"""


def test_speakers_beside_the_words_name_them(sound):
    sound.with_name("talk.srt").write_text(SRT)
    sound.with_name("talk.rttm").write_text(RTTM)
    with open_source(sound) as source:
        assert [(t.speaker, t.text) for t in source.conversation.turns] == [("Ana", "Hello.")]
        assert source.speakers.whose(0, 1) == "Ana"
        assert source.origin().notes == ("words from talk.srt", "speakers from talk.rttm")


def test_speakers_alone_give_no_words(sound):
    sound.with_name("talk.rttm").write_text(RTTM)
    with open_source(sound) as source:
        assert source.conversation is None
        assert source.speakers.whose(0, 1) == "Ana"
    with open_source(sound, beside=False) as source:
        assert source.speakers.whose(0, 1) == "Ana"
        assert source.origin().notes == ("speakers from talk.rttm",)


def test_a_textgrid_gives_words_and_speakers(sound):
    sound.with_name("talk.TextGrid").write_text(GRID.format(name="Ana", text="Hello."))
    with open_source(sound) as source:
        assert [(t.speaker, t.text) for t in source.conversation.turns] == [("Ana", "Hello.")]
        assert source.origin().notes == ("words and speakers from talk.TextGrid",)


def test_what_mien_wrote_beside_a_recording_is_never_its_words(sound):
    text = GRID.format(name="Ana | voice | emotion", text="anger 0.62 [0.41, 0.83]")
    sound.with_name("talk.TextGrid").write_text(text)
    with open_source(sound) as source:
        assert source.conversation is None
        assert not source.skipped()
        (note,) = source.origin().notes
        assert note == "talk.TextGrid lies beside it but is no transcript: not used"


def test_a_damaged_diarization_is_skipped_with_a_reason(sound):
    sound.with_name("talk.rttm").write_text(RTTM + "SPEAKER talk 1 soon 1 <NA> <NA> Ana <NA>\n")
    with open_source(sound) as source:
        (row,) = source.skipped()
        assert row.where == "talk.rttm"
        assert "line 2" in row.reason
