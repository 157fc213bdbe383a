"""Recordings whose words are heard while they are read."""

import itertools

import numpy as np
import pytest

import mien
from mien.core.config import Config
from mien.core.errors import ConfigError, MissingWeights, ModelServiceError
from mien.core.progress import Cancelled, CancelToken
from mien.llm.testing import Answer, Fault, ScriptedServer, Segment
from mien.reader import Options, Pass
from mien.reader.identity import wishes
from mien.timeline import Channel
from tests.fakes.hearing import faster_whisper, said, seconds_of, segment, write_model
from tests.fakes.sounds import bursts, noise, tone, write_sound
from tests.fakes.videos import talk

__all__ = ["faster_whisper"]

HELLO = Answer("Hello there.", segments=(Segment(0.5, 1.5, " Hello there."),))


def words_of(timeline):
    return [(r.start, r.end, r.text) for r in timeline if r.channel is Channel.WORDS]


@pytest.fixture
def memo(tmp_path):
    return write_sound(tmp_path / "memo.wav", noise(4.0, level=0.2))


def test_words_and_voices_are_read_on_one_clock(memo):
    with ScriptedServer(HELLO) as server:
        timeline = mien.read(memo, transcribe=server.url)
    assert words_of(timeline) == [(0.5, 1.5, "Hello there.")]
    assert {r.channel for r in timeline} == {Channel.WORDS, Channel.VOICE}
    (origin,) = timeline.origins
    assert "words heard by whisper-1 at 127.0.0.1" in origin.notes
    assert origin.language == "en"


def test_voices_are_read_as_without_words(memo):
    with ScriptedServer(HELLO) as server:
        both = mien.read(memo, transcribe=server.url)
    alone = mien.read(memo, channels=["voice"])
    assert [r for r in both if r.channel is Channel.VOICE] == list(alone)
    assert both.origins[0].envelope == alone.origins[0].envelope


def test_a_model_here_hears_words(memo, tmp_path, faster_whisper):
    model = write_model(tmp_path / "m", said(segment(" Guten Tag.", 1, 2), language="de"))
    timeline = mien.read(memo, transcribe=True, config=Config(transcribe_model=str(model)))
    assert words_of(timeline) == [(1, 2, "Guten Tag.")]
    assert timeline.origins[0].language == "de"


def test_without_a_model_nothing_is_read(memo, tmp_path, faster_whisper):
    with pytest.raises(MissingWeights, match="mien models pull whisper-small"):
        mien.read(memo, transcribe=True, config=Config(home=tmp_path))


def test_a_video_is_heard_too(tmp_path):
    with ScriptedServer(HELLO) as server:
        timeline = mien.read(talk(tmp_path / "talk.mp4", 2.0), transcribe=server.url)
    assert {r.channel for r in timeline} == set(Channel)


def test_a_transcript_beside_it_wins_unless_words_are_asked_of_the_sound(memo):
    memo.with_suffix(".srt").write_text("1\n00:00:00,100 --> 00:00:01,000\nBy hand\n")
    with ScriptedServer(HELLO) as server:
        config = Config(transcribe_url=server.url)
        assert words_of(mien.read(memo, config=config)) == [(0.1, 1.0, "By hand")]
        timeline = mien.read(memo, transcribe=True, config=config)
    assert words_of(timeline) == [(0.5, 1.5, "Hello there.")]
    assert any("memo.srt beside it: not used" in note for note in timeline.origins[0].notes)


def test_only_the_part_asked_for_is_sent(memo):
    with ScriptedServer(HELLO) as server:
        timeline = mien.read(memo, transcribe=server.url, start=1.0, end=3.0)
    (request,) = server.requests
    assert seconds_of(request.sounds[0]) == pytest.approx(2.0, abs=0.1)
    assert words_of(timeline) == [(1.5, 2.5, "Hello there.")]


def test_each_channel_of_a_call_is_a_party(tmp_path):
    left, right = bursts(6.0), bursts(6.0, phase=0.5, seed=1)
    call = write_sound(tmp_path / "call.wav", np.concatenate([left, right], axis=1))
    with ScriptedServer(HELLO) as server:
        timeline = mien.read(call, transcribe=server.url)
    assert [r.person for r in timeline if r.channel is Channel.WORDS] == ["left", "right"]


def test_a_recording_in_which_nobody_speaks_says_so(memo):
    with ScriptedServer(Answer("")) as server:
        timeline = mien.read(memo, transcribe=server.url)
    assert [r.reason for r in timeline if r.channel is Channel.WORDS] == ["no_data"]
    assert "no words were heard" in timeline.origins[0].notes


def test_a_service_that_refuses_ends_the_work_before_it_is_done_in_vain(memo):
    with ScriptedServer(Fault(401)) as server, pytest.raises(ModelServiceError, match="its key"):
        mien.read(memo, transcribe=server.url)


def test_a_service_that_fails_later_leaves_voices_whole(tmp_path):
    long = write_sound(tmp_path / "long.wav", noise(95.0))
    with ScriptedServer([HELLO, Fault(403)]) as server:
        timeline = mien.read(long, transcribe=server.url)
    assert len(words_of(timeline)) == 1
    assert max(r.end for r in timeline if r.channel is Channel.VOICE) > 90
    assert any("no words from here on" in part.reason for part in timeline.skipped)


def test_words_come_while_a_long_recording_is_read_and_work_can_be_stopped(tmp_path):
    long = write_sound(tmp_path / "long.wav", noise(300.0))
    token = CancelToken()
    with ScriptedServer(HELLO) as server:
        config = Config(transcribe_url=server.url)
        reading = Pass(long, Options(transcribe=True, config=config), cancel=token)
        found = list(itertools.islice(reading, 1))
        assert len(server.requests) <= 2
        token.cancel()
        with pytest.raises(Cancelled):
            found += list(reading)
        asked = len(server.requests)
    assert asked <= 2
    assert len(reading.conversation.turns) >= 1
    assert found


def test_what_has_no_sound_says_that_nothing_was_transcribed(tmp_path):
    (tmp_path / "chat.txt").write_text("Ana: hello\nBen: hi\n", encoding="utf-8")
    config = Config(transcribe_url="http://127.0.0.1:1/v1")
    timeline = mien.read(tmp_path / "chat.txt", transcribe=True, config=config)
    assert len(words_of(timeline)) == 2
    assert "nothing was transcribed: this is no recording with sound" in timeline.origins[0].notes


def test_without_the_channel_of_words_nothing_is_sent(memo):
    with ScriptedServer([]) as server:
        timeline = mien.read(memo, channels=["voice"], transcribe=server.url)
    assert server.requests == []
    assert "nothing was transcribed: --channels leaves words out" in timeline.origins[0].notes


def test_whoever_gets_the_sound_is_named_before(memo):
    config = Config(transcribe_url="https://speech.example/v1")
    reading = Pass(memo, Options(transcribe=True, config=config))
    assert "the sound is sent to speech.example, which writes down its words" in reading.notes


def test_silence_needs_no_service(tmp_path):
    quiet = write_sound(tmp_path / "quiet.wav", tone(3.0, level=0.0))
    with ScriptedServer([]) as server:
        mien.read(quiet, transcribe=server.url)
    assert server.requests == []


def test_an_address_that_is_none_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ConfigError, match="is no address"):
        mien.read(tmp_path / "not-there.wav", transcribe="localhost:8000")


def test_a_ledger_knows_who_heard_the_words_but_no_password():
    config = Config(transcribe_url="http://me:secret@127.0.0.1:1/v1", transcribe_model="large")
    told = wishes(Options(transcribe=True, config=config), private=False)
    assert told["--transcribe"] == "True"
    assert told["transcribe_model"] == "large"
    assert told["transcribe_url"] == "http://127.0.0.1:1/v1"
