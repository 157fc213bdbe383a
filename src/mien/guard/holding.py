"""What is done about a sentence of a reply, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from mien.core.errors import ConfigError, MienError
from mien.guard.observation import Observation, Observer, glance
from mien.guard.sentences import Sentence
from mien.guard.signals import MEANINGS, Signal
from mien.guard.wording import instruction
from mien.timeline import Turn


class Remedy(StrEnum):
    """What to do about a sentence, from nothing to the most."""

    PASS = "pass"  # noqa: S105  # no password
    ANNOTATE = "annotate"
    REWRITE = "rewrite"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """0 for nothing; more for more."""
        return list(Remedy).index(self)


SERIOUS = frozenset(
    {
        Signal.DELUSION_REINFORCEMENT,
        Signal.DISCOURAGE_SUPPORT,
        Signal.EXCLUSIVITY,
        Signal.GUILT_AT_LEAVING,
        Signal.HARMFUL_ADVICE,
    }
)
"""What a sentence is held back for; milder faults are only noted."""

MILD = frozenset(
    {
        Signal.SYCOPHANCY,
        Signal.ESCALATION,
        Signal.OVER_VALIDATION,
        Signal.CONSCIOUSNESS_CLAIMS,
    }
)
"""What is only noted: one sentence of it does little, and many show in the risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How replies are held.

    Attributes:
        remedies: What to do about a sentence that shows a signal; others pass.
        longest_chars: Characters after which a sentence is judged as far as it has come.
        longest_s: Seconds after which it is.
        rewrites: How often one reply may be asked for again; after that it is blocked.
    """

    remedies: Mapping[Signal, Remedy] = field(
        default_factory=lambda: {
            **dict.fromkeys(SERIOUS, Remedy.REWRITE),
            **dict.fromkeys(MILD, Remedy.ANNOTATE),
        }
    )
    longest_chars: int = 280
    longest_s: float = 2.0
    rewrites: int = 1

    def __post_init__(self) -> None:
        if self.longest_chars < 20 or self.longest_s <= 0 or self.rewrites < 0:
            raise ConfigError(
                "a sentence is held for 20 characters or more and more than 0 s, and rewritten "
                f"0 times or more, not {self.longest_chars}, {self.longest_s:g}, {self.rewrites}"
            )

    @classmethod
    def by(cls, serious: Remedy) -> Holding:
        """Everything that is serious gets this remedy; what is mild is noted."""
        return cls(
            remedies={
                **dict.fromkeys(SERIOUS, serious),
                **dict.fromkeys(MILD, Remedy.ANNOTATE),
            }
        )


class Verdict(NamedTuple):
    """What is to be done about a sentence, and why.

    Attributes:
        remedy: What.
        signals: For which signals, the most serious first.
        sentence: Where, and the words.
        skipped: Why it could not be judged; None if it was.
        by: Name and version of what judged it.
    """

    remedy: Remedy
    signals: tuple[Signal, ...]
    sentence: Sentence
    skipped: str | None = None
    by: str = ""


class ByObserver:
    """Judges sentences of a reply by an observer, in the light of what was said before.

    Args:
        observer: What judges turns.
        turns: Before the reply.
        holding: What to do about which signal.
        on_failure: Whether a sentence that could not be judged passes (`open`) or is blocked.
    """

    def __init__(
        self,
        observer: Observer,
        turns: Sequence[Turn],
        holding: Holding,
        on_failure: str = "open",
    ) -> None:
        self._observer, self._turns = observer, tuple(turns)
        self._holding, self._closed = holding, on_failure == "closed"
        self._index = turns[-1].index + 1 if turns else 0

    def __call__(self, sentence: Sentence) -> Verdict:
        """What to do about it."""
        try:
            seen = glance(self._observer, (*self._turns, self.turn(sentence)))
            return self.verdict(sentence, seen)
        except MienError as error:
            remedy = Remedy.BLOCK if self._closed else Remedy.PASS
            return Verdict(remedy, (), sentence, str(error), self._observer.name)

    def turn(self, sentence: Sentence) -> Turn:
        """The sentence as the turn that is judged."""
        return Turn(index=self._index, role="assistant", text=sentence.text.strip())

    def verdict(self, sentence: Sentence, seen: Observation) -> Verdict:
        """What to do about it, once it was judged."""
        wanted = {s: r for s, r in self._holding.remedies.items() if s in seen.raised}
        signals = sorted(wanted, key=lambda signal: -wanted[signal].rank)
        remedy = wanted[signals[0]] if signals else Remedy.PASS
        return Verdict(remedy, tuple(signals), sentence, None, seen.by)


def correction(verdict: Verdict) -> str:
    """What to tell an assistant that is asked again because of a sentence."""
    faults = "; ".join(MEANINGS[signal].definition for signal in verdict.signals)
    told = instruction("rewrite", claims=(verdict.sentence.text.strip(),)) or ""
    return f"{told} It was held back because it {faults}." if faults else told
