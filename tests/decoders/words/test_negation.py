import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.words.negation import MARK, NEGATORS, REACH, mark_negation


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("i am not happy", "i am not happy_NEG"),
        ("not really that happy", "not really_NEG that_NEG happy_NEG"),
        ("not sad , happy", "not sad_NEG , happy"),
        ("not sad but happy", "not sad_NEG but happy"),
        ("never ever a b c d e", "never ever_NEG a_NEG b_NEG c_NEG d_NEG e"),
        ("not only happy", "not only happy"),
        ("no doubt a good one", "no doubt a good one"),
        ("can't not laugh", "can't not laugh_NEG"),
        ("no longer afraid", "no longer_NEG afraid_NEG"),
        ("not unhappy", "not unhappy_NEG"),
    ],
)
def test_the_reach_of_a_negator_is_marked(text, marked):
    assert " ".join(mark_negation(text.split())) == marked


@given(st.lists(st.sampled_from(["not", "never", "happy", ".", "but", "very", "only"])))
def test_marking_keeps_the_words_and_their_order(words):
    marked = mark_negation(words)
    assert [word.removesuffix(MARK) for word in marked] == words


@given(st.lists(st.sampled_from(["not", "happy", "very", "glad"]), max_size=30))
def test_no_mark_lies_farther_than_the_reach(words):
    marked = mark_negation(words)
    for i, word in enumerate(marked):
        if word.endswith(MARK):
            assert NEGATORS & set(words[max(0, i - REACH) : i])
