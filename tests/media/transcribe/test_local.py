"""faster-whisper, or what stands in for it: no real model is used here."""

import numpy as np
import pytest

from mien.assets import Shelf, find
from mien.core.config import Config
from mien.core.errors import BadWeights, ConfigError, DecoderError, MissingExtra, MissingWeights
from mien.media.transcribe import Hearing, open_recognizer
from mien.media.transcribe.local import FasterWhisper
from tests.fakes.hearing import faster_whisper, said, segment, write_model

__all__ = ["faster_whisper"]

SOUND = np.full(16_000, 0.1, np.float32)


def config(folder, **more):
    return Config(transcribe_model=str(folder), home=folder.parent, **more)


def test_segments_words_and_language_become_whisper_json(tmp_path, faster_whisper):
    words = [[0.0, 0.4, " Good", 0.9], [0.4, 0.9, " night", 0.8]]
    model = write_model(tmp_path / "m", said(segment(" Good night", words=words), language="en"))
    told = FasterWhisper(config(model)).hear(SOUND, None)
    assert told["language"] == "en"
    (row,) = told["segments"]
    assert row["text"] == " Good night"
    assert row["words"][1] == {"word": " night", "start": 0.4, "end": 0.9, "probability": 0.8}
    assert {"avg_logprob", "compression_ratio", "no_speech_prob"} <= set(row)


def test_a_model_is_loaded_once_for_many_recordings_and_only_from_its_folder(
    tmp_path, faster_whisper
):
    model = write_model(tmp_path / "m", said(segment(" Hm.")))
    for _ in range(2):
        FasterWhisper(config(model, threads=3, device="cpu")).hear(SOUND, "en")
    (made,) = faster_whisper.MODELS
    assert made["folder"] == model
    assert (made["device"], made["cpu_threads"], made["local_files_only"]) == ("cpu", 3, True)
    assert [call["language"] for call in faster_whisper.CALLS] == ["en", "en"]


def test_what_was_invented_once_is_not_shown_to_the_model_again(tmp_path, faster_whisper):
    model = write_model(tmp_path / "m", said(segment(" Hm.")))
    FasterWhisper(config(model)).hear(SOUND, None)
    (call,) = faster_whisper.CALLS
    assert call["condition_on_previous_text"] is False
    assert call["vad_filter"] is True


def test_without_the_extra_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("mien.media.transcribe.local.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'mien\[transcribe\]'"):
        open_recognizer(Config(home=tmp_path))


def test_a_model_that_is_not_here_is_named_with_its_size_and_licence(tmp_path, faster_whisper):
    with pytest.raises(MissingWeights) as caught:
        open_recognizer(Config(home=tmp_path))
    text = str(caught.value)
    assert "`mien models pull whisper-small`" in text
    assert "Systran/faster-whisper-small, 486.2 MB, MIT" in text


def test_a_pulled_model_is_found(tmp_path, faster_whisper, monkeypatch):
    asset = find("whisper-base")
    monkeypatch.setattr(Shelf, "installed", lambda shelf, asset: shelf.main(asset))
    recognizer = open_recognizer(Config(home=tmp_path, transcribe_model="whisper-base"))
    assert recognizer.name == "faster-whisper (whisper-base)"
    assert recognizer._model.folder.name == asset.revision[:12]


@pytest.mark.parametrize("lacks", ["model.bin", "config.json", "tokenizer.json"])
def test_a_folder_that_is_no_model_is_refused(tmp_path, faster_whisper, lacks):
    model = write_model(tmp_path / "m", said())
    (model / lacks).unlink()
    with pytest.raises(ConfigError, match=lacks):
        open_recognizer(config(model))


def test_a_damaged_model_is_named(tmp_path, faster_whisper):
    model = write_model(tmp_path / "m", said())
    (model / "model.bin").write_bytes(b"damaged")
    with pytest.raises(BadWeights, match=r"incomplete.*pull it again"):
        FasterWhisper(config(model)).hear(SOUND, None)


def test_a_model_that_fails_midway_is_an_error_of_ours(tmp_path, faster_whisper):
    model = write_model(tmp_path / "m", said({"fails": "CUDA failed with error out of memory"}))
    with pytest.raises(DecoderError, match="out of memory"):
        FasterWhisper(config(model)).hear(SOUND, None)


def test_a_recording_is_heard_window_by_window(tmp_path, faster_whisper):
    from mien.media import Block

    model = write_model(tmp_path / "m", said(segment(" One.")), said(segment(" Two.")))
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    hearing = Hearing(open_recognizer(config(model)), "talk.mp3")
    list(hearing.listen(Block(noise, float(at)) for at in range(50)))
    assert [turn.text for turn in hearing.conversation.turns] == ["One.", "Two."]
    assert all(call["seconds"] <= 30 for call in faster_whisper.CALLS)
    assert hearing.notes == ("words heard by faster-whisper (m)",)
