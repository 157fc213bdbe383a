"""`LocalObserver`: the signals of a turn without a language model, in a few milliseconds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mien.core.errors import ConfigError
from mien.guard.accuracy import Accuracy, of_cards
from mien.guard.local.blatant import CHANCE as BLATANT
from mien.guard.local.blatant import PATTERNS, blatant
from mien.guard.local.encoder import shipped_encoder
from mien.guard.local.first_look import FirstLook
from mien.guard.local.plain import CHANCE, STATEMENTS, intent_level, plain_level
from mien.guard.local.replies import PATH, shipped_replies
from mien.guard.local.weights import NAME, WEIGHTS, Weights, shipped
from mien.guard.observation import Observation, Quote, side_of
from mien.guard.signals import Effect, Side, Signal
from mien.timeline import Turn

TABLE_LANGUAGES = ("en",)
"""In which the tables of replies were taught."""

TURNS_BEFORE = 3
"""Earlier messages that are read with a message."""

LONG = 300
"""Characters from which a message may be too long for one run of the encoder: then it reads the
parts that the small nets find strongest."""

MOST_CHARS = 200_000
"""Of a longer message the first and last halves of these are read."""


class Seen(NamedTuple):
    """What was seen in a message.

    Attributes:
        chances: Of each signal that is known in its language.
        raised: Those at or above their thresholds.
        quotes: The sentence that shows each raised one most.
        level: Of a crisis, were it one.
    """

    chances: Mapping[Signal, float]
    raised: frozenset[Signal]
    quotes: Mapping[Signal, Quote]
    level: int


class LocalObserver:
    """Judges turns by the weights that come with the package.

    A turn in a language that was not taught has no signals: absent is not zero.

    Args:
        weights: Others than those that ship.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or shipped()
        self._encoder = shipped_encoder()
        self._replies = shipped_replies() if PATH.is_file() else None
        replies = PATH.read_bytes() if self._replies else b""
        told = f"{self._weights.sha256} {self._encoder.sha256}".encode()
        words = STATEMENTS.read_bytes() + PATTERNS.read_bytes()
        digest = hashlib.sha256(told + replies + words).hexdigest()
        self._name = f"local-{NAME}#{digest[:8]}"

    @property
    def name(self) -> str:
        """Name and version, and a hash of all weights: other weights have another name."""
        return self._name

    @property
    def accuracy(self) -> Mapping[str, Accuracy]:
        """What the cards beside the weights that ship say; nothing is known of others."""
        return of_cards(WEIGHTS) if self._weights is shipped() else {}

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn, which is the user's or the assistant's.

        Raises:
            ConfigError: If there is no turn, or the last one is the system's or a tool's.
        """
        return self._observe(turns, is_whole=True)

    def glance(self, turns: Sequence[Turn]) -> Observation:
        """The same, of a reply by tables and phrases alone: a stream waits for it.

        Raises:
            ConfigError: As `observe`.
        """
        return self._observe(turns, is_whole=False)

    def _observe(self, turns: Sequence[Turn], *, is_whole: bool) -> Observation:
        side = side_of(turns[-1]) if turns else None
        if side is None:
            raise ConfigError("the last turn must be the user's or the assistant's")
        text, language = readable(turns[-1].text), self.language(turns)
        if language is None or not text.strip():
            return Observation(turn=turns[-1].index, side=side, by=self.name)
        if side is Side.ASSISTANT:
            nothing = Seen({}, frozenset(), {}, 0)
            seen = self._seen(turns, text, language, side) if is_whole else nothing
            return self._reply(seen, turns, text, language)
        return self._message(turns, text, language)

    def _seen(
        self,
        turns: Sequence[Turn],
        text: str,
        language: str,
        side: Side,
        sure: frozenset[Signal] = frozenset(),
    ) -> Seen:
        """What both looks see in a message of either side, and what is sure to be in it."""
        detectors, earlier = self._weights.sides[side], before(turns)
        first = FirstLook(detectors, text, earlier, language)
        logits = dict(zip(detectors.signals, first.logits[:-1].tolist(), strict=True))
        known = {s: detectors.readouts[s] for s in logits if language in detectors.languages[s]}
        worth = frozenset(s for s, by in known.items() if by.chance(logits[s]) >= by.gate)
        second: dict[Signal, float] = {}
        if worth:
            quotes = first.quotes(worth) if len(text) > LONG else {}
            look = self._encoder(text, language, side, earlier, list(quotes.values()))
            second = {signal: look.logit(signal) for signal in known}
        shown = frozenset(s for s, by in known.items() if by.is_raised(logits[s], second.get(s)))
        raised = shown | sure
        return Seen(
            {s: by.chance(logits[s], second.get(s)) for s, by in known.items()},
            raised,
            first.quotes(raised),
            first.level,
        )

    def _message(self, turns: Sequence[Turn], text: str, language: str) -> Observation:
        stated = plain_level(text, language) or intent_level(text, language)
        sure = frozenset({Signal.CRISIS}) if stated else frozenset()
        seen = self._seen(turns, text, language, Side.USER, sure)
        plain = {signal: max(seen.chances[signal], CHANCE) for signal in sure}
        return Observation(
            turn=turns[-1].index,
            side=Side.USER,
            signals={**seen.chances, **plain},
            raised=seen.raised,
            quotes=seen.quotes,
            level=stated or (seen.level if Signal.CRISIS in seen.raised else 0),
            by=self.name,
        )

    def _with_tables(self, seen: Seen, turns: Sequence[Turn], text: str) -> Seen:
        """What the tables raise as well; they tell whole replies apart, the looks single lines."""
        by = self._replies
        if by is None:
            return seen
        said = [turn.text for turn in turns[:-1] if side_of(turn) is Side.USER]
        heard = [turn.text for turn in turns[:-1] if side_of(turn) is Side.ASSISTANT]
        judged = by(text, said[-1] if said else "", said[:-1], heard)
        raised = frozenset(s for s, p in judged.chances.items() if p >= by.meanings[s].threshold)
        quotes = {signal: quote for signal, quote in judged.quotes.items() if signal in raised}
        # Where the looks raise nothing they are no better than the tables at telling replies apart.
        higher = {s: max(seen.chances[s], judged.chances.get(s, 0.0)) for s in seen.raised}
        return Seen(
            {**seen.chances, **judged.chances, **higher},
            seen.raised | raised,
            {**quotes, **seen.quotes},
            0,
        )

    def _reply(self, seen: Seen, turns: Sequence[Turn], text: str, language: str) -> Observation:
        plain = blatant(text, language)
        if language in TABLE_LANGUAGES:
            seen = self._with_tables(seen, turns, text)
        raised, chances = seen.raised, seen.chances
        if plain:
            # Calm words around a harm protect nobody.
            raised = frozenset(s for s in raised if s.effect is not Effect.PROTECTION)
        known = {signal: max(BLATANT, chances.get(signal, 0.0)) for signal in plain}
        return Observation(
            turn=turns[-1].index,
            side=Side.ASSISTANT,
            signals={**chances, **known},
            raised=raised | plain.keys(),
            quotes={**{s: quote for s, quote in seen.quotes.items() if s in raised}, **plain},
            by=self.name,
        )

    def language(self, turns: Sequence[Turn]) -> str | None:
        """The language of the last turn, by what its writer wrote before if it is short."""
        side = side_of(turns[-1])
        earlier = [turn.text[-500:] for turn in turns[-7:-1] if side_of(turn) is side]
        return self._weights.language(turns[-1].text, "\n".join(earlier))


def readable(text: str) -> str:
    """The text, or spaces in place of its middle if it is too long; places stay the same."""
    if len(text) <= MOST_CHARS:
        return text
    half = MOST_CHARS // 2
    return text[:half] + " " * (len(text) - 2 * half) + text[-half:]


def before(turns: Sequence[Turn]) -> list[tuple[Side, str]]:
    """The messages before the last, oldest first."""
    found = [(side_of(turn), turn.text) for turn in turns[-1 - TURNS_BEFORE : -1]]
    return [(side, text) for side, text in found if side is not None]
