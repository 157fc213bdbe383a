"""The vocabulary: LAION's forty EmoNet categories and Neutral."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Group(StrEnum):
    """LAION's seven families of emotions, and one for Neutral."""

    POSITIVE_HIGH_ENERGY = "positive high-energy"
    POSITIVE_LOW_ENERGY = "positive low-energy"
    NEGATIVE_HIGH_ENERGY = "negative high-energy"
    NEGATIVE_LOW_ENERGY = "negative low-energy"
    COGNITIVE = "cognitive"
    PHYSICAL = "physical"
    LONGING_AND_LUST = "longing and lust"
    NEUTRAL = "neutral"

    @property
    def sign(self) -> int:
        """1 for what is pleasant, -1 for what is unpleasant, 0 for all else."""
        return self.value.startswith("positive") - self.value.startswith("negative")


class Emotion(StrEnum):
    """One of 41 things a rater may name; the value is the key in files and column names.

    The first forty stand in LAION's published order (`EMONET_40`). `NEUTRAL` is Mien's own:
    LAION's categories have no word for it, and numbness is a felt state, not its absence.
    """

    AMUSEMENT = "amusement"
    ELATION = "elation"
    PLEASURE = "pleasure"
    CONTENTMENT = "contentment"
    GRATITUDE = "gratitude"
    AFFECTION = "affection"
    INFATUATION = "infatuation"
    HOPE = "hope"
    TRIUMPH = "triumph"
    PRIDE = "pride"
    INTEREST = "interest"
    AWE = "awe"
    SURPRISE = "surprise"
    CONCENTRATION = "concentration"
    CONTEMPLATION = "contemplation"
    RELIEF = "relief"
    LONGING = "longing"
    TEASING = "teasing"
    IMPATIENCE = "impatience"
    LUST = "lust"
    DOUBT = "doubt"
    FEAR = "fear"
    DISTRESS = "distress"
    CONFUSION = "confusion"
    EMBARRASSMENT = "embarrassment"
    SHAME = "shame"
    DISAPPOINTMENT = "disappointment"
    SADNESS = "sadness"
    BITTERNESS = "bitterness"
    CONTEMPT = "contempt"
    DISGUST = "disgust"
    ANGER = "anger"
    MALEVOLENCE = "malevolence"
    SOURNESS = "sourness"
    PAIN = "pain"
    HELPLESSNESS = "helplessness"
    FATIGUE = "fatigue"
    NUMBNESS = "numbness"
    INTOXICATION = "intoxication"
    JEALOUSY = "jealousy"
    NEUTRAL = "neutral"

    @property
    def label(self) -> str:
        """The name as LAION publishes it, such as `Thankfulness/Gratitude`."""
        return _facts()[self].label

    @property
    def group(self) -> Group:
        """The family it belongs to, which also gives its color."""
        return _facts()[self].group

    @property
    def words(self) -> tuple[str, ...]:
        """Words that LAION's annotation guide lists for it."""
        return _facts()[self].words

    @property
    def position(self) -> int:
        """Its column in every scores array, 0 to 40."""
        return _positions()[self]

    @classmethod
    def parse(cls, spelling: str) -> Emotion:
        """The emotion behind any published spelling; see `mien.emotions.spelling`.

        Raises:
            ConfigError: If no emotion goes by that name.
        """
        from mien.emotions.spelling import parse

        return parse(spelling)


EMONET_40: tuple[Emotion, ...] = tuple(Emotion)[:40]
"""LAION's forty categories in LAION's order, without Neutral."""


class _Fact(NamedTuple):
    label: str
    group: Group
    words: tuple[str, ...]
    aliases: tuple[str, ...]


@cache
def _facts() -> dict[Emotion, _Fact]:
    text = files("mien.emotions").joinpath("data/emotions.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["emotions"]
    return {
        Emotion(slug): _Fact(
            row["label"], Group(row["group"]), tuple(row["words"]), tuple(row["aliases"])
        )
        for slug, row in rows.items()
    }


@cache
def _positions() -> dict[Emotion, int]:
    return {emotion: index for index, emotion in enumerate(Emotion)}
