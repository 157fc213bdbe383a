import pytest

from mien.decoders.words.emoji import is_emoji, say_emoji, say_typed_faces


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("👍", "good"),
        ("👍🏿", "good"),
        ("❤️", "love"),
        ("❤", "love"),
        ("😂😂", "laughing laughing"),
        ("🤷🏽‍♀️", "confused"),
        ("🇫🇷", ""),
        ("1️⃣", "1"),
        ("🦀", "crab"),
        ("no emoji", "no emoji"),
    ],
)
def test_emoji_are_said_in_words(text, said):
    assert " ".join(say_emoji(text).split()) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (":)", "happy"),
        ("fine :-(", "fine sad"),
        ("i <3 you", "i love you"),
        ("XD", "laughing"),
        ("T_T", "crying"),
        ("¯\\_(ツ)_/¯", "wondering"),
        (">:(", "angry"),
    ],
)
def test_typed_faces_are_said_in_words(text, said):
    assert " ".join(say_typed_faces(text).split()) == said


@pytest.mark.parametrize("text", ["at 10:30", "http://x.org", "a:b", "f(x):", "x<3.5", "taxd"])
def test_what_only_looks_like_a_face_stays(text):
    assert say_typed_faces(text) == text


def test_pictograms_are_known_as_such():
    assert is_emoji("🦀")
    assert is_emoji("❤")
    assert not is_emoji("é")
