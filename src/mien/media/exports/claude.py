"""Claude's `conversations.json`: messages in order, each of blocks, some of them answered anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mien.media.exports.talk import (
    HIDDEN,
    OTHER_BRANCHES,
    PARTS,
    Talk,
    UnknownForm,
    need,
    title_of,
)
from mien.media.exports.tree import branch
from mien.media.words.times import from_iso

_ROLES = {"human": "user", "user": "user", "assistant": "assistant"}
_PARENT = "parent_message_uuid"


def is_claude(plain: Mapping[str, Any]) -> bool:
    """Whether it is a conversation of Claude, of a known version or not."""
    return "chat_messages" in plain or {"uuid", "name", "created_at"} <= plain.keys()


def claude_talk(plain: Mapping[str, Any]) -> Talk:
    """The turns of a conversation.

    Where messages name their parents, only the branch that ends at the current message, or at the
    last one, is followed. Thinking, calls of tools and attached files are counted.

    Raises:
        UnknownForm: If a field is missing.
    """
    talk = Talk(title=title_of(plain.get("name")), begun=from_iso(plain.get("created_at")))
    messages: list[Any] = need(plain, "chat_messages", list, "a conversation")
    if not all(isinstance(message, dict) for message in messages):
        raise UnknownForm("an entry of `chat_messages` is no object")
    followed = _followed(messages, plain.get("current_leaf_message_uuid"))
    talk.skipped[OTHER_BRANCHES] += len(messages) - len(followed)
    for message in followed:
        _add(talk, message)
    return talk


def _followed(messages: Sequence[dict[str, Any]], leaf: object) -> Sequence[dict[str, Any]]:
    known = {m["uuid"]: m for m in messages if isinstance(m.get("uuid"), str)}
    parents = {name: m[_PARENT] for name, m in known.items() if isinstance(m.get(_PARENT), str)}
    if not messages or len(parents) < len(messages):
        return messages
    last = leaf if isinstance(leaf, str) and leaf in known else messages[-1]["uuid"]
    return [known[name] for name in branch(parents, last)]


def _add(talk: Talk, message: Mapping[str, Any]) -> None:
    sender = need(message, "sender", str, "a message")
    if sender not in _ROLES:
        talk.skipped[HIDDEN] += 1
        return
    words, n_parts = _words(message)
    n_parts += sum(len(message.get(name) or ()) for name in ("attachments", "files"))
    talk.skipped[PARTS] += n_parts
    if words.strip() or not n_parts:
        role = _ROLES[sender]
        talk.say(words, speaker=role, role=role, at=from_iso(message.get("created_at")))


def _words(message: Mapping[str, Any]) -> tuple[str, int]:
    """The words, and how many blocks are none; older versions have no blocks."""
    blocks = message.get("content")
    if not isinstance(blocks, list) or not blocks:
        return need(message, "text", str, "a message"), 0
    texts = [
        block["text"]
        for block in blocks
        if isinstance(block, dict)
        and block.get("type") == "text"
        and isinstance(block.get("text"), str)
    ]
    return "\n".join(texts), len(blocks) - len(texts)
