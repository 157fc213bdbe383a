"""EmoNet's voice decoder over real sound, with an encoder and heads that need no weights."""

from dataclasses import replace

import numpy as np
import pytest

from mien.decoders.calibrate import MonotoneMap
from mien.decoders.calibration_file import Calibration
from mien.decoders.emonet.attributes import given
from mien.decoders.emonet.embeddings import Embeddings
from mien.decoders.emonet.suites import suites
from mien.decoders.emonet.voice import AT_ONCE, RULE, SPEECH, EmoNetVoiceDecoder, Parts, card
from mien.decoders.emonet.voice_readout import average
from mien.decoders.voice.speech import SpeechNet
from mien.emotions import Emotion
from mien.media import Block, open_source
from mien.timeline import Reason
from tests.data import EXAMPLES

SUITE = suites()["emonet-voice-plus"]


class Loudness:
    """Embeds a window as its mean and its length; counts what it is asked."""

    def __init__(self):
        self.asked = []

    def embed(self, windows):
        self.asked.append([len(w) / 16_000 for w in windows])
        return np.array([[[np.abs(w).mean(), len(w)]] for w in windows], dtype=np.float32)


class Constant:
    """Heads that say the same of every voice."""

    def __init__(self, heads=SUITE.heads, **said):
        self.heads, self._said = heads, said

    def score(self, embedded):
        row = [self._said.get(head.key, 0.0) for head in self.heads]
        return np.tile(np.array(row, dtype=np.float32), (len(embedded), 1))


class Captioner:
    def __init__(self, text="a calm voice"):
        self._text = text

    def describe(self, windows):
        return [self._text] * len(windows)


def parts(heads=None, **changes):
    made = Parts(
        suite=SUITE,
        speech=SpeechNet(SPEECH, 1),
        encoder=Loudness(),
        heads=heads or Constant(anger=2.0, arousal=3.0, cold_warm=1.5, age=4.0, gender=0.3),
        average=average("plus"),
        given=given(""),
        embeddings=Embeddings(),
    )
    return replace(made, **changes)


@pytest.fixture(scope="module")
def blocks():
    with open_source(EXAMPLES / "scene.ogg", end=20.0) as source:
        return list(source.sound())


def read(made, blocks):
    decoding = EmoNetVoiceDecoder(made, card(SUITE)).open()
    return [*decoding.push(blocks), *decoding.close()]


def test_every_utterance_says_what_the_heads_say(blocks):
    readings = read(parts(), blocks)
    assert len(readings) >= 2
    for reading in readings:
        assert reading.is_told
        assert reading.scores.top.emotion is Emotion.ANGER
        assert reading.arousal == 0.5
        assert reading.arousal_sd is None
        assert reading.extra["raw_anger"] == 2.0
        assert reading.extra["z_anger"] > 4
        assert reading.caption is None


def test_neutral_is_never_judged(blocks):
    for reading in read(parts(), blocks):
        assert reading.scores[Emotion.NEUTRAL] is None
        assert len(reading.scores.covered) == 40


def test_a_voice_like_the_average_one_tells_nothing(blocks):
    heads = Constant(interest=1.9, concentration=1.57, contemplation=0.83)
    for reading in read(parts(heads), blocks):
        assert reading.reason is Reason.LOW_CONFIDENCE


def test_age_and_gender_are_said_only_if_asked_for(blocks):
    extra = read(parts(), blocks)[0].extra
    assert "cold_warm" in extra
    assert not {"age", "gender"} & extra.keys()
    asked = read(parts(given=given("age,gender")), blocks)[0].extra
    assert asked["age"] == 4.0
    assert "gender" not in asked  # too near the middle to say


def test_heads_that_are_not_here_are_null_and_the_card_says_so(blocks):
    heads = Constant(SUITE.choose((Emotion.ANGER, Emotion.FEAR)), anger=2.0)
    decoder = EmoNetVoiceDecoder(parts(heads), card(SUITE))
    assert decoder.card.covers == (Emotion.FEAR, Emotion.ANGER)
    reading = read(parts(heads), blocks)[0]
    assert set(reading.scores.covered) == {Emotion.FEAR, Emotion.ANGER}


def test_utterances_of_one_push_go_through_together(blocks):
    made = parts()
    read(made, blocks)
    assert max(len(asked) for asked in made.encoder.asked) > 1
    assert all(len(asked) <= AT_ONCE for asked in made.encoder.asked)


def test_nothing_after_half_a_minute_is_lost_and_windows_overlap():
    """Speech that never pauses, as the reference code would cut off after 30 s."""
    with open_source(EXAMPLES / "scene.ogg") as source:
        speech = np.concatenate([b.samples for b in source.sound()])
    dense = speech[np.abs(speech) > 1e-3][: 16_000 * 12]
    sound = np.tile(dense, 5)
    made = parts()
    readings = read(made, [Block(sound, 0.0)])
    assert readings[-1].end > 45
    assert all(r.end - r.start <= RULE.longest + 1e-6 for r in readings)
    heard = sum(seconds for asked in made.encoder.asked for seconds in asked)
    spanned = sum(r.end - r.start for r in readings)
    assert heard > spanned


def test_captions_come_where_they_are_asked_for(blocks):
    assert {r.caption for r in read(parts(captioner=Captioner()), blocks)} == {"a calm voice"}
    assert {r.caption for r in read(parts(captioner=Captioner("")), blocks)} == {None}


def test_ratings_of_the_user_change_shares_and_the_card(blocks):
    calibration = Calibration(
        decoder=SUITE.decoder,
        made="2026-11-23",
        n=200,
        raters=5,
        maps={Emotion.ANGER: MonotoneMap((0.0, 1.0), (0.1, 0.3))},
    )
    made = parts(calibration=calibration)
    assert "5 people" in EmoNetVoiceDecoder(made, card(SUITE)).card.calibration
    for reading in read(made, blocks):
        assert 0.1 <= reading.scores[Emotion.ANGER] <= 0.3


def test_a_calibrated_decoder_can_be_had_without(blocks):
    calibration = Calibration(
        decoder=SUITE.decoder, made="2026-11-23", n=9, raters=3, maps={}, figures={}
    )
    plain = EmoNetVoiceDecoder(parts(calibration=calibration), card(SUITE)).uncalibrated()
    assert plain.card.calibration == card(SUITE).calibration
    assert isinstance(plain, EmoNetVoiceDecoder)
