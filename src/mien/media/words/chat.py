"""Chats: OpenAI messages in JSON or JSON lines, and plain `Name: text`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mien.media.words.cleaning import split_name
from mien.media.words.text import Written
from mien.media.words.times import from_iso, from_unix
from mien.timeline.conversation import Conversation, Turn

ROLES = ("user", "assistant", "system", "developer", "tool", "function")

_WORDS = ("text", "input_text", "output_text")
_TIMES = ("created_at", "timestamp")
"""Fields that logs of chats add to a message: ISO 8601 with an offset, or seconds since 1970."""


class NotAChat(ValueError):
    """The text is no chat, or a message lacks something; the message says which and what."""


@dataclass(slots=True)
class _Counts:
    empty: int = 0
    other: int = 0

    def notes(self) -> tuple[str, ...]:
        lines = {
            "messages without words, such as calls of tools": self.empty,
            "parts of messages that are no words, such as pictures": self.other,
        }
        return tuple(f"{line}: {count}" for line, count in lines.items() if count)


def is_messages(plain: Any) -> bool:
    """Whether parsed JSON has the shape of OpenAI messages."""
    if isinstance(plain, dict):
        return isinstance(plain.get("messages"), list)
    return (
        isinstance(plain, list)
        and bool(plain)
        and isinstance(plain[0], dict)
        and ("role" in plain[0] or "content" in plain[0])
    )


def parse_messages(plain: Any, name: str) -> Written:
    """The turns of OpenAI messages: a list, or an object with `messages`.

    The speaker is the message's `name`, else its role. Messages without words, such as calls of
    tools, give no turn and are counted.

    Args:
        plain: Parsed JSON for which `is_messages` holds.
        name: Becomes the conversation's id.

    Raises:
        NotAChat: If a message has no role, an unknown one, or content of another form.
    """
    messages: Sequence[Any] = plain["messages"] if isinstance(plain, dict) else plain
    title = plain.get("title") if isinstance(plain, dict) else None
    places = [f"message {i}" for i in range(1, len(messages) + 1)]
    return _written(messages, places, name, title if isinstance(title, str) else None)


def _written(
    messages: Sequence[Any], places: Sequence[str], name: str, title: str | None = None
) -> Written:
    counts = _Counts()
    turns: list[Turn] = []
    for message, where in zip(messages, places, strict=True):
        role = _role(message, where)
        text = _content(message.get("content"), where, counts)
        if not text.strip():
            counts.empty += 1
            continue
        speaker = message.get("name")
        speaker = speaker.strip() if isinstance(speaker, str) and speaker.strip() else role
        turn = Turn(index=len(turns), speaker=speaker, role=role, text=text, at=_time(message))
        turns.append(turn)
    return Written(Conversation(id=name, turns=tuple(turns), title=title), counts.notes())


def parse_lines(text: str, name: str) -> Written:
    """The turns of JSON lines: one message a line, or a single line that is a whole chat.

    Raises:
        NotAChat: If a line is no JSON or no message, or if several lines are chats of their own.
    """
    rows: list[Any] = []
    numbers: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            rows.append(_json(line, number))
            numbers.append(number)
    chats = [number for row, number in zip(rows, numbers, strict=True) if is_messages(row)]
    if chats and len(rows) > 1:
        at = chats[0] if chats[0] != numbers[0] else numbers[1]
        raise NotAChat(f"line {at} begins another conversation: give each a file of its own")
    if chats:
        return parse_messages(rows[0], name)
    return _written(rows, [f"line {number}" for number in numbers], name)


def parse_plain(text: str, name: str) -> Written:
    """The turns of `Name: text`; lines without a name go on with the turn before.

    Raises:
        NotAChat: If the first line that is not blank has no name.
    """
    said: list[tuple[str, list[str]]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        found = split_name(line)
        if found.name is not None:
            said.append((found.name, [found.text]))
        elif said:
            said[-1][1].append(line.strip())
        else:
            raise NotAChat(
                f"a text, but no chat, subtitles or transcript: "
                f"line {number} does not begin with `Name: `"
            )
    if not said:
        raise NotAChat("a text of blank lines")
    turns = tuple(
        Turn(index=i, speaker=speaker, text="\n".join(lines))
        for i, (speaker, lines) in enumerate(said)
    )
    return Written(Conversation(id=name, turns=turns))


def _json(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotAChat(f"line {number} is not valid JSON") from error


def _role(message: Any, where: str) -> str:
    if not isinstance(message, dict):
        raise NotAChat(f"{where} is no message: an object with role and content is needed")
    role = message.get("role")
    if role is None:
        raise NotAChat(f"{where} has no role: one of {', '.join(ROLES)} is needed")
    if role not in ROLES:
        raise NotAChat(f"{where} has the role {str(role)[:40]!r}: use one of {', '.join(ROLES)}")
    return str(role)


def _time(message: Mapping[str, Any]) -> datetime | None:
    told = next((message[key] for key in _TIMES if message.get(key) is not None), None)
    return from_iso(told) or from_unix(told)


def _content(content: Any, where: str, counts: _Counts) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise NotAChat(f"{where} has content that is neither text nor a list of parts")
    texts: list[str] = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict) and part.get("type") in _WORDS and "text" in part:
            texts.append(str(part["text"]))
        else:
            counts.other += 1
    return "\n".join(texts)
