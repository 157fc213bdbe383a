"""`python -m training.moments.mixing`: how often a disagreement holds with other raters.

CREMA-D's raters of each channel are dealt into two halves. A clip is flagged by one half alone;
whether voice and face differ is asked of the other half. Nothing is fitted.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.wilson import wilson
from mien.moments.mixed import LEVEL, chance_of_errors
from training.moments.votes import Array, agreed, load

LEVELS = (0.05, LEVEL, 0.01)
SURE = 0.5  # of a half's votes for its winner, in the row of confident halves


def main() -> None:
    """Print precision and recall, with Wilson intervals."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder `fusion` of the data")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    votes = load(options.data / "crema_d_votes")
    rng = np.random.default_rng(options.seed)
    voice, heard = halves(votes.voice, rng)
    face, seen = halves(votes.face, rng)
    asked = _is_clear(heard) & _is_clear(seen)
    differ = ~agreed(heard, seen)
    by_errors = np.array([_chance(one, other) for one, other in zip(voice, face, strict=True)])
    sure = (_share(voice) >= SURE) & (_share(face) >= SURE)
    print(f"base rate {differ[asked].mean():.3f}, n {asked.sum()}")
    for name, flagged in (
        ("winners differ, no test", ~agreed(voice, face)),
        *((f"beyond errors, p < {level}", by_errors < level) for level in LEVELS),
        (f"p < {LEVEL}, both sure", (by_errors < LEVEL) & sure),
    ):
        right = (flagged & differ)[asked].sum()
        for kind, of in (("precision", flagged[asked].sum()), ("recall", differ[asked].sum())):
            share, low, high = wilson(float(right), float(of))
            print(f"{name:26} {kind:9} {share:.3f} [{low:.3f}, {high:.3f}] n {of}")


def halves(votes: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Each clip's votes dealt into two halves of the same size, or nearly."""
    first = np.zeros_like(votes)
    for row, counts in enumerate(votes.astype(int)):
        dealt = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        first[row] = np.bincount(dealt[: len(dealt) // 2], minlength=len(counts))
    return first, votes - first


def _chance(voice: Array, face: Array) -> float:
    n, m = voice.sum(), face.sum()
    return chance_of_errors(voice / n, face / m, (float(n), float(m)))


def _is_clear(votes: Array) -> NDArray[np.bool_]:
    return np.asarray((votes == votes.max(axis=1, keepdims=True)).sum(axis=1) == 1)


def _share(votes: Array) -> Array:
    return np.asarray(votes.max(axis=1) / votes.sum(axis=1))


if __name__ == "__main__":
    main()
