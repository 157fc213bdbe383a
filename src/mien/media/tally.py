"""Counts of what was left out while reading."""

from __future__ import annotations

from mien.timeline.origin import Skipped


class Tally:
    """What was skipped of one source: each reason with its count and the first time it was seen."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._seen: dict[str, tuple[str, int]] = {}

    def add(self, reason: str, at: float | None = None, count: int = 1) -> None:
        """Count something; `at` is in seconds from the start of the source."""
        where = "" if at is None else f"{max(at, 0.0):.2f} s"
        first, total = self._seen.get(reason, (where, 0))
        self._seen[reason] = (first, total + count)

    def clear(self) -> None:
        """Forget all counts, before the source is read again."""
        self._seen.clear()

    def skipped(self) -> tuple[Skipped, ...]:
        """One entry a reason, in the order they were first seen."""
        return tuple(
            Skipped(
                source=self._source,
                where=f"from {where}" if where and count > 1 else where,
                reason=reason,
                count=count,
            )
            for reason, (where, count) in self._seen.items()
        )
