"""A case as JSON and back: versioned, plain values, no words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from mien.guard.case import Case, Claim, Shown
from mien.guard.habits import Habits
from mien.guard.observation import Quote
from mien.guard.risk import Estimate, Evidence, History, Mark, Track
from mien.guard.signals import Signal

VERSION = 1
"""Of what is written; older ones are read, newer ones are refused."""

_MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError, RecursionError)


def case_to_json(case: Case) -> str:
    """One line of JSON; the same case gives the same bytes."""
    history, habits = case.history, case.habits
    told = {
        "version": VERSION,
        "evidence": {track.value: list(found) for track, found in history.evidence.items()},
        "risks": [list(risk) for risk in history.risks],
        "marks": [_mark(mark) for mark in history.marks],
        "n_turns": history.n_turns,
        "last": _time(history.last),
        "habits": {
            "user_words": habits.user_words,
            "assistant_words": habits.assistant_words,
            "n_user": habits.n_user,
            "n_night": habits.n_night,
            "began": _time(habits.began),
            "last": _time(habits.last),
            "asked": habits.asked,
            "reassured": habits.reassured,
        },
        "claims": [[one.turn, one.signal.value, one.quote] for one in case.claims],
        "shown": [list(one) for one in case.shown],
        "given": {notice: _time(at) for notice, at in case.given.items()},
        "offered": list(case.offered),
        "minor": case.minor,
        "quiet": case.quiet,
    }
    return json.dumps(told, separators=(",", ":"))


def case_from_json(text: str) -> Case:
    """What `case_to_json` gave.

    Raises:
        ValueError: If it is something else, or was written by a newer Mien.
    """
    try:
        told = json.loads(text)
        version = told["version"]
        if version != VERSION:
            raise ValueError(f"a case of version {version!r}, and this Mien reads {VERSION}")
        return Case(
            history=_history(told),
            habits=_habits(told["habits"]),
            claims=tuple(Claim(_whole(t), Signal(s), _quote(q)) for t, s, q in told["claims"]),
            shown=tuple(Shown(_text(key), _whole(turn)) for key, turn in told["shown"]),
            given={_text(notice): _when(at) for notice, at in told["given"].items()},
            offered=tuple(_text(one) for one in told["offered"]),
            minor=_flag(told["minor"]),
            quiet=_flag(told["quiet"]),
        )
    except _MISSHAPEN as error:
        reason = str(error) if str(error).startswith("a case of version") else "no case"
        raise ValueError(reason) from error


def _history(told: Mapping[str, Any]) -> History:
    # A track that a later version adds begins without evidence.
    known = {Track(track): Evidence(*map(_number, row)) for track, row in told["evidence"].items()}
    return History(
        evidence={track: known.get(track, Evidence()) for track in Track},
        risks=tuple(Estimate(_number(risk), _number(sd)) for risk, sd in told["risks"]),
        marks=tuple(_read_mark(*row) for row in told["marks"]),
        n_turns=_whole(told["n_turns"]),
        last=_when(told["last"]),
    )


def _habits(told: Mapping[str, Any]) -> Habits:
    return Habits(
        user_words=_whole(told["user_words"]),
        assistant_words=_whole(told["assistant_words"]),
        n_user=_whole(told["n_user"]),
        n_night=_whole(told["n_night"]),
        began=_when(told["began"]),
        last=_when(told["last"]),
        asked=_flag(told["asked"]),
        reassured=_whole(told["reassured"]),
    )


def _mark(mark: Mark) -> list[Any]:
    return [mark.track.value, mark.signal.value, mark.turn, mark.p, mark.weight, mark.quote]


def _read_mark(
    track: object, signal: object, turn: object, p: object, weight: object, quote: object
) -> Mark:
    name, seen = Track(_text(track)), Signal(_text(signal))
    return Mark(name, seen, _whole(turn), _number(p), _number(weight), _quote(quote))


def _quote(value: Any) -> Quote | None:
    return None if value is None else Quote(*map(_whole, value))


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _when(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(_text(value))


_Plain = TypeVar("_Plain")


def _reader(kind: type[_Plain]) -> Callable[[object], _Plain]:
    def read(value: object) -> _Plain:
        if type(value) is not kind:
            raise TypeError(type(value).__name__)
        return value

    return read


_text, _flag, _whole = _reader(str), _reader(bool), _reader(int)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(type(value).__name__)
    return float(value)
