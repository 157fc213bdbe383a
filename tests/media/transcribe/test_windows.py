"""Sound cut into windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media import Block
from mien.media.transcribe.windows import LONGEST, Window, quietest, windows

RATE = 16_000


def sound(seconds, seed=0, level=0.1):
    rng = np.random.default_rng(seed)
    return rng.normal(0, level, round(seconds * RATE)).astype(np.float32)


def blocks(samples, seconds=1.0, start=0.0, side=None):
    hop = round(seconds * RATE)
    for at in range(0, len(samples), hop):
        yield Block(samples[at : at + hop], start + at / RATE, side)


@given(st.floats(0.01, 100), st.floats(0.1, 40))
def test_windows_hold_every_sample_once_and_never_more_than_thirty_seconds(length, hop):
    whole = sound(length)
    found = list(windows(blocks(whole, hop)))
    assert np.array_equal(np.concatenate([w.samples for w in found]), whole)
    assert all(w.seconds <= LONGEST for w in found)
    assert all(w.seconds >= 20 for w in found[:-1])
    ends = [0.0, *(w.end for w in found)]
    assert [w.start for w in found] == pytest.approx(ends[:-1])


@given(st.floats(20.2, 29.7))
def test_a_window_ends_in_the_pause_between_two_words(pause):
    whole = sound(40)
    first = round(pause * RATE)
    whole[first - 2400 : first + 2400] *= 0.01
    window = next(windows(blocks(whole)))
    assert abs(window.end - pause) < 0.15


def test_the_quietest_place_of_flat_sound_is_found_too():
    assert 20 * RATE <= quietest(np.zeros(30 * RATE, np.float32)) <= 30 * RATE


def test_a_gap_ends_a_window_and_the_next_starts_behind_it():
    pieces = [*blocks(sound(3)), *blocks(sound(2), start=60.0)]
    assert [(w.start, w.seconds) for w in windows(pieces)] == [(0.0, 3.0), (60.0, 2.0)]


def test_each_party_has_windows_of_its_own():
    left, right = blocks(sound(35), side="left"), blocks(sound(35, 1), side="right")
    pairs = [block for pair in zip(left, right, strict=True) for block in pair]
    found = list(windows(pairs))
    for side, whole in (("left", sound(35)), ("right", sound(35, 1))):
        parts = [w.samples for w in found if w.side == side]
        assert np.array_equal(np.concatenate(parts), whole)


def test_no_sound_gives_no_window():
    assert list(windows(())) == []


@pytest.mark.parametrize(("level", "is_silent"), [(0.0, True), (1e-5, True), (0.01, False)])
def test_only_what_nobody_could_hear_is_silent(level, is_silent):
    assert Window(sound(1, level=level), 0.0).is_silent is is_silent


def test_memory_holds_a_window_and_a_block_however_long_the_sound():
    """Of an hour no more is alive at once than two windows and a block."""
    import tracemalloc

    def hour():
        for at in range(3600):
            yield Block(np.full(RATE, 0.1, np.float32), float(at))

    tracemalloc.start()
    total = sum(w.seconds for w in windows(hour()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == pytest.approx(3600)
    assert peak < 4 * LONGEST * RATE * 4
