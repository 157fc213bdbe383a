"""Words on disk, as they can lie beside a recording."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.media import open_source
from mien.timeline import Conversation, Turn
from mien.timeline.transcript_file import write_transcript


def talk(*rows, language="en"):
    turns = tuple(
        Turn(index=i, text=text, speaker=speaker, start=start, end=end)
        for i, (speaker, text, start, end) in enumerate(rows)
    )
    return Conversation(id="talk", turns=turns, language=language)


TALK = talk(("left", "I passed!", 0.5, 1.25), (None, "Zwölf Äpfel", 3661.0, 3662.0))


def read(path):
    words = open_source(path).conversation
    return words.language, [(t.speaker, t.text, t.start, t.end) for t in words.turns]


def test_json_is_read_back_as_it_was(tmp_path):
    write_transcript(TALK, tmp_path / "talk.json")
    told = [(t.speaker, t.text, t.start, t.end) for t in TALK.turns]
    assert read(tmp_path / "talk.json") == ("en", told)


def test_subtitles_hold_times_names_and_words(tmp_path):
    write_transcript(TALK, tmp_path / "talk.srt")
    assert (tmp_path / "talk.srt").read_text(encoding="utf-8") == (
        "1\n00:00:00,500 --> 00:00:01,250\nleft: I passed!\n\n"
        "2\n01:01:01,000 --> 01:01:02,000\nZwölf Äpfel\n"
    )


def test_names_in_subtitles_are_read_back(tmp_path):
    both = talk(("left", "I passed!", 0.5, 1.25), ("right", "Wonderful.", 2.0, 3.0))
    write_transcript(both, tmp_path / "talk.srt")
    assert [row[:2] for row in read(tmp_path / "talk.srt")[1]] == [
        ("left", "I passed!"),
        ("right", "Wonderful."),
    ]


@given(st.lists(st.text(min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=5))
def test_no_words_can_break_a_file_of_subtitles(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("t") / "talk.srt"
    texts = [f"word {text.encode('utf-8', 'replace').decode()} --> \n\n9\n end" for text in texts]
    write_transcript(talk(*(("Ana", text, i, i + 0.5) for i, text in enumerate(texts))), path)
    cues = path.read_text(encoding="utf-8").count(" --> ")
    assert cues == len(texts)


def test_turns_without_times_are_left_out(tmp_path):
    write_transcript(talk((None, "Hm.", None, None), (None, "Yes.", 1.0, 2.0)), tmp_path / "t.json")
    plain = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert [row["text"] for row in plain["segments"]] == ["Yes."]


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"end 'talk.docx' in \.srt or \.json"):
        write_transcript(TALK, tmp_path / "talk.docx")


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(ConfigError, match="No space left"):
        write_transcript(TALK, tmp_path / "talk.srt")
    assert list(tmp_path.iterdir()) == []
