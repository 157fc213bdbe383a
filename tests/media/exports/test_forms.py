"""Claude, ShareGPT and Telegram: their words, their counts, and the field an unknown one lacks."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mien.media.exports.claude import claude_talk
from mien.media.exports.scanner import Scanner
from mien.media.exports.sharegpt import sharegpt_talk
from mien.media.exports.talk import HIDDEN, NO_ZONE, OTHER_BRANCHES, PARTS, UnknownForm
from mien.media.exports.telegram import SERVICE, telegram_talk
from tests.fakes.exports import claude_chat, sharegpt_chat, telegram_chat


def telegram(chat):
    return telegram_talk(Scanner(Path("result.json"), io.BytesIO(json.dumps(chat).encode())))


def texts(talk):
    return [turn.text for turn in talk.turns]


def test_claude_gives_roles_titles_and_times():
    talk = claude_talk(claude_chat("Exam"))
    assert talk.title == "Exam"
    assert [turn.role for turn in talk.turns] == ["user", "assistant", "user"]
    assert talk.turns[0].at == datetime(2024, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)


def test_claude_reads_blocks_of_text_alone():
    chat = claude_chat(said=[("assistant", "x")])
    chat["chat_messages"][0]["content"] = [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "input": {}},
    ]
    chat["chat_messages"][0]["files"] = [{"file_name": "a.pdf"}]
    talk = claude_talk(chat)
    assert texts(talk) == ["Hello"]
    assert talk.skipped[PARTS] == 3


def test_claude_without_blocks_is_read_by_its_text():
    chat = claude_chat(said=[("user", "hello")])
    del chat["chat_messages"][0]["content"]
    assert texts(claude_talk(chat)) == ["hello"]


def test_claude_follows_the_branch_of_the_current_message():
    chat = claude_chat(said=[("user", "a"), ("assistant", "b"), ("assistant", "c")])
    for message, parent in zip(chat["chat_messages"], ("none", "m0", "m0"), strict=True):
        message["parent_message_uuid"] = parent
    assert texts(claude_talk(chat)) == ["a", "c"]
    talk = claude_talk({**chat, "current_leaf_message_uuid": "m1"})
    assert texts(talk) == ["a", "b"]
    assert talk.skipped[OTHER_BRANCHES] == 1


@pytest.mark.parametrize("field", ["chat_messages", "sender", "text"])
def test_claude_of_an_unknown_version_names_the_field(field):
    chat = claude_chat()
    for message in chat["chat_messages"]:
        message.pop("content")
        message.pop(field, None)
    chat.pop(field, None)
    with pytest.raises(UnknownForm, match=f"`{field}`"):
        claude_talk(chat)


def test_sharegpt_knows_people_and_models_and_counts_systems():
    chat = sharegpt_chat(said=[("system", "Be kind."), ("user", "hi"), ("assistant", "hello")])
    talk = sharegpt_talk(chat)
    assert [(turn.role, turn.text) for turn in talk.turns] == [
        ("user", "hi"),
        ("assistant", "hello"),
    ]
    assert talk.skipped[HIDDEN] == 1


@pytest.mark.parametrize("field", ["from", "value"])
def test_sharegpt_of_an_unknown_version_names_the_field(field):
    chat = sharegpt_chat()
    del chat["conversations"][1][field]
    with pytest.raises(UnknownForm, match=f"`{field}`"):
        sharegpt_talk(chat)


def test_telegram_joins_pieces_and_tells_people_and_times():
    chat = telegram_chat(said=[("Ana", "x")])
    chat["messages"][0]["text"] = ["see ", {"type": "link", "text": "https://x.org"}, "!"]
    turn = telegram(chat).turns[0]
    assert (turn.speaker, turn.role, turn.text) == ("Ana", None, "see https://x.org!")
    assert turn.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_telegram_counts_service_messages_and_media():
    chat = telegram_chat(said=[("Ana", ""), ("Ana", "our cat"), ("Ana", "hi")])
    chat["messages"][0]["media_type"] = "voice_message"
    chat["messages"][1]["photo"] = "photos/1.jpg"
    chat["messages"].append({"id": 9, "type": "service", "action": "phone_call", "text": ""})
    talk = telegram(chat)
    assert texts(talk) == ["our cat", "hi"]
    assert (talk.skipped[PARTS], talk.skipped[SERVICE]) == (2, 1)


def test_telegram_without_unix_times_says_that_it_guesses_the_zone():
    chat = telegram_chat(said=[("Ana", "hi")])
    del chat["messages"][0]["date_unixtime"]
    talk = telegram(chat)
    assert talk.notes == (NO_ZONE,)
    assert talk.turns[0].at.tzinfo is UTC


def test_a_deleted_account_is_told_by_its_number():
    chat = telegram_chat(said=[("Ana", "hi")])
    chat["messages"][0]["from"] = None
    assert telegram(chat).turns[0].speaker == "userAna"


@pytest.mark.parametrize("field", ["messages", "type", "text", "date"])
def test_telegram_of_an_unknown_version_names_the_field(field):
    chat = telegram_chat()
    chat.pop(field if field == "messages" else "", None)
    for message in chat.get("messages", ()):
        message.pop("date_unixtime")
        message.pop(field)
    with pytest.raises(UnknownForm, match=f"`{field}`"):
        telegram(chat)
