"""`mien read --chats`: what an export holds, before anything is read."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.media import Chat
    from mien.reader import Options
    from mien.timeline import Skipped


FEW = 3
"""Chats of an export that are shown in the terminal; of more, only how many there are."""


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


class Remainder:
    """What was left out of many chats, told once: each by itself would fill the screen."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._chats: Counter[str] = Counter()

    def add(self, parts: Iterable[Skipped]) -> None:
        """Count what was left out of a chat."""
        for part in parts:
            self._counts[part.reason] += part.count
            self._chats[part.reason] += 1

    def tell(self) -> None:
        """Say it, the most frequent first."""
        for reason, count in self._counts.most_common():
            n = self._chats[reason]
            advise(f"{reason}: {count:,} in {n:,} chat{'s' if n != 1 else ''}")


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
