"""`mien read --chats`: what an export holds, before anything is read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mien.cli.output import result, result_json
from mien.core.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from mien.media import Chat
    from mien.reader import Options


def list_chats(
    sources: Sequence[str], options: Options, *, private: bool = False, as_json: bool = False
) -> None:
    """Print number, date, turns and title of each chat in exports.

    Args:
        sources: Exports.
        options: Say how dates are to be read.
        private: Whether titles are left out.
        as_json: Whether each chat is an object on a line.

    Raises:
        ConfigError: If a source is no export.
        SourceError: If one cannot be read.
    """
    from mien.reader import chats_in

    for source in sources:
        chats = chats_in(source, options)
        if not chats:
            raise ConfigError(f"--chats lists an export of chats, and {source} is none")
        if as_json:
            for chat in chats:
                result_json(_plain(chat, source, private=private))
            continue
        if len(sources) > 1:
            result(f"{source}")
        encoding = sys.stdout.encoding or "utf-8"
        for line in _lines(chats, private=private):
            result(line.encode(encoding, "replace").decode(encoding))


def holds_many(sources: Sequence[str], options: Options) -> bool:
    """Whether one of the sources is an export of more than one chat."""
    from mien.reader import chats_in

    for source in sources:
        # What cannot be looked into says so when it is read.
        with suppress(SourceError):
            if len(chats_in(source, options)) > 1:
                return True
    return False


def _plain(chat: Chat, source: str, *, private: bool) -> dict[str, object]:
    return {
        "source": source,
        "number": chat.number,
        "begun": chat.begun.isoformat() if chat.begun else None,
        "turns": chat.turns,
        "title": None if private else chat.title,
    }


def _lines(chats: Sequence[Chat], *, private: bool) -> list[str]:
    from mien.media import one_line

    width = max(len(str(chat.number)) for chat in chats)
    lines = [f"{'#':>{width}}  {'begun':10}  {'turns':>6}{'' if private else '  title'}"]
    for chat in chats:
        day = f"{chat.begun:%Y-%m-%d}" if chat.begun else ""
        title = "" if private else f"  {one_line(chat.title or '')}"
        title += f"  (cannot be read: {chat.fault})" if chat.fault else ""
        lines.append(f"{chat.number:>{width}}  {day:10}  {chat.turns:>6,}{title}".rstrip())
    return lines
