"""The front end: what the voice nets see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.voice.features import (
    BANDS,
    GAIN_SHIFTED,
    HOP,
    N_STATISTICS,
    WINDOW,
    frame_count,
    log_mel,
    pitch,
    statistics,
)


def tone(hertz, seconds=1.0, harmonics=20):
    at = np.arange(int(16_000 * seconds)) / 16_000
    orders = [k for k in range(1, harmonics) if k * hertz < 7000]
    return (0.1 * sum(np.sin(2 * np.pi * k * hertz * at) / k for k in orders)).astype(np.float32)


def noise(n, seed=0):
    return (0.1 * np.random.default_rng(seed).normal(size=n)).astype(np.float32)


@given(st.integers(0, 5000))
def test_frames_are_those_that_fit(n):
    assert len(log_mel(noise(n))) == frame_count(n)
    assert len(pitch(noise(n))) == (frame_count(n) + 1) // 2


@given(st.integers(0, 40))
def test_a_frame_depends_on_its_own_samples_alone(i):
    sound = noise(8000)
    alone = log_mel(sound[i * HOP : i * HOP + WINDOW])
    np.testing.assert_allclose(log_mel(sound)[i], alone[0], atol=1e-5)


def test_a_tone_lights_up_the_band_it_lies_in():
    mel = log_mel(tone(1000, harmonics=2)).mean(axis=0)
    edges = 700 * (10 ** (np.linspace(0.036, 1.074, BANDS + 2) * 1.0) - 1)
    assert abs(edges[mel.argmax() + 1] - 1000) < 60


@pytest.mark.parametrize("hertz", [75, 110, 147, 220, 330, 440])
def test_pitch_is_found_within_one_percent(hertz):
    found = pitch(tone(hertz))
    assert 150 * 2 ** np.median(found[:, 0]) == pytest.approx(hertz, rel=0.01)
    assert found[:, 1].mean() > 0.9


def test_noise_and_silence_have_no_pitch():
    assert not pitch(noise(16_000))[:, 0].any()
    assert not pitch(np.zeros(16_000, dtype=np.float32)).any()


def test_pitch_does_not_depend_on_level():
    np.testing.assert_allclose(pitch(tone(147)), pitch(0.05 * tone(147)), atol=1e-3)


@given(st.floats(-30, 20))
def test_gain_moves_exactly_the_statistics_that_say_so(decibel):
    sound = tone(147) + noise(16_000)
    louder = (sound * 10 ** (decibel / 20)).astype(np.float32)
    moved = statistics(log_mel(louder), pitch(louder)) - statistics(log_mel(sound), pitch(sound))
    np.testing.assert_allclose(moved, decibel / 10 * np.log(10) * GAIN_SHIFTED, atol=0.02)


def test_statistics_of_the_silent_are_finite():
    silent = np.zeros(1600, dtype=np.float32)
    found = statistics(log_mel(silent), pitch(silent))
    assert found.shape == (N_STATISTICS,)
    assert np.isfinite(found).all()


def test_the_numbers_that_the_nets_were_trained_on_have_not_moved():
    sound = tone(147) + 0.1 * noise(16_000)
    mel, pitches = log_mel(sound), pitch(sound)
    np.testing.assert_allclose(
        [mel.mean(), mel.std(), *mel[50, ::16], *pitches[10], *statistics(mel, pitches)[-3:]],
        GOLDEN,
        atol=2e-3,
    )


GOLDEN = (-0.3470, 1.9410, 1.8046, 1.3453, 0.0435, -3.4162, -0.0278, 0.9912, 1.5746, 0.0144, 1.5964)
