"""Characters that no file can hold."""

import json
import os
import sys

import pytest

from mien.media import open_source
from mien.media.words.text import writable
from tests.fakes.sounds import tone, write_sound

SRT = "1\n00:00:00,500 --> 00:00:01,500\nHello.\n"
NOTE = "halves of characters, replaced by U+FFFD: "


def read(path, content):
    path.write_text(content, encoding="utf-8")
    with open_source(path) as source:
        return source.conversation, source.origin().notes


def spelled(talk):
    said = [text for turn in talk.turns for text in (turn.speaker, turn.text)]
    return [talk.id, talk.title, *said]


def test_halves_in_words_names_and_title_of_a_chat_are_replaced_and_counted(tmp_path):
    messages = [{"role": "user", "content": "x\ud800y\udc00\ud83d", "name": "A\udfff"}]
    plain = json.dumps({"title": "\udbffT", "messages": messages})
    talk, notes = read(tmp_path / "a.json", plain)
    assert spelled(talk) == ["a.json", "\ufffdT", "A\ufffd", "x\ufffdy\ufffd\ufffd"]
    assert notes == (NOTE + "5",)


def test_halves_in_lines_of_json_are_replaced_too(tmp_path):
    line = json.dumps({"role": "user", "content": "x\ud800y"})
    talk, notes = read(tmp_path / "a.jsonl", f"{line}\n{line}\n")
    assert [turn.text for turn in talk.turns] == ["x\ufffdy"] * 2
    assert notes == (NOTE + "2",)


def test_halves_in_a_transcript_are_replaced_too(tmp_path):
    word = {"word": "a\ud800", "start": 0, "end": 1, "speaker": "S\udc00"}
    segment = {"text": "a\ud800", "start": 0, "end": 1, "words": [word]}
    talk, notes = read(tmp_path / "a.json", json.dumps({"segments": [segment]}))
    assert spelled(talk) == ["a.json", None, "S\ufffd", "a\ufffd"]
    assert notes == (NOTE + "2",)


def test_subtitles_cannot_spell_halves(tmp_path):
    talk, _ = read(tmp_path / "a.srt", SRT.replace("Hello.", "&#xD800;&#55296; Hello."))
    assert talk.turns[0].text == writable(talk.turns[0].text)


def test_two_halves_that_belong_together_stay_a_character(tmp_path):
    talk, notes = read(tmp_path / "a.json", r'[{"role": "user", "content": "\ud83d\ude00"}]')
    assert talk.turns[0].text == "\U0001f600"
    assert notes == ()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_name_that_is_not_utf_8_can_be_written_down(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    write_sound(tmp_path / "a.wav", tone(1)).rename(path)
    path.with_suffix(".srt").write_text(SRT)
    with open_source(path) as source:
        assert source.name == source.origin().source == "caf\ufffd.wav"
        assert source.conversation.id == "caf\ufffd.srt"
        assert source.origin().notes == ("words from caf\ufffd.srt",)
        assert len(list(source.sound())) > 0
