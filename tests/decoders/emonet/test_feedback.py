"""Weights that make up for what their neighbors lose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.emonet.heads.feedback import handing_on, round_on
from mien.decoders.emonet.heads.quantize import MIDDLE

CHANNELS = 48


def alike(seed=0, factors=6):
    """A covariance of channels that go together."""
    rng = np.random.default_rng(seed)
    ways = rng.normal(size=(CHANNELS, factors)) * np.exp(rng.normal(size=(CHANNELS, 1)))
    return ways @ ways.T + 0.05 * np.eye(CHANNELS)


def drawn(seed=0, rows=3, pieces=2, frames=4):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, pieces, frames * CHANNELS)).astype(np.float32)
    return values, np.full((rows, pieces), 0.335, np.float32)


def nearest(values, steps):
    return np.clip(np.floor(values / steps[..., None] + 8), 0, 15)


def power(codes, values, steps, covariance):
    """Of the error of products with embeddings of that covariance."""
    off = (values - (codes - MIDDLE) * steps[..., None]).reshape(-1, CHANNELS)
    return np.einsum("ri,ij,rj->", off, covariance, off)


def test_products_lose_less_where_channels_go_together():
    lost = np.zeros(2)
    for seed in range(20):
        values, steps = drawn(seed)
        covariance = alike(seed)
        fed_back = round_on(values, steps, handing_on(covariance))
        for i, codes in enumerate((fed_back, nearest(values, steps))):
            lost[i] += power(codes, values, steps, covariance) / np.trace(covariance)
    assert lost[0] < 0.5 * lost[1]


def test_where_channels_are_strangers_every_code_is_the_nearest():
    values, steps = drawn()
    codes = round_on(values, steps, handing_on(np.eye(CHANNELS)))
    np.testing.assert_array_equal(codes, nearest(values, steps))


@given(st.integers(0, 99), st.floats(0.01, 3.0))
def test_codes_have_four_bits(seed, step):
    values, steps = drawn(seed)
    codes = round_on(values, steps * np.float32(step), handing_on(alike(seed)))
    assert codes.shape == values.shape
    assert codes.min() >= 0
    assert codes.max() <= 15
    np.testing.assert_array_equal(codes, np.rint(codes))


def test_a_row_is_rounded_the_same_whatever_stands_beside_it():
    values, steps = drawn()
    factor = handing_on(alike())
    whole = round_on(values, steps, factor)
    np.testing.assert_array_equal(round_on(values[1:2], steps[1:2], factor), whole[1:2])


@pytest.mark.parametrize(
    "covariance", [np.zeros((4, 4)), np.ones((4, 4)), np.diag([1e6, 1, 1e-9, 0])]
)
def test_channels_that_never_move_or_always_go_together_do_no_harm(covariance):
    factor = handing_on(covariance)
    assert np.isfinite(factor).all()
    assert (np.diag(factor) > 0).all()
