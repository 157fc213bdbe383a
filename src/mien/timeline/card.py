"""What a decoder is worth: written by its training run, only read here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mien.core.errors import BadWeights
from mien.emotions.emotion import Emotion
from mien.timeline.reading import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number with all that is needed to read it.

    Attributes:
        name: The measure, such as `UAR` or `macro-F1`.
        of: On what it was measured, such as `RAVDESS, 8 classes, unseen speakers`.
        value: The number.
        low: Lower end of its 95 % interval; None where none could be computed.
        high: Upper end.
        n: How many items were scored.
        clusters: What was resampled for the interval, such as `24 speakers`.
        chance: What guessing would give, if that means something.
        group: A heading for tables, such as `robustness`; empty for the main figures.
        note: Anything a reader must know, such as how a threshold was chosen.
    """

    name: str
    of: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int
    clusters: str = ""
    chance: float | None = None
    group: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One data set that taught or tested a decoder."""

    name: str
    use: str
    licence: str
    n: int
    source: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a decoder covers, where it comes from, and how far it may be trusted.

    Attributes:
        decoder: Name with version, such as `face-v1`.
        channel: The channel it reads.
        title: One line for people.
        covers: The emotions it can judge; every other one is None in its scores.
        dimensions: Which of valence, arousal, dominance it gives.
        licence: SPDX identifier of the weights.
        commercial: Whether the licence allows commercial use.
        calibration: What shares mean: `shares: fitted on votes` or `uncalibrated as shares`,
            and how the confidence was fitted.
        fitted: Those of `covers` whose shares a user's raters taught on this machine; the shares
            of all others mean what they meant as shipped.
        data: What taught and tested it.
        figures: Measured on data that training never saw, unless the note says otherwise.
        limits: Known failures, one sentence each.
        seed: Of the training run.
        date: Of the training run, ISO.
        command: What made it.
    """

    decoder: str
    channel: Channel
    title: str
    covers: tuple[Emotion, ...]
    dimensions: tuple[str, ...] = ()
    licence: str
    commercial: bool
    calibration: str
    fitted: tuple[Emotion, ...] = ()
    data: tuple[Training, ...] = ()
    figures: tuple[Figure, ...] = ()
    limits: tuple[str, ...] = ()
    seed: int = 0
    date: str = ""
    command: str = ""

    @property
    def coverage(self) -> str:
        """How many of LAION's forty it judges, such as `7 of 40`."""
        return f"{sum(e is not Emotion.NEUTRAL for e in self.covers)} of 40"

    def figure(self, name: str, of: str = "") -> Figure:
        """The first figure of that name whose subject contains `of`.

        Raises:
            KeyError: If the card has none.
        """
        for figure in self.figures:
            if figure.name == name and of in figure.of:
                return figure
        raise KeyError(f"{self.decoder} has no figure {name!r} of {of!r}")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, in field order."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Card:
        """The card behind plain values, as `to_dict` gives them."""
        return cls(
            **{
                **plain,
                "channel": Channel(plain["channel"]),
                "covers": tuple(Emotion(value) for value in plain["covers"]),
                "dimensions": tuple(plain.get("dimensions", ())),
                "fitted": tuple(Emotion(value) for value in plain.get("fitted", ())),
                "data": tuple(Training(**row) for row in plain.get("data", ())),
                "figures": tuple(Figure(**row) for row in plain.get("figures", ())),
                "limits": tuple(plain.get("limits", ())),
            }
        )


def read_card(path: Path) -> Card:
    """The card in a JSON file beside a decoder's weights.

    Raises:
        BadWeights: If the file is missing or is no card.
    """
    try:
        return Card.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadWeights(f"no readable card at {path}: reinstall Mien") from error
