"""From a decoder's provisional shares to those of a user's own raters."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.decoders.calibrate import MonotoneMap, fit_monotone
from mien.decoders.calibration_file import Calibration
from mien.decoders.decoder import Decoder
from mien.decoders.registry import find
from mien.emotions.emotion import Emotion
from mien.evals.perception.items import Opened
from mien.evals.perception.keeping import predictions
from mien.evals.perception.measuring import Manner
from mien.evals.perception.predict import DecoderPredictor, Prediction
from mien.evals.perception.ratings import open_ratings
from mien.evals.stats import root_mean_squared_error

Values: TypeAlias = NDArray[np.float64]

ENOUGH = 60
"""Rated and answered items that an emotion's map needs: three a knot."""
FILES = 5
"""Files they must come from, since the fit is checked on files it has not seen."""
KNOTS = 20


@runtime_checkable
class Calibrated(Protocol):
    """A decoder that applies what was fitted on this machine, and can be had without."""

    def uncalibrated(self) -> Decoder[Any]:
        """The same with provisional shares."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What a decoder said of an emotion, and the share of raters who agree with it.

    Attributes:
        said: Provisional shares, shape (n,).
        share: Of raters, or their mean grade as a part of the scale, shape (n,).
        file: A number for the file of each, shape (n,).
    """

    said: Values
    share: Values
    file: NDArray[np.intp]


def calibrate(
    decoder: str,
    ratings: str | Path,
    folder: str | Path,
    config: Config | None = None,
    manner: Manner | None = None,
) -> Calibration:
    """One rising map an emotion from a decoder's share to that of a user's raters.

    Checked on files that the map was not fitted on: an emotion whose squared error does not fall
    there, or not below that of always saying the raters' mean, gets none. Nothing is saved; see
    `save_calibration`.

    Args:
        decoder: Its name.
        ratings: As for `measure_ratings`.
        folder: Where the files are.
        config: Settings; by default those of `mien.toml` and the environment.
        manner: Seed and progress are used.

    Raises:
        ConfigError: If there are too few items, or the decoder's shares come from its training.
        SourceError: If the table cannot be read.
        DecoderError: If the decoder cannot be had.
    """
    config = config if config is not None else load_config()
    manner = manner if manner is not None else Manner(config=config)
    offer = find(decoder)
    opened = open_ratings(Path(ratings), Path(folder), offer.channel)
    loaded = _plain(offer.load(config))
    shown = sum(item.media is not None for item in opened.items)
    with manner.watch(f"{opened.about.name}: {offer.name}", shown) as report:
        found = predictions(DecoderPredictor(loaded), opened.items, report=report)
    return fit(offer.name, opened, found, seed=manner.seed)


def fit(
    decoder: str, opened: Opened, found: Mapping[str, Prediction], *, seed: int = 0
) -> Calibration:
    """The maps from predictions that are at hand.

    Raises:
        ConfigError: If no emotion has enough items, with how many are needed.
    """
    by_emotion = pairs(opened, found)
    enough = {e: p for e, p in by_emotion.items() if _is_enough(p)}
    if not enough:
        raise ConfigError(_too_few(decoder, by_emotion))
    maps: dict[Emotion, MonotoneMap] = {}
    before, after = list[float](), list[float]()
    figures: dict[str, float] = {}
    for emotion, one in enough.items():
        # Squared, since the mean share is sought: always no to what is rare errs least by amount.
        plain = root_mean_squared_error(one.said, one.share)
        held_out = root_mean_squared_error(_held_out(one, seed), one.share)
        mean = root_mean_squared_error(_held_out(one, seed, knots=1), one.share)
        figures[f"rmse_before.{emotion.value}"] = round(plain, 6)
        figures[f"rmse_after.{emotion.value}"] = round(held_out, 6)
        figures[f"rmse_mean.{emotion.value}"] = round(mean, 6)
        # Whatever lies about the raters' mean errs less than provisional shares, noise too.
        is_kept = held_out < min(plain, mean)
        if is_kept:
            maps[emotion] = rising(one.said, one.share)
        before.append(plain)
        after.append(held_out if is_kept else plain)
    figures |= {
        "rmse_before": round(float(np.mean(before)), 6),
        "rmse_after": round(float(np.mean(after)), 6),
        "emotions_with_enough_items": float(len(enough)),
    }
    return Calibration(
        decoder=decoder,
        made=datetime.datetime.now(datetime.UTC).date().isoformat(),
        n=sum(1 for told in found.values() if not told.refused),
        raters=len(opened.sheet.raters),
        maps=maps,
        figures=figures,
    )


def pairs(opened: Opened, found: Mapping[str, Prediction]) -> dict[Emotion, Pairs]:
    """For each rated emotion the items that a decoder judged, with both shares."""
    low, high = opened.about.scale
    sheet = opened.sheet
    _, file_of = np.unique([item.cluster for item in opened.items], return_inverse=True)
    scores = np.full((len(opened.items), len(Emotion)), np.nan)
    for i, item in enumerate(opened.items):
        if item.id in found:
            scores[i] = found[item.id].scores
    collected = {}
    for number, label in enumerate(sheet.labels):
        emotion, chosen = Emotion(label), sheet.label == number
        items, place = np.unique(sheet.item[chosen], return_inverse=True)
        mean = np.bincount(place, weights=sheet.value[chosen]) / np.bincount(place)
        said = scores[items, emotion.position]
        told = ~np.isnan(said)
        share = np.clip((mean[told] - low) / (high - low), 0.0, 1.0)
        collected[emotion] = Pairs(said[told], share, file_of[items[told]])
    return collected


def rising(said: Values, share: Values, knots: int = KNOTS) -> MonotoneMap:
    """An isotonic fit whose knots all differ, as a calibration file wants them."""
    fitted = fit_monotone(said, share, knots)
    x, y = np.array(fitted.x), np.clip(fitted.y, 0.0, 1.0)
    places, first = np.unique(x, return_inverse=True)
    means = np.bincount(first, weights=y) / np.bincount(first)
    return MonotoneMap(tuple(map(float, places)), tuple(map(float, np.maximum.accumulate(means))))


def _held_out(one: Pairs, seed: int, knots: int = KNOTS) -> Values:
    """What maps fitted on other files make of each share; with one knot their mean."""
    files = np.unique(one.file)
    order = np.random.default_rng(seed).permutation(len(files))
    fold_of = dict(zip(files[order].tolist(), (order % FILES).tolist(), strict=True))
    fold = np.array([fold_of[file] for file in one.file.tolist()])
    mapped = np.zeros(len(one.said))
    for k in range(FILES):
        target = fold == k
        if target.any():
            fitted = rising(one.said[~target], one.share[~target], knots)
            mapped[target] = fitted(one.said[target].astype(np.float32))
    return mapped


def _is_enough(one: Pairs) -> bool:
    return len(one.said) >= ENOUGH and len(np.unique(one.file)) >= FILES


def _too_few(decoder: str, by_emotion: Mapping[Emotion, Pairs]) -> str:
    most = max(by_emotion.values(), key=lambda one: len(one.said), default=None)
    n = len(most.said) if most is not None else 0
    files = len(np.unique(most.file)) if most is not None else 0
    return (
        f"too few rated items to calibrate {decoder}: the best covered emotion has {n} answered "
        f"items of {files} files, and {ENOUGH} items of {FILES} files are needed"
    )


def _plain(decoder: Decoder[Any]) -> Decoder[Any]:
    """The decoder with provisional shares: a map fitted on mapped shares would map twice."""
    if not isinstance(decoder, Calibrated):
        raise ConfigError(
            f"{decoder.name} applies no calibration: its shares come from its training "
            "(EmoNet's decoders can be calibrated)"
        )
    return decoder.uncalibrated()
