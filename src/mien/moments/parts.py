"""The models that a moment is made by, behind one small surface each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import NamedTuple, Protocol

from mien.decoders.words import WORDS
from mien.emotions.scores import Scores
from mien.moments.appraisal import load_appraisal, load_appraisal_with_state
from mien.moments.cause import load_causes
from mien.moments.fuse import Pool, load_pool
from mien.moments.holder import HolderRules
from mien.moments.moment import Appraisal, Cause, Holder, Target
from mien.moments.spoken import Spoken
from mien.moments.target import load_target


class Told(NamedTuple):
    """What a turn shows in its conversation.

    Attributes:
        scores: Shares of raters.
        confidence: Chance that the top emotion is the raters' majority, 0 to 1.
        is_told: Whether that is enough to commit oneself.
    """

    scores: Scores
    confidence: float
    is_told: bool


class TurnReader(Protocol):
    """The emotion of a turn in its conversation."""

    @property
    def name(self) -> str:
        """With version."""

    def read(self, history: Sequence[Spoken]) -> Told:
        """Of the last turn of a history, by it and the turns before alone."""


class CauseFinder(Protocol):
    """What a feeling comes from."""

    @property
    def name(self) -> str:
        """With version."""

    def find(self, history: Sequence[Spoken]) -> tuple[Cause, ...]:
        """Of the last turn of a history, likeliest first; causes lie in that history."""


class TargetFinder(Protocol):
    """What a feeling is toward."""

    @property
    def name(self) -> str:
        """With version."""

    def find(self, history: Sequence[Spoken], causes: Sequence[Cause]) -> Target | None:
        """Of the last turn of a history; None if nothing can be named."""


class HolderFinder(Protocol):
    """Whose feeling the words tell of."""

    @property
    def name(self) -> str:
        """With version."""

    def find(self, text: str, scores: Scores) -> Holder | None:
        """Of one turn; None without a feeling."""


class Rater(Protocol):
    """How an event looks to the person who tells it."""

    @property
    def name(self) -> str:
        """With version."""

    def rate(self, texts: Sequence[str], scores: Sequence[Scores]) -> list[Appraisal]:
        """Of each text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All that makes a moment; None leaves a part out.

    Attributes:
        pool: Joins the channels.
        turns: Reads a turn in its conversation.
        causes: Finds what a feeling comes from.
        target: Finds what it is toward.
        holder: Finds whose it is.
        rater: Rates appraisal.
        of_decoder: Loads other parts for what one words decoder read, by its name.
    """

    pool: Pool
    turns: TurnReader | None = None
    causes: CauseFinder | None = None
    target: TargetFinder | None = None
    holder: HolderFinder | None = None
    rater: Rater | None = None
    of_decoder: Mapping[str, Callable[[], Parts]] = field(default_factory=dict)

    def reading(self, decoder: str) -> Parts:
        """The parts for what a words decoder read, loaded when it is met first."""
        load = self.of_decoder.get(decoder)
        return self if load is None else load()


@cache
def load_parts(threads: int) -> Parts:
    """The parts as shipped, once a process and number of threads.

    Raises:
        MissingWeights: If a file is not there.
        BadWeights: If one is damaged.
    """
    return replace(_anyhow(), of_decoder={WORDS.name: partial(_closer, threads)})


@cache
def _anyhow() -> Parts:
    """For whatever read the words."""
    from mien.moments.turns import load_turns  # whose answers are `Told`

    return Parts(
        pool=load_pool(),
        turns=load_turns(),
        causes=load_causes(),
        target=load_target(),
        holder=HolderRules(),
        rater=load_appraisal(),
    )


@cache
def _closer(threads: int) -> Parts:
    """For what the transformer read: its state is at hand, and a second one may look."""
    from mien.moments.holder_net import load_holder_net

    return replace(
        _anyhow(), holder=load_holder_net(threads), rater=load_appraisal_with_state(threads)
    )
