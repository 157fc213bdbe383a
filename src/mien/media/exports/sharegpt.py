"""ShareGPT, in which collections of conversations with models are passed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mien.media.exports.talk import HIDDEN, Talk, UnknownForm, need, title_of

_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "claude": "assistant",
}
_NOBODY = frozenset({"system", "tool", "function", "function_call", "observation"})


def is_sharegpt(plain: Mapping[str, Any]) -> bool:
    """Whether it is a conversation in the form of ShareGPT."""
    rows = plain.get("conversations")
    if not isinstance(rows, list):
        return False
    return all(isinstance(row, dict) and row.keys() & {"from", "value"} for row in rows[:1])


def sharegpt_talk(plain: Mapping[str, Any]) -> Talk:
    """The turns of a conversation; those of systems and tools are counted.

    Raises:
        UnknownForm: If a field is missing.
    """
    talk = Talk(title=title_of(plain.get("title")) or title_of(plain.get("id")))
    for row in need(plain, "conversations", list, "a conversation"):
        if not isinstance(row, dict):
            raise UnknownForm("an entry of `conversations` is no object")
        name = need(row, "from", str, "a message")
        if name.lower() in _NOBODY:
            talk.skipped[HIDDEN] += 1
            continue
        role = _ROLES.get(name.lower())
        talk.say(need(row, "value", str, "a message"), speaker=role or name, role=role)
    return talk
