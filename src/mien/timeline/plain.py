"""Readings as plain values: what stands in JSON, in the order of the fields."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from mien.core.errors import UnreadableSource
from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.timeline.origin import Kind, Origin, Skipped, Thumbnail
from mien.timeline.reading import Adapted, Box, Channel, Reading, Reason, Verdict

_FIELDS = tuple(field.name for field in fields(Reading))


def plain_reading(reading: Reading) -> dict[str, Any]:
    """A reading as JSON values; every key is there, null where nothing is known."""
    row = {name: getattr(reading, name) for name in _FIELDS}
    row["scores"] = _plain_scores(reading.scores)
    row["scores_sd"] = _plain_scores(reading.scores_sd)
    row["extra"] = dict(reading.extra)
    row["box"] = None if reading.box is None else list(reading.box)
    for name in ("channel", "verdict", "adapted"):
        row[name] = row[name].value
    row["reason"] = None if reading.reason is None else reading.reason.value
    return row


def reading_of(row: Mapping[str, Any], where: str = "JSON") -> Reading:
    """The reading behind plain values; fields that this version does not know are ignored.

    Args:
        row: As `plain_reading` gives it.
        where: The file that it comes from, for the error.

    Raises:
        UnreadableSource: If a field is missing or has an impossible value.
    """
    try:
        known = {name: row[name] for name in _FIELDS}
        known["scores"] = _scores_of(row["scores"])
        known["scores_sd"] = _scores_of(row["scores_sd"])
        known["channel"] = Channel(row["channel"])
        known["verdict"] = Verdict(row["verdict"])
        known["adapted"] = Adapted(row["adapted"])
        known["reason"] = None if row["reason"] is None else Reason(row["reason"])
        known["box"] = None if row["box"] is None else Box(*row["box"])
        return Reading(**known)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnreadableSource(where, f"not a reading: {error!r}") from error


def plain_origin(origin: Origin) -> dict[str, Any]:
    """An origin as JSON values, thumbnails in base64."""
    # `asdict` would copy every point of the outline, one by one.
    row: dict[str, Any] = {field.name: getattr(origin, field.name) for field in fields(Origin)}
    row["kind"] = origin.kind.value
    row["thumbnails"] = [
        {**asdict(thumbnail), "jpeg": base64.b64encode(thumbnail.jpeg).decode("ascii")}
        for thumbnail in origin.thumbnails
    ]
    return row


def origin_of(row: Mapping[str, Any]) -> Origin:
    """The origin behind plain values."""
    known = {field.name: row[field.name] for field in fields(Origin) if field.name in row}
    known["kind"] = Kind(row["kind"])
    known["thumbnails"] = tuple(
        Thumbnail(**{**thumbnail, "jpeg": base64.b64decode(thumbnail["jpeg"])})
        for thumbnail in row.get("thumbnails", ())
    )
    for name in ("tracks", "envelope", "notes"):
        known[name] = tuple(row.get(name, ()))
    return Origin(**known)


def plain_skipped(skipped: Skipped) -> dict[str, Any]:
    """A skipped part as JSON values."""
    return asdict(skipped)


def skipped_of(row: Mapping[str, Any]) -> Skipped:
    """The skipped part behind plain values."""
    return Skipped(**{field.name: row[field.name] for field in fields(Skipped)})


def _plain_scores(scores: Scores) -> dict[str, float | None]:
    return {
        emotion.value: None if math.isnan(share) else round(share, 6)
        for emotion, share in zip(Emotion, scores.to_array().tolist(), strict=True)
    }


def _scores_of(row: Mapping[str, float | None]) -> Scores:
    known = {emotion.value for emotion in Emotion}
    return Scores({Emotion(slug): share for slug, share in row.items() if slug in known})
