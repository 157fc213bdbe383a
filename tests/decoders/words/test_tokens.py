import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.words.tokens import LONGEST_WORD, SPECIAL, WordPiece

VOCABULARY = [*SPECIAL, "play", "##ing", "##ed", "un", "##play", "e", "##e", "don", "'", "t", "!"]


@pytest.fixture
def tokenizer():
    return WordPiece(VOCABULARY)


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ("playing", "play ##ing"),
        ("unplayed", "un ##play ##ed"),
        ("don't", "don ' t"),
        ("ÉÉ", "e ##e"),
        ("xyz", "[UNK]"),
        ("[who] play", "[who] play"),
        ("", ""),
    ],
)
def test_the_longest_piece_comes_first(tokenizer, words, pieces):
    expected = ["[CLS]", *pieces.split(), "[SEP]"]
    assert tokenizer.encode(words.split()) == [VOCABULARY.index(p) for p in expected]


def test_a_limit_keeps_both_marks(tokenizer):
    ids = tokenizer.encode(["play"] * 100, limit=10)
    assert len(ids) == 10
    assert (ids[0], ids[-1]) == (VOCABULARY.index("[CLS]"), VOCABULARY.index("[SEP]"))


def test_a_word_beyond_reason_is_unknown(tokenizer):
    assert tokenizer.encode(["e" * (LONGEST_WORD + 1)])[1:-1] == [VOCABULARY.index("[UNK]")]


@given(st.text(max_size=60))
def test_any_word_gives_known_numbers(text):
    ids = WordPiece(VOCABULARY).encode(text.split())
    assert all(0 <= number < len(VOCABULARY) for number in ids)


def test_the_same_word_is_cut_the_same_way_again(tokenizer):
    assert tokenizer.encode(["playing"]) == tokenizer.encode(["playing"])
