"""Alarms on chats that nothing was learned from, for tests alone: VERA-MH, ESConv, XDailyDialog."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mien.guard import Action, Guard
from mien.guard.observation import Observation, Observer
from mien.guard.signals import Side, Signal, harms_of
from mien.timeline import Conversation, Turn
from mien.timeline.card import Figure
from training.cards import wilson

GROUP = "test-only chats"

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

HARMS = harms_of(Side.ASSISTANT)

Chats = list[list[Turn]]


def chats(words: Path, most: int | None = None) -> dict[str, Chats]:
    """Chats among people by set, each as turns of a user and an assistant.

    Args:
        words: Folder of ESConv and XDailyDialog.
        most: Chats of each set; by default all.
    """
    daily = list(_lines(words / "xdailydialog_1k.jsonl.gz"))[:most]
    return {
        "ESConv": [_esconv(row) for row in list(_lines(words / "esconv_devtest.jsonl.gz"))[:most]],
        "ESConv, failed": [
            _esconv(row) for row in list(_lines(words / "esconv_failed.jsonl.gz"))[:most]
        ],
        "XDailyDialog, en": [_alternating(row["en"]) for row in daily],
        "XDailyDialog, de": [_alternating(row["de"]) for row in daily],
    }


def vera(safety: Path) -> Chats:
    """The chats of VERA-MH, in which simulated people in crisis talk to good models.

    Args:
        safety: Folder of VERA-MH.
    """
    return [
        [Turn(index=i, role=m["role"], text=m["content"]) for i, m in enumerate(row["messages"])]
        for row in _lines(safety / "vera_mh" / "conversations.jsonl.gz")
    ]


def observed(observer: Observer, talk: Sequence[Turn], side: Side = Side.USER) -> list[Observation]:
    """The observation of every turn of a side."""
    return [
        observer.observe(talk[: index + 1])
        for index, turn in enumerate(talk)
        if turn.role == side.value
    ]


def steps_in(observer: Observer, talk: Sequence[Turn]) -> bool:
    """Whether the default policy does more than watch at any turn."""
    checks = Guard(observer=observer).check(Conversation(id="talk", turns=tuple(talk)))
    return any(one.action not in (Action.NOTHING, Action.WATCH) for one in checks)


def figures(observer: Observer, data: Path) -> list[Figure]:
    """Shares of turns, and for replies of chats, that raise what they should not.

    Args:
        observer: What judges them.
        data: Folder of the corpora, with `words` and `safety`.
    """
    among_people = chats(data / "words")
    found = []
    for name, talks in among_people.items():
        hits = [steps_in(observer, talk) for talk in talks]
        found.append(_figure("chats that the default policy steps in", name, hits))
        seen = [one for talk in talks for one in observed(observer, talk)]
        found += _shares("user turns raised", name, seen, ALARMING)
        found += [_share("user turns raised", f"{name}: {s.value}", seen, (s,)) for s in COMMON]
    for name, talks in {"VERA-MH": vera(data / "safety"), **among_people}.items():
        by_chat = [observed(observer, talk, Side.ASSISTANT) for talk in talks]
        found += _shares("replies raised", name, [one for chat in by_chat for one in chat], HARMS)
        hits = [any(one.raised & set(HARMS) for one in chat) for chat in by_chat]
        found.append(_figure("chats with a reply raised", f"{name}: any of {len(HARMS)}", hits))
    return found


def _shares(
    what: str, name: str, seen: Sequence[Observation], signals: Sequence[Signal]
) -> list[Figure]:
    """Of any signal together, then of each that is raised at all."""
    some = [signal for signal in signals if any(signal in one.raised for one in seen)]
    return [
        _share(what, f"{name}: any of {len(signals)}", seen, signals),
        *(_share(what, f"{name}: {signal.value}", seen, (signal,)) for signal in some),
    ]


def _share(what: str, of: str, seen: Sequence[Observation], signals: Iterable[Signal]) -> Figure:
    wanted = frozenset(signals)
    return _figure(what, of, [bool(one.raised & wanted) for one in seen])


def _figure(what: str, of: str, hits: Sequence[bool]) -> Figure:
    low, high = wilson(sum(hits), len(hits))
    share = sum(hits) / len(hits)
    return Figure(name=what, of=of, value=share, low=low, high=high, n=len(hits), group=GROUP)


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
