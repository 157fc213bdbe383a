"""Diarization errors as NIST's md-eval counts them, and talks whose turns are true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("scipy")

from training.speakers.mixtures import spoken, talk
from training.speakers.score import errors

TRUTH = [(0.0, 4.0, "a"), (5.0, 9.0, "b")]


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ([(0, 4, "x"), (5, 9, "y")], 0.0),
        ([(0, 4, "x"), (5, 9, "x")], 0.5),
        ([(0, 4, "x")], 0.5),
        ([], 1.0),
        ([(0, 2, "x"), (2, 4, "y"), (5, 9, "y")], 0.25),
    ],
    ids=["right", "one speaker", "a turn missed", "nothing", "half a turn confused"],
)
def test_the_rate_of_simple_cases(told, rate):
    assert errors(TRUTH, told, collar=0.0).rate == pytest.approx(rate)


def test_what_lies_within_the_collar_does_not_count():
    late = [(0.2, 4.2, "x"), (5.2, 9.2, "y")]
    assert errors(TRUTH, late).rate == 0
    assert errors(TRUTH, late, collar=0.0).rate > 0


def test_speech_of_two_at_once_counts_twice():
    both = errors([(0, 2, "a"), (1, 3, "b")], [(0, 3, "x")], collar=0.0)
    assert both.total == pytest.approx(4.0)
    assert both.missed == pytest.approx(1.0)
    assert both.confused == pytest.approx(1.0)


def test_what_is_told_where_nobody_speaks_is_invented():
    assert errors(TRUTH, [*TRUTH, (4.3, 4.7, "a")], collar=0.0).invented == pytest.approx(0.4)


_turns = st.lists(
    st.tuples(st.floats(0, 20), st.floats(0.5, 5), st.sampled_from("abc")).map(
        lambda t: (t[0], t[0] + t[1], t[2])
    ),
    min_size=1,
    max_size=6,
)


@given(_turns, st.permutations("abc"))
def test_names_mean_nothing(turns, other):
    renamed = [(start, end, other["abc".index(who)]) for start, end, who in turns]
    assert errors(turns, renamed, collar=0.0).rate == 0


def _voices():
    rng = np.random.default_rng(0)
    return {
        who: {"sad": [rng.normal(0, 0.1, 24_000).astype(np.float32) for _ in range(3)]}
        for who in "ab"
    }


def test_the_turns_of_a_made_talk_are_where_the_sound_is():
    made = talk(_voices(), np.random.default_rng(1), seconds=30.0, overlapping=0.3)
    loud = np.zeros(len(made.samples), dtype=bool)
    for start, end, _ in made.turns:
        loud[int(start * 16_000) : int(end * 16_000)] = True
    assert np.abs(made.samples[~loud]).max() < 0.3 * np.abs(made.samples).max()
    assert {who for _, _, who in made.turns} == {"a", "b"}
    assert any(b[0] < a[1] for a, b in zip(made.turns, made.turns[1:], strict=False))


def test_where_a_clip_is_spoken_leaves_out_its_quiet_ends():
    clip = np.concatenate([np.zeros(3_200), np.ones(6_400), np.zeros(1_600)]).astype(np.float32)
    assert spoken(clip) == pytest.approx((0.2, 0.6))
