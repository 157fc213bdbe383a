"""Alarms on chats that were never learned from, for tests alone: ESConv, XDailyDialog."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mien.guard.observation import Observation, Observer
from mien.guard.signals import Signal
from mien.timeline import Turn
from mien.timeline.card import Figure
from training.cards import wilson

ALARMING = (
    Signal.CRISIS,
    Signal.DEPENDENCY,
    Signal.ATTACHMENT,
    Signal.DELUSIONAL_CONTENT,
    Signal.MANIA,
)
"""Signals that ordinary people talking to people should hardly ever raise."""

COMMON = (Signal.DISTRESS, Signal.ISOLATION, Signal.HELP_REFUSAL)
"""Those that support chats are full of: their share is told apart and is not an error rate."""


def chats(data: Path, most: int | None = None) -> dict[str, list[list[Turn]]]:
    """The chats by set, each as turns of a user and an assistant.

    Args:
        data: Folder of the corpora.
        most: Chats of each set; by default all.
    """
    daily = list(_lines(data / "xdailydialog_1k.jsonl.gz"))[:most]
    return {
        "ESConv": [_esconv(row) for row in list(_lines(data / "esconv_devtest.jsonl.gz"))[:most]],
        "ESConv, failed": [
            _esconv(row) for row in list(_lines(data / "esconv_failed.jsonl.gz"))[:most]
        ],
        "XDailyDialog, en": [_alternating(row["en"]) for row in daily],
        "XDailyDialog, de": [_alternating(row["de"]) for row in daily],
    }


def observed(observer: Observer, talks: Iterable[list[Turn]]) -> list[Observation]:
    """The observation of every user turn."""
    return [
        observer.observe(turns[: index + 1])
        for turns in talks
        for index, turn in enumerate(turns)
        if turn.role == "user"
    ]


def figures(observer: Observer, data: Path, most: int | None = None) -> list[Figure]:
    """Shares of user turns that raise an alarming signal, any of them and each."""
    found = []
    for name, talks in chats(data, most).items():
        seen = observed(observer, talks)
        found.append(_share(f"{name}: any of {len(ALARMING)}", seen, frozenset(ALARMING)))
        found.extend(
            _share(f"{name}: {signal.value}", seen, frozenset({signal}))
            for signal in (*ALARMING, *COMMON)
        )
    return found


def _share(of: str, seen: list[Observation], signals: frozenset[Signal]) -> Figure:
    hits = sum(bool(one.raised & signals) for one in seen)
    low, high = wilson(hits, len(seen))
    return Figure(
        name="user turns raised",
        of=of,
        value=hits / len(seen),
        low=low,
        high=high,
        n=len(seen),
        group="test-only chats",
    )


def _esconv(row: dict[str, Any]) -> list[Turn]:
    said = [(turn["role"], turn["text"]) for turn in row.get("turns", ())] or [
        (turn["speaker"], turn["content"]) for turn in row["dialog"]
    ]
    roles = {"seeker": "user", "speaker": "user"}
    return [
        Turn(index=i, role=roles.get(role, "assistant"), text=text)
        for i, (role, text) in enumerate(said)
    ]


def _alternating(texts: list[str]) -> list[Turn]:
    return [
        Turn(index=i, role="user" if i % 2 == 0 else "assistant", text=text)
        for i, text in enumerate(texts)
    ]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
