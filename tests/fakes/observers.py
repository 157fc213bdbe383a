"""Observers that look for words, so that a test can say what they will find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mien.core.errors import MienError
from mien.guard import MEANINGS, Observation, Quote, Signal, side_of
from mien.timeline import Turn

CUES = {
    "end my life": Signal.CRISIS,
    "alone": Signal.ISOLATION,
    "miserable": Signal.DISTRESS,
    "chosen": Signal.DELUSIONAL_CONTENT,
    "only I understand": Signal.EXCLUSIVITY,
    "do not leave": Signal.GUILT_AT_LEAVING,
    "you are a genius": Signal.SYCOPHANCY,
    "it is a prophecy": Signal.DELUSION_REINFORCEMENT,
}


class Cues:
    """A signal is certain where its words stand, and certainly absent elsewhere.

    Args:
        cues: Words and what they mean; by default `CUES`.
        breaks_on: A turn with this text makes it fail.
        error: With what.

    Attributes:
        asked: The texts that it judged, in order.
    """

    name = "cues-v1"

    def __init__(
        self,
        cues: Mapping[str, Signal] | None = None,
        breaks_on: str | None = None,
        error: type[Exception] = MienError,
    ) -> None:
        self.asked: list[str] = []
        self._cues = CUES if cues is None else cues
        self._breaks_on, self._error = breaks_on, error

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """What the words of the last turn mean."""
        turn = turns[-1]
        self.asked.append(turn.text)
        if self._breaks_on is not None and self._breaks_on in turn.text:
            raise self._error("the observer broke")
        side = side_of(turn)
        assert side is not None
        found = {
            signal: Quote(turn.text.index(cue), turn.text.index(cue) + len(cue))
            for cue, signal in self._cues.items()
            if cue in turn.text and signal.side is side
        }
        return Observation(
            turn=turn.index,
            side=side,
            signals={s: float(s in found) for s in MEANINGS if s.side is side},
            raised=frozenset(found),
            quotes=found,
            level=3 if Signal.CRISIS in found else 0,
            by=self.name,
        )


class Unsure(Cues):
    """Cannot tell anything, as with a language that was not taught."""

    def observe(self, turns):
        return replace(super().observe(turns), signals={}, raised=frozenset(), quotes={})


class Hasty(Cues):
    """Sees nothing at a glance."""

    def glance(self, turns):
        found = super().observe(turns)
        return replace(found, signals={}, raised=frozenset(), quotes={})
