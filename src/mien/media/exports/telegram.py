"""Telegram Desktop's `result.json`: of one chat, or of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mien.media.exports.scanner import Scanner
from mien.media.exports.talk import (
    NO_ZONE,
    PARTS,
    Talk,
    UnknownForm,
    need,
    title_of,
)
from mien.media.words.times import from_local, from_unix

SERVICE = "notes of the service, such as calls and new members"

_MEDIA = ("photo", "file", "media_type", "location_information", "contact_information", "poll")
_FOLDERS = ("chats", "left_chats")


def telegram_chats(json: Scanner) -> Iterator[None]:
    """Once before each chat: those of `chats` and `left_chats`, or the only one there is."""
    begin = json.offset
    is_whole = False
    for key in json.fields():
        if key not in _FOLDERS:
            continue
        is_whole = True
        for inner in json.fields():
            if inner == "list":
                yield from json.items()
    if not is_whole:
        json.seek(begin)
        yield


def telegram_talk(json: Scanner) -> Talk:
    """The turns of the chat that comes next; one message is in memory at a time.

    Raises:
        UnknownForm: If a field is missing.
        SourceError: If the JSON is broken.
    """
    talk = Talk()
    fault: UnknownForm | None = UnknownForm(
        "a chat has no field `messages`: a version of the export that is unknown"
    )
    for key in json.fields():
        if key == "name":
            talk.title = title_of(json.value())
        elif key == "messages":
            fault = _add_all(talk, json)
    if fault is not None:
        raise fault
    return talk


def _add_all(talk: Talk, json: Scanner) -> UnknownForm | None:
    """Read to the end whatever comes: behind a chat with a fault may be others without."""
    if json.peek() != "[":
        return UnknownForm("the field `messages` of a chat is no list")
    fault = None
    for _ in json.items():
        message = json.value()
        try:
            _add(talk, message)
        except UnknownForm as error:
            fault = fault or error
    return fault


def _add(talk: Talk, message: Any) -> None:
    if not isinstance(message, dict):
        raise UnknownForm("an entry of `messages` is no object")
    if need(message, "type", str, "a message") != "message":
        talk.skipped[SERVICE] += 1
        return
    words = _words(message)
    has_media = any(message.get(name) for name in _MEDIA)
    talk.skipped[PARTS] += has_media
    if not words.strip() and has_media:
        return
    at = from_unix(message.get("date_unixtime"))
    if at is None:
        need(message, "date", str, "a message")
        at = from_local(message["date"])
        talk.notes = (NO_ZONE,)
    # Accounts that were deleted have no name any more, only a number.
    speaker = title_of(message.get("from")) or title_of(message.get("from_id"))
    talk.say(words, speaker=speaker, at=at)


def _words(message: Mapping[str, Any]) -> str:
    if "text" not in message:
        need(message, "text", str, "a message")
    text = message["text"]
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        raise UnknownForm("the field `text` of a message is neither a text nor a list")
    return "".join(_piece(piece) for piece in text)


def _piece(piece: Any) -> str:
    if isinstance(piece, str):
        return piece
    if not isinstance(piece, dict):
        raise UnknownForm("the field `text` of a message holds what is neither text nor an object")
    text: str = need(piece, "text", str, "a piece of a message")
    return text
