"""Whether a quote stands in a text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.llm import find_quote

TEXT = "Then she said: “I don’t know…”,\nand left. I don't know why."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("she said", "she said"),
        ("SHE SAID", "she said"),
        ('"I don\'t know..."', "“I don’t know…”"),
        ("know…”, and left.", "know…”,\nand left."),
        ("  and   left ", "and left"),
        ("an\u200bd le\u00adft", "and left"),
        ("I don't know why", "I don't know why"),
    ],
)
def test_what_models_change_of_a_quote_does_not_hide_it(quote, found):
    start, end = find_quote(quote, TEXT)
    assert TEXT[start:end] == found


@pytest.mark.parametrize(
    "quote", ["he said nothing", "she said no", "know. and", "", " ", "\u200b"]
)
def test_what_does_not_stand_there_is_not_found(quote):
    assert find_quote(quote, TEXT) is None


def test_both_spellings_of_an_accent_agree_and_no_accent_is_another_letter():
    composed, decomposed = "un café noir", unicodedata.normalize("NFD", "un café noir")
    assert find_quote("CAFÉ NOIR", decomposed) == (3, 13)
    assert find_quote(unicodedata.normalize("NFD", "Café noir"), composed) == (3, 12)
    for text in (composed, decomposed):
        assert find_quote("CAFE", text) is None


def test_vowel_signs_are_letters():
    assert find_quote("कि", "का") is None
    assert find_quote("कि", "यह कि वह") == (3, 5)


def test_of_several_places_the_nearest_is_given():
    text = "yes, no, yes, no, Yes"
    assert find_quote("yes", text) == (0, 3)
    assert find_quote("yes", text, near=10) == (9, 12)
    assert find_quote("YES", text, near=99) == (18, 21)


@given(st.text(), st.data())
def test_every_part_of_a_text_is_found_at_itself(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    quote = text[start:end]
    found = find_quote(quote, text, near=start)
    if found is None:
        # Blanks and invisible letters alone are no quote.
        assert not any(letter.isprintable() and not letter.isspace() for letter in quote)
    else:
        assert text[found[0] : found[1]] == quote


FEW = st.text("aAb é\u0301\u200bß")


@given(FEW, FEW)
def test_what_is_found_is_within_the_text_and_holds_no_more_than_the_quote(quote, text):
    found = find_quote(quote, text)
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(text)
        assert find_quote(text[found[0] : found[1]], quote) is not None
