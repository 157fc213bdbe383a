"""The weight file of the local detectors."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights, MissingWeights
from mien.guard.local.features import BUCKETS, FLAGS, N_ROWS
from mien.guard.local.language import LanguageModel
from mien.guard.local.lexicon import ideas
from mien.guard.local.network import Networks, dequantized
from mien.guard.signals import Side, Signal

NAME = "guard-v1"
WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True)
class Readout:
    """What the logits of one signal mean.

    Attributes:
        slope: Of the log odds in the logit of the small nets, fitted on held-out sentences.
        offset: Of the log odds.
        gate: Chance by the small nets from which the encoder looks as well.
        both: With a second look: slopes in the logits of the nets and of the encoder, offset.
        threshold: Chance from which the signal is raised.
    """

    slope: float
    offset: float
    gate: float
    both: tuple[float, float, float]
    threshold: float

    def chance(self, logit: float, second: float | None = None) -> float:
        """The calibrated chance, 0 to 1.

        Args:
            logit: Of the small nets.
            second: Of the encoder, if it looked.
        """
        if second is None:
            return _chance(self.slope * logit + self.offset)
        return _chance(self.both[0] * logit + self.both[1] * second + self.both[2])

    def is_raised(self, logit: float, second: float | None = None) -> bool:
        """Whether the signal is raised, which needs a second look."""
        return second is not None and self.chance(logit, second) >= self.threshold


@dataclass(frozen=True, slots=True)
class Detectors:
    """The detectors of one side.

    Attributes:
        signals: In the order of the logits.
        networks: Whose mean counts.
        readouts: What the logits of each signal mean.
        languages: Those in which each signal was taught and held.
    """

    signals: tuple[Signal, ...]
    networks: Networks
    readouts: Mapping[Signal, Readout]
    languages: Mapping[Signal, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Weights:
    """All of the weight file.

    Attributes:
        language: Tells which language a message is in.
        sides: The detectors of each side that were taught.
        sha256: Of the file's bytes, so that an observation names exactly what made it.
    """

    language: LanguageModel
    sides: Mapping[Side, Detectors]
    sha256: str


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))


@cache
def shipped() -> Weights:
    """The weights that come with the package, read once.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged or of another version of the package.
    """
    return load_weights(WEIGHTS / f"{NAME}.npz")


def load_weights(path: Path) -> Weights:
    """The weights in a file.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged or of another version of the package.
    """
    if not path.is_file():
        raise MissingWeights(f"no weights at {path}: reinstall Mien")
    try:
        data = path.read_bytes()
        # Pickles could hold code.
        with np.load(BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return _weights(arrays, hashlib.sha256(data).hexdigest())
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise BadWeights(f"cannot load {path}: {error}") from error


def _weights(file: Mapping[str, NDArray[Any]], sha256: str) -> Weights:
    told = json.loads(bytes(file["told"]).decode())
    shape = {"ideas": list(ideas()), "flags": FLAGS, "buckets": BUCKETS}
    if told["features"] != shape:
        raise ValueError("it was made for another lexicon: reinstall Mien, or train anew")
    language = dequantized(file, "language/")
    return Weights(
        LanguageModel(language["weights"], language["bias"]),
        {Side(name): _detectors(file, name, side) for name, side in told["sides"].items()},
        sha256,
    )


def _detectors(file: Mapping[str, NDArray[Any]], name: str, told: Mapping[str, Any]) -> Detectors:
    nets = [dequantized(file, f"{name}/{number}/") for number in range(told["networks"])]
    for net in nets:
        if len(net["table"]) != N_ROWS:
            raise ValueError(f"a table of {len(net['table'])} rows where {N_ROWS} are needed")
    signals = tuple(Signal(signal) for signal in told["signals"])
    return Detectors(
        signals,
        Networks(nets),
        {signal: _readout(told["readouts"][signal]) for signal in signals},
        {signal: frozenset(told["languages"][signal]) for signal in signals},
    )


def _readout(told: Mapping[str, Any]) -> Readout:
    nets, encoder, offset = told["both"]
    return Readout(**{**told, "both": (nets, encoder, offset)})
