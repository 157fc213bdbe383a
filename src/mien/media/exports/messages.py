"""Chats in OpenAI's form, many in one file: a list of them, or one a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mien.media.exports.talk import Talk, UnknownForm, title_of
from mien.media.words.chat import NotAChat, parse_messages


def is_messages_chat(plain: Mapping[str, Any]) -> bool:
    """Whether it is an object with `messages`, each with a `role`."""
    rows = plain.get("messages")
    if not isinstance(rows, list):
        return False
    return all(isinstance(row, dict) and "role" in row for row in rows[:1])


def messages_talk(plain: Mapping[str, Any]) -> Talk:
    """The turns of a conversation, with those of systems and tools.

    Raises:
        UnknownForm: If a message has no role, an unknown one, or content of another form.
    """
    title = title_of(plain.get("title")) or title_of(plain.get("id"))
    if not isinstance(plain.get("messages"), list):
        raise UnknownForm("a conversation has no list `messages`")
    try:
        written = parse_messages(plain, "")
    except NotAChat as error:
        raise UnknownForm(str(error)) from error
    turns = list(written.conversation.turns)
    begun = next((turn.at for turn in turns if turn.at is not None), None)
    return Talk(title=title, begun=begun, turns=turns, notes=written.notes)
