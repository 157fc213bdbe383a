"""Channels that disagree by more than their own errors explain, and what that may mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.moments.moment import Hypothesis, Mixed
from mien.moments.views import View
from mien.timeline.reading import Channel

LEVEL = 0.02
"""Chance from errors alone that a disagreement must stay under."""

SURE = 0.5
"""Confidence that both channels need before they can be said to disagree."""

DRAWS = 199
_SEED = 1  # the same views give the same answer

Array = NDArray[np.float64]

PRIORS = {
    "mixed_feeling": 0.30,
    "masking": 0.25,
    "sarcasm": 0.20,
    "politeness": 0.10,
    "other_person": 0.10,
    "bad_recording": 0.05,
}
"""Before any sign is seen. Nothing is labelled to learn these from: they are chosen, not fitted."""

_SIGN = 4.0  # how many times likelier a sign makes what it speaks for; chosen as well
_GOOD = 0.6  # quality from which a recording explains nothing

_POLITE = frozenset({Emotion.GRATITUDE, Emotion.AFFECTION, Emotion.SHAME, Emotion.CONTENTMENT})


def disagreements(views: Sequence[View]) -> tuple[Mixed, ...]:
    """Pairs of channels that are both sure and differ beyond their errors, widest first."""
    found = (_compared(one, other) for one, other in combinations(views, 2))
    return tuple(sorted((mixed for mixed in found if mixed), key=lambda mixed: -mixed.jsd))


def divergence(p: Array, q: Array) -> Array:
    """Jensen-Shannon divergence over the last axis, base 2, 0 to 1."""
    middle = _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2
    return np.asarray(np.clip(middle, 0.0, 1.0))


def chance_of_errors(p: Array, q: Array, votes: tuple[float, float]) -> float:
    """How often two samples of raters who see the same differ as much as `p` and `q`.

    Both are drawn from the pool of the two, with as many votes as each is worth.

    Args:
        p: Shape (k,), adding up to one.
        q: As `p`.
        votes: What each is worth.
    """
    n, m = (max(1, round(v)) for v in votes)
    pooled = (p * n + q * m) / (n + m)
    rng = np.random.default_rng(_SEED)
    one = rng.multinomial(n, pooled / pooled.sum(), size=DRAWS) / n
    other = rng.multinomial(m, pooled / pooled.sum(), size=DRAWS) / m
    wider = divergence(one, other) >= divergence(p, q) - 1e-12
    return float((1 + wider.sum()) / (DRAWS + 1))


def _compared(one: View, other: View) -> Mixed | None:
    if min(one.confidence, other.confidence) < SURE:
        return None
    shared = ~np.isnan(one.shares) & ~np.isnan(other.shares)
    p, q = one.shares[shared], other.shares[shared]
    if min(p.sum(), q.sum()) <= 0 or p.argmax() == q.argmax():
        return None
    p, q = p / p.sum(), q / q.sum()
    by_errors = chance_of_errors(p, q, (one.votes, other.votes))
    if by_errors >= LEVEL:
        return None
    return Mixed(
        channels=(one.channel, other.channel),
        jsd=float(divergence(p, q)),
        p_null=by_errors,
        hypotheses=hypotheses(one, other),
    )


def hypotheses(one: View, other: View) -> tuple[Hypothesis, ...]:
    """What the disagreement may mean, likeliest first: priors, raised by signs in the views."""
    raised = dict(PRIORS)
    if min(one.quality, other.quality) < _GOOD:
        # Nothing else can be told from a bad recording.
        raised["bad_recording"] *= _SIGN**2
    else:
        for name in _signs({one.channel: one, other.channel: other}):
            raised[name] *= _SIGN
    total = sum(raised.values())
    ranked = sorted(raised.items(), key=lambda item: -item[1])
    return tuple(Hypothesis(name=name, p=p / total) for name, p in ranked)


def _signs(views: dict[Channel, View]) -> Iterator[str]:
    words, voice, face = (views.get(c) for c in (Channel.WORDS, Channel.VOICE, Channel.FACE))
    if words is not None and _valence(words) > 0:
        if _top(words) in _POLITE:
            yield "politeness"
        if any(_valence(view) <= 0 for view in (voice, face) if view is not None):
            yield "sarcasm"
    if face is not None and voice is not None:
        if _valence(face) > 0 > _valence(voice):
            yield "masking"
        yield "other_person"


def _top(view: View) -> Emotion:
    return tuple(Emotion)[int(np.nanargmax(view.shares))]


def _valence(view: View) -> float:
    return float(np.nansum(view.shares * _pleasantness()))


@cache
def _pleasantness() -> Array:
    return np.array([emotion.group.sign for emotion in Emotion], float)


def _entropy(p: Array) -> Array:
    return np.asarray(-(p * np.log2(np.maximum(p, 1e-300))).sum(axis=-1))
