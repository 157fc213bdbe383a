import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.words.clean import LOUD, clean, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t “worry”…", 'don\'t " worry " . .'),
        ("sooooo good!!!!", "soo good ! !"),
        ("it cost 1000 or 5555", "it cost 1000 or 5555"),
        ("see https://example.org/x now", "see now"),
        ("u/someone said r/aww is nice", "said is nice"),
        ("> what they said\nwhat I say", "what i say"),
        ("Tom &amp; I &gt; you", "tom & i > you"),
        ("[NAME] is here with [RELIGION]", "is here with"),
        ("[NAME]'s plan", "plan"),
        ("yes/no, and/or", "yes / no , and / or"),
        ("what a day /s", "what a day sarcasm"),
        ("a\x00b\u202ec\u200bd", "a bcd"),
        ("tab\tand\r\nline", "tab and line"),
    ],
)
def test_what_carries_no_feeling_goes(text, expected):
    assert " ".join(words(text)).replace("[who]", "tom") == expected


def test_a_text_in_capitals_is_marked():
    assert words("THIS IS GREAT")[0] == LOUD
    assert LOUD not in words("the NASA launch was great")
    assert LOUD not in words("OK")


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more_than_words_do(text):
    once = clean(text)
    assert all(c.isprintable() or c == "\n" for c in once)
    assert all(word.strip() for word in words(text))


@given(st.text(st.characters(categories=["Cs", "Cc", "So", "Mn"]), max_size=50))
def test_odd_characters_do_no_harm(text):
    assert isinstance(words(text), list)
