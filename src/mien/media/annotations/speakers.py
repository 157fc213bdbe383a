"""Who speaks at a time, by a diarization or by hand-made turns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from mien.core.spans import Span
from mien.timeline.conversation import Conversation, Turn

MOST = 0.5
"""Of a stretch that one speaker must have for it to be theirs."""

SECOND = 0.2
"""Of a stretch that another may have: more is two voices at once, and nobody's."""


class Speakers:
    """Turns with speakers and times, to be asked for stretches."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        """Sort them by start; those without a speaker or times count for nothing."""
        known = [
            (Span(turn.start, turn.end), turn.speaker)
            for turn in turns
            if turn.start is not None and turn.end is not None and turn.speaker is not None
        ]
        self._turns = sorted(known)
        self._starts = [span.start for span, _ in self._turns]
        self._reach = list(accumulate((span.end for span, _ in self._turns), max))

    def __bool__(self) -> bool:
        return bool(self._turns)

    def whose(self, start: float, end: float) -> str | None:
        """Who speaks from `start` to `end` seconds; None if nobody has most, or two share it."""
        shares = self._shares(Span(start, end))
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])
        if not ranked or ranked[0][1] < MOST or (len(ranked) > 1 and ranked[1][1] > SECOND):
            return None
        return ranked[0][0]

    def named(self, conversation: Conversation) -> Conversation:
        """The conversation with a speaker for each timed turn that has none, where one is known."""
        return replace(conversation, turns=tuple(self._named(turn) for turn in conversation.turns))

    def _named(self, turn: Turn) -> Turn:
        if turn.speaker is not None or turn.start is None or turn.end is None:
            return turn
        return replace(turn, speaker=self.whose(turn.start, turn.end))

    def _shares(self, span: Span) -> dict[str, float]:
        shares: dict[str, float] = {}
        if span.seconds <= 0:
            return shares
        at = bisect_left(self._starts, span.end) - 1
        while at >= 0 and self._reach[at] > span.start:
            said, speaker = self._turns[at]
            shares[speaker] = shares.get(speaker, 0.0) + said.overlap(span) / span.seconds
            at -= 1
        return shares


NOBODY = Speakers(())
"""Of a recording without any word of who speaks."""
