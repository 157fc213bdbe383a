import pytest

pytest.importorskip("resource", reason="benchmarks run on Linux and macOS")

from benchmarks.inputs import chat, silence, speech
from benchmarks.measure import timed
from benchmarks.messages import messages
from mien.media import open_source


def test_messages_of_a_seed_are_the_same_and_of_another_seed_others():
    assert messages(50, seed=1) == messages(50, seed=1)
    assert len(set(messages(50, seed=1)) & set(messages(50, seed=2))) < 5


def test_messages_are_as_long_as_people_write_them():
    words = [len(text.split()) for text in messages(2_000, seed=3)]
    assert sum(words) / len(words) == pytest.approx(13, abs=1)


def test_a_chat_holds_as_many_messages_as_were_asked_for(tmp_path):
    path = tmp_path / "chat.jsonl"
    timed(chat(str(path), n=30, seed=0))
    with open_source(path) as source:
        assert len(source.conversation.turns) == 30


def test_given_texts_are_used_instead(tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("one\n\ntwo\nthree\n", encoding="utf-8")
    path = tmp_path / "chat.jsonl"
    timed(chat(str(path), n=2, seed=1, texts=str(texts)))
    with open_source(path) as source:
        assert [turn.text for turn in source.conversation.turns] == ["three", "one"]


@pytest.mark.parametrize("name", ["speech.wav", "speech.m4a"])
def test_speech_is_as_long_as_was_asked_for(tmp_path, name):
    timed(speech(str(tmp_path / name), seconds=3.0))
    with open_source(tmp_path / name) as source:
        assert source.seconds == pytest.approx(3.0, abs=0.1)


def test_silence_is_silent(tmp_path):
    timed(silence(str(tmp_path / "silence.flac"), seconds=2.0))
    with open_source(tmp_path / "silence.flac") as source:
        blocks = list(source.sound())
    assert sum(len(block.samples) for block in blocks) == pytest.approx(32_000, abs=400)
    assert not any(block.samples.any() for block in blocks)


def test_an_input_that_is_there_is_not_made_again(tmp_path):
    path = tmp_path / "chat.jsonl"
    path.write_text("kept", encoding="utf-8")
    timed(chat(str(path), n=2, seed=0))
    assert path.read_text(encoding="utf-8") == "kept"
