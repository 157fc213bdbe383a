"""The voice decoder: sound in, readings out."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.config import Config
from mien.decoders.voice import VOICE, VOICE_OPEN
from mien.decoders.voice.features import N_STATISTICS
from mien.media import Block
from mien.timeline.reading import Adapted, Reason, Verdict
from tests.data import shared
from tests.decoders.voice import conftest

DECODER = VOICE.load(Config())
RATE = 16_000


def read(samples, cuts=(), start=0.0, reference=None, decoder=DECODER):
    decoding, readings, at = decoder.open(reference), [], 0
    for cut in [*sorted(cuts), len(samples)]:
        readings += decoding.push([Block(samples[at:cut], start + at / RATE)])
        at = cut
    return readings + decoding.close()


def as_row(reading):
    affect = [reading.valence or 0.0, reading.arousal or 0.0, reading.confidence, reading.quality]
    return [reading.start, reading.end, *affect, *np.nan_to_num(reading.scores.to_array())]


@pytest.fixture
def scene(speech, hush):
    """Two utterances of different people, 2.4 and 1.6 s, with a pause and quiet around them."""
    parts = [hush(0.7), speech(2.4), hush(0.9), speech(1.6, 230.0, 3), hush(0.8)]
    return np.concatenate(parts)


SCENE = np.concatenate(
    [np.zeros(9000, dtype=np.float32), conftest._speech(2.4, 140.0, 0)] * 2
    + [np.zeros(5000, dtype=np.float32), conftest._speech(0.6, 230.0, 3)]
)


@settings(max_examples=12)
@given(st.sets(st.integers(0, len(SCENE)), max_size=40))
def test_where_blocks_are_cut_does_not_matter(cuts):
    whole, parts = read(SCENE), read(SCENE, cuts)
    assert len(whole) == len(parts) > 1
    np.testing.assert_allclose([as_row(r) for r in parts], [as_row(r) for r in whole], atol=1e-5)


def test_tiny_blocks_give_the_same_as_one():
    whole, parts = read(SCENE), read(SCENE, range(160, len(SCENE), 160))
    np.testing.assert_allclose([as_row(r) for r in parts], [as_row(r) for r in whole], atol=1e-5)


def test_each_utterance_gives_one_reading_where_it_is(scene):
    readings = read(scene)
    assert len(readings) == 2
    for reading, (start, end) in zip(readings, [(0.7, 3.1), (4.0, 5.6)], strict=True):
        assert abs(reading.start - start) < 0.2
        assert abs(reading.end - end) < 0.25
        assert reading.scores.covered == DECODER.card.covers
        assert reading.extra["speech"] > 0.5
        assert reading.dominance is None


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 30.0])
def test_silence_and_a_quiet_room_give_no_readings(seconds, hush):
    assert read(np.zeros(int(RATE * seconds), dtype=np.float32)) == []
    assert read(hush(seconds)) == []


def test_utterances_keep_to_ten_seconds(speech):
    readings = read(speech(27.0))
    assert len(readings) >= 3
    for one, other in itertools.pairwise(readings):
        assert one.end <= other.start + 1e-9
        assert one.end - one.start <= 10.0 + 1e-9


def test_an_hour_of_silence_holds_no_memory_and_ends_no_speech(speech):
    decoding = DECODER.open()
    minute = np.zeros(60 * RATE, dtype=np.float32)
    readings = decoding.push([Block(speech(2.4), 0.0)])
    for i in range(60):
        readings += decoding.push([Block(minute, 2.4 + 60 * i)])
    held = decoding._listener._stream
    assert len(held._samples) + held._n_waiting < 15 * RATE
    readings += decoding.push([Block(speech(2.4), 2.4 + 3600)]) + decoding.close()
    assert len(readings) == 2
    assert readings[1].start == pytest.approx(3602.4, abs=0.2)


def test_endless_speech_is_held_for_a_few_seconds_only(speech):
    decoding, part = DECODER.open(), speech(27.0)
    for i in range(4):
        decoding.push([Block(part, 27.0 * i)])
        assert len(decoding._listener._stream._samples) < 15 * RATE


def test_a_jump_in_time_ends_the_utterance(speech):
    decoding, part = DECODER.open(), speech(1.6)
    readings = decoding.push([Block(part, 5.0), Block(part, 100.0)]) + decoding.close()
    assert [round(r.start) for r in readings] == [5, 100]
    assert readings[0].end <= 6.6 + 1e-9


def test_a_decoding_starts_wherever_its_sound_does(scene):
    early, late = read(scene), read(scene, start=1000.0)
    for one, other in zip(early, late, strict=True):
        assert other.start - one.start == pytest.approx(1000.0)
        assert other.scores == one.scores


def test_brief_speech_is_too_short_to_tell(speech, hush):
    readings = read(np.concatenate([hush(1.0), speech(0.4), hush(1.0)]))
    assert [r.reason for r in readings] == [Reason.TOO_SHORT]
    assert readings[0].scores.covered == ()


def test_clipped_sound_is_of_low_quality(speech):
    readings = read(np.clip(speech(2.4) * 40, -1, 1))
    assert [r.reason for r in readings] == [Reason.LOW_QUALITY]


def test_whispering_far_below_the_floor_is_not_judged(speech):
    for reading in read(speech(2.4) * np.float32(10 ** (-58 / 20))):
        assert reading.reason is Reason.LOW_QUALITY


def test_a_telephone_lowers_quality(scene):
    spectrum = np.fft.rfft(scene)
    hertz = np.fft.rfftfreq(len(scene), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    narrow = np.fft.irfft(spectrum, len(scene)).astype(np.float32)
    told, phone = read(scene), read(narrow)
    assert len(phone) == len(told)
    for one, other in zip(told, phone, strict=True):
        assert other.quality < one.quality


def test_noise_lowers_quality_and_confidence_is_never_above_its_bounds(scene):
    noise = np.random.default_rng(1).normal(0, 0.02, len(scene)).astype(np.float32)
    assert max(r.quality for r in read(scene + noise)) < min(r.quality for r in read(scene))


def test_below_the_stated_confidence_nothing_is_told(scene):
    least = DECODER._parts.readout.least_confidence
    for reading in read(scene):
        assert (reading.confidence >= least) == (reading.verdict is Verdict.TOLD)
        assert (reading.reason is None) == reading.is_told


def test_what_is_not_finite_does_no_harm(scene):
    broken = scene.copy()
    broken[20_000:20_050] = np.nan
    broken[30_000] = np.inf
    readings = read(broken)
    assert len(readings) == 2
    assert all(np.isfinite(as_row(r)).all() for r in readings)


def test_a_reference_changes_what_is_said_and_says_so(scene, speech):
    reference = DECODER.refer([Block(speech(4.0, 120.0, 9), 0.0)])
    assert reference.shape == (N_STATISTICS + 10,)
    plain, adapted = read(scene), read(scene, reference=reference)
    assert {r.adapted for r in plain} == {Adapted.NONE}
    assert {r.adapted for r in adapted} == {Adapted.BASELINE}
    assert any(p.scores != a.scores for p, a in zip(plain, adapted, strict=True))


def test_a_reference_needs_speech(speech, hush):
    assert DECODER.refer([]) is None
    assert DECODER.refer([Block(hush(5.0), 0.0)]) is None
    assert DECODER.refer([Block(speech(0.9), 0.0)]) is None


def test_both_decoders_hear_the_same_utterances(scene):
    other = VOICE_OPEN.load(Config())
    spans = [(r.start, r.end) for r in read(scene)]
    found = [(r.start, r.end) for r in read(scene, decoder=other)]
    np.testing.assert_allclose(found, spans, atol=0.25)
    assert other.card.commercial
    assert not DECODER.card.commercial


def test_real_clips_are_heard_as_single_utterances():
    from training.voice.corpora import Recordings, read_clips

    folder = shared("voice/ravdess")
    record, clips = Recordings(folder), read_clips(folder)[::60]
    quiet = np.zeros(8000, dtype=np.float32)
    counts = [
        len(
            [
                r
                for r in read(np.concatenate([quiet, record(clip), quiet]))
                if r.is_told or r.scores.covered
            ]
        )
        for clip in clips
    ]
    # An actor's pause between two phrases may part them.
    assert np.mean([count == 1 for count in counts]) > 0.7
    assert min(counts) >= 1
