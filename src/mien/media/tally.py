"""Counts of what was left out while reading."""

from __future__ import annotations

from dataclasses import dataclass

from mien.timeline.origin import Skipped


@dataclass(slots=True)
class _Row:
    where: str
    count: int = 0
    seconds: float = 0.0


class Tally:
    """What was skipped of one source: each reason with its count and the first time it was seen."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._rows: dict[str, _Row] = {}

    def add(
        self, reason: str, at: float | None = None, count: int = 1, seconds: float = 0.0
    ) -> None:
        """Count something.

        Args:
            reason: In words, the same for all that is counted together.
            at: Seconds from the start of the source.
            count: How often it happened.
            seconds: How much of the source is missing for it.
        """
        where = "" if at is None else f"{max(at, 0.0):.2f} s"
        row = self._rows.setdefault(reason, _Row(where))
        row.count += count
        row.seconds += seconds

    def clear(self) -> None:
        """Forget all counts, before the source is read again."""
        self._rows.clear()

    def skipped(self) -> tuple[Skipped, ...]:
        """One entry a reason, in the order they were first seen."""
        return tuple(
            Skipped(
                source=self._source,
                where=f"from {row.where}" if row.where and row.count > 1 else row.where,
                reason=f"{reason}, {row.seconds:.1f} s in all" if row.seconds else reason,
                count=row.count,
            )
            for reason, row in self._rows.items()
        )
