"""Pieces of a file, several at once."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.core.arrays import RATE_HZ
from mien.media import Block, Image
from mien.reader.gathering import SECONDS, gathered_images, gathered_sound


def blocks_of(lengths, gaps, sides):
    """Blocks of some lengths in seconds with some gaps before them, per side."""
    at, found = {}, []
    for i, (length, gap, side) in enumerate(zip(lengths, gaps, sides, strict=True)):
        start = at.get(side, 0.0) + gap
        samples = np.full(int(length * RATE_HZ), i, dtype=np.float32)
        found.append(Block(samples, start, side))
        at[side] = found[-1].end
    return found


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.5, 1.0, 3.0]),
            st.sampled_from([0.0, 0.0, 2.0]),
            st.sampled_from(["left", "right"]),
        ),
        max_size=30,
    ),
    st.integers(1, 3),
)
def test_no_sound_is_lost_or_mixed_between_parties_and_gaps_stay(rows, at_once):
    lengths, gaps, sides = zip(*rows, strict=True) if rows else ((), (), ())
    blocks = blocks_of(lengths, gaps, sides)
    joined = list(gathered_sound(blocks, at_once))
    for side in ("left", "right"):
        before = [b for b in blocks if b.side == side]
        after = [b for b in joined if b.side == side]
        whole = [np.concatenate([b.samples for b in part]) for part in (before, after) if part]
        assert len(whole) in (0, 2)
        if whole:
            np.testing.assert_array_equal(*whole)
        assert {round(b.start, 6) for b in after} <= {round(b.start, 6) for b in before}
        breaks = [b.start for a, b in itertools.pairwise(before) if b.start > a.end + 1]
        assert set(breaks) <= {b.start for b in after}


@given(st.integers(2, 8), st.integers(1, 200))
def test_blocks_grow_no_longer_than_asked_for(at_once, n):
    blocks = blocks_of([1.0] * n, [0.0] * n, [None] * n)
    joined = list(gathered_sound(blocks, at_once))
    assert all(b.end - b.start <= at_once * SECONDS + 1e-6 for b in joined)
    assert len(joined) == -(-n // int(at_once * SECONDS))


def test_one_at_once_leaves_sound_as_it_is():
    blocks = blocks_of([1.0, 1.0], [0.0, 0.0], [None, None])
    assert list(gathered_sound(blocks, 1)) == blocks


@given(st.integers(0, 40), st.integers(1, 9))
def test_pictures_come_together_in_order(n, at_once):
    images = [Image(np.zeros((2, 2, 3), np.uint8), i / 5, (i + 1) / 5) for i in range(n)]
    groups = list(gathered_images(images, at_once))
    assert [image for group in groups for image in group] == images
    assert all(len(group) == at_once for group in groups[:-1])
