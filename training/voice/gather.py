"""What all folds and seeds of a set of runs said, put together by clip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.voice.corpora import LABELS, Clip
from training.voice.measure import answers, high_arousal, indices, uar


@dataclass(frozen=True)
class Said:
    """Outputs on clips whose speaker (or corpus) the net never heard, one row a seed.

    Attributes:
        clips: All of them.
        there: Which were tested, shape (clips,).
        labels: Logits, shape (seeds, clips, 9).
        high: Logits of high arousal, shape (seeds, clips).
        affect: Shape (seeds, clips, 4).
    """

    clips: Sequence[Clip]
    there: NDArray[np.bool_]
    labels: NDArray[np.float32]
    high: NDArray[np.float32]
    affect: NDArray[np.float32]

    @property
    def together(self) -> Said:
        """The mean over seeds, as one net: what ships."""
        mean = (part.mean(axis=0, keepdims=True) for part in (self.labels, self.high, self.affect))
        return Said(self.clips, self.there, *mean)

    def seed(self, i: int) -> Said:
        """One seed alone."""
        return Said(
            self.clips,
            self.there,
            self.labels[i : i + 1],
            self.high[i : i + 1],
            self.affect[i : i + 1],
        )

    def label_score(self, rows: NDArray[np.int64], allowed: Sequence[str]) -> float:
        """Unweighted average recall on some rows, mean over seeds."""
        return self.scorer(allowed)(rows)

    def scorer(self, allowed: Sequence[str]) -> Callable[[NDArray[np.int64]], float]:
        """`label_score` as a function of rows, with the answers worked out once."""
        truth = indices(self.clips)
        told = [answers(logits, allowed) for logits in self.labels]
        return lambda rows: float(np.mean([uar(truth[rows], said[rows]) for said in told]))

    def arousal_scorer(self) -> Callable[[NDArray[np.int64]], float]:
        """Unweighted average recall of high against low arousal as a function of rows."""
        truth = np.nan_to_num(high_arousal(self.clips)).astype(np.int64)
        told = [(high > 0).astype(np.int64) for high in self.high]
        return lambda rows: float(np.mean([uar(truth[rows], said[rows]) for said in told]))


def gather(
    out: Path, names: Sequence[str], seeds: Sequence[int], clips: Sequence[Clip], kind: str
) -> Said:
    """Read `told.npz` of runs whose tested clips do not overlap.

    Args:
        out: Folder of the runs.
        names: Runs of one seed, such as the folds.
        seeds: Whose runs.
        clips: All clips, as when the runs were made.
        kind: `CONDITION.plain` or `CONDITION.adapted`.
    """
    n = len(clips)
    labels = np.zeros((len(seeds), n, len(LABELS)), dtype=np.float32)
    high = np.zeros((len(seeds), n), dtype=np.float32)
    affect = np.zeros((len(seeds), n, 4), dtype=np.float32)
    there = np.zeros(n, dtype=bool)
    for i, seed in enumerate(seeds):
        for name in names:
            with np.load(out / f"{name}-s{seed}" / "told.npz") as told:
                rows = told["rows"]
                labels[i, rows] = told[f"{kind}.labels"]
                high[i, rows] = told[f"{kind}.high"]
                affect[i, rows] = told[f"{kind}.affect"]
                there[rows] = True
    return Said(clips, there, labels, high, affect)
