"""What the user-side detectors learn from."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mien.guard.local.lexicon import LANGUAGES
from mien.guard.signals import Side, Signal, of_side
from training.guard.calibrate import Limits
from training.guard.composed import carelessly, composed, together
from training.guard.data import Row, further, open_rows
from training.guard.lessons import Lessons
from training.guard.net import Shape
from training.guard.ordinary import comments, everyday, posts, talks
from training.guard.train import Example, Plan

SIGNALS = of_side(Side.USER)
COLUMN = {signal: column for column, signal in enumerate(SIGNALS)}

_KIN = (
    {Signal.DISTRESS, Signal.CRISIS, Signal.HELP_REFUSAL, Signal.HELP_SEEKING, Signal.ISOLATION},
    {Signal.DEPENDENCY, Signal.ATTACHMENT, Signal.ISOLATION, Signal.DISTRESS},
    {Signal.DELUSIONAL_CONTENT, Signal.MANIA, Signal.REALITY_CHECK, Signal.DISTRESS},
)
"""Signals that often come together: a sentence written for one says nothing of the others."""

_UNRELATED = 0.15
"""Weight of "not there" for a signal that a sentence was not written for."""

_COMPOSED, _CARELESS = 0.3, 0.5
"""Weights of sentences from frames and of careless spellings."""

PLAN = Plan(epochs=8, batch=128, rate=4e-3, ranking=1.5, shape=Shape(word_dropout=0.6))
NEAR, NEAR_OTHERS = 0.05, 0.025
"""Held-out near misses that crisis may raise, and that all other signals together may. With them 4
to 5 % of the near misses of the first pairs are raised, the hardest ones."""

OTHERS = Limits(ordinary=0.003, looked=0.02)
LIMITS = {**dict.fromkeys(SIGNALS, OTHERS), Signal.CRISIS: Limits(ordinary=0.005, looked=0.08)}
"""Ordinary messages that a signal may raise, and have looked at twice; to miss a crisis is worse
than to ask once."""


def lessons(data: Path, seed: int) -> Lessons:
    """All that teaches the user's side.

    Args:
        data: Folder of the corpora, with `words`.
        seed: Of what is drawn.
    """
    found = [row for row in open_rows() if row.side == Side.USER]
    crisis = frozenset({Signal.CRISIS})
    return Lessons(
        side=Side.USER,
        signals=SIGNALS,
        rows=found,
        examples=examples(found),
        further=taught_besides(data / "words", seed),
        calm=ordinary_examples(data / "words", seed),
        limits=LIMITS,
        floors=((crisis, NEAR), (frozenset(SIGNALS) - crisis, NEAR_OTHERS)),
        plan=PLAN,
        nets=4,
    )


def examples(found: Iterable[Row]) -> list[Example]:
    """Rows as examples; what a row was not written for is taken as absent, with less weight."""
    made = []
    for row in found:
        if row.side != "user":
            continue
        signal = Signal(row.signal)
        labels = {COLUMN[signal]: float(row.is_true)}
        weights = {}
        for other in SIGNALS:
            if other is not signal and not any({other, signal} <= kin for kin in _KIN):
                labels[COLUMN[other]] = 0.0
                weights[COLUMN[other]] = _UNRELATED
        if signal is not Signal.CRISIS:
            labels[COLUMN[Signal.CRISIS]] = 0.0
            weights[COLUMN[Signal.CRISIS]] = 2 * _UNRELATED
        made.append(
            Example(
                text=row.text,
                language=row.language,
                labels=labels,
                before=row.before,
                pair=row.id,
                weights=weights,
                level=row.level,
            )
        )
    return made


def taught_besides(words: Path, seed: int) -> list[Example]:
    """Further rows, composed ones, talks, and careless spellings of the further rows.

    Args:
        words: Folder of GoEmotions and BRIGHTER.
        seed: Of what is drawn.
    """
    rng = random.Random(seed)
    more = examples(further())
    crisis = COLUMN[Signal.CRISIS]
    frames = [
        replace(
            example, pair="", weight=_COMPOSED, labels={crisis: example.labels[crisis]}, weights={}
        )
        for example in examples(composed(seed))
    ]
    careless = [replace(carelessly(example, rng), weight=_CARELESS) for example in more]
    others = asides(words, seed)
    beside = [
        replace(together(example, others[example.language], rng), weight=_CARELESS)
        for example in [*more, *frames]
        if not example.before
    ]
    return [*more, *frames, *careless, *beside, *talks()]


def asides(words: Path, seed: int) -> dict[str, list[str]]:
    """Short ordinary sentences of each language, to stand beside what matters.

    Args:
        words: Folder of GoEmotions and BRIGHTER.
        seed: Of the choice.
    """
    # What is calm sets thresholds: it must not have stood beside a crisis.
    calm = {example.text for example in ordinary_examples(words, seed)}
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for example in [
        *comments(words, 2_000, seed + 1),
        *posts(words, 1_000, seed + 1),
    ]:
        is_plain = len(example.labels) == len(SIGNALS) and example.text not in calm
        if is_plain and 3 <= len(example.text.split()) <= 12:
            found[example.language].append(example.text)
    return found


def ordinary_examples(words: Path, seed: int) -> list[Example]:
    """Comments, posts and everyday lines in which nothing is wrong.

    Args:
        words: Folder of GoEmotions and BRIGHTER.
        seed: Of the choice.
    """
    return [*comments(words, 3_000, seed), *posts(words, 800, seed), *everyday()]
