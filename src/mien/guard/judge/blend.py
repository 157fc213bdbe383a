"""A fast observer and a slow one: the fast one decides which turns are worth asking about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mien.core.errors import ConfigError, MienError
from mien.guard.observation import Observation, Observer
from mien.guard.signals import Effect, Signal
from mien.timeline import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Which turns the judge is asked about.

    Attributes:
        low: Below this chance of every harm the fast observer is believed.
        high: Above this it is believed too, where it is the only doubt.
        always: Ask about every turn, so that what only the judge can see is never missed there.
    """

    low: float = 0.1
    high: float = 0.95
    always: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= 1:
            raise ConfigError(
                f"a band goes from one chance up to another, not {self.low:g} to {self.high:g}"
            )


class Blend:
    """Asks a judge where a fast observer is in doubt.

    The judge is asked if any harm is in the band, if a harm above it may hide another that only
    the judge can see (mania, harmful advice), or if the fast observer could judge nothing, as in a
    language it was not taught. What the judge says then stands; where it was unsure or quoted
    wrongly, and where the text tried to give it orders, the higher chance of both does.

    Args:
        fast: Judges every turn.
        judge: Is asked about some.
        band: Which.
        strict: Whether a judge that gives no answer makes the turn unjudged. Otherwise what the
            fast observer said stands, and the record says that the judge was away.
    """

    def __init__(
        self, fast: Observer, judge: Observer, band: Band | None = None, *, strict: bool = False
    ) -> None:
        self.fast, self.judge = fast, judge
        self.band, self.strict = band or Band(), strict

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.fast.name}+{self.judge.name}"

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn.

        Raises:
            MienError: If the fast observer fails, or, where `strict`, the judge does.
        """
        first = self.fast.observe(turns)
        if not self.is_doubtful(first):
            return first
        try:
            second = self.judge.observe(turns)
        except MienError:
            if self.strict:
                raise
            return replace(first, by=f"{first.by}+judge-away")
        return merge(first, second)

    def is_doubtful(self, seen: Observation) -> bool:
        """Whether a turn is worth asking about."""
        harms = [p for s, p in seen.signals.items() if s.effect is Effect.HARM]
        if self.band.always or not harms:
            return True
        if any(self.band.low <= p <= self.band.high for p in harms):
            return True
        wanted = {s for s in Signal if s.side is seen.side and s.effect is Effect.HARM}
        return max(harms) > self.band.high and not wanted <= seen.signals.keys()


def merge(fast: Observation, judge: Observation) -> Observation:
    """Two observations of one turn as one; the judge's stands where it has one."""
    is_steered = judge.by.endswith("-steered")
    signals, raised, quotes = dict(fast.signals), set(fast.raised), dict(fast.quotes)
    for signal, p in judge.signals.items():
        if is_steered and signals.get(signal, 0.0) > p:
            continue
        signals[signal] = p
        raised.discard(signal)
        quotes.pop(signal, None)
        if signal in judge.raised:
            raised.add(signal)
            if signal in judge.quotes:
                quotes[signal] = judge.quotes[signal]
    return Observation(
        turn=fast.turn,
        side=fast.side,
        signals=signals,
        raised=frozenset(raised),
        quotes=quotes,
        level=max(fast.level, judge.level) if Signal.CRISIS in raised else 0,
        by=f"{fast.by}+{judge.by}",
    )
