import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.words.ngrams import LinearSum, NGrams

GRAMS = ["happy", "happy_NEG", "not", "so", "so happy", "sad"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("so happy", ["so", "happy", "so happy"]),
        ("not happy", ["not", "happy_NEG"]),
        ("not sad", ["not", "sad"]),
        ("so so so", ["so"]),
        ("unknown words", []),
    ],
)
def test_known_words_and_pairs_are_found_once(text, found):
    assert [GRAMS[row] for row in NGrams(GRAMS).rows(text.split())] == found


@pytest.fixture
def linear():
    draw = np.random.default_rng(0)
    weights = draw.integers(-127, 128, (6, 3), dtype=np.int8)
    return LinearSum(weights, np.full(3, 0.01, np.float32), np.array([1, 2, 3], np.float32))


def test_a_text_without_known_features_gives_the_bias(linear):
    assert linear([[]]).tolist() == [[1, 2, 3]]
    assert linear([]).shape == (0, 3)


@given(texts=st.lists(st.lists(st.integers(0, 5), max_size=6, unique=True), min_size=1, max_size=9))
def test_neighbors_change_nothing(texts):
    draw = np.random.default_rng(1)
    linear = LinearSum(
        draw.integers(-127, 128, (6, 4), dtype=np.int8),
        np.ones(4, np.float32),
        np.ones(4, np.float32),
    )
    together = linear(texts)
    alone = np.concatenate([linear([text]) for text in texts])
    assert (together == alone).all()
