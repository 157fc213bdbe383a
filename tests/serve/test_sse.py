from hypothesis import given
from hypothesis import strategies as st

from mien.serve.sse import Reader, remark, written
from tests.guard.test_sentences import pieces

BYTES = st.lists(st.sampled_from([b"data: x", b"\n", b"\r", b"\r\n", b":", b"event: e", b"\xc3"]))


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    return [one.encode("latin-1") for one in pieces(data.decode("latin-1"), cuts)]


@given(BYTES.map(b"".join), st.lists(st.integers(0, 99)))
def test_no_byte_is_lost_and_none_moves(data, cuts):
    reader = Reader()
    events = [event for part in cut(data, cuts) for event in reader.feed(part)]
    assert b"".join(event.raw for event in events) + reader.rest() == data


@given(
    st.lists(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]))),
    st.lists(st.integers(0, 999)),
)
def test_what_is_written_is_read_wherever_it_is_cut(texts, cuts):
    data = b"".join(written(text, "e") + remark("ping") for text in texts)
    reader = Reader()
    events = [event for part in cut(data, cuts) for event in reader.feed(part)]
    assert [event.data for event in events if event.data is not None] == texts
    assert {event.name for event in events if event.data is not None} <= {"e"}


def test_a_comment_does_not_wait_for_an_empty_line():
    reader = Reader()
    assert [event.raw for event in reader.feed(b": ping\n")] == [b": ping\n"]


def test_a_line_ends_with_any_of_three():
    for end in (b"\n", b"\r\n", b"\r"):
        reader = Reader()
        data = end.join([b"event: a", b"data: 1", b"data:2", b"", b"data: 3", b"", b""]) + b":"
        assert [(one.name, one.data) for one in reader.feed(data) if one.data] == [
            ("a", "1\n2"),
            ("", "3"),
        ]
