"""A transcription service, scripted."""

import json
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import ConfigError, ModelServiceError, NetworkRefused
from mien.llm import Retries
from mien.llm.testing import Answer, Raw, ScriptedServer, Segment
from mien.media.transcribe import open_recognizer
from mien.media.transcribe.service import as_whisper, wav_bytes
from tests.fakes.hearing import seconds_of

SOUND = np.linspace(-1.5, 1.5, 24_000, dtype=np.float32)


def hear(reply, **settings):
    with ScriptedServer(reply) as server:
        service = open_recognizer(Config(transcribe_url=server.url, **settings))
        told = service.hear(SOUND, "de")
        service.close()
    return told, server.requests


def test_a_service_is_sent_a_small_wav_and_asked_for_words_with_times():
    _, (request,) = hear(Answer("Ja."), transcribe_model="large", offline=True)
    assert request.path == "/v1/audio/transcriptions"
    assert request.body["model"] == "large"
    assert request.body["response_format"] == "verbose_json"
    assert request.body["timestamp_granularities[]"] == ["segment", "word"]
    assert request.body["language"] == "de"
    assert seconds_of(request.sounds[0]) == 1.5


def test_segments_come_back():
    answer = Answer("Ja. Nein.", segments=(Segment(0, 0.5, " Ja."), Segment(0.5, 1, " Nein.")))
    told, _ = hear(answer)
    assert [row["text"] for row in told["segments"]] == [" Ja.", " Nein."]


def test_words_beside_the_segments_are_put_into_them():
    plain = {
        "text": "a b c",
        "segments": [
            {"text": "a b", "start": 0, "end": 1},
            {"text": "c", "start": 1, "end": 2},
        ],
        "words": [
            {"word": "a", "start": 0.0, "end": 0.4},
            {"word": "b", "start": 0.4, "end": 1.1},
            {"word": "c", "start": 1.1, "end": 1.9},
            "nonsense",
            {"word": "d"},
        ],
    }
    rows = as_whisper(plain, 2.0)["segments"]
    assert [[word["word"] for word in row["words"]] for row in rows] == [["a", "b"], ["c"]]
    assert [(row["start"], row["end"]) for row in rows] == [(0.0, 1.1), (1.1, 1.9)]


def test_a_text_without_times_gets_those_of_the_window():
    rows = as_whisper({"text": "All of it."}, 12.5)["segments"]
    assert rows == [{"text": "All of it.", "start": 0.0, "end": 12.5}]


@pytest.mark.parametrize("plain", [{"text": ""}, {"segments": []}, {"text": " ", "segments": None}])
def test_an_empty_transcript_has_no_segment(plain):
    assert as_whisper(plain, 1.0)["segments"] == []


@given(
    st.dictionaries(
        st.sampled_from(["text", "segments", "words", "language"]),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["text", "start", "end", "word", "words"]), inner, max_size=4
                )
            ),
            max_leaves=12,
        ),
    )
)
def test_any_json_is_turned_into_rows_without_a_crash(plain):
    assert all(isinstance(row, dict) for row in as_whisper(plain, 3.0)["segments"])


@pytest.fixture
def once(monkeypatch):
    """Nothing is asked twice."""
    short = partial(Retries, tries=1)
    monkeypatch.setattr("mien.media.transcribe.service.Retries", short)


def test_a_text_instead_of_json_is_said_and_not_repeated_in_the_error(once):
    page = Raw(b"<html>Dear patient, your secret is safe</html>")
    with pytest.raises(ModelServiceError, match="is no transcript") as caught:
        hear(page)
    assert "secret" not in str(caught.value)


def test_samples_beyond_full_scale_are_clipped_and_what_is_no_number_is_silent():
    wild = np.array([np.nan, np.inf, -np.inf, 2.0, -2.0], np.float32)
    data = np.frombuffer(wav_bytes(wild)[44:], "<i2")
    assert data.tolist() == [0, 32767, -32767, 32767, -32767]


def test_offline_no_other_machine_is_asked():
    with pytest.raises(NetworkRefused, match=r"speech\.example"):
        open_recognizer(Config(transcribe_url="https://speech.example/v1", offline=True))


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x/v1", "http://"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ConfigError, match="is no address"):
        open_recognizer(Config(transcribe_url=url))


def test_only_the_key_meant_for_it_is_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    _, (request,) = hear(Answer("Hm."))
    assert "authorization" not in request.headers
    monkeypatch.setenv("MIEN_TRANSCRIBE_KEY", "k")
    _, (request,) = hear(Answer("Hm."))
    assert "authorization" in request.headers


def test_another_machine_is_named_as_listener():
    away = open_recognizer(Config(transcribe_url="https://speech.example/v1"))
    here = open_recognizer(Config(transcribe_url="http://127.0.0.1:1/v1"))
    assert (away.listener, here.listener) == ("speech.example", "")
    assert away.name == "whisper-1 at speech.example"


def test_json_of_another_kind_is_no_transcript(once):
    with pytest.raises(ModelServiceError, match="is no transcript"):
        hear(Raw(json.dumps(["a"]).encode(), kind="application/json"))
