from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.words.clean import words
from mien.decoders.words.identity import NEUTRAL_FORMS, WHO, hide_identity


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a Muslim doctor", "a Jewish doctor"),
        ("my gay neighbor", "my lesbian neighbor"),
        ("Fatima's car", "Emily's car"),
        ("he lost his keys", "she lost his keys"),
        ("my sister and her wife", "my brother and her husband"),
        ("a black woman", "a white woman"),
        ("two old men", "two young men"),
        ("a trans woman", "a woman"),
        ("the deaf student", "the autistic student"),
    ],
)
def test_texts_that_differ_in_a_listed_identity_are_the_same(one, two):
    assert words(one) == words(two)


@pytest.mark.parametrize("text", ["a black cat", "old news", "blind luck", "a white lie"])
def test_qualities_of_things_stay(text):
    assert words(text) == text.lower().split()


@given(st.lists(st.sampled_from([*NEUTRAL_FORMS, "the", "angry", "old", "black", "people"])))
def test_hiding_twice_is_hiding_once(found):
    hidden = hide_identity(found)
    assert hide_identity(hidden) == hidden
    assert not any(a == b == WHO for a, b in pairwise(hidden))
