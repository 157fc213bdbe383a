"""Chats: each fault is named with its line or message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UnreadableSource
from mien.media import open_source

MESSAGES = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "I lost my job.", "name": "Ana"},
    {"role": "assistant", "content": "I am sorry."},
]


def read(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = open_source(path)
    return source, [(turn.speaker, turn.role, turn.text) for turn in source.conversation.turns]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(MESSAGES),
        json.dumps(MESSAGES, indent=2),
        json.dumps({"model": "x", "messages": MESSAGES}),
        "\n".join(json.dumps(message) for message in MESSAGES),
        "\n\n".join(json.dumps(message) for message in MESSAGES) + "\n",
        json.dumps({"messages": MESSAGES}) + "\n",
        "\ufeff" + json.dumps(MESSAGES),
    ],
)
def test_messages_are_read_in_every_form(tmp_path, content):
    source, turns = read(tmp_path / "chat.json", content)
    assert source.kind == "chat"
    assert source.seconds is None
    assert turns == [
        ("system", "system", "Be kind."),
        ("Ana", "user", "I lost my job."),
        ("assistant", "assistant", "I am sorry."),
    ]
    assert [turn.index for turn in source.conversation.turns] == [0, 1, 2]


def test_parts_that_are_words_are_joined_and_the_others_counted(tmp_path):
    content = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "data:,"}},
        {"type": "input_text", "text": "my cat"},
    ]
    source, turns = read(tmp_path / "a.json", json.dumps([{"role": "user", "content": content}]))
    assert turns == [("user", "user", "Look:\nmy cat")]
    assert source.origin().notes == ("parts of messages that are no words, such as pictures: 1",)


def test_calls_of_tools_give_no_turn_and_are_counted(tmp_path):
    messages = [{"role": "assistant", "content": None, "tool_calls": [{}]}, MESSAGES[1]]
    source, turns = read(tmp_path / "a.json", json.dumps(messages))
    assert len(turns) == 1
    assert source.conversation.turns[0].index == 0
    assert "messages without words, such as calls of tools: 1" in source.origin().notes


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps([MESSAGES[0], {"content": "Hi"}]), "message 2 has no role"),
        (json.dumps([{"role": "boss", "content": "Hi"}]), "message 1 has the role 'boss'"),
        (json.dumps([{"role": "user", "content": 5}]), "message 1 has content that is neither"),
        (json.dumps([{"role": "user", "content": "x"}, 7]), "message 2 is no message"),
        (json.dumps(MESSAGES[1]) + '\n\n{"content": "Hi"}\n', "line 3 has no role"),
        (json.dumps(MESSAGES[1]) + '\n{"role": "us', "line 2 is not valid JSON"),
        ('[{"role": "user", "content": "a"},\n {"role": ', "broken in line 2, column"),
        (json.dumps({"messages": []}), "holds no words"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "a number that is too long"),
        (
            "\n".join([json.dumps(MESSAGES[0]), json.dumps({"messages": MESSAGES})]),
            "line 2 begins another conversation",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, content, reason):
    with pytest.raises(UnreadableSource) as caught:
        read(tmp_path / "chat.json", content)
    assert reason in caught.value.reason


def test_a_fault_never_quotes_what_people_wrote(tmp_path):
    secret = json.dumps([{"role": "user", "content": {"deep": "my secret"}}])
    with pytest.raises(UnreadableSource) as caught:
        read(tmp_path / "chat.json", secret)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Ana: hi\nBen: h\xff\n", "invalid UTF-8 at byte 14 (line 2)"),
        (b"\xef\xbb\xbfAna: \xe9t\xe9\n", "invalid UTF-8 at byte 8 (line 1)"),
        (b'[{"role": "user", "content": "\xc3\x28"}]', "invalid UTF-8 at byte 30 (line 1)"),
    ],
)
def test_broken_letters_are_named_with_their_byte(tmp_path, content, reason):
    with pytest.raises(UnreadableSource) as caught:
        read(tmp_path / "chat.txt", content)
    assert reason in caught.value.reason


def test_plain_lines_with_names(tmp_path):
    text = (
        "Ana: Did it arrive?\nat 10:30 it should\n\nBen: No. See https://example.org\nAna: Oh: no\n"
    )
    _, turns = read(tmp_path / "chat.txt", text)
    assert turns == [
        ("Ana", None, "Did it arrive?\nat 10:30 it should"),
        ("Ben", None, "No. See https://example.org"),
        ("Ana", None, "Oh: no"),
    ]


@pytest.mark.parametrize(
    ("text", "line"), [("Just a text.\n", 1), ("\n\nhttps://example.org: down\nAna: hi", 3)]
)
def test_a_text_without_names_is_no_chat(tmp_path, text, line):
    with pytest.raises(UnreadableSource, match=f"line {line} does not begin with"):
        read(tmp_path / "chat.txt", text)


def test_blank_lines_are_no_chat(tmp_path):
    with pytest.raises(UnreadableSource, match="blank lines"):
        read(tmp_path / "chat.txt", "\n \n\n")


@given(
    messages=st.lists(
        st.tuples(
            st.sampled_from(["user", "assistant"]),
            st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1).filter(
                str.strip
            ),
        ),
        min_size=1,
    ),
    is_lines=st.booleans(),
)
def test_any_words_come_through_unchanged(tmp_path_factory, messages, is_lines):
    plain = [{"role": role, "content": text} for role, text in messages]
    dumped = [json.dumps(message, ensure_ascii=False) for message in plain]
    content = "\n".join(dumped) if is_lines else json.dumps(plain, ensure_ascii=False)
    path = tmp_path_factory.getbasetemp() / "chat.json"
    assert read(path, content)[1] == [(role, role, text) for role, text in messages]


@given(content=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_our_errors(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes.txt"
    try:
        read(path, content)
    except UnreadableSource as error:
        assert str(path) in str(error)  # noqa: PT017 - either outcome is right
