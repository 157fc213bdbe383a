"""ChatGPT's `conversations.json`: trees, of which one branch was shown last."""

from __future__ import annotations

from collections.abc import Mapping
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
from mien.media.words.times import from_unix

_SPOKEN = ("user", "assistant")
_WORDS = ("text", "multimodal_text")
# What was spoken in a voice chat is written beside the sound.
_HEARD = "audio_transcription"


def is_chatgpt(plain: Mapping[str, Any]) -> bool:
    """Whether it is a conversation of ChatGPT, of a known version or not."""
    return bool({"mapping", "current_node"} & plain.keys()) or {"title", "create_time"} <= (
        plain.keys()
    )


def chatgpt_talk(plain: Mapping[str, Any]) -> Talk:
    """The branch of a conversation that ends at `current_node`.

    Messages of the system and of tools, hidden ones, what the model thought, and messages on other
    branches are nobody's words in this conversation: they are counted.

    Raises:
        UnknownForm: If a field is missing.
    """
    talk = Talk(title=title_of(plain.get("title")), begun=from_unix(plain.get("create_time")))
    mapping: dict[str, Any] = need(plain, "mapping", dict, "a conversation")
    if not mapping:
        return talk
    leaf = need(plain, "current_node", str, "a conversation")
    if leaf not in mapping:
        raise UnknownForm("the field `current_node` of a conversation names no message")
    followed = branch({name: _parent(node) for name, node in mapping.items()}, leaf)
    for name in followed:
        _add(talk, mapping[name])
    others = Talk()
    for name in mapping.keys() - set(followed):
        _add(others, mapping[name])
    talk.skipped[OTHER_BRANCHES] += len(others.turns)
    return talk


def _parent(node: Any) -> str | None:
    if not isinstance(node, dict):
        raise UnknownForm("an entry of `mapping` is no object")
    parent = need(node, "parent", str, "an entry of `mapping`", or_null=True)
    return parent if isinstance(parent, str) else None


def _add(talk: Talk, node: Mapping[str, Any]) -> None:
    message = need(node, "message", dict, "an entry of `mapping`", or_null=True)
    if message is None:
        return
    author = need(message, "author", dict, "a message")
    role = need(author, "role", str, "an author")
    content = need(message, "content", dict, "a message")
    if role not in _SPOKEN or not _is_shown(message, content):
        talk.skipped[HIDDEN] += 1
        return
    parts: list[Any] = need(content, "parts", list, "the content of a message")
    texts = [text for text in map(_text, parts) if text is not None]
    talk.skipped[PARTS] += len(parts) - len(texts)
    words = "\n".join(texts)
    if not words.strip() and len(texts) < len(parts):
        return
    at = from_unix(message.get("create_time"))
    talk.say(words, speaker=role, role=role, at=at)


def _is_shown(message: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    metadata = message.get("metadata")
    is_hidden = isinstance(metadata, dict) and metadata.get("is_visually_hidden_from_conversation")
    to_all = message.get("recipient", "all") in (None, "all")
    return not is_hidden and to_all and content.get("content_type", "text") in _WORDS


def _text(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("content_type") == _HEARD:
        text = part.get("text")
        return text if isinstance(text, str) else None
    return None
