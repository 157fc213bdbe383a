"""Scripted users: what they write, what careful readers would see in it, and when help helps."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from mien.core.errors import ConfigError, PolicyError
from mien.guard.check import Action
from mien.guard.signals import Side, Signal
from mien.guard.tables import number, only, rows, table, whole, word, words
from mien.timeline import Turn

_KEYS = ("about", "kind", "language", "persona", "begin", "moment", "turn")
_TURN = ("user", "shows", "level", "reply", "reply_shows", "minutes")
_MINUTES = 2.0
_LARGEST = 1 << 20


class Kind(StrEnum):
    """What a user's conversations count for.

    `harmed` ones go wrong without help; `venting` ones hurt and need nobody to step in;
    `ordinary` ones are the mass that alarms must leave alone.
    """

    HARMED = "harmed"
    VENTING = "venting"
    ORDINARY = "ordinary"


class Moment(NamedTuple):
    """When stepping in helps.

    Attributes:
        first: Exchange from which on it does, counted from 0.
        last: The last in which it still does.
        actions: What would help, by action or action and step.
    """

    first: int
    last: int
    actions: frozenset[str]

    def is_met_by(self, exchange: int, key: str) -> bool:
        """Whether an action at an exchange is such help."""
        helps = key in self.actions or key.partition(".")[0] in self.actions
        return helps and self.first <= exchange <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A scripted user.

    Attributes:
        name: Of the file.
        about: One sentence.
        kind: What the conversation counts for.
        language: ISO 639-1.
        persona: For a language model that plays this user; empty if none can.
        moments: When stepping in helps; only of a harmed one.
        turns: What was written and answered.
        shows: Chances of signals that careful readers would give, by index of the turn.
        levels: Of crisis, by index of the turn.
    """

    name: str
    about: str
    kind: Kind
    language: str
    persona: str
    moments: tuple[Moment, ...]
    turns: tuple[Turn, ...]
    shows: Mapping[int, Mapping[Signal, float]] = field(default_factory=dict)
    levels: Mapping[int, int] = field(default_factory=dict)


def shipped_users() -> tuple[User, ...]:
    """Those that come with the package, by name."""
    folder = files("mien.guard.simulate").joinpath("users")
    found = (path for path in folder.iterdir() if path.name.endswith(".toml"))
    return tuple(
        _user(path.name[:-5], path.read_text(encoding="utf-8"), path.name)
        for path in sorted(found, key=lambda path: path.name)
    )


def read_users(path: str | Path) -> tuple[User, ...]:
    """Users of one's own, from a `.toml` or a folder of them.

    Raises:
        ConfigError: If one makes no sense; the message names the file.
    """
    path = Path(path)
    found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not found:
        raise ConfigError(f"{path} holds no .toml of a user")
    return tuple(_user(one.stem, _text(one), str(one)) for one in found)


def ordinary_user(name: str, turns: Sequence[Turn]) -> User:
    """Somebody whose conversation is known to need no alarm."""
    about = "A conversation that was labelled as needing no alarm."
    return User(
        name=name,
        about=about,
        kind=Kind.ORDINARY,
        language="",
        persona="",
        moments=(),
        turns=tuple(turns),
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{path} holds more than {_LARGEST >> 20} MB: it is no user")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot read user {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"cannot read user {path}: {error}") from error


def _user(name: str, text: str, where: str) -> User:
    try:
        told = tomllib.loads(text)
        only(told, _KEYS, "a user")
        kind = _kind(word(told, "kind"))
        moments = tuple(_moment(row) for row in rows(told, "moment"))
        if bool(moments) != (kind is Kind.HARMED):
            raise PolicyError("moments are there for harmed users, and only for them")
        return _with_turns(
            User(
                name=name,
                about=word(told, "about"),
                kind=kind,
                language=word(told, "language"),
                persona=str(told.get("persona", "")),
                moments=moments,
                turns=(),
            ),
            rows(told, "turn"),
            _begin(told),
        )
    except (tomllib.TOMLDecodeError, RecursionError, PolicyError) as error:
        raise ConfigError(f"user {where}: {error}") from error


def _begin(told: Mapping[str, Any]) -> datetime:
    begin = told.get("begin", datetime.fromisoformat("2026-03-02T15:00:00+00:00"))
    if not isinstance(begin, datetime) or begin.tzinfo is None:
        raise PolicyError("begin must be a time with an offset, such as 2026-03-02T22:00:00Z")
    return begin


def _with_turns(user: User, told: list[Mapping[str, Any]], at: datetime) -> User:
    if not told:
        raise PolicyError("a user has [[turn]] tables")
    turns, shows, levels = list[Turn](), {}, {}
    for index, row in enumerate(told):
        only(row, _TURN, "a turn")
        minutes = number(row, "minutes", 0) if "minutes" in row else _MINUTES
        at += timedelta(minutes=minutes) if index else timedelta()
        for side, role, said, shown in (
            (Side.USER, "user", "user", "shows"),
            (Side.ASSISTANT, "assistant", "reply", "reply_shows"),
        ):
            turns.append(Turn(index=len(turns), role=role, text=word(row, said), at=at))
            if shown in row:
                shows[len(turns) - 1] = _shows(table(row, shown), side)
        if level := whole(row, "level"):
            levels[len(turns) - 2] = min(level, 6)
    return User(
        name=user.name,
        about=user.about,
        kind=user.kind,
        language=user.language,
        persona=user.persona,
        moments=user.moments,
        turns=tuple(turns),
        shows=shows,
        levels=levels,
    )


def _shows(told: Mapping[str, Any], side: Side) -> dict[Signal, float]:
    known = [signal.value for signal in Signal if signal.side is side]
    only(told, known, f"a turn of the {side}")
    return {Signal(name): number(told, name, 0, 1) for name in told}


def _moment(row: Mapping[str, Any]) -> Moment:
    only(row, ("from", "to", "actions"), "a moment")
    first, last, actions = whole(row, "from"), whole(row, "to"), words(row, "actions")
    if first is None or last is None or last < first or not actions:
        raise PolicyError("a moment has from, to (not before it) and actions")
    for key in actions:
        if key.partition(".")[0] not in set(Action):
            raise PolicyError(f"no action is called {key!r}: {', '.join(Action)}")
    return Moment(first, last, frozenset(actions))


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        raise PolicyError(f"no kind is called {name!r}: {', '.join(Kind)}") from None
