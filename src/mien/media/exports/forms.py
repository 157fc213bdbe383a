"""The forms of exports, told apart by content."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mien.media.archive import Handle
from mien.media.exports.chatgpt import chatgpt_talk, is_chatgpt
from mien.media.exports.claude import claude_talk, is_claude
from mien.media.exports.messages import is_messages_chat, messages_talk
from mien.media.exports.scanner import Scanner
from mien.media.exports.sharegpt import is_sharegpt, sharegpt_talk
from mien.media.exports.talk import Talk, UnknownForm, title_of
from mien.media.exports.telegram import telegram_chats, telegram_talk
from mien.media.exports.whatsapp import is_whatsapp
from mien.media.sniff import HEAD_BYTES
from mien.media.words.text import encoding_of


class Form(NamedTuple):
    """A form in JSON: where its conversations begin, and how one is read."""

    begin: Callable[[Scanner], Iterator[None]]
    talk: Callable[[Scanner], Talk]


def _whole(talk: Callable[[Mapping[str, Any]], Talk]) -> Callable[[Scanner], Talk]:
    def read(scanner: Scanner) -> Talk:
        plain = scanner.value()
        if not isinstance(plain, dict):
            raise UnknownForm("a conversation is no object")
        try:
            return talk(plain)
        except UnknownForm as error:
            error.title = title_of(plain.get("title")) or title_of(plain.get("name"))
            raise

    return read


FORMS = {
    "chatgpt": Form(Scanner.records, _whole(chatgpt_talk)),
    "claude": Form(Scanner.records, _whole(claude_talk)),
    "sharegpt": Form(Scanner.records, _whole(sharegpt_talk)),
    "messages": Form(Scanner.records, _whole(messages_talk)),
    "telegram": Form(telegram_chats, telegram_talk),
}
_TELEGRAM = {"type", "from_id", "date_unixtime"}
_RECORDS = {
    "chatgpt": is_chatgpt,
    "claude": is_claude,
    "sharegpt": is_sharegpt,
    "messages": is_messages_chat,
}
WHATSAPP = "whatsapp"


def form_of(path: Path, handle: Handle) -> str | None:
    """Which form a file has, a key of `FORMS` or `WHATSAPP`; None if it is no export.

    Raises:
        SourceError: If its first conversation is broken or too large.
    """
    head = handle.read(HEAD_BYTES)
    if is_whatsapp(head.decode(encoding_of(head), errors="replace")):
        return WHATSAPP
    if head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] not in (b"[", b"{"):
        return None
    scanner = Scanner(path, handle)
    return _form_of_object(scanner) if scanner.peek() == "{" else _form_of_list(scanner)


def _form_of_list(scanner: Scanner) -> str | None:
    for _ in scanner.items():
        return _form_of_record(scanner.value())
    return None


def _form_of_record(plain: object) -> str | None:
    if not isinstance(plain, dict):
        return None
    return next((form for form, is_form in _RECORDS.items() if is_form(plain)), None)


def _form_of_object(scanner: Scanner) -> str | None:
    """The form of a file that begins with an object; a Telegram chat may be too large to hold."""
    begin = scanner.offset
    for key in scanner.fields():
        if key == "messages":
            is_telegram = _is_telegram(scanner)
            return "telegram" if is_telegram else _form_of_lines(scanner, begin)
        if key in ("chats", "left_chats") and scanner.peek() == "{":
            return "telegram"
    scanner.seek(begin)
    return _form_of_record(scanner.value())


def _is_telegram(scanner: Scanner) -> bool:
    if scanner.peek() != "[":
        return False
    for _ in scanner.items():
        first = scanner.value()
        return isinstance(first, dict) and bool(_TELEGRAM & first.keys()) and "role" not in first
    return False


def _form_of_lines(scanner: Scanner, begin: int) -> str | None:
    """Whether objects with messages follow each other; a single one is a chat and no export."""
    scanner.seek(begin)
    first = scanner.value()
    is_first = isinstance(first, dict) and is_messages_chat(first)
    return "messages" if is_first and scanner.peek() == "{" else None
