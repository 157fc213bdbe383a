"""Conversations with the turn at which somebody would have wanted an alarm, or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mien.core.errors import ConfigError
from mien.guard.observation import side_of
from mien.timeline import Turn

LARGEST_LINE = 16 << 20
"""Bytes of one conversation."""

_ROLES = ("user", "assistant", "system", "tool")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabeledChat:
    """One conversation and its label.

    Attributes:
        id: Of the conversation; by default the hash of its line.
        turns: All of them, as they were said.
        alarm_at: Index of the first turn at which an alarm is wanted; None for never.
        person: Whose it is; all of a person's are chosen on, or held out, together.
    """

    id: str
    turns: tuple[Turn, ...]
    alarm_at: int | None
    person: str | None = None

    @property
    def group(self) -> str:
        """What must not be split."""
        return f"id:{self.id}" if self.person is None else f"person:{self.person}"


def read_labeled_chats(path: str | Path) -> Iterator[LabeledChat]:
    """The conversations of a file, one JSON object a line.

    Each has `messages` ({"role", "content"}, perhaps "at") and `alarm_at`, perhaps an `id`
    and a `person`. Every other key is ignored: ratings and thumbs are no labels, since people rate
    harmful agreement highly.

    Raises:
        ConfigError: If a line is something else; the message says which.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            n = 0
            while line := file.readline(LARGEST_LINE + 1):
                n += 1
                if len(line) > LARGEST_LINE:
                    raise ConfigError(f"{path}, line {n}: longer than {LARGEST_LINE >> 20} MB")
                if line.strip():
                    yield _labeled(line, f"{path}, line {n}")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


def _labeled(line: bytes, where: str) -> LabeledChat:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where} is not JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("messages"), list):
        raise ConfigError(f"{where}: a conversation has messages, a list")
    if "alarm_at" not in told:
        raise ConfigError(f"{where} has no alarm_at: the turn that wants an alarm, or null")
    turns = tuple(_turn(i, one, where) for i, one in enumerate(told["messages"]))
    if not any(side_of(turn) for turn in turns):
        raise ConfigError(f"{where}: no message is a user's or an assistant's")
    at = told["alarm_at"]
    if at is not None and (isinstance(at, bool) or not isinstance(at, int)):
        raise ConfigError(f"{where}: alarm_at must be a number of a message or null, not {at!r}")
    if at is not None and not 0 <= at < len(turns):
        raise ConfigError(f"{where}: alarm_at is {at}, and messages are 0 to {len(turns) - 1}")
    name, person = told.get("id"), told.get("person")
    return LabeledChat(
        id=str(name) if name is not None else hashlib.sha256(line).hexdigest()[:16],
        turns=turns,
        alarm_at=at,
        person=None if person is None else str(person),
    )


def _turn(index: int, told: Any, where: str) -> Turn:
    if not isinstance(told, Mapping) or told.get("role") not in _ROLES:
        raise ConfigError(f"{where}, message {index}: role must be one of {', '.join(_ROLES)}")
    text = told.get("content")
    if not isinstance(text, str):
        raise ConfigError(f"{where}, message {index}: content must be a text")
    return Turn(index=index, role=told["role"], text=text, at=_time(told.get("at"), where, index))


def _time(told: object, where: str, index: int) -> datetime | None:
    if told is None:
        return None
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ConfigError(f"{where}, message {index}: at must be an ISO time with an offset")
    return at
