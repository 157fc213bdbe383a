"""Made exports of chats, in the forms in which services hand them out."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

MORNING = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC."""

Said = tuple[str, str]
"""Who, and what."""

SMALL_TALK: tuple[Said, ...] = (
    ("user", "I failed the exam again and I feel awful."),
    ("assistant", "I am sorry. What was the hardest part?"),
    ("user", "Thank you for asking, that helps a lot!"),
)


def message(role: str, *parts: Any, kind: str = "text", **more: Any) -> dict[str, Any]:
    """A message of ChatGPT."""
    return {
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": MORNING,
        "content": {"content_type": kind, "parts": list(parts)},
        "metadata": {},
        "recipient": "all",
        "weight": 1.0,
        **more,
    }


def node(name: str, parent: str | None, said: dict[str, Any] | None) -> dict[str, Any]:
    """A node of ChatGPT's tree."""
    return {"id": name, "message": said, "parent": parent, "children": []}


def chatgpt_chat(
    title: str | None = "Exam", said: Sequence[Said] = SMALL_TALK, **more: Any
) -> dict[str, Any]:
    """A conversation of ChatGPT without branches."""
    mapping = {"root": node("root", None, None)}
    parent = "root"
    for number, (role, text) in enumerate(said):
        mapping[f"m{number}"] = node(f"m{number}", parent, message(role, text))
        parent = f"m{number}"
    return {
        "title": title,
        "create_time": MORNING,
        "update_time": MORNING,
        "mapping": mapping,
        "current_node": parent,
        **more,
    }


def claude_chat(
    title: str = "Exam", said: Sequence[Said] = SMALL_TALK, **more: Any
) -> dict[str, Any]:
    """A conversation of Claude."""
    senders = {"user": "human"}
    messages = [
        {
            "uuid": f"m{number}",
            "text": text,
            "content": [{"type": "text", "text": text}],
            "sender": senders.get(role, role),
            "created_at": "2024-05-01T10:00:00.123456Z",
            "attachments": [],
            "files": [],
        }
        for number, (role, text) in enumerate(said)
    ]
    created = "2024-05-01T09:59:00.000000Z"
    return {"uuid": "c", "name": title, "created_at": created, "chat_messages": messages, **more}


def sharegpt_chat(name: str = "a1", said: Sequence[Said] = SMALL_TALK) -> dict[str, Any]:
    """A conversation in the form of ShareGPT."""
    names = {"user": "human", "assistant": "gpt"}
    rows = [{"from": names.get(role, role), "value": text} for role, text in said]
    return {"id": name, "conversations": rows}


def telegram_chat(
    title: str | None = "Ana", said: Sequence[Said] = SMALL_TALK, **more: Any
) -> dict[str, Any]:
    """A chat of Telegram."""
    messages = [
        {
            "id": number,
            "type": "message",
            "date": "2023-11-14T23:13:20",
            "date_unixtime": "1700000000",
            "from": name,
            "from_id": f"user{name}",
            "text": text,
            "text_entities": [{"type": "plain", "text": text}],
        }
        for number, (name, text) in enumerate(said)
    ]
    return {"name": title, "type": "personal_chat", "id": 7, "messages": messages, **more}


def telegram_all(*chats: dict[str, Any]) -> dict[str, Any]:
    """An export of all of Telegram."""
    return {
        "about": "Here is the data you requested.",
        "personal_information": {"first_name": "Ana"},
        "contacts": {"about": "", "list": [{"user_id": 1}]},
        "chats": {"about": "This page lists all chats.", "list": list(chats)},
        "left_chats": {"about": "", "list": []},
    }


def write_json(path: Path, plain: Any) -> Path:
    """Write JSON as services do, in one line."""
    path.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    return path


def write_zip(path: Path, **members: str | bytes) -> Path:
    """Write an archive; `__` in a name stands for `/`, a trailing `_X` for the ending `.X`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_large(path: Path, chats: int, size: int) -> Path:
    """Write an export of ChatGPT of about `size` bytes, never whole in memory."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(_large(chats, size)):
            file.write(("[" if number == 0 else ",") + text)
        file.write("]")
    return path


def _large(chats: int, size: int) -> Iterator[str]:
    words = "I walked to the station and the train was late again, so I called my sister. "
    turns = 20
    repeats = max(1, size // chats // turns // len(words))
    for number in range(chats):
        said = [("user", f"{number} {turn} {words * repeats}") for turn in range(turns)]
        yield json.dumps(chatgpt_chat(f"Chat {number}", said))
