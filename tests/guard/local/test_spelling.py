"""One spelling for many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard.local.lexicon import LANGUAGES, ideas, lexicon, plain_words
from mien.guard.local.spelling import fold, spell


@pytest.mark.parametrize(
    ("typed", "plain", "language"),
    [
        ("i dont wanna live", "I don't want to live", "en"),
        ("kms 2nite", "kill myself tonight", "en"),
        ("I'M DYIIIING", "i am dying", "en"),
        ("su1c1de", "suicide", "en"),
        ("fuer immer", "für immer", "de"),
        ("FÜR IMMER", "für immer", "de"),
        ("kann nich mehr", "kann nicht mehr", "de"),
        ("ya no kiero vivir", "ya no quiero vivir", "es"),
        ("q mas da", "qué más da", "es"),
    ],
)
def test_what_is_typed_means_what_is_meant(typed: str, plain: str, language: str) -> None:
    assert plain_words(typed, language) == plain_words(plain, language)


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_folding_twice_changes_nothing(word: str, language: str) -> None:
    once = fold(word, language)
    assert fold(once, language) in (once, fold(fold(once, language), language))


@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_any_text_has_plain_words_without_space(text: str, language: str) -> None:
    for word in plain_words(text, language):
        assert word
        assert not any(c.isspace() for c in word)
        assert spell(word, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_idea_is_said_in_every_language(language: str) -> None:
    known = lexicon(language)
    said = {idea for entries in known.phrases.values() for _, found in entries for idea in found}
    said |= {idea for found in known.stems.values() for idea in found}
    assert said == set(ideas())


@pytest.mark.parametrize(
    ("text", "language"),
    [("kill myself", "en"), ("mich umbringen", "de"), ("matarme", "es"), ("kms", "en")],
)
def test_the_same_idea_is_found_in_each_language(text: str, language: str) -> None:
    found = lexicon(language).ideas(plain_words(text, language))
    assert any("KILL_SELF" in part for part in found)
