from hypothesis import given
from hypothesis import strategies as st

from mien.core.redact import redact


@given(st.text(min_size=8))
def test_no_words_are_left(text):
    assert text not in redact(text)
    assert redact(text) == redact(text)


def test_nothing_said_is_told_apart_from_silence():
    assert redact(None) != redact("")
