"""Moments as plain values: what stands in JSON, in the order of the fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from mien.core.errors import UnreadableSource
from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.moments.moment import (
    Appraisal,
    Cause,
    CauseType,
    Credit,
    Doubt,
    Dropped,
    Evidence,
    Holder,
    Hypothesis,
    Mixed,
    Mode,
    Moment,
    MovedBy,
    Phase,
    Target,
    TargetKind,
    Trajectory,
    Who,
)
from mien.timeline.reading import Channel, Verdict


def plain_moment(moment: Moment) -> dict[str, Any]:
    """A moment as JSON values; every key is there, null where nothing is known."""
    return {field.name: _plain(getattr(moment, field.name)) for field in fields(moment)}


def moment_of(row: Mapping[str, Any], where: str = "JSON") -> Moment:
    """The moment behind plain values; fields that this version does not know are ignored.

    Args:
        row: As `plain_moment` gives it.
        where: The file that it comes from, for the error.

    Raises:
        UnreadableSource: If a field is missing or has an impossible value.
    """
    try:
        known = {field.name: row[field.name] for field in fields(Moment)}
        known |= {
            "turns": tuple(row["turns"]),
            "emotions": _scores(row["emotions"]),
            "verdict": Verdict(row["verdict"]),
            "reason": None if row["reason"] is None else Doubt(row["reason"]),
            "holder": _maybe(row["holder"], lambda of: _of(Holder, of, who=Who, mode=Mode)),
            "target": _maybe(row["target"], lambda of: _of(Target, of, kind=TargetKind)),
            "causes": tuple(_of(Cause, of, type=CauseType) for of in row["causes"]),
            "appraisal": _maybe(row["appraisal"], lambda of: _of(Appraisal, of)),
            "trajectory": _trajectory(row["trajectory"]),
            "mixed": tuple(map(_mixed, row["mixed"])),
            "evidence": tuple(_of(Evidence, of, channel=Channel) for of in row["evidence"]),
            "by": tuple(_of(Credit, of) for of in row["by"]),
            "dropped": _of(Dropped, row["dropped"]),
        }
        return Moment(**known)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnreadableSource(where, f"not a moment: {error!r}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, Scores):
        return {emotion.value: share for emotion, share in value.items()}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _scores(row: Mapping[str, float | None]) -> Scores:
    known = {emotion.value for emotion in Emotion}
    return Scores({Emotion(slug): share for slug, share in row.items() if slug in known})


def _maybe(row: Any, read: Any) -> Any:
    return None if row is None else read(row)


def _of(record: type, row: Mapping[str, Any], /, **readers: Any) -> Any:
    values = {field.name: row[field.name] for field in fields(record)}
    return record(**{name: readers.get(name, _same)(value) for name, value in values.items()})


def _same(value: Any) -> Any:
    return value


def _many(kind: type) -> Any:
    return lambda rows: tuple(_of(kind, row) for row in rows)


def _trajectory(row: Mapping[str, Any]) -> Trajectory:
    return _of(Trajectory, row, phase=Phase, moved_by=_many(MovedBy))  # type: ignore[no-any-return]


def _mixed(row: Mapping[str, Any]) -> Mixed:
    return _of(Mixed, row, channels=_channels, hypotheses=_many(Hypothesis))  # type: ignore[no-any-return]


def _channels(names: Iterable[str]) -> tuple[Channel, ...]:
    return tuple(Channel(name) for name in names)
