"""One conversation among many, by what a person remembers of it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from mien.core.errors import ConfigError
from mien.media.exports.chat import Chat, one_line

_NEAR = 3


def pick_chat(chats: Sequence[Chat], wanted: str | int) -> Chat:
    """The conversation with a title, else of a number, else the only one with that in its title.

    Raises:
        ConfigError: If there is none, or more than one; with the titles that are near.
    """
    text = str(wanted).strip()
    folded = text.casefold()
    exact = [chat for chat in chats if chat.title is not None and one_line(chat.title) == text]
    part = [chat for chat in chats if folded and folded in one_line(chat.title or "").casefold()]
    by_number = [chat for chat in chats if text == str(chat.number)]
    only = part if len(part) == 1 else []
    for chosen in [by_number] if isinstance(wanted, int) else [exact, by_number, only]:
        if len(chosen) == 1:
            return chosen[0]
    several = exact or part
    if several:
        raise ConfigError(f"{len(several)} chats are called {text!r} or so: {_some(several)}")
    raise ConfigError(f"no chat is called {text!r}{_near(chats, text)}: --chats lists all")


def _near(chats: Sequence[Chat], text: str) -> str:
    by_title = {one_line(chat.title).casefold(): chat for chat in chats if chat.title}
    near = get_close_matches(text.casefold(), by_title, _NEAR, 0.5)
    return f"; near are {_some([by_title[title] for title in near])}" if near else ""


def _some(chats: Sequence[Chat]) -> str:
    said = [f"{chat.number} {one_line(chat.title or '')!r}" for chat in chats[:_NEAR]]
    more = f" and {len(chats) - _NEAR} more" if len(chats) > _NEAR else ""
    return ", ".join(said) + more
