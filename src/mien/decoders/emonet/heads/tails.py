"""The layers of published heads, and the small ones of many heads run together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights

Floats = NDArray[np.float32]

_KEY = re.compile(r"(?:(proj)|(?:mlp|layers)\.(\d{1,4}))\.(weight|bias)")


class Layer(NamedTuple):
    """One linear layer.

    Attributes:
        weight: Shape (outputs, inputs).
        bias: Shape (outputs,).
    """

    weight: Floats
    bias: Floats


def layers(tensors: Mapping[str, NDArray[Any]], path: Path) -> tuple[Layer, ...]:
    """The linear layers of a head in the order they run; a ReLU stands between any two.

    Both published namings are known: `layers.0`, `layers.3` ... and `proj`, `mlp.2`, `mlp.5` ...
    What stands between the numbers, ReLU and dropout, holds no weights.

    Args:
        tensors: As `read_checkpoint` gives them; float32 is not copied.
        path: The file, for messages.

    Raises:
        BadWeights: If a layer is missing, does not fit the one before it, or is of another kind.
    """
    parts: dict[int, dict[str, NDArray[Any]]] = {}
    for key, tensor in tensors.items():
        match = _KEY.fullmatch(key)
        if match is None:
            raise BadWeights(f"{path} is no head: it holds {key[:80]!r}")
        place = -1 if match[1] else int(match[2])
        parts.setdefault(place, {})[match[3]] = tensor
    found = tuple(_layer(parts[place], path) for place in sorted(parts))
    _check_chain(found, path)
    return found


def _layer(parts: Mapping[str, NDArray[Any]], path: Path) -> Layer:
    if parts.keys() != {"weight", "bias"}:
        raise BadWeights(f"{path} is no head: a layer lacks its weight or bias")
    weight, bias = parts["weight"], parts["bias"]
    if weight.ndim != 2 or bias.shape != weight.shape[:1] or weight.dtype.kind != "f":
        raise BadWeights(f"{path} is no head: a layer of shape {weight.shape} is not linear")
    return Layer(np.asarray(weight, dtype=np.float32), np.asarray(bias, dtype=np.float32))


def _check_chain(found: Sequence[Layer], path: Path) -> None:
    shapes = [layer.weight.shape for layer in found]
    fits = all(before[0] == after[1] for before, after in pairwise(shapes))
    if not found or not fits or shapes[-1][0] != 1:
        raise BadWeights(f"{path} is no head with one score: its layers are {shapes}")


class Tails:
    """What follows the first layer in many heads of one shape, run as one batched product a layer.

    Args:
        weights: Of each layer, shape (heads, inputs, outputs).
        biases: Of each layer, shape (heads, 1, outputs).
    """

    def __init__(self, weights: Sequence[Floats], biases: Sequence[Floats]) -> None:
        self._layers = tuple(zip(weights, biases, strict=True))

    @classmethod
    def stack(cls, tails: Sequence[tuple[Layer, ...]]) -> Tails:
        """The layers of each head behind its first, one tuple a head.

        Raises:
            BadWeights: If heads have different shapes.
        """
        if len({tuple(layer.weight.shape for layer in tail) for tail in tails}) != 1:
            raise BadWeights("heads of one set have different shapes: pull it again")
        columns = list(zip(*tails, strict=True))
        weights = [np.stack([layer.weight.T for layer in column]) for column in columns]
        biases = [np.stack([layer.bias[None] for layer in column]) for column in columns]
        return cls(weights, biases)

    def __call__(self, hidden: Floats) -> Floats:
        """Scores of shape (n, heads).

        Args:
            hidden: What the first layers give, shape (n, heads, width), before or after ReLU.
        """
        values = np.ascontiguousarray(hidden.transpose(1, 0, 2))
        for weight, bias in self._layers:
            values = np.maximum(values, 0) @ weight
            values += bias
        return np.ascontiguousarray(values[:, :, 0].T)
