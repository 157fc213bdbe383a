"""Messages as the encoder reads them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard.local.passages import (
    MESSAGES_BEFORE,
    MOST_BEFORE,
    MOST_OWN,
    SPECIAL,
    Pieces,
    stretches,
)
from mien.guard.local.pieces import sentences
from mien.guard.signals import Side

PIECES = Pieces([*SPECIAL, *"abcdefghijklmnopqrstuvwxyz", "##a", "##b", "die", "de:die", "es:sin"])
TEXTS = st.text(max_size=300) | st.text(alphabet="ab .!?\n[]USERPAD", max_size=300)
MESSAGES = st.lists(st.tuples(st.sampled_from(Side), st.text(max_size=200)), max_size=4)


def numbers_of(*pieces: str) -> list[int]:
    return [PIECES.vocabulary.index(piece) for piece in pieces]


def test_a_word_of_another_language_is_not_the_english_one_that_is_spelled_so() -> None:
    assert PIECES.numbers("die", "en") == numbers_of("die")
    assert PIECES.numbers("die", "de") == numbers_of("de:die")
    assert PIECES.numbers("sin", "es") == numbers_of("es:sin")


def test_an_unknown_word_is_cut_into_pieces() -> None:
    assert PIECES.numbers("aba", "en") == numbers_of("a", "##b", "##a")


@pytest.mark.parametrize("typed", SPECIAL)
def test_nobody_can_type_a_mark(typed: str) -> None:
    marks = set(range(len(SPECIAL))) - {SPECIAL.index("[UNK]")}
    assert not marks & set(PIECES.numbers(typed, "en"))


@given(TEXTS, MESSAGES, st.sampled_from(Side))
def test_a_passage_is_short_and_marks_what_is_the_message_s_own(
    text: str, earlier: list[tuple[Side, str]], side: Side
) -> None:
    passage = PIECES.passage(PIECES.numbers(text, "en"), PIECES.before(earlier, "en"), side)
    assert len(passage.ids) == len(passage.own)
    assert len(passage.ids) <= MOST_OWN + 2 + MESSAGES_BEFORE * (MOST_BEFORE + 1) + 2
    own = [number for number, mine in zip(*passage, strict=True) if mine]
    assert own[0] == SPECIAL.index(f"[{side.value}]")
    assert list(passage.own) == sorted(passage.own)
    assert SPECIAL.index("[PAD]") not in passage.ids


@given(TEXTS)
def test_stretches_hold_every_sentence_in_order(text: str) -> None:
    parts = sentences(text)
    found = list(stretches(PIECES, text, parts, "en"))
    assert all(a.quote.to_char <= b.quote.from_char for a, b in pairwise(found))
    for part in parts:
        assert any(
            one.quote.from_char <= part.from_char and part.to_char <= one.quote.to_char
            for one in found
        )
    assert [n for one in found for n in one.numbers] == [
        n for part in parts for n in PIECES.numbers(text, "en", part)
    ]


def test_sentences_are_joined_up_to_what_is_read_at_once() -> None:
    text = "a b. " * 100
    found = list(stretches(PIECES, text, sentences(text), "en"))
    assert all(MOST_OWN // 2 < len(one.numbers) <= MOST_OWN for one in found[:-1])
