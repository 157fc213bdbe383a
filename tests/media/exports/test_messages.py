"""Chats in OpenAI's form, many in one file."""

import json

import pytest

from mien.core.errors import UnreadableSource
from mien.media import find_chats, open_source

SAID = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]


def chat(**more):
    return {"messages": SAID, **more}


def texts(source):
    with open_source(source) as opened:
        return [turn.text for turn in opened.conversation.turns]


def lines(path, *chats):
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in chats))
    return path


@pytest.mark.parametrize("first", [chat(), {"id": "a", "model": {"x": [1]}, **chat()}])
def test_each_line_that_is_a_chat_is_a_source(tmp_path, first):
    chats = find_chats(lines(tmp_path / "x.jsonl", first, chat(title="Second"), chat()))
    assert [one.name for one in chats][1:] == ["x.jsonl#Second", "x.jsonl#3"]
    assert [texts(one) for one in reversed(chats)] == [["hello", "hi"]] * 3


def test_a_list_of_chats_is_an_export(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps([chat(id="a"), chat(id="b")]))
    assert [one.title for one in find_chats(path)] == ["a", "b"]


@pytest.mark.parametrize("plain", [chat(), SAID, SAID[0]])
def test_what_is_one_chat_is_no_export(tmp_path, plain):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(plain))
    assert find_chats(path) == ()
    assert texts(path)[0] == "hello"


def test_lines_of_single_messages_are_one_chat(tmp_path):
    assert texts(lines(tmp_path / "x.jsonl", *SAID)) == ["hello", "hi"]


@pytest.mark.parametrize("torn", ['{"messages": [{"role": "us', '{"messages": [', "{]"])
def test_a_torn_line_costs_its_own_chat_alone(tmp_path, torn):
    chats = find_chats(lines(tmp_path / "x.jsonl", chat(), chat(), torn, chat(title="after")))
    assert [bool(one.fault) for one in chats] == [False, False, True, False]
    assert texts(chats[-1]) == ["hello", "hi"]
    with pytest.raises(UnreadableSource, match="JSON"):
        texts(chats[2])


def test_a_chat_with_an_unknown_role_is_at_fault_and_the_others_are_read(tmp_path):
    bad = {"messages": [{"role": "boss", "content": "x"}]}
    chats = find_chats(lines(tmp_path / "x.jsonl", chat(), bad, chat()))
    assert [one.fault for one in chats].count(None) == 2
    assert "role" in chats[1].fault


@pytest.mark.parametrize("stamp", ["2026-01-01T01:00:00+01:00", 1767225600, "1767225600"])
def test_times_are_read_where_messages_have_them(tmp_path, stamp):
    timed = {"messages": [{**SAID[0], "created_at": stamp}, SAID[1]]}
    first, second = find_chats(lines(tmp_path / "x.jsonl", timed, chat()))
    assert first.begun.isoformat() == "2026-01-01T00:00:00+00:00"
    assert second.begun is None
