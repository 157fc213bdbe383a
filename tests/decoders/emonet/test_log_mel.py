import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.decoders.emonet.whisper.log_mel import FRAMES, HOP, log_mel
from tests.fakes import references
from tests.fakes.sounds import bursts, noise

WHOLE = FRAMES * HOP


def published(samples, bands=80):
    """What the published feature extractor gives."""
    transformers = pytest.importorskip("transformers", reason="the oracle is not installed")
    extract = transformers.WhisperFeatureExtractor(feature_size=bands)
    padded = np.pad(samples, (0, WHOLE - len(samples)))
    return extract._np_extract_fbank_features(padded[None], "cpu")[0]


def voice(n, seed=0):
    return bursts(n / 16_000 + 1, every=0.7, seed=seed)[:n, 0]


@pytest.mark.parametrize(
    "n", [1, 2, 199, 200, 201, 400, 16_000, 160_000, 479_801, WHOLE - 1, WHOLE]
)
def test_equals_the_published_extractor(n):
    np.testing.assert_allclose(log_mel(voice(n)), published(voice(n)), atol=1e-5)


@pytest.mark.parametrize("level", [0.0, 1e-6, 1e-3, 1.0, 100.0])
def test_equals_the_published_extractor_at_any_level(level):
    sound = (voice(20_000) * level).astype(np.float32)
    np.testing.assert_allclose(log_mel(sound), published(sound), atol=1e-5)


def test_other_numbers_of_bands_equal_the_published_extractor():
    np.testing.assert_allclose(
        log_mel(voice(20_000), 128), published(voice(20_000), 128), atol=1e-5
    )


@pytest.mark.parametrize("n", [1, 199, 200, 201, 399, 16_000, 31_801, 31_999, 32_000])
@pytest.mark.parametrize("bands", [16, 80])
def test_equals_its_own_definition(n, bands):
    """What the tests above say where the oracle is not installed; the window is 2 s here."""
    found = log_mel(voice(n), bands, 200)
    np.testing.assert_allclose(found, references.log_mel(voice(n), bands, 200), atol=1e-5)


def test_silence_equals_its_own_definition():
    silence = np.zeros(2_000, np.float32)
    np.testing.assert_allclose(log_mel(silence, 80, 50), references.log_mel(silence, 80, 50))


@settings(max_examples=30)
@given(n=st.integers(1, 32_000), extra=st.integers(1, 2_000), seed=st.integers(0, 9))
def test_silence_at_the_end_changes_nothing(n, extra, seed):
    sound = voice(n, seed)
    longer = np.pad(sound, (0, extra))
    np.testing.assert_allclose(log_mel(longer, 16, 300), log_mel(sound, 16, 300), atol=1e-6)


@settings(max_examples=30)
@given(n=st.integers(400, 32_000), gain=st.floats(0.1, 10), seed=st.integers(0, 9))
def test_loudness_only_shifts_the_picture(n, gain, seed):
    sound = noise(2.0, level=0.5, seed=seed)[:n, 0]
    louder = log_mel((sound * gain).astype(np.float32), 16, 300)
    np.testing.assert_allclose(louder - log_mel(sound, 16, 300), np.log10(gain) / 2, atol=1e-4)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32),
        np.zeros(WHOLE + 1, np.float32),
        np.zeros((2, 100), np.float32),
        np.array([0.0, np.nan], np.float32),
        np.array([0.0, np.inf], np.float32),
    ],
)
def test_what_is_no_window_is_refused(samples):
    with pytest.raises(ConfigError, match="window"):
        log_mel(samples)
