"""What a user's own raters taught: one map an emotion, kept with the data of this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.arrays import ScoresArray
from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.core.paths import data_folder
from mien.decoders.calibrate import MonotoneMap
from mien.emotions.emotion import EMONET_40, Emotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Maps from a decoder's provisional shares to the shares of a user's raters.

    Attributes:
        decoder: Name with version; a file of one decoder is of no use to another.
        made: When, as an ISO date.
        n: Rated items it was fitted on.
        raters: How many people rated them.
        maps: By emotion; the input is the provisional share.
        figures: How well it does on items it was not fitted on, by name.
    """

    decoder: str
    made: str
    n: int
    raters: int
    maps: Mapping[Emotion, MonotoneMap]
    figures: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for emotion, fitted in self.maps.items():
            if not _is_sound(fitted):
                raise ConfigError(f"the map of {emotion.value} does not rise from share to share")

    def apply(self, shares: ScoresArray) -> ScoresArray:
        """The shares that these raters would give; where there is no map, the same as before.

        Args:
            shares: Provisional ones, shape (..., 41), NaN where nothing is judged; that stays.
        """
        mapped = np.array(shares, dtype=np.float32)
        for emotion, fitted in self.maps.items():
            mapped[..., emotion.position] = fitted(mapped[..., emotion.position])
        return mapped

    @property
    def summary(self) -> str:
        """What a card says of it."""
        left = len(EMONET_40) - len(self.maps)
        scope, rest = "all emotions", ""
        if left:
            scope = f"{len(self.maps)} of {len(EMONET_40)} emotions"
            rest = f", uncalibrated for the other {left}"
        return (
            f"shares: fitted on {self.n:,} items rated by {self.raters} people on this machine "
            f"({self.made}, {scope}){rest}; confidence: as shipped"
        )


def load_calibration(decoder: str, config: Config) -> Calibration | None:
    """What was fitted for a decoder on this machine; None if nothing was.

    Raises:
        ConfigError: If the file is damaged or belongs to another decoder.
    """
    path = calibration_path(decoder, config)
    if not path.is_file():
        return None
    try:
        found = _from_plain(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
        raise ConfigError(
            f"cannot read the calibration {path} ({error}): "
            "fit it again with `mien models calibrate`, or delete it"
        ) from error
    if found.decoder != decoder:
        raise ConfigError(f"{path} was fitted for {found.decoder!r}: delete it, or fit it again")
    return found


def save_calibration(calibration: Calibration, config: Config) -> Path:
    """Keep it for every later reading of that decoder; one that was there is replaced."""
    path = calibration_path(calibration.decoder, config)
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {
        "decoder": calibration.decoder,
        "made": calibration.made,
        "n": calibration.n,
        "raters": calibration.raters,
        "maps": {e.value: {"x": list(m.x), "y": list(m.y)} for e, m in calibration.maps.items()},
        "figures": dict(calibration.figures),
    }
    # Never half a file: a reading may begin while this is written.
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def calibration_path(decoder: str, config: Config) -> Path:
    """Where the calibration of a decoder is kept, whether there is one or not."""
    return data_folder(config) / "calibration" / f"{decoder}.json"


def _from_plain(plain: dict[str, Any]) -> Calibration:
    maps = {
        Emotion(slug): MonotoneMap(tuple(map(float, m["x"])), tuple(map(float, m["y"])))
        for slug, m in plain["maps"].items()
    }
    return Calibration(
        decoder=str(plain["decoder"]),
        made=str(plain["made"]),
        n=int(plain["n"]),
        raters=int(plain["raters"]),
        maps=maps,
        figures={str(name): float(value) for name, value in plain["figures"].items()},
    )


def _is_sound(fitted: MonotoneMap) -> bool:
    """Whether knots rise, values do not fall, and both are shares."""
    x, y = fitted.x, fitted.y
    return (
        0 < len(x) == len(y)
        and all(isfinite(value) for value in x)
        and all(0 <= value <= 1 for value in y)
        and all(a < b for a, b in pairwise(x))
        and all(a <= b for a, b in pairwise(y))
    )
