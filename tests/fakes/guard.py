"""An observer that says what a test wrote down, and conversations for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mien.core.errors import MienError
from mien.guard import Guard, Observation, Quote, Signal, side_of
from mien.timeline import Conversation, Turn

Said = Mapping[Signal, float]


class Scripted:
    """Gives the signals that were written down for a turn, by its index.

    Args:
        signals: Chances by turn and signal; a turn that is missing shows nothing.
        levels: Of crisis, by turn.
        threshold: From which chance on a signal is raised.
        broken: Turns that cannot be judged.
    """

    name = "scripted-v1"

    def __init__(
        self,
        signals: Mapping[int, Said],
        levels: Mapping[int, int] | None = None,
        threshold: float = 0.5,
        broken: Sequence[int] = (),
    ) -> None:
        self.signals, self.levels = signals, levels or {}
        self.threshold, self.broken = threshold, broken

    def observe(self, turns: Sequence[Turn]) -> Observation:
        turn = turns[-1]
        side = side_of(turn)
        assert side is not None
        if turn.index in self.broken:
            raise MienError("the judge is away")
        told = self.signals.get(turn.index, {})
        said = {signal: p for signal, p in told.items() if signal.side is side}
        raised = frozenset(signal for signal, p in said.items() if p >= self.threshold)
        return Observation(
            turn=turn.index,
            side=side,
            signals=said,
            raised=raised,
            quotes=dict.fromkeys(sorted(raised), Quote(0, len(turn.text))),
            level=self.levels.get(turn.index, 0) if Signal.CRISIS in raised else 0,
            by=self.name,
        )


def talk(
    n: int, *, at: datetime | None = None, every: timedelta = timedelta(minutes=1)
) -> Conversation:
    """Turns of a user (even) and an assistant (odd); timed if they begin at a time."""
    turns = tuple(
        Turn(
            index=i,
            role="assistant" if i % 2 else "user",
            text=f"what was said at {i}",
            at=None if at is None else at + i * every,
        )
        for i in range(n)
    )
    return Conversation(id="made", turns=turns)


def keys(checks) -> list[str]:
    """Action and step of each check."""
    return [f"{c.action}.{c.step}" if c.step else c.action.value for c in checks]


def watched(n: int, signals: Mapping[int, Said], policy="default", **options) -> list[str]:
    """What the guard decides over a conversation of n turns."""
    levels = options.pop("levels", None)
    guard = Guard(policy, observer=Scripted(signals, levels), **options)
    return keys(guard.check(talk(n)))
