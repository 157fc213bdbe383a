"""Turns that people labelled: JSON lines, each a conversation whose last message is labelled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mien.core.errors import SourceNotFound, UnreadableSource
from mien.guard.observation import side_of
from mien.guard.signals import Signal
from mien.timeline import Turn

_MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError, RecursionError)


class Labeled(NamedTuple):
    """A turn and what people say of it.

    Attributes:
        group: Its conversation, or what twins share; held out together.
        turns: The last one is labelled.
        labels: Whether a signal is there; those that nobody decided on are missing.
    """

    group: str
    turns: tuple[Turn, ...]
    labels: Mapping[Signal, bool]


def read_labeled(path: Path) -> list[Labeled]:
    """The labelled turns of a file.

    Raises:
        SourceNotFound: If there is none.
        UnreadableSource: If a line is something else; its number is told, not its text.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise SourceNotFound(path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(path, "no text in UTF-8 that can be read") from error
    found = list(_rows(path, lines))
    if not found:
        raise UnreadableSource(path, "there is no labelled turn in it")
    return found


def _rows(path: Path, lines: list[str]) -> Iterator[Labeled]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _row(json.loads(line), number)
        except _MISSHAPEN as error:
            raise UnreadableSource(
                path,
                f'line {number} is no labelled turn: {{"messages": [{{"role": "user", "content": '
                '"..."}], "labels": {"crisis": false}} is expected, with signals of the side of '
                "the last message",
            ) from error


def _row(told: Mapping[str, Any], number: int) -> Labeled:
    turns = tuple(
        Turn(index=i, role=_text(one["role"]), text=_text(one["content"]))
        for i, one in enumerate(told["messages"])
    )
    labels = {Signal(name): _flag(value) for name, value in told["labels"].items()}
    side = side_of(turns[-1])
    if side is None or not labels or any(signal.side is not side for signal in labels):
        raise ValueError("labels of another side")
    return Labeled(str(told.get("group", number)), turns, labels)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(type(value).__name__)
    return value
