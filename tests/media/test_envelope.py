"""The outline of a sound, whatever its length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.arrays import RATE_HZ
from mien.media import open_source
from mien.media.envelope import PARTS, Envelope
from tests.fakes.sounds import bursts, noise, write_sound


def test_silence_without_samples_has_no_outline():
    assert Envelope().parts() == ()


@settings(max_examples=30)
@given(seconds=st.floats(0.01, 200), seed=st.integers(0, 99))
def test_the_highest_peak_is_kept_and_nothing_is_above_it(seconds, seed):
    samples = noise(seconds, seed=seed)[:, 0]
    envelope = Envelope()
    for i in range(0, len(samples), RATE_HZ):
        envelope.add(samples[i : i + RATE_HZ], i / RATE_HZ)
    parts = envelope.parts()
    assert len(parts) == PARTS
    assert max(parts) == pytest.approx(min(1.0, float(np.abs(samples).max())), abs=1e-4)


@settings(max_examples=20)
@given(cuts=st.lists(st.integers(1, 60_000), max_size=8))
def test_how_the_sound_was_cut_does_not_matter(cuts):
    samples = bursts(4.0, every=1.0)[:, 0]
    whole, pieces = Envelope(), Envelope()
    whole.add(samples, 0.0)
    at = 0
    for cut in [*cuts, len(samples)]:
        pieces.add(samples[at : at + cut], at / RATE_HZ)
        at += cut
    assert pieces.parts() == whole.parts()


def test_loud_and_quiet_stay_where_they_are_after_many_hours():
    envelope = Envelope()
    loud, quiet = np.full(RATE_HZ, 0.9, np.float32), np.full(RATE_HZ, 0.1, np.float32)
    for at in range(0, 20 * 3600, 10):
        envelope.add(loud if at < 10 * 3600 else quiet, float(at))
    parts = np.array(envelope.parts())
    assert parts[:298].min() == pytest.approx(0.9, abs=1e-3)
    assert parts[302:].max() == pytest.approx(0.1, abs=1e-3)


def test_a_source_outlines_what_was_read_on_its_whole_length(tmp_path):
    path = write_sound(tmp_path / "a.wav", noise(10))
    with open_source(path, start=5, end=6) as source:
        assert source.origin().envelope == ()
        list(source.sound())
        parts = np.array(source.origin().envelope)
    assert np.flatnonzero(parts > 0.01).min() == pytest.approx(300, abs=2)
    assert np.flatnonzero(parts > 0.01).max() == pytest.approx(360, abs=2)
