"""Rounding to 8 and 4 bits, and what it costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.decoders.emonet.heads.quantize import PIECE, Activations, Cut, empty, fill, pack, unpack

COLUMNS = st.integers(1, 3 * PIECE + 5)


def rounded(weights, bits, size=2):
    matrix = empty(bits, *weights.shape)
    for block in matrix.cut.blocks(size):
        fill(matrix, block, weights[:, matrix.cut.span(block)])
    return matrix


def restored(matrix):
    return np.hstack([matrix.restore(block) for block in matrix.cut.blocks(2)])


def error(weights, bits):
    return (restored(rounded(weights, bits)) - weights).std() / weights.std()


def drawn(kind, shape, seed=0):
    rng = np.random.default_rng(seed)
    draw = {
        "uniform": lambda: rng.uniform(-1, 1, shape),
        "Gaussian": lambda: rng.normal(size=shape),
    }
    return (draw[kind]() * 1e-3).astype(np.float32)


def values_of(activations, cut):
    n = len(activations.sums)
    parts = (activations.codes.astype(np.float64) - 64) * activations.scales[:, :, None]
    whole = (parts[:, :n] + parts[:, n:]).transpose(1, 0, 2)
    return whole.reshape(n, -1)[:, : cut.columns]


# --- cuts ------------------------------------------------------------------------------------


@given(COLUMNS)
def test_pieces_are_even_and_hold_all_columns(columns):
    cut = Cut.of(columns)
    assert cut.width % 2 == 0
    assert cut.width <= PIECE
    assert 0 <= cut.pieces * cut.width - columns < 2 * cut.pieces


@given(COLUMNS, st.integers(1, 5))
def test_blocks_cover_every_column_once(columns, size):
    cut = Cut.of(columns)
    seen = np.concatenate([np.arange(columns)[cut.span(block)] for block in cut.blocks(size)])
    np.testing.assert_array_equal(seen, np.arange(columns))


def test_published_layers_are_cut_without_a_rest():
    cut = Cut.of(1_152_000)
    assert (cut.pieces, cut.width) == (375, PIECE)


def test_no_sum_of_a_piece_comes_near_the_end_of_int32():
    assert PIECE * 64 * 127 < 2**31 / 80


# --- weights ---------------------------------------------------------------------------------


@settings(max_examples=30)
@given(COLUMNS, st.integers(1, 5), st.sampled_from([4, 8]), st.integers(0, 99))
def test_eight_bits_lie_within_half_a_step_and_four_within_what_their_range_holds(
    columns, rows, bits, seed
):
    weights = drawn("Gaussian", (rows, columns), seed)
    matrix = rounded(weights, bits)
    step = np.repeat(matrix.scales.T, matrix.cut.width, axis=1)[:, :columns]
    # The widest weight over 127, times 127 again, may be a last digit less.
    within = np.abs(weights) <= (127.001 if bits == 8 else 8) * step
    off = np.abs(restored(matrix) - weights)
    assert (off[within] <= step[within] * 0.5001 + 1e-9).all()
    assert within.all() or bits == 4


@pytest.mark.parametrize(
    ("kind", "bits", "most"),
    [("uniform", 8, 0.005), ("Gaussian", 8, 0.01), ("uniform", 4, 0.065), ("Gaussian", 4, 0.112)],
)
def test_rounding_loses_hardly_more_than_the_best_even_steps_would(kind, bits, most):
    # The best 16 even steps lose .0625 of uniform and .107 of Gaussian weights (Max 1960).
    assert error(drawn(kind, (8, 4 * PIECE)), bits) < most


def test_a_row_of_large_weights_does_not_coarsen_another():
    weights = drawn("uniform", (2, PIECE))
    alone = restored(rounded(weights[1:], 8))
    weights[0] *= 1e6
    np.testing.assert_array_equal(restored(rounded(weights, 8))[1:], alone)


@pytest.mark.parametrize("bits", [4, 8])
def test_nought_and_the_smallest_numbers_do_no_harm(bits):
    weights = np.zeros((3, 100), np.float32)
    weights[1] = 1e-42
    weights[2, 7] = 1e15
    found = restored(rounded(weights, bits))
    assert np.isfinite(found).all()
    assert np.abs(found[:2]).max() <= 0.5


@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 9))
def test_packing_is_undone_by_unpacking(seed, pieces, half):
    codes = np.random.default_rng(seed).integers(0, 16, (pieces, 2 * half, 3), dtype=np.uint8)
    np.testing.assert_array_equal(unpack(pack(codes)), codes)


def test_four_bits_take_half_of_eight():
    sizes = [empty(bits, 64, 10 * PIECE).codes.nbytes for bits in (4, 8)]
    assert sizes == [64 * 5 * PIECE, 64 * 10 * PIECE]


# --- activations -----------------------------------------------------------------------------


@settings(max_examples=30)
@given(COLUMNS, st.integers(1, 3), st.integers(0, 99))
def test_activations_are_right_to_a_sixteen_thousandth_of_their_largest(columns, n, seed):
    cut = Cut.of(columns)
    clips = drawn("Gaussian", (n, columns), seed) * 1e3
    held = Activations.empty(n, cut)
    for i in range(n):
        held.put(i, clips[i], cut)
    found = values_of(held, cut)
    assert np.abs(found - clips).max() <= np.abs(clips).max() / 16_000
    np.testing.assert_allclose(held.sums.sum(axis=1), found.sum(axis=1), atol=1e-3)


def test_codes_have_seven_bits():
    # Eight on either side would saturate the 16-bit sums of processors without VNNI.
    cut = Cut.of(3 * PIECE)
    held = Activations.empty(1, cut)
    values = drawn("Gaussian", (3 * PIECE,)) * 1e3
    values[:4] = [40.0, -40.0, 0.0, -0.0]
    held.put(0, values, cut)
    assert held.codes.max() <= 127


def test_a_clip_is_rounded_the_same_whatever_stands_beside_it():
    cut = Cut.of(2 * PIECE)
    clips = drawn("uniform", (2, 2 * PIECE))
    clips[1] *= 1e6
    alone, together = Activations.empty(1, cut), Activations.empty(2, cut)
    alone.put(0, clips[0], cut)
    for i in (1, 0):
        together.put(i, clips[i], cut)
    np.testing.assert_array_equal(together.codes[:, ::2], alone.codes)


def test_silence_is_nought():
    cut = Cut.of(50)
    held = Activations.empty(1, cut)
    held.put(0, np.zeros(50, np.float32), cut)
    assert not values_of(held, cut).any()
    assert held.sums == 0
