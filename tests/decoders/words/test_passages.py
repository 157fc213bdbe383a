import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.words.passages import LONGEST, passages, strongest, weighted_mean


@given(st.lists(st.sampled_from(["a", "b", ".", "!", ","]), max_size=300))
def test_passages_are_the_text_in_short_parts(words):
    parts = passages(words)
    assert [word for part in parts for word in part] == words
    assert all(len(part) <= LONGEST for part in parts)
    assert all(parts) or not words


def test_a_short_text_is_one_passage():
    assert passages(["so", "sad"]) == [["so", "sad"]]


def test_sentences_stay_whole_where_they_fit():
    sentence = ["word"] * 14 + ["."]
    assert [len(part) for part in passages(sentence * 4)] == [30, 30]


def test_what_shows_in_one_passage_shows_in_the_text():
    shares = np.array([[0.9, 0.1, 0.2], [0.1, 0.3, 0.8]], np.float32)
    np.testing.assert_allclose(strongest(shares, neutral=2), [0.9, 0.3, 0.5])


def test_long_passages_weigh_more():
    values = np.array([[1.0], [0.0]], np.float32)
    assert weighted_mean(values, [["a"] * 3, ["b"]])[0] == np.float32(0.75)
