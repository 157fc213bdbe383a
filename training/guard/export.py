"""The weight file: int8 values with one step a column or array, and what they mean as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.features import BUCKETS, FLAGS
from mien.guard.local.lexicon import ideas
from mien.guard.local.weights import Readout
from mien.guard.signals import Side, Signal
from training.guard.net import Net

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trained:
    """The detectors of one side as training leaves them.

    Attributes:
        side: Whose turns they judge.
        signals: In the order of the logits; one more logit may follow for the level.
        networks: Whose mean counts.
        readouts: What the logits mean.
        languages: Those in which a signal was taught and held.
    """

    side: Side
    signals: tuple[Signal, ...]
    networks: tuple[Net, ...]
    readouts: Mapping[Signal, Readout]
    languages: Mapping[Signal, Sequence[str]]


def save(
    path: Path, sides: Sequence[Trained], language: tuple[Array, Array], about: Mapping[str, Any]
) -> int:
    """Write the weight file.

    Args:
        path: Of the file.
        sides: The detectors.
        language: Weights and bias of the language check.
        about: Seed and date.

    Returns:
        Its size in bytes.
    """
    arrays: dict[str, NDArray[Any]] = {}
    put(arrays, "language/weights", language[0])
    put(arrays, "language/bias", language[1])
    for trained in sides:
        for number, net in enumerate(trained.networks):
            for name, values in net.arrays().items():
                put(arrays, f"{trained.side}/{number}/{name}", values)
    told = {
        **about,
        "features": {"ideas": list(ideas()), "flags": FLAGS, "buckets": BUCKETS},
        "sides": {trained.side.value: _told(trained) for trained in sides},
    }
    arrays["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    return path.stat().st_size


def retell(path: Path, sides: Sequence[Trained]) -> int:
    """Give the nets of a weight file another meaning; its size in bytes."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    told = json.loads(bytes(arrays["told"]).decode())
    for trained in sides:
        networks = told["sides"][trained.side.value]["networks"]
        told["sides"][trained.side.value] = {**_told(trained), "networks": networks}
    arrays["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    np.savez_compressed(path, **arrays)
    return path.stat().st_size


def put(arrays: dict[str, NDArray[Any]], name: str, values: Array) -> None:
    """Matrices have a step for each column, all else one."""
    axes = tuple(range(values.ndim - 1)) if values.ndim > 1 else None
    most = np.abs(values).max(axis=axes, keepdims=values.ndim > 1)
    step = np.maximum(most / 127, 1e-8).astype(np.float32)
    arrays[f"{name}:int8"] = np.round(values / step).astype(np.int8)
    arrays[f"{name}:step"] = step


def _told(trained: Trained) -> dict[str, Any]:
    return {
        "signals": [signal.value for signal in trained.signals],
        "networks": len(trained.networks),
        "readouts": {signal.value: asdict(r) for signal, r in trained.readouts.items()},
        "languages": {signal.value: list(known) for signal, known in trained.languages.items()},
    }
