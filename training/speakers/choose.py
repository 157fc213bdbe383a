"""How vectors are grouped: chosen on people held out of training, never on the test's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mien.decoders.voice.diarize import Manner
from training.speakers.measure import Heard, error_of, judged

MOST_SPLIT = 0.05
"""Of the recordings of one person that may be taken for more."""

_STAYS = (0.0, 0.5, 1.0, 2.0)
_ALIKES = np.arange(0.06, 0.41, 0.02)


def choose(ones: Sequence[Heard], twos: Sequence[Heard]) -> Manner:
    """The manner that errs least on two people without splitting one.

    Args:
        ones: Recordings of one person each, whose emotion changes.
        twos: Of two people each.
    """
    stay = min(_STAYS, key=lambda stay: _rate(twos, Manner(stay=stay)))
    manner = Manner(stay=stay)
    slope, offset = _certainty(twos, manner)
    manner = replace(manner, slope=round(slope, 3), offset=round(offset, 3))
    splits = [_split(ones, replace(manner, alike=float(alike))) for alike in _ALIKES]
    last = max(i for i, split in enumerate(splits) if split <= MOST_SPLIT)
    return replace(manner, alike=round(float(_ALIKES[last]), 3))


def _split(ones: Sequence[Heard], manner: Manner) -> float:
    return float(np.mean([len({s.voice for s in judged(one, manner)}) > 1 for one in ones]))


def _rate(heard: Sequence[Heard], manner: Manner) -> float:
    parts = np.array([error_of(one, judged(one, manner, 2)) for one in heard])
    return float(parts[:, 1:].sum() / parts[:, 0].sum())


def _certainty(twos: Sequence[Heard], manner: Manner) -> tuple[float, float]:
    """Slope and offset of the chance to be right over the lead in likeness, by seconds."""
    plain = replace(manner, slope=1.0, offset=0.0)
    rows = [row for one in twos for row in _leads(one, plain)]
    lead, right, seconds = (np.array(column) for column in zip(*rows, strict=True))
    fit = LogisticRegression(C=1e6).fit(lead[:, None], right, sample_weight=seconds)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


def _leads(heard: Heard, plain: Manner) -> list[tuple[float, bool, float]]:
    said = judged(heard, plain, 2)
    if len({s.voice for s in said}) < 2:
        return []
    shares = np.array(
        [[_shared(heard, s.start, s.end, who) for who in heard.speakers] for s in said]
    )
    best = _best(np.array([s.voice for s in said]), shares)
    rows = []
    for s, share in zip(said, shares, strict=True):
        if share.max() > 0:
            lead = float(np.log(s.certainty / (1 - s.certainty)))
            rows.append((lead, bool(share.argmax() == best[s.voice]), s.end - s.start))
    return rows


def _best(voices: NDArray[np.int64], shares: NDArray[np.float64]) -> tuple[int, int]:
    """Which of the two people each of two voices is."""
    straight = shares[voices == 0, 0].sum() + shares[voices == 1, 1].sum()
    crossed = shares[voices == 0, 1].sum() + shares[voices == 1, 0].sum()
    return (0, 1) if straight >= crossed else (1, 0)


def _shared(heard: Heard, start: float, end: float, who: str) -> float:
    spans = ((low, high) for low, high, name in heard.turns if name == who)
    return sum(max(0.0, min(high, end) - max(low, start)) for low, high in spans)
