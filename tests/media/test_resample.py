"""Sound of any rate to 16 kHz."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.arrays import RATE_HZ
from mien.core.errors import ConfigError
from mien.media import Resampler
from mien.media.resample import to_float
from tests.fakes.sounds import noise, tone


def through(resampler, samples, cuts=()):
    made = [resampler.push(piece) for piece in np.split(samples, sorted(cuts))]
    return np.concatenate([*made, resampler.close()])


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_length_and_pitch_are_kept(rate_hz):
    made = through(Resampler(rate_hz), tone(1.0, rate_hz)[:, 0])
    assert made.dtype == np.float32
    assert len(made) == pytest.approx(RATE_HZ, abs=1)
    wanted = tone(1.0)[:, 0][: len(made)]
    np.testing.assert_allclose(made[2_000:14_000], wanted[2_000:14_000], atol=2e-3)


@given(cuts=st.lists(st.integers(0, 44_100), max_size=6), rate_hz=st.sampled_from([16_000, 44_100]))
def test_how_the_sound_was_cut_does_not_matter(cuts, rate_hz):
    samples = noise(1.0, rate_hz)[:, 0]
    whole = through(Resampler(rate_hz), samples)
    np.testing.assert_allclose(through(Resampler(rate_hz), samples, cuts), whole, atol=1e-5)


def test_channels_are_mixed():
    pair = np.hstack([noise(1, seed=1), noise(1, seed=2)])
    made = through(Resampler(RATE_HZ, 2), pair)
    np.testing.assert_allclose(made, pair.mean(axis=1), atol=1e-6)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.uint8, np.float64])
def test_every_kind_of_number_gives_the_same_sound(kind):
    sound = tone(0.2)[:, 0]
    if kind == np.uint8:
        stored = np.round(sound * 128 + 128).astype(kind)
    elif np.issubdtype(kind, np.integer):
        stored = np.round(sound * np.iinfo(kind).max).astype(kind)
    else:
        stored = sound.astype(kind)
    np.testing.assert_allclose(to_float(stored), sound, atol=0.005)


def test_numbers_that_are_none_are_zeroed_and_counted():
    resampler = Resampler(48_000)
    samples = tone(0.5, 48_000)[:, 0]
    samples[[10, 20]] = np.nan, np.inf
    assert np.isfinite(through(resampler, samples)).all()
    assert resampler.zeroed == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: Resampler(0),
        lambda: Resampler(10**9),
        lambda: Resampler(16_000, 0),
        lambda: Resampler(16_000, 2).push(np.zeros(10, np.float32)),
        lambda: Resampler(16_000).push(np.zeros((10, 2), np.float32)),
        lambda: Resampler(16_000).push(np.array(["a"])),
        lambda: Resampler(16_000).push(np.zeros(4, np.complex64)),
    ],
)
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ConfigError):
        make()
