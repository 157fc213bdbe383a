"""When something was written, in the forms in which services say so."""

from __future__ import annotations

from datetime import UTC, datetime

_YEARS = range(1990, 2200)


def from_unix(seconds: object) -> datetime | None:
    """A time in UTC from seconds since 1970, as a number or in letters; None for anything else.

    >>> from_unix("1700000000").isoformat()
    '2023-11-14T22:13:20+00:00'
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float, str)):
        return None
    try:
        at = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year in _YEARS else None


def from_iso(text: object) -> datetime | None:
    """A time in UTC from ISO 8601 with an offset; None for anything else.

    >>> from_iso("2024-05-01T10:00:00.5Z").isoformat()
    '2024-05-01T10:00:00.500000+00:00'
    """
    at = _iso(text)
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None


def from_local(text: object) -> datetime | None:
    """A time in UTC from ISO 8601 without an offset, taken for the time of this machine."""
    at = _iso(text)
    return in_utc(at) if at is not None and at.tzinfo is None else None


def in_utc(at: datetime) -> datetime | None:
    """A time of this machine's zone in UTC; None outside of the years in which people chat."""
    return at.astimezone(UTC) if at.year in _YEARS else None


def _iso(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.year in _YEARS else None
