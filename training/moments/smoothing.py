"""`python -m training.moments.smoothing`: how far neighboring turns count, in turns.

The open dialogues are read by models of turns that saw nothing of their file; each speaker's shares
are smoothed as `mien.moments.course` does, and the dwell and trust are those under which the labels
are likeliest. Trust 0 leaves the shares as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.moments.course import Course, Manner
from mien.moments.turns import BACK
from training.moments.turn_card import calibration_error, interval, talk_numbers
from training.moments.turn_data import DECODERS, Talk
from training.moments.turn_fit import Array, Plan
from training.moments.turns import calibration, cooled, gather, held_out, truth_of

DWELLS = (1.0, 2.0, 3.0, 5.0, 8.0)
TRUSTS = (0.0, 0.1, 0.2, 0.3, 0.5)


def main() -> None:
    """Print mean log loss and accuracy for each dwell and trust, and the best against none."""
    parser = argparse.ArgumentParser(prog="python -m training.moments.smoothing")
    parser.add_argument("--data", type=Path, required=True, help="folder `words` of the data")
    parser.add_argument("--run", type=Path)
    options = parser.parse_args()
    plan = Plan()
    lesson = gather(options.data, options.run, plan)
    held = held_out(lesson, plan)
    temperature, _, _ = calibration(held, truth_of(lesson.talks))
    for name in DECODERS:
        shares = cooled(held[name, BACK], temperature)
        shares[:, held[name, BACK].sum(axis=0) == 0] = np.nan
        for dwell in DWELLS:
            for trust in TRUSTS:
                _print(
                    f"{name:14} dwell {dwell:.0f} trust {trust:.1f}",
                    shares,
                    smoothed(shares, lesson.talks, Manner(dwell=dwell, trust=trust)),
                    lesson.talks,
                )


def _print(of: str, plain: Array, smooth: Array, talks: Sequence[Talk]) -> None:
    truth = truth_of(talks)
    loss = losses(smooth, truth)
    better = losses(plain, truth) - loss
    low, high = interval(talk_numbers(talks), lambda at: float(better[at].mean()))
    parts = np.nan_to_num(smooth)
    right = parts.argmax(axis=1) == truth
    ece = calibration_error(parts.max(axis=1), right)
    print(
        f"{of} log loss {loss.mean():.4f} better by {better.mean():+.4f} "
        f"[{low:+.4f}, {high:+.4f}] accuracy {right.mean():.4f} ECE {ece:.3f}"
    )


def smoothed(shares: Array, talks: Sequence[Talk], manner: Manner) -> Array:
    """Each speaker's shares by what is before and after, shape (n, 41)."""
    found, start = np.empty_like(shares), 0
    for talk in talks:
        for speaker in dict.fromkeys(talk.speakers):
            own = [i for i, one in enumerate(talk.speakers) if one == speaker]
            course = Course(manner)
            for i in own:
                course.push(shares[start + i].astype(np.float64), float(i))
            for i, settled in zip(own, course.close(), strict=True):
                found[start + i] = settled.shares
        start += len(talk.texts)
    return found


def losses(shares: Array, truth: NDArray[np.int64]) -> Array:
    """Surprise at the label of each turn."""
    return -np.log(np.maximum(np.nan_to_num(shares[np.arange(len(truth)), truth]), 1e-4))


if __name__ == "__main__":
    main()
