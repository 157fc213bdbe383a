"""Sentences and words with their places."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard.local.pieces import LONGEST_SENTENCE, LONGEST_WORD, sentences, words

TEXTS = st.text(max_size=400) | st.text(alphabet="ab .!?\n'’*-😭ßñ", max_size=400)


@given(TEXTS)
def test_sentences_hold_all_that_is_not_space_in_order(text: str) -> None:
    parts = sentences(text)
    assert "".join("".join(p.of(text).split()) for p in parts) == "".join(text.split())
    assert all(a.to_char <= b.from_char for a, b in pairwise(parts))


@given(TEXTS)
def test_no_sentence_begins_or_ends_with_space_or_is_too_long(text: str) -> None:
    for part in sentences(text):
        said = part.of(text)
        assert said == said.strip() != ""
        assert len(said) <= LONGEST_SENTENCE


@given(TEXTS)
def test_words_stand_where_they_say(text: str) -> None:
    for word in words(text):
        assert text[word.from_char : word.to_char].startswith(word.text)
        assert 0 < len(word.text) <= LONGEST_WORD


def test_a_word_keeps_its_apostrophe_and_its_mask() -> None:
    assert [w.text for w in words("can't s*icide rock-bottom 'quoted'")] == [
        "can't", "s*icide", "rock-bottom", "'", "quoted", "'"
    ]  # fmt: skip


@pytest.mark.parametrize("piece", ["a", "'", "a'", "*a", ".", " ", "\n", "a-", "1@", "😭"])
def test_a_hostile_run_of_one_piece_is_cut_and_every_part_stands(piece: str) -> None:
    # Work that grew with the square of the length would keep this from ending.
    text = piece * (1_000_000 // len(piece))
    assert all(word.to_char > word.from_char for word in words(text))
    assert all(len(part.of(text)) <= LONGEST_SENTENCE for part in sentences(text))
