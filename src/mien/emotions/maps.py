"""From other label sets to Mien's 41 values; the only place where labels are translated."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import ScoresArray
from mien.core.errors import ConfigError
from mien.emotions.emotion import Emotion


@dataclass(frozen=True, slots=True)
class LabelMap:
    """What the labels of one corpus or model mean.

    Attributes:
        name: Of the label set, such as `goemotions`.
        labels: In the order of the map file.
        covers: Emotions that some label means, or nearly means: the only ones with a share.
        partly: Emotions that labels touch without meaning them: no share, no coverage.
        matrix: Weight of each emotion per label, shape (labels, 41).
        priors: Valence, arousal and dominance of each label, -1 to 1, shape (labels, 3).
        exclusive: Whether raters chose one label only, so that shares sum to one.
    """

    name: str
    labels: tuple[str, ...]
    covers: tuple[Emotion, ...]
    partly: tuple[Emotion, ...]
    matrix: NDArray[np.float32]
    priors: NDArray[np.float32]
    exclusive: bool

    def spread(self, shares: NDArray[np.float32]) -> ScoresArray:
        """Shares of emotions from shares of labels.

        Args:
            shares: Per item and label, in the order of `labels`, shape (n, labels).

        Returns:
            Shape (n, 41): weighted sums clipped to one, NaN for what is not covered.
        """
        told = np.minimum(np.asarray(shares, dtype=np.float32) @ self.matrix, 1.0)
        covered = np.zeros(len(Emotion), dtype=bool)
        covered[[emotion.position for emotion in self.covers]] = True
        return np.where(covered, told, np.float32("nan")).astype(np.float32)

    def affect(self, shares: NDArray[np.float32]) -> NDArray[np.float32]:
        """Valence, arousal and dominance expected under the labels' priors, shape (n, 3).

        A prior says where an emotion usually lies, so this is derived, not measured.
        """
        weights = np.asarray(shares, dtype=np.float32)
        total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
        expected: NDArray[np.float32] = (weights / total) @ self.priors
        return expected

    def taught(self, labels: Sequence[str]) -> LabelMap:
        """The map of a model that learned only some of the labels: it covers no more than these.

        Raises:
            ConfigError: If the corpus lacks one of them.
        """
        rows = [self.index(label) for label in labels]
        weight = self.matrix[rows].sum(axis=0)
        covers = tuple(emotion for emotion in self.covers if weight[emotion.position] > 0)
        return replace(self, covers=covers)

    def index(self, label: str) -> int:
        """The column of a label.

        Raises:
            ConfigError: If the corpus has no such label; an unknown code is never guessed at.
        """
        if label not in self.labels:
            known = ", ".join(self.labels)
            raise ConfigError(f"{self.name} has no label {label!r}: it has {known}")
        return self.labels.index(label)


@cache
def label_map(name: str) -> LabelMap:
    """The map of a corpus or model, such as `ferplus`, `goemotions` or `ravdess`.

    Raises:
        ConfigError: If no map goes by that name.
    """
    tables = _tables()
    if name not in tables["corpora"]:
        known = ", ".join(map_names())
        raise ConfigError(f"no label set is called {name!r}: choose from {known}")
    rows = dict(tables["corpora"][name])
    exclusive = bool(rows.pop("exclusive", False))
    meanings = [tables["meanings"][meaning] for meaning in rows.values()]
    covers = _named("to", meanings)
    partly = tuple(e for e in _named("partly", meanings) if e not in covers)
    return LabelMap(
        name=name,
        labels=tuple(rows),
        covers=covers,
        partly=partly,
        matrix=np.stack([_weights(meaning) for meaning in meanings]),
        priors=np.array([meaning["affect"] for meaning in meanings], dtype=np.float32),
        exclusive=exclusive,
    )


def map_names() -> tuple[str, ...]:
    """The names of all label sets that can be translated."""
    return tuple(_tables()["corpora"])


@cache
def _tables() -> dict[str, Any]:
    text = files("mien.emotions").joinpath("data/maps.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _named(part: str, meanings: list[Mapping[str, Any]]) -> tuple[Emotion, ...]:
    found = {slug for meaning in meanings for slug in meaning.get(part, {})}
    return tuple(emotion for emotion in Emotion if emotion.value in found)


def _weights(meaning: Mapping[str, Any]) -> NDArray[np.float32]:
    row = np.zeros(len(Emotion), dtype=np.float32)
    for part in ("to", "partly"):
        for slug, weight in meaning.get(part, {}).items():
            row[Emotion(slug).position] += weight
    return row
