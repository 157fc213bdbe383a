"""`python -m training.moments.agreement`: how far a second, blind reader agrees with the writers.

Emotions are compared as written, by group and as neutral or not; causes as turns. Intervals are
percentile bootstraps over dialogues. Writers and reader are of one kind, so that people who never
met may agree less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mien.emotions.emotion import Emotion, Group
from training.moments.data import FOLDER, lines

RESAMPLES = 1_000
Pair = tuple[Any, Any]


class Agreement(NamedTuple):
    """How far two readers agree.

    Attributes:
        share: Of labels that are the same.
        kappa: Beyond chance (Cohen 1960).
        low: Lower end of kappa's 95 % interval.
        high: Upper end.
        n: Labels.
    """

    share: float
    kappa: float
    low: float
    high: float
    n: int


def main() -> None:
    """Print agreement on the dialogues and on whose feeling a sentence tells of."""
    first = {row["id"]: row for path in sorted(FOLDER.glob("talks-*.jsonl")) for row in lines(path)}
    second = {row["id"]: row for row in lines(FOLDER / "second-talks.jsonl")}
    talks = [(first[talk]["turns"], second[talk]["turns"]) for talk in sorted(second)]
    for name, pairs in (
        ("emotion, 41", _emotions),
        ("emotion, by group", _groups),
        ("neutral or not", _neutral),
        ("turn is a cause", _causes),
    ):
        _print(name, [list(pairs(one, other)) for one, other in talks])
    _print("either of both emotions", [list(_either(*talk)) for talk in talks])
    written = {row["id"]: row for row in lines(FOLDER / "holder-test.jsonl")}
    read = list(lines(FOLDER / "second-holder.jsonl"))
    for name in ("who", "mode"):
        _print(name, [[(written[row["id"]][name], row[name])] for row in read])


def agreement(clusters: Sequence[Sequence[Pair]], seed: int = 1) -> Agreement:
    """Share and kappa of pairs of labels, with an interval over clusters."""
    pairs = [pair for cluster in clusters for pair in cluster]
    rng = np.random.default_rng(seed)
    drawn = [
        kappa(
            [pair for i in rng.integers(len(clusters), size=len(clusters)) for pair in clusters[i]]
        )
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    share = sum(one == other for one, other in pairs) / len(pairs)
    return Agreement(share, kappa(pairs), float(low), float(high), len(pairs))


def kappa(pairs: Sequence[Pair]) -> float:
    """Cohen's kappa.

    >>> kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "a")])
    0.0
    """
    n = len(pairs)
    same = sum(one == other for one, other in pairs) / n
    labels = {label for pair in pairs for label in pair}
    by_chance = sum(
        sum(one == label for one, _ in pairs) * sum(other == label for _, other in pairs)
        for label in labels
    ) / (n * n)
    return (same - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


def _emotions(one: Sequence[Any], other: Sequence[Any]) -> Iterable[Pair]:
    return ((a["emotion"], b["emotion"]) for a, b in zip(one, other, strict=True))


def _groups(one: Sequence[Any], other: Sequence[Any]) -> Iterable[Pair]:
    return ((_group(a), _group(b)) for a, b in _emotions(one, other))


def _neutral(one: Sequence[Any], other: Sequence[Any]) -> Iterable[Pair]:
    return ((a == "neutral", b == "neutral") for a, b in _emotions(one, other))


def _either(one: Sequence[Any], other: Sequence[Any]) -> Iterable[Pair]:
    """The first reader's emotion, beside itself where the second names it first or second."""
    for a, b in zip(one, other, strict=True):
        names = {a["emotion"], a["second"]} & {b["emotion"], b["second"]} - {None}
        yield a["emotion"], a["emotion"] if names else b["emotion"]


def _causes(one: Sequence[Any], other: Sequence[Any]) -> Iterable[Pair]:
    """Of turns that both call emotional: whether each turn up to them is a cause."""
    for i, (a, b) in enumerate(zip(one, other, strict=True)):
        if "neutral" not in (a["emotion"], b["emotion"]):
            by_first = {cause["turn"] for cause in a["causes"]}
            yield from ((j in by_first, j in b["causes"]) for j in range(i + 1))


def _group(slug: str) -> Group:
    return Emotion(slug).group


def _print(name: str, clusters: Sequence[Sequence[Pair]]) -> None:
    found = agreement([cluster for cluster in clusters if cluster])
    print(
        f"{name:24} agree {found.share:.3f}  kappa {found.kappa:.3f} "
        f"[{found.low:.3f}, {found.high:.3f}]  n {found.n:,}"
    )


if __name__ == "__main__":
    main()
