"""What the proxy must know of a protocol, and nothing else of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Data = dict[str, Any]
"""A JSON object of a protocol."""

MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
"""What reading a JSON value as something else raises."""


class Said(NamedTuple):
    """A message, whichever protocol it came in."""

    role: str
    text: str


class Heard(NamedTuple):
    """What an event of a stream says.

    Attributes:
        key: Which of several answers it belongs to; None for all of them.
        text: Words that a user will read; empty for anything else.
        closes: Whether no more words of this answer follow.
        is_sound: Whether the words are those of a sound that is sent beside them.
        acts: Whether a tool is called, which cannot be taken back.
    """

    key: str | None
    text: str = ""
    closes: bool = False
    is_sound: bool = False
    acts: bool = False


class Dialect(Protocol):
    """A protocol of asking models; all of it pure."""

    path: str
    """The end of its path."""

    free: bool
    """Whether words may be said anywhere in a stream; else each part is announced and summed up."""

    def messages(self, body: Data) -> list[Said]:
        """All messages of a request, oldest first."""

    def before(self, body: Data) -> str | None:
        """The id of the answer that a request goes on from, where the past stays with the model."""

    def session(self, body: Data) -> str | None:
        """The name that a request gives its conversation."""

    def instruct(self, body: Data, instruction: str, first: bool) -> Data:
        """The request with an instruction for the assistant in it."""

    def again(self, body: Data, said: str, correction: str, first: bool) -> Data:
        """The request that lets the assistant go on after what it has said."""

    def answers(self, body: Data) -> dict[str, str]:
        """The words of a whole answer, by key."""

    def answer_id(self, data: Data) -> str | None:
        """The id of an answer, from the whole of it or from an event."""

    def reworded(self, body: Data, texts: Mapping[str, str], stopped: frozenset[str]) -> Data:
        """A whole answer with other words; of those that were stopped it says so."""

    def hear(self, data: Data) -> Sequence[tuple[Heard, Data]]:
        """What an event says: an event for several answers comes apart into one for each."""

    def part(self, data: Data, key: str, start: int, end: int | None) -> Data | None:
        """The event with a part of its words; None if it cannot be parted there."""

    def spoken(self, like: Data, key: str, text: str) -> Data:
        """An event that says some words, made after another event."""

    def ended(self, like: Data, key: str) -> list[Data]:
        """Events that end an answer before its time."""

    def adopted(self, data: Data, first: Data) -> Data:
        """An event of a second answer as one of the first."""


def parsed(content: bytes | str) -> Data | None:
    """The JSON object; None if it is none."""
    try:
        found = json.loads(content)
    except MISSHAPEN:
        return None
    return found if isinstance(found, dict) else None


def dumped(data: Data) -> str:
    """A JSON object as it is sent."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def text_of(content: object) -> str:
    """The words of a message's content: a text, or its parts of text joined by newlines."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str))


def session_in(body: Data) -> str | None:
    """The name of a conversation in a request's metadata."""
    metadata = body.get("metadata")
    named = metadata.get("session_id") if isinstance(metadata, dict) else None
    return named if isinstance(named, str) and named else None


SYSTEM = ("system", "developer")


def with_instruction(
    messages: Sequence[Any], instruction: str, first: bool, role: str = "system"
) -> list[Any]:
    """Messages with an instruction in them.

    Args:
        messages: As they were sent.
        instruction: For the assistant.
        first: Into the first system message, for models that take no other; else as a message of
            its own before the last one of the user, which leaves what is before it in caches.
        role: Whose the message is.
    """
    rows = list(messages)
    if first:
        head = rows[0] if rows else None
        if isinstance(head, dict) and head.get("role") in SYSTEM:
            told = f"{text_of(head.get('content'))}\n\n{instruction}"
            return [{**head, "content": told}, *rows[1:]]
        return [{"role": role, "content": instruction}, *rows]
    users = [i for i, row in enumerate(rows) if isinstance(row, dict) and row.get("role") == "user"]
    at = users[-1] if users else len(rows)
    return [*rows[:at], {"role": role, "content": instruction}, *rows[at:]]


def going_on(messages: Sequence[Any], said: str, correction: str, first: bool) -> list[Any]:
    """Messages that let an assistant go on after what it has said."""
    rows = list(messages)
    if said.strip():
        rows.append({"role": "assistant", "content": said})
    if not first:
        return [*rows, {"role": "system", "content": correction}]
    rows = with_instruction(rows, correction, first=True)
    return [*rows, {"role": "user", "content": "Go on."}] if said.strip() else rows
