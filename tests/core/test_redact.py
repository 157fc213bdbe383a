from hypothesis import given
from hypothesis import strategies as st

from mien.core.redact import printable, without_secrets


@given(st.text(st.characters()))
def test_what_is_printable_cannot_act_and_keeps_its_length(text):
    shown = printable(text)
    assert len(shown) == len(text)
    assert not any(c in shown for c in "\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\u202e\u2066")
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert printable(shown) == shown


def test_what_people_write_stays_as_it_is():
    for text in ("Zoë’s café", "日本語", "עברית", "👩‍👩‍👧", "نوشته\u200cها"):
        assert printable(text) == text


def test_a_byte_that_is_not_utf8_can_be_written():
    assert printable("caf\udce9\x9b.wav") == "caf\ufffd\ufffd.wav"


def test_an_address_is_shown_without_what_may_be_secret():
    assert without_secrets("http://me:secret@[::1]:80/v1?key=secret#secret") == "http://[::1]:80/v1"
    assert without_secrets("me:secret@host") == "host"
    for plain in ("https://host:80/v1", "host:80", ""):
        assert without_secrets(plain) == plain
