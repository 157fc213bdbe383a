"""Exports of many chats as what they are: many sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mien.core.config import load_config
from mien.core.errors import ConfigError, SourceError
from mien.media import Chat, Order, find_chats, pick_chat
from mien.reader.options import Options
from mien.timeline.conversation import Conversation

Readable = str | Path | Conversation | Chat


def spread(sources: Sequence[Readable], options: Options) -> list[Readable]:
    """The sources, each export replaced by its chats, or by the one that the options ask for.

    A source that cannot be looked into stays, so that reading it says why.

    Raises:
        ConfigError: If a chat is asked for and it is not clear which, or where.
        SourceError: If a chat is asked for and the source cannot be read.
    """
    if options.chat is not None:
        return [_asked_for(sources, options, options.chat)]
    found: list[Readable] = []
    for source in sources:
        try:
            found += chats_in(source, options) or [source]
        except SourceError:
            found.append(source)
    return found


def chats_in(source: Readable, options: Options, *, name: str | None = None) -> tuple[Chat, ...]:
    """The chats of an export; none if a source is no export.

    Args:
        source: What to look into.
        options: Say how dates are to be read.
        name: What stands for the file in the names of chats; by default its own name.

    Raises:
        SourceError: If it cannot be read.
    """
    if not isinstance(source, (str, Path)):
        return ()
    config = options.config if options.config is not None else load_config()
    return find_chats(source, dates=Order(config.dates), name=name)


def _asked_for(sources: Sequence[Readable], options: Options, chat: str | int) -> Chat:
    if len(sources) != 1:
        raise ConfigError(f"--chat chooses from one export, and {len(sources)} sources are named")
    chats = chats_in(sources[0], options)
    if not chats:
        raise ConfigError(f"--chat chooses from an export of chats, and {sources[0]} is none")
    return pick_chat(chats, chat)
