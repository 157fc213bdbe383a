"""What a model's answer says: text from outside, read strictly and never acted on."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from mien.emotions.emotion import Emotion
from mien.evals.perception.asking.prompts import HIGHEST, key
from mien.llm import Chance

LONGEST = 100_000
"""Letters of an answer that are looked at; forty grades take 1,500."""


class Outcome(StrEnum):
    """What came of asking about one item."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """By the field for it, by a filter, or with nothing at all."""
    MALFORMED = "malformed"
    """Something was said that is no answer to what was asked."""
    CUT_OFF = "cut off"
    """The limit of tokens came before the answer."""
    UNREADABLE = "unreadable"
    """The item's own file: the model was not asked."""
    FAILED = "failed"
    """The provider gave no answer within the retries."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a model, whoever provides it.

    Attributes:
        text: Its words.
        refused: Whether the provider says that it is a refusal.
        cut_off: Whether it ended at the limit of tokens.
        chances: One a token; empty if the provider gives none.
    """

    text: str
    refused: bool = False
    cut_off: bool = False
    chances: tuple[Chance, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an item after asking.

    Attributes:
        outcome: Answered if there is a score for at least one emotion.
        scores: 0 to 1 for each emotion that was answered.
        wrong_keys: Keys that were not asked for, or came twice.
        wrong_values: Values that are no number on the scale.
        missing: Emotions without an answer.
        coarse: Answers of yes and no without a probability.
    """

    outcome: Outcome
    scores: Mapping[Emotion, float] = field(default_factory=dict)
    wrong_keys: int = 0
    wrong_values: int = 0
    missing: int = 0
    coarse: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside an item."""
        return asdict(self) | {"scores": {e.value: score for e, score in self.scores.items()}}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Told:
        """What `to_json` gave.

        Raises:
            ValueError: If it is something else.
        """
        try:
            scores = {Emotion(slug): float(score) for slug, score in kept["scores"].items()}
            told = cls(**{**kept, "outcome": Outcome(kept["outcome"]), "scores": scores})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("not a kept answer") from error
        counts = (told.wrong_keys, told.wrong_values, told.missing, told.coarse)
        if not all(type(n) is int for n in counts) or not all(0 <= s <= 1 for s in scores.values()):
            raise ValueError("not a kept answer")
        return told


def told_grades(said: Said, asked: Sequence[Emotion]) -> Told:
    """Intensities of one JSON object, as parts of the scale.

    The object may stand in a code fence, nothing else may stand around it.
    """
    failure = _failure(said)
    pairs = None if failure else _pairs(said.text)
    if pairs is None:
        return Told(failure or _malformed(said), missing=len(asked))
    emotions = {key(emotion): emotion for emotion in asked}
    scores: dict[Emotion, float] = {}
    wrong_keys, wrong_values = 0, 0
    for name, value in pairs:
        emotion = emotions.pop(name, None)  # a second one of the same name is wrong too
        if emotion is None:
            wrong_keys += 1
        elif _is_grade(value):
            scores[emotion] = value / HIGHEST
        else:
            wrong_values += 1
    outcome = Outcome.ANSWERED if scores else Outcome.MALFORMED
    return Told(outcome, scores, wrong_keys, wrong_values, len(asked) - len(scores))


def told_yes_no(said: Mapping[Emotion, Said]) -> Told:
    """The probability of yes for each emotion.

    What is missing has the commonest reason as outcome if nothing was answered at all.
    """
    scores: dict[Emotion, float] = {}
    failures: list[Outcome] = []
    coarse = 0
    for emotion, one in said.items():
        failure = _failure(one)
        word = None if failure else _word(one.text)
        if word is None:
            # What is said decides whether it is an answer: a yes that was only likely is none.
            failures.append(failure or _malformed(one))
            continue
        chance = chance_of_yes(one.chances)
        scores[emotion] = float(word) if chance is None else chance
        coarse += chance is None
    outcome = Outcome.ANSWERED if scores else max(failures, key=failures.count)
    return Told(outcome, scores, missing=len(failures), coarse=coarse)


def chance_of_yes(chances: Iterable[Chance]) -> float | None:
    """P(yes) / (P(yes) + P(no)) at the first token with a letter; None if it is neither.

    All spellings of a word count: `Yes`, ` yes`, `YES.`
    """
    first = next((one for one in chances if re.search(r"\w", _bare(one.token))), None)
    if first is None:
        return None
    yes = sum(_probability(logprob) for text, logprob in first.others if _bare(text) == "yes")
    no = sum(_probability(logprob) for text, logprob in first.others if _bare(text) == "no")
    return yes / (yes + no) if yes + no > 0 else None


def _failure(said: Said) -> Outcome | None:
    if said.refused:
        return Outcome.REFUSED
    if not said.text.strip():
        return Outcome.CUT_OFF if said.cut_off else Outcome.REFUSED
    return None


def _malformed(said: Said) -> Outcome:
    return Outcome.CUT_OFF if said.cut_off else Outcome.MALFORMED


def _pairs(text: str) -> list[tuple[str, Any]] | None:
    """Keys and values of an object in order, twice where they came twice."""
    # No pattern for the whole: blank lines behind a fence would take the square of their number.
    bare = text[:LONGEST].strip()
    fence = re.match(r"```(?:json)?[^\S\n]*\n", bare)
    if fence and bare.endswith("```"):
        bare = bare[fence.end() : -3]
    try:
        value = json.loads(bare, object_pairs_hook=_Pairs, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, _Pairs) else None


class _Pairs(list[tuple[str, Any]]):
    """The pairs of a JSON object, told apart from a JSON list."""


def _is_grade(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= HIGHEST


def _word(text: str) -> bool | None:
    """Whether an answer begins with yes; None if it begins with neither yes nor no."""
    found = re.match(r"\W*(yes|no)\b", text[:LONGEST], re.IGNORECASE)
    return found[1].lower() == "yes" if found else None


def _bare(token: str) -> str:
    # Some servers show blanks of their vocabularies as these letters.
    return token.strip(" \t\r\n\"'*.,!:_\u0120\u2581").casefold()


def _probability(logprob: float) -> float:
    return math.exp(min(logprob, 0.0)) if math.isfinite(logprob) else 0.0
