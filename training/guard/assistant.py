"""What the nets of replies learn from: the same items as the encoder."""

from __future__ import annotations

from pathlib import Path

from mien.guard.signals import Side, Signal, harms_of, of_side
from training.guard.calibrate import Limits
from training.guard.data import open_rows
from training.guard.encoder_data import Item, items
from training.guard.lessons import Lessons
from training.guard.net import Shape
from training.guard.train import Example, Plan

SIGNALS = of_side(Side.ASSISTANT)
COLUMN = {signal: column for column, signal in enumerate(SIGNALS)}
HARMS = frozenset(harms_of(Side.ASSISTANT))

PLAN = Plan(epochs=10, batch=128, rate=4e-3, ranking=1.5, shape=Shape(word_dropout=0.6))
NEAR = 0.05
"""Held-out near misses that all harms together may raise, and that all protections may."""

HARM = Limits(ordinary=0.0004, looked=0.05, margin=1.0, rate=0.02)
PROTECTION = Limits(ordinary=0.0004, looked=0.02, rate=0.05)
LIMITS = {signal: HARM if signal in HARMS else PROTECTION for signal in SIGNALS}
"""Parts of calm replies that a signal may raise, and that it may have looked at twice: a reply has
several parts, and a chat many replies. Half of the twins show their signal: were chances told by
that, ten calm replies would add up to a risk."""


def lessons(data: Path, seed: int) -> Lessons:
    """All that teaches the nets of replies.

    Args:
        data: Folder of the corpora, with `words` and `safety`.
        seed: Of what is drawn.
    """
    found = [row for row in open_rows() if row.side == Side.ASSISTANT]
    mine = [item for item in items(data, seed) if item.side is Side.ASSISTANT]
    return Lessons(
        side=Side.ASSISTANT,
        signals=SIGNALS,
        rows=found,
        examples=[example(item) for item in mine if item.source and item.pair],
        further=[example(item) for item in mine if not item.source],
        calm=[example(item) for item in mine if item.source and not item.pair],
        limits=LIMITS,
        floors=((HARMS, NEAR), (frozenset(SIGNALS) - HARMS, NEAR)),
        plan=PLAN,
        nets=2,
    )


def example(item: Item) -> Example:
    """An item of the encoder as an example of the nets."""
    return Example(
        text=item.text,
        language=item.language,
        labels={COLUMN[Signal(signal)]: label for signal, (label, _) in item.marks.items()},
        before=tuple({"role": side.value, "text": said} for side, said in item.before),
        pair=item.pair,
        weights={COLUMN[Signal(signal)]: weight for signal, (_, weight) in item.marks.items()},
    )
