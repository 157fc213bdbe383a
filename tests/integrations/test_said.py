from hypothesis import given
from hypothesis import strategies as st

from mien.integrations.said import Said, rows_said, text_of, turns_of

roles = st.sampled_from(["system", "developer", "user", "human", "assistant", "ai", "tool", "?"])


@given(st.lists(st.builds(Said, roles, st.text(max_size=5)), max_size=8), st.integers(0, 8))
def test_numbers_of_turns_do_not_depend_on_what_is_nobodys(said, at):
    more = [*said[:at], Said("system", "an instruction"), *said[at:]]
    assert turns_of(more) == turns_of(said)
    assert [turn.index for turn in turns_of(said)] == list(range(len(turns_of(said))))
    assert {turn.role for turn in turns_of(said)} <= {"user", "assistant"}


def test_words_are_found_in_parts_of_either_protocol():
    chat = [
        {"type": "text", "text": "one"},
        {"type": "image_url", "image_url": {"url": "x"}},
        "two",
    ]
    assert text_of(chat) == "one\ntwo"
    assert text_of([{"type": "output_text", "text": "said"}]) == "said"


def test_rows_that_are_no_messages_are_left_out():
    rows = [
        {"role": "user", "content": "hi"},
        {"type": "function_call", "name": "f", "arguments": "{}"},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "ho"}],
        },
        "neither",
        {"role": "user", "content": None},
    ]
    assert rows_said(rows) == [Said("user", "hi"), Said("assistant", "ho"), Said("user", "")]
    assert rows_said("hi") == [Said("user", "hi")]
    assert rows_said(None) == rows_said(7) == []
