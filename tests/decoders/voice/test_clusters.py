"""Vectors are grouped by their mean likeness, whatever their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.decoders.voice.clusters import MOST, centers, cut, latest_cuts, merges, spread


def _around(seed, sizes, noise=0.3, dimensions=96):
    """Noisy vectors of length one around as many random directions, and whose each is."""
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(len(sizes), dimensions)) / np.sqrt(dimensions)
    whose = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    vectors = means[whose] + noise * rng.normal(size=(len(whose), dimensions)) / np.sqrt(dimensions)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), whose


def _slow_merges(vectors):
    """Average linkage by its definition: every pair of groups looked at in every step."""
    groups = {i: [i] for i in range(len(vectors))}
    alike = (vectors @ vectors.T).astype(np.float64)
    likenesses = []
    while len(groups) > 1:
        pairs = [(a, b) for a in groups for b in groups if a < b]
        a, b = max(pairs, key=lambda p: alike[np.ix_(groups[p[0]], groups[p[1]])].mean())
        likenesses.append(alike[np.ix_(groups[a], groups[b])].mean())
        groups[a] += groups.pop(b)
    return likenesses


@given(st.integers(0, 99), st.integers(1, 12))
def test_merges_are_those_of_average_linkage(seed, n):
    vectors, _ = _around(seed, [n, 3])
    found = [merge.likeness for merge in merges(vectors)]
    np.testing.assert_allclose(found, _slow_merges(vectors), atol=1e-5)


@pytest.mark.parametrize("sizes", [(30, 30), (40, 12), (20, 20, 20), (15, 15, 15, 15)])
def test_groups_that_are_far_apart_are_found(sizes):
    vectors, whose = _around(1, sizes)
    labels = cut(len(vectors), merges(vectors), len(vectors) - len(sizes))
    assert len(set(zip(labels, whose, strict=True))) == len(sizes)


@given(st.integers(0, 50), st.lists(st.integers(1, 8), min_size=1, max_size=4))
def test_each_merge_leaves_one_group_less(seed, sizes):
    vectors, _ = _around(seed, sizes, noise=1.0)
    done, n = merges(vectors), len(vectors)
    for steps in range(n):
        assert len(set(cut(n, done, steps).tolist())) == n - steps


@given(st.integers(0, 50), st.floats(1, 6))
def test_the_latest_cut_with_so_many_large_groups_is_the_latest(seed, least):
    vectors, _ = _around(seed, [7, 6, 4], noise=0.8)
    done, n = merges(vectors), len(vectors)
    large = [int((np.bincount(cut(n, done, steps)) >= least).sum()) for steps in range(n)]
    expected = {count: max(i for i, c in enumerate(large) if c == count) for count in large}
    assert latest_cuts(n, done, least) == expected


@given(st.integers(1, 5 * MOST))
def test_what_is_grouped_is_spread_over_all(n):
    places = spread(n)
    assert len(places) == min(n, MOST)
    assert (places[0], places[-1]) == (0, n - 1)
    assert np.diff(places, append=n).max() <= max(1, -(-n // MOST) + 1)


@given(arrays(np.int64, 9, elements=st.integers(0, 2)))
def test_centers_have_length_one(labels):
    vectors, _ = _around(3, [9])
    labels = np.unique(labels, return_inverse=True)[1]
    np.testing.assert_allclose(np.linalg.norm(centers(vectors, labels), axis=1), 1.0, atol=1e-5)
