# what needs an optional library comes after the skip
"""What happens to speech on its way: levels, bands and lengths are as asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("scipy")
from training.voice import augment

RATE = 16_000
PARTS = [augment.music, augment.calls, augment.engine, augment.tones, augment.clatter, augment.hum]


def tone(hertz, seconds=1.0):
    return (0.2 * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE)).astype("f4")


def energy_between(samples, low, high):
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return power[(hertz >= low) & (hertz < high)].sum()


@given(st.floats(-5, 30), st.integers(0, 99))
def test_noise_is_as_far_below_speech_as_asked(snr, seed):
    speech = tone(220)
    background = augment.colored_noise(len(speech), np.random.default_rng(seed), 1.0)
    mixed = augment.add_noise(speech, background, snr)
    ratio = augment.rms(speech) / augment.rms(mixed - speech)
    assert 20 * np.log10(ratio) == pytest.approx(snr, abs=0.1)


@pytest.mark.parametrize("make", PARTS)
@pytest.mark.parametrize("n", [16_000, 40_001])
def test_backgrounds_have_the_length_asked_for_and_are_finite(make, n):
    for seed in range(3):
        sound = make(n, np.random.default_rng(seed))
        assert sound.shape == (n,)
        assert np.isfinite(sound).all()


def test_the_same_seed_gives_the_same_noise():
    one, other = (augment.noise(9000, np.random.default_rng(4), ()) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_a_telephone_passes_its_band_and_stops_the_rest():
    assert energy_between(augment.telephone(tone(1000)), 900, 1100) > 1000
    for hertz in (100, 6000):
        inside, outside = augment.telephone(tone(1000)), augment.telephone(tone(hertz))
        assert augment.rms(outside) < 0.1 * augment.rms(inside)


def test_a_room_keeps_level_and_length():
    speech = tone(300)
    wet = augment.reverberate(speech, augment.room(np.random.default_rng(0)))
    assert wet.shape == speech.shape
    assert augment.rms(wet) == pytest.approx(augment.rms(speech), rel=1e-3)


def test_scrambled_voices_keep_their_spectrum():
    voice = (tone(200) + tone(1500) * 0.3).astype(np.float32)
    crowd = augment.scrambled(voice, np.random.default_rng(0))
    np.testing.assert_allclose(
        np.abs(np.fft.rfft(crowd))[1:-1], np.abs(np.fft.rfft(voice))[1:-1], atol=0.5
    )
    assert abs(np.corrcoef(crowd, voice)[0, 1]) < 0.9
