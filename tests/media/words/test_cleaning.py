"""Words apart from what subtitles mix into them."""

import pytest

from mien.media.words.cleaning import split_name, without_markup, without_sounds


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana: hi", "Ana"),
        ("Dr. O'Neil-Smith: hi", "Dr. O'Neil-Smith"),
        ("[SPEAKER_00] hi", "SPEAKER_00"),
        ("[Speaker 1]: hi", "Speaker 1"),
        ("SPEAKER_00: hi", "SPEAKER_00"),
        ("\u4f60\u597d: hi", "\u4f60\u597d"),
        ("Speakers are loud", None),
        ("Speaker one said hi", None),
        ("[laughs] hi", None),
        ("https://example.org: down", None),
        ("10:30 works", None),
        ("Ana:hi", None),
        ("Ana:", None),
        ("what I wanted to say is this: no", None),
        ("x" * 60 + ": no", None),
    ],
)
def test_only_a_name_before_a_colon_or_in_brackets_is_a_speaker(text, name):
    assert split_name(text).name == name
    assert split_name(text).text == ("hi" if name else text)


@pytest.mark.parametrize(
    ("text", "words", "count"),
    [
        ("Fine.", "Fine.", 0),
        ("[laughs]", "", 1),
        ("(door opens)", "", 1),
        ("No (I think) so.", "No (I think) so.", 0),
        ("No (sobbing) so.", "No so.", 1),
        ("\u266a la la \u266a Stop!", "Stop!", 1),
        ("[a [b] c]", "[a c]", 1),
    ],
)
def test_sounds_are_taken_out_and_asides_stay(text, words, count):
    assert without_sounds(text) == (words, count)


def test_a_sign_for_less_than_is_no_markup():
    assert without_markup("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
