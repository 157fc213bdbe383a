"""What a second look adds to the tables, and what it tells where there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.encoder import ALL, COLUMN, Encoder
from mien.guard.local.passages import Earlier
from mien.guard.local.replies import Meaning
from mien.guard.signals import Effect, Side, Signal
from training.guard.calibrate import above, fit
from training.guard.data import is_sealed, lines, rows
from training.guard.encoder_kept import key_of
from training.guard.replies_data import COLUMN as OF_REPLIES
from training.guard.replies_data import OWN, Reply
from training.guard.replies_fit import Array, Corpus

NEAR = 0.05
"""Of held-out near misses that a signal may raise."""

CALM = 0.002
"""Of warm replies and strangers' ones that a harmful signal may raise."""

PROTECTIVE = 0.05
"""Of replies without a protective signal that may raise it."""

MISSED, LOOKED = 0.05, 0.03
"""Of true replies that need not be looked at twice; of harmless ones that may be, for a signal."""


class Second(NamedTuple):
    """What `Meaning` needs besides the tables' part."""

    gate: float
    both: tuple[float, float, float]
    threshold: float
    alone: tuple[float, float]
    alone_threshold: float


@dataclass(frozen=True, slots=True)
class Short:
    """A held-out reply of this project in any language.

    Attributes:
        signal: The one that it was written for; None for a warm one, which shows no harm.
        is_true: Whether it is there.
        logits: Of the encoder that saw neither it nor its twin.
    """

    signal: Signal | None
    is_true: bool
    logits: NDArray[np.float32]


def short_replies(kept: Mapping[str, NDArray[np.float32]]) -> list[Short]:
    """Open twins and warm replies in all languages, held out."""
    found = [
        Short(Signal(row.signal), row.is_true, kept[key_of(Side.ASSISTANT, row.text)])
        for row in rows(names=("assistant",))
        if row.side == Side.ASSISTANT.value
    ]
    for row in lines("warm"):
        logits = kept.get(key_of(Side.ASSISTANT, row["reply"]))
        if logits is not None and not is_sealed(row["id"]):
            found.append(Short(None, False, logits))
    return found


def encoder_logits(
    corpus: Corpus, kept: Mapping[str, NDArray[np.float32]], encoder: Encoder
) -> Array:
    """Of every reply, shape (replies, signals); NaN where the encoder learned from it.

    Spiral-Bench and strangers' comments never taught it; twins and warm replies are held out.
    """
    found = np.full((len(corpus.replies), len(OF_REPLIES)), np.nan)
    columns = [COLUMN[Signal(name)] for name in OF_REPLIES]
    for place, reply in enumerate(corpus.replies):
        logits = kept.get(key_of(Side.ASSISTANT, reply.text))
        if logits is None and (reply.origin != OWN or reply.chat.startswith("comment-")):
            logits = encoder(reply.text, "en", Side.ASSISTANT, earlier(reply)).each.max(axis=0)
        if logits is not None:
            found[place] = logits[columns]
    return found


def earlier(reply: Reply) -> Earlier:
    """The messages before a reply, as the encoder is given them."""
    heard = [(Side.ASSISTANT, text) for text in reply.heard[-1:]]
    return [*heard, (Side.USER, reply.user)] if reply.user else heard


def second(
    signal: Signal,
    odds: Array,
    chances: Array,
    encoder: Array,
    marks: tuple[Array, NDArray[np.bool_], NDArray[np.bool_]],
    short: Sequence[Short],
) -> Second:
    """How a signal is judged after a second look.

    Args:
        signal: The one.
        odds: Of the tables, held out, shape (n,).
        chances: The same as chances that length has tempered.
        encoder: Logits of the encoder, shape (n,); NaN where unknown.
        marks: Labels; where they are known; which replies are twins. Each of shape (n,).
        short: Held-out replies in all languages.
    """
    labels, known, is_twin = marks
    of = known & ~np.isnan(encoder) & ~np.isnan(odds)
    true, false = of & (labels > 0), of & (labels < 1)
    both = fit(np.stack([odds[of], encoder[of]], axis=1), labels[of] > 0, _even(is_twin[of]))
    worth = min(
        max(float(np.quantile(chances[true], MISSED)), above(chances[false & ~is_twin], LOOKED)),
        float(np.quantile(chances[true], 0.5)),
    )
    told = _chances(both[0] * odds + both[1] * encoder + both[2])
    share = CALM if signal.effect is Effect.HARM else PROTECTIVE
    threshold = float(np.clip(above(told[false & ~is_twin], share), 0.05, 0.98))
    alone, alone_threshold = _alone(signal, short)
    return Second(min(worth, threshold), (both[0], both[1], both[2]), threshold, alone,
                  alone_threshold)  # fmt: skip


def beyond_near(
    meanings: Mapping[Signal, Meaning],
    near: Mapping[Signal, Sequence[tuple[float, float]]],
    short: Sequence[Short],
) -> dict[Signal, Meaning]:
    """The same with thresholds that few near misses of all harms together reach.

    One threshold for all, as each has a few near misses of its own only.

    Args:
        meanings: Of every signal.
        near: Log odds of the tables and logit of the encoder of held-out English near misses.
        short: Held-out replies in all languages.
    """
    found = dict(meanings)
    for effect in (Effect.HARM, Effect.PROTECTION):
        group = {s: by for s, by in meanings.items() if s.effect is effect}
        told = [by.by_both(*row) for s, by in group.items() for row in near[s]]
        alone = [
            group[one.signal].by_encoder(float(one.logits[COLUMN[one.signal]]))
            for one in short
            if one.signal in group and not one.is_true
        ]
        floor, alone_floor = (min(above(np.array(of), NEAR), 0.98) for of in (told, alone))
        for signal, by in group.items():
            threshold = max(by.threshold, floor)
            found[signal] = replace(
                by,
                threshold=threshold,
                gate=min(by.gate, threshold),
                alone_threshold=max(by.alone_threshold, alone_floor),
            )
    return found


def _alone(signal: Signal, short: Sequence[Short]) -> tuple[tuple[float, float], float]:
    """Slope and offset of the encoder's own logit, and the threshold."""
    harms = signal.effect is Effect.HARM
    column = ALL.index(signal)
    mine = [one for one in short if one.signal is signal or (harms and one.signal is None)]
    logits = np.array([float(one.logits[column]) for one in mine])
    is_true = np.array([one.is_true for one in mine])
    is_twin = np.array([one.signal is signal for one in mine])
    slope, offset = fit(logits[:, None], is_true, _even(is_twin))
    told = _chances(slope * logits + offset)
    threshold = above(told[~is_twin], 2 * CALM) if harms else 0.0
    return (slope, offset), float(np.clip(threshold, 0.05, 0.98))


def _even(is_twin: NDArray[np.bool_]) -> Array:
    """Weights that let twins count as much as all else, however few they are."""
    n = max(int(is_twin.sum()), 1)
    found: Array = np.where(is_twin, 1.0, n / max(len(is_twin) - n, 1))
    return found


def _chances(odds: Array) -> Array:
    found: Array = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return found
