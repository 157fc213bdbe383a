"""Messages of other people's frameworks as turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mien.timeline import Turn

_SIDES = {"user": "user", "human": "user", "assistant": "assistant", "ai": "assistant"}


class Said(NamedTuple):
    """Who said what, as a framework calls them."""

    role: str
    text: str


def turns_of(messages: Iterable[Said]) -> tuple[Turn, ...]:
    """What users and assistants said, numbered among themselves.

    A framework's own messages (of the system, of tools, of the guard) come and go from request to
    request; so do none of these numbers. A message without words, such as a call of a tool, is no
    turn.
    """
    kept = [
        (_SIDES[one.role], one.text) for one in messages if one.role in _SIDES and one.text.strip()
    ]
    return tuple(Turn(index=i, role=role, text=text) for i, (role, text) in enumerate(kept))


def rows_said(rows: object) -> list[Said]:
    """Messages of OpenAI's protocols: of chats, and of the input of a response.

    What is no message is left out; a text alone is the user's.
    """
    if isinstance(rows, str):
        return [Said("user", rows)]
    if not isinstance(rows, Sequence):
        return []
    return [
        Said(str(row.get("role")), text_of(row.get("content")))
        for row in rows
        if isinstance(row, Mapping) and row.get("type", "message") == "message"
    ]


def text_of(content: Any) -> str:
    """The words of a message's content: a text, or its parts of text joined by newlines."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    parts = [part if isinstance(part, str) else _part(part) for part in content]
    return "\n".join(part for part in parts if part)


def _part(part: object) -> str:
    text = part.get("text") if isinstance(part, Mapping) else None
    return text if isinstance(text, str) else ""
