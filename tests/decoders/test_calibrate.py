import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.calibrate import (
    MonotoneMap,
    expected_calibration_error,
    fit_monotone,
    sigmoid,
    softmax,
)

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.floats(0.1, 10))
def test_softmax_sums_to_one_and_keeps_the_order(seed, temperature):
    logits = np.random.default_rng(seed).normal(0, 5, (4, 7)).astype(np.float32)
    found = softmax(logits, temperature)
    assert found.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert (found.argmax(axis=1) == logits.argmax(axis=1)).all()


def test_huge_logits_overflow_nothing():
    assert np.isfinite(softmax(np.array([[1e6, -1e6]], np.float32))).all()
    assert sigmoid(np.array([-1e9, 0, 1e9], np.float32)) == pytest.approx([0, 0.5, 1])


@given(seeds)
def test_a_fitted_map_never_falls(seed):
    rng = np.random.default_rng(seed)
    values = rng.random(200)
    fitted = fit_monotone(values, (rng.random(200) < values).astype(float))
    assert (np.diff(fitted(np.linspace(-1, 2, 50).astype(np.float32))) >= -1e-7).all()


def test_a_fit_finds_a_known_distortion():
    rng = np.random.default_rng(0)
    values = rng.random(20_000)
    fitted = fit_monotone(values, (rng.random(20_000) < values**2).astype(float))
    points = np.array([0.2, 0.5, 0.8], np.float32)
    assert fitted(points) == pytest.approx(points**2, abs=0.04)


def test_a_map_is_constant_beyond_its_knots():
    assert MonotoneMap((0.2, 0.8), (0.1, 0.9))(np.array([0.0, 1.0], np.float32)) == pytest.approx(
        [0.1, 0.9]
    )


def test_calibrated_confidence_has_little_error_and_overconfidence_much():
    rng = np.random.default_rng(0)
    confidence = rng.random(20_000)
    right = rng.random(20_000) < confidence
    assert expected_calibration_error(confidence, right) < 0.02
    assert expected_calibration_error(np.ones(20_000), right) == pytest.approx(0.5, abs=0.02)
